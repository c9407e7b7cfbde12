"""Every page and answer that a console gives to somebody, found by following its links."""

from __future__ import annotations

import html
import re
from collections import deque
from collections.abc import Iterable

import httpx
from fastapi.routing import APIRoute

from syncd.web.pages import PAGES

_LINK = re.compile(r'(?:href|src|hx-get|sse-connect)="(/[^"#]*)')
_MOST = 600


def getting() -> tuple[str, ...]:
    """Return the path of every route that answers GET, with what is asked for in braces."""
    routes = [route for router in PAGES for route in router.routes]
    return tuple(r.path for r in routes if isinstance(r, APIRoute) and "GET" in (r.methods or ()))


def crawl(
    browser: httpx.Client, first: Iterable[str], *, most: int = _MOST, whole: bool = True
) -> dict[str, httpx.Response]:
    """Ask for these addresses and for all that their pages lead to; never for a stream.

    A city leads to more than anybody reads: without `whole` the first `most` will do.
    """
    waiting = deque(dict.fromkeys([*first, *(path for path in getting() if "{" not in path)]))
    told: dict[str, httpx.Response] = {}
    while waiting:
        path = html.unescape(waiting.popleft())
        if path in told or path.startswith("/static/") or path.endswith("/events"):
            continue
        if len(told) >= most:
            assert not whole, "the console leads to ever new addresses"
            break
        told[path] = answer = browser.get(path)
        if "html" in answer.headers.get("content-type", ""):
            waiting.extend(_LINK.findall(answer.text))
    return told


def unseen(told: Iterable[str]) -> set[str]:
    """Return the routes of which no address was among those asked for."""
    paths = {path.partition("?")[0] for path in told}
    return {
        route
        for route in getting()
        if not any(re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", route), path) for path in paths)
    }
