"""The styles in which services hand out a list, and how each tells its end.

Promise: an end is only believed where it is told: by a total that is reached, by a place for the
next page that is there and empty, or by an empty page. What merely lacks a sign is no end.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from connectors.http.options import HttpFeedOptions
from connectors.shared.feeds.faults import wrong
from connectors.shared.feeds.json_paths import JsonPath, NotThereError, parse_path
from connectors.shared.feeds.line import linked, next_link
from connectors.shared.feeds.pages import Shown
from connectors.shared.http.session import Reply


@dataclass(frozen=True, slots=True)
class Paging:
    """The pages of one list as the configuration says, on one day."""

    options: HttpFeedOptions
    on: date

    @property
    def begins(self) -> str:
        """Return the address of the first page."""
        options = self.options
        match options.paging:
            case "page":
                own = {options.page_param: options.first_page, options.size_param: options.size}
            case "offset":
                own = {options.offset_param: 0, options.size_param: options.size}
            case _:
                own = {}
        return self._address(own)

    def shown(self, address: str, reply: Reply, before: int) -> Shown:
        """Return what an answer says; raises PagesWrongError where it is another."""
        shown = Shown(self._rows(reply), self._total(reply), None)
        return shown._replace(following=self._following(address, reply, before, shown))

    def _rows(self, reply: Reply) -> list[Any]:
        rows = _found(parse_path(self.options.rows), reply.content)
        if not isinstance(rows, list):
            raise wrong(
                "rows の場所に一覧がありません", "there is no list where `rows` says that it is"
            )
        return rows

    def _total(self, reply: Reply) -> int | None:
        options = self.options
        if not options.has_total:
            return None
        if options.total:
            stated = _found(parse_path(options.total), reply.content)
        else:
            stated = reply.headers.get(options.total_header.lower())
        text = str(stated)
        if isinstance(stated, bool) or not (text.isascii() and text.isdigit()):
            raise wrong("件数がありません", "the answer states no total")
        return int(text)

    def _following(self, address: str, reply: Reply, before: int, shown: Shown) -> str | None:
        match self.options.paging:
            case "none":
                self._hold_only(address, reply)
                return None
            case "link":
                return next_link(address, reply)
            case "next":
                return self._next(address, reply)
            case "cursor":
                return self._cursor(reply)
            case _:
                return self._counted(address, before, shown)

    def _counted(self, address: str, before: int, shown: Shown) -> str | None:
        """Return the page that is told by its number, or by how many rows come before it.

        A short page is no end: a service may give fewer than it was asked for.
        """
        read = before + len(shown.rows)
        if not shown.rows or read == shown.total:
            return None
        options = self.options
        if options.paging == "offset":
            return self._address({options.offset_param: read, options.size_param: options.size})
        page = int(dict(parse_qsl(urlsplit(address).query))[options.page_param]) + 1
        return self._address({options.page_param: page, options.size_param: options.size})

    def _hold_only(self, address: str, reply: Reply) -> None:
        if next_link(address, reply) is not None:
            raise wrong(
                "続きのページがあります(paging を設定してください)",
                "there are more pages: configure paging",
            )

    def _next(self, address: str, reply: Reply) -> str | None:
        link = self._place(reply)
        return linked(address, link) if link else None

    def _cursor(self, reply: Reply) -> str | None:
        cursor = self._place(reply)
        return self._address({self.options.cursor_param: cursor}) if cursor else None

    def _place(self, reply: Reply) -> str:
        """Return what stands where the next page is told; empty at the end."""
        found = _found(parse_path(self.options.next), reply.content)
        if found is None or found is False:
            return ""
        if isinstance(found, bool) or not isinstance(found, str | int):
            raise wrong("next の場所の値が読めません", "what stands at `next` cannot be read")
        return str(found)

    def _address(self, own: dict[str, Any]) -> str:
        given = {
            k: v.replace("{today}", self.on.isoformat()) for k, v in self.options.query.items()
        }
        query = urlencode({**given, **own})
        return f"{self.options.url}?{query}" if query else self.options.url


def _found(path: JsonPath, content: object) -> Any:  # noqa: ANN401 - it is JSON
    try:
        return path.found(content)
    except NotThereError:
        raise wrong(
            "応答の形が設定(rows、total、next)と違います",
            "the answer has another form than rows, total and next say",
        ) from None
