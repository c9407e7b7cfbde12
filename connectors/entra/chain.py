"""Follows `@odata.nextLink` until it ends (https://learn.microsoft.com/graph/paging).

Promise: a chain is read to its end or refused. A link that came before, an answer without a list,
an object without an id: none of them ends a list early. An id that comes twice means that the
list moved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.shared.bilingual import both
from connectors.shared.http.lists import PagesBrokenError, PagesMovedError

Raw = Mapping[str, Any]
"""One object as Graph wrote it."""


@dataclass(frozen=True, slots=True)
class Chain:
    """What was read: the objects in order, how many pages, and where a delta goes on."""

    objects: tuple[Raw, ...]
    pages: int
    delta_link: str = ""


def read_chain(get: Callable[[str], Raw], first: Raw) -> Chain:
    """Read on from a first page; raises PagesBrokenError and what `get` does."""
    objects: list[Raw] = []
    seen: set[str] = set()
    page, pages = first, 0
    while True:
        pages += 1
        objects += _objects_of(page)
        link = page.get("@odata.nextLink")
        if link is None:
            return Chain(tuple(objects), pages, _text(page.get("@odata.deltaLink")))
        if not isinstance(link, str) or link in seen:
            raise PagesBrokenError(
                both("続きのリンクが元に戻ります", "the links of the pages lead in a circle")
            )
        seen.add(link)
        page = get(link)


def by_id(objects: Iterable[Raw]) -> dict[str, Raw]:
    """Return objects by their id; raises PagesMovedError where one comes twice."""
    found: dict[str, Raw] = {}
    for one in objects:
        if one["id"] in found:
            raise PagesMovedError(both("同じ id が二度あります", "an id comes twice"))
        found[one["id"]] = one
    return found


def _objects_of(page: Raw) -> list[Raw]:
    listed = page.get("value")
    if not isinstance(listed, list):
        raise PagesBrokenError(both("一覧のない応答です", "an answer has no list"))
    for one in listed:
        if not isinstance(one, dict) or not isinstance(one.get("id"), str) or not one["id"]:
            raise PagesBrokenError(both("id のない項目です", "an object has no id"))
    return listed


def _text(given: object) -> str:
    return given if isinstance(given, str) else ""
