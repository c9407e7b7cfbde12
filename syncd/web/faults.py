"""The last resort: a bug is one record in the log, and an answer that tells nothing of it.

Inside `Headers`, so that this answer too carries what browsers must be told. One of the few places
with a broad `except`: a request must not end without an answer.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

import structlog
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SORRY = """うまくいきませんでした。記録を見るようシステム担当に伝えてください。
Something went wrong. Tell the operator to look at the log.
"""


class Faults:
    """Answers what no handler foresaw (OWASP ASVS 5, 16.5.1, 16.5.4)."""

    def __init__(self, app: ASGIApp, *, answer: Callable[[], Response]) -> None:
        """Wrap an application; `answer` makes what is said instead."""
        self._app = app
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; where that breaks, answer all the same."""
        has_begun = False

        async def send_noting(message: Message) -> None:
            nonlocal has_begun
            has_begun = has_begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, send_noting)
        except Exception:
            structlog.get_logger("syncd.web").exception("request.failed", path=scope.get("path"))
            if has_begun or scope["type"] != "http":
                raise  # half an answer must not look like a whole one
            await self._answer()(scope, receive, send)


def say_sorry() -> Response:
    """Return what a browser is told of a bug."""
    return PlainTextResponse(_SORRY, int(HTTPStatus.INTERNAL_SERVER_ERROR))
