"""What a browser may do with our answers: nothing that we did not send it (OWASP ASVS 5, 3.4).

A plain ASGI middleware, so that event streams pass through it unbuffered.
"""

from __future__ import annotations

from http import HTTPStatus

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_NOTHING = (
    "default-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; sandbox"
)
_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "object-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_LASTING = "public, max-age=31536000, immutable"
_A_YEAR = "max-age=31536000; includeSubDomains"
_SVG = "image/svg+xml"


class Headers:
    """Adds the headers of every answer; pages are never kept by a cache."""

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        """Wrap an application; `secure` tells that browsers come by https."""
        self._app = app
        self._always = dict(_ALWAYS)
        if secure:
            self._always["Strict-Transport-Security"] = _A_YEAR

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add to the answer's headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_static = scope["path"].startswith("/static/")

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._always.items():
                    headers.setdefault(name, value)
                headers.setdefault("Content-Security-Policy", _policy_of(headers, is_static))
                # A page that tells of an error names who looks at it, wherever it stands.
                lasts = is_static and message["status"] == HTTPStatus.OK
                headers.setdefault("Cache-Control", _LASTING if lasts else "no-store")
                if headers.get("Content-Type") == _SVG:
                    headers["Content-Type"] = f"{_SVG}; charset=utf-8"
            await send(message)

        await self._app(scope, receive, send_with_headers)


def _policy_of(headers: MutableHeaders, is_static: bool) -> str:  # noqa: FBT001 - of two kinds
    """Return what a browser may do with an answer; with what is no page, nothing (ASVS 3.2.1)."""
    is_page = headers.get("Content-Type", "").startswith("text/html")
    return _CSP if is_page or is_static or "Content-Disposition" in headers else _NOTHING
