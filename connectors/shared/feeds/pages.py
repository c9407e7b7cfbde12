"""Lists in pages, taken whole or not at all, from services that keep no state between pages.

Somebody who leaves page one while page two is fetched shifts another out of sight, and one who
joins at the end hides that from the total. A list of more than one page is therefore read twice,
and both times must show the same: the same rows in the same order, and the same total throughout.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from connectors.shared.feeds.faults import moved, wrong
from connectors.shared.http.session import Reply

Get = Callable[[str], Reply]


class FeedRow(NamedTuple):
    """What is kept of one row: what tells it from every other, its cells, and what is wrong.

    `faults` are columns with why their cell cannot be told; `numbers` are runs of 12 digits
    wherever they stand in the row, mapped or not.
    """

    key: str
    cells: tuple[str, ...]
    faults: tuple[tuple[str, str], ...] = ()
    numbers: tuple[str, ...] = ()


class Shown(NamedTuple):
    """What an answer says: its rows as JSON, the total where it states one, where it goes on."""

    rows: list[Any]
    total: int | None
    following: str | None


class Page(NamedTuple):
    """One page as kept: its rows, the stated total, and the address of the page after it."""

    rows: tuple[FeedRow, ...]
    total: int | None
    following: str | None


@dataclass(frozen=True, slots=True)
class Listing:
    """One list: where it begins, how an answer is understood, and what is kept of a row.

    `shown` is given the address asked, the answer, and how many rows came before it.
    """

    begins: str
    shown: Callable[[str, Reply, int], Shown]
    kept: Callable[[Any], FeedRow]
    most_rows: int


@dataclass(slots=True)
class Progress:
    """How far a list was read: the pages of the first pass, and of the second what proves them."""

    pages: list[Page] = field(default_factory=list)
    proved: list[Page] = field(default_factory=list)


def read_list(listing: Listing, get: Get, progress: Progress) -> tuple[FeedRow, ...]:
    """Return every row of a list, going on from `progress`; raises FeedError."""
    _pass(listing, get, progress.pages, against=None)
    rows = tuple(row for page in progress.pages for row in page.rows)
    total = progress.pages[0].total
    if total is not None and total != len(rows):
        raise moved(
            f"件数が合いません({total} 件のはずが {len(rows)} 件)",
            f"the service counts {total} rows and gave {len(rows)}",
        )
    if len(progress.pages) > 1:
        _pass(listing, get, progress.proved, against=progress.pages)
    return rows


def _pass(listing: Listing, get: Get, pages: list[Page], against: list[Page] | None) -> None:
    """Read on to the last page; hold each against that of the first pass."""
    asked = {listing.begins, *(page.following or "" for page in pages)}
    keys = {row.key for page in pages for row in page.rows}
    address = pages[-1].following if pages else listing.begins
    while address is not None:
        page = _page(listing, get, address, len(keys))
        _hold_together(page, pages, keys, listing.most_rows)
        if against is not None:
            _hold_same(page, against, len(pages))
        if page.following in asked:
            raise wrong("ページが輪になっています", "the pages run in a circle")
        pages.append(page)
        asked.add(page.following or "")
        address = page.following


def _page(listing: Listing, get: Get, address: str, before: int) -> Page:
    shown = listing.shown(address, get(address), before)
    rows = tuple(listing.kept(row) for row in shown.rows)
    return Page(rows, shown.total, shown.following)


def _hold_together(page: Page, before: list[Page], keys: set[str], most_rows: int) -> None:
    """Hold a page against those before it; its keys are added to `keys`."""
    if before and page.total != before[0].total:
        raise moved("件数が途中で変わりました", "the total changed between two pages")
    for row in page.rows:
        if row.key in keys:
            raise moved("同じ行が二度出てきました", "one row came twice")
        keys.add(row.key)
    if len(keys) > most_rows:
        raise wrong(
            f"{most_rows} 行を超えました(most_rows)", f"more than {most_rows} rows (most_rows)"
        )
    if not page.rows and page.following is not None:
        raise wrong("途中に空のページがあります", "a page before the last is empty")


def _hold_same(page: Page, against: list[Page], place: int) -> None:
    first = against[place] if place < len(against) else None
    is_last_alike = first is not None and (first.following is None) == (page.following is None)
    if first is None or _told(first) != _told(page) or not is_last_alike:
        raise moved("読む間に一覧が変わりました", "the list changed while it was read")


def _told(page: Page) -> tuple[int | None, list[tuple[str, tuple[str, ...]]]]:
    """Return what of a page counts: services sign some addresses anew with every answer."""
    return page.total, [(row.key, row.cells) for row in page.rows]
