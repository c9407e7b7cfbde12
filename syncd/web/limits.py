"""What is refused before anything of it is looked at: foreign hosts, NUL, more than people bring.

Plain ASGI middlewares. What they refuse is answered like every other refusal, by `refuse`: as a
page, and under /api/v1 as problem+json.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import TypeAlias

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

Refuse: TypeAlias = Callable[[Scope, HTTPStatus], ASGIApp]
"""Gives the answer of a refusal."""

_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[^\[\]:/?#@\s]+)(:\d*)?", re.IGNORECASE)


class KnownHosts:
    """Answers only to the names in `hosts`: any other may be a trick with names (DNS rebinding)."""

    def __init__(self, app: ASGIApp, *, hosts: Iterable[str], refuse: Refuse) -> None:
        """Wrap an application."""
        self._app = app
        self._hosts = frozenset(host.lower() for host in hosts)
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on where its Host is one of ours."""
        if scope["type"] == "http" and self._name(scope) not in self._hosts:
            await self._refuse(scope, HTTPStatus.BAD_REQUEST)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _name(self, scope: Scope) -> str:
        found = _HOST.fullmatch(Headers(scope=scope).get("host", ""))
        return "" if found is None else found[1].lower()


class BodyLimit:
    """Refuses requests whose body is larger than `most` bytes, told or not, and NUL in a name."""

    def __init__(self, app: ASGIApp, *, most: int, refuse: Refuse) -> None:
        """Wrap an application."""
        self._app = app
        self._most = most
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, counting its body as it comes in."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if "\0" in scope["path"] or b"%00" in scope["query_string"]:
            # No text of ours holds a NUL, and PostgreSQL takes none.
            await self._refuse(scope, HTTPStatus.NOT_FOUND)(scope, receive, send)
            return
        told = Headers(scope=scope).get("content-length", "0")
        if not told.isdecimal() or int(told) > self._most:
            await self._refuse(scope, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)(scope, receive, send)
            return
        await self._count(scope, receive, send)

    async def _count(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a body on until there is too much of it; then nothing else is answered."""
        taken, begun = 0, False

        async def receive_counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            return {"type": "http.disconnect"} if taken > self._most else message

        async def send_if_whole(message: Message) -> None:
            nonlocal begun
            if taken <= self._most or begun:
                begun = True
                await send(message)

        await self._app(scope, receive_counted, send_if_whole)
        if taken > self._most and not begun:
            await self._refuse(scope, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)(scope, receive, send)
