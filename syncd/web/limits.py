"""How large a request may be: no more than the largest file that people may bring.

A plain ASGI middleware; what is too large is refused before anything of it is parsed.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class BodyLimit:
    """Refuses requests whose body is larger than `most` bytes, told or not."""

    def __init__(
        self, app: ASGIApp, *, most: int, refuse: Callable[[str, HTTPStatus, str], Response]
    ) -> None:
        """Wrap an application; `refuse` makes the answer from path, status and words."""
        self._app = app
        self._most = most
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, counting its body as it comes in."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if b"%00" in scope.get("raw_path", b"") or b"%00" in scope["query_string"]:
            # No text of ours holds a NUL, and PostgreSQL takes none.
            answer = self._refuse(scope["path"], HTTPStatus.NOT_FOUND, "no such thing")
            await answer(scope, receive, send)
            return
        told = Headers(scope=scope).get("content-length", "0")
        if not told.isdecimal() or int(told) > self._most:
            status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
            answer = self._refuse(scope["path"], status, "the request is too large")
            await answer(scope, receive, send)
            return
        taken = 0

        async def receive_counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self._most:
                return {"type": "http.disconnect"}
            return message

        await self._app(scope, receive_counted, send)
