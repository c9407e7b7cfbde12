"""The cells of a row of JSON, by the configured paths."""

from __future__ import annotations

import json

from connectors.http.options import HttpFeedOptions
from connectors.shared.bilingual import both
from connectors.shared.feeds.json_paths import NotThereError, as_cell, numbers_in, parse_path
from connectors.shared.feeds.pages import FeedRow


class RowReader:
    """Reads rows as the configuration says."""

    def __init__(self, options: HttpFeedOptions) -> None:
        """Understand every path once."""
        self.columns = tuple(options.fields)
        self._fields = [
            (column, path, parse_path(path), options.words.get(column, {}))
            for column, path in options.fields.items()
        ]
        self._ident = parse_path(options.row_id) if options.row_id else None

    def row(self, given: object) -> FeedRow:
        """Return the row; a path that leads nowhere is a fault of its column."""
        cells: list[str] = []
        faults: list[tuple[str, str]] = []
        for column, text, path, words in self._fields:
            try:
                cell = as_cell(path.found(given))
            except NotThereError:
                ja = f"{text} が応答にありません(なくてもよければ末尾に ? を付ける)"
                en = f"{text} is not in the answer (end it with ? where it may be absent)"
                faults.append((column, both(ja, en)))
                cell = ""
            cells.append(words.get(cell, cell))
        key = self._key(given, cells, faults)
        return FeedRow(key, tuple(cells), tuple(faults), numbers_in(given))

    def _key(self, given: object, cells: list[str], faults: list[tuple[str, str]]) -> str:
        """Return what tells the row from every other: its own id, else all that it says."""
        if self._ident is not None:
            try:
                ident = as_cell(self._ident.found(given))
            except NotThereError:
                ident = ""
            if ident:
                return ident
            faults.append(("", both("row_id がありません", "the row has no row_id")))
        return json.dumps(cells, ensure_ascii=False)
