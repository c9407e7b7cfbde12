"""Assembles a list from pages by startIndex and count (RFC 7644, section 3.4.2.4), proved whole.

Promise: what comes out is every resource that was there throughout, or an error, never less. The
protocol keeps no state between pages, so that somebody who leaves page one while page two is
fetched would shift another out of sight. Therefore each page begins with the last resource of
the one before: where it is another, the list moved. The last page holds nothing but that one, so
that a total which was cut short shows itself. This module asks for nothing itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from connectors.shared.bilingual import both
from connectors.shared.http.lists import PagesBrokenError, PagesMovedError


class Identified(Protocol):
    """Something with the id that the server gave it."""

    @property
    def id(self) -> str:
        """Return the id."""
        ...


T = TypeVar("T", bound=Identified)


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One answer: what it says of itself (None where it says nothing), and what it holds."""

    total: int | None
    start: int | None
    per_page: int | None
    resources: Sequence[T]


Fetch = Callable[[int, int], Page[T]]
"""Called as fetch(start_index from 1, count)."""


@dataclass(slots=True)
class Assembled(Generic[T]):
    """What was read: the resources by id, in the server's order, and how many pages it took."""

    resources: dict[str, T]
    pages: int = 0


def read_pages(
    fetch: Fetch[T], page_size: int, told: Callable[[int, int], None] = lambda _d, _t: None
) -> Assembled[T]:
    """Read every page; raises PagesBrokenError. `told` hears how many of how many are read.

    `page_size` is at least 2, because every page but the first repeats one resource.
    """
    first = fetch(1, page_size)
    total = _checked_total(first, 1)
    whole: Assembled[T] = Assembled({}, 1)
    _take(whole, first, total)
    is_at_end = total == 0
    while not is_at_end:
        start = len(whole.resources)
        page = fetch(start, page_size)
        whole.pages += 1
        if _checked_total(page, start) != total:
            raise PagesMovedError(
                both("読取り中に件数が変わりました", "the total changed while it was read")
            )
        _check_overlap(whole, page)
        _take(whole, Page(total, start, None, page.resources[1:]), total)
        told(len(whole.resources), total)
        is_at_end = len(page.resources) == 1
    if len(whole.resources) < total:
        raise PagesBrokenError(
            both(
                "totalResults に達する前にページが尽きました",
                "the pages end before totalResults is reached",
            )
        )
    return whole


def _checked_total(page: Page[T], start: int) -> int:
    """Return the total of a page that says about itself what it is."""
    if page.total is None or page.total < 0:
        raise PagesBrokenError(both("totalResults がありません", "there is no totalResults"))
    if page.start is not None and page.start != start and page.resources:
        raise PagesBrokenError(
            both(
                f"startIndex {start} を頼み、{page.start} が返りました",
                f"startIndex {start} was asked for and {page.start} came",
            )
        )
    if page.per_page is not None and page.per_page != len(page.resources):
        raise PagesBrokenError(
            both(
                f"itemsPerPage は {page.per_page} ですが {len(page.resources)} 件です",
                f"itemsPerPage says {page.per_page} but there are {len(page.resources)}",
            )
        )
    return page.total


def _check_overlap(whole: Assembled[T], page: Page[T]) -> None:
    """Hold that a page begins with the last resource of the one before."""
    last = next(reversed(whole.resources))
    if not page.resources or page.resources[0].id != last:
        raise PagesMovedError(
            both("読取り中に並びが変わりました", "the order changed while it was read")
        )


def _take(whole: Assembled[T], page: Page[T], total: int) -> None:
    for resource in page.resources:
        if not resource.id:
            raise PagesBrokenError(both("id のない項目です", "a resource has no id"))
        if resource.id in whole.resources:
            raise PagesMovedError(both("同じ id が二度あります", "an id comes twice"))
        whole.resources[resource.id] = resource
    if len(whole.resources) > total:
        raise PagesBrokenError(
            both("totalResults より多くあります", "there are more than totalResults")
        )
    if not whole.resources and total:
        raise PagesBrokenError(
            both("件数だけがあり、項目がありません", "there is a total and nothing else")
        )
