"""Parses poisoned files for a drill with the site's own file connector, in a folder of its own."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from syncd.bootstrap import OpenSite, source_context
from syncd.core.drill.writing import can_write, write_rows
from syncd.core.facts import Provides
from syncd.plugins import SOURCES, load_connector
from syncd.ports.source import SourceReading
from syncd.settings.model import SourceTable

_FILE = "file"


class DrillFiles:
    """Implements `flow.drill.ports.FileParser`."""

    def __init__(self, opened: OpenSite, folder: Path) -> None:
        """Write into `folder`, which the caller removes."""
        self._opened = opened
        self._folder = folder
        self._tables = {table.name: table for table in opened.settings.model.sources}
        self._written = 0

    def raw_of(self, reading: SourceReading) -> bytes | None:
        """Return the bytes of a file that was just read; None where the source is no file."""
        if self._tables[reading.source].type != _FILE:
            return None
        try:
            return Path(reading.fingerprint.where).read_bytes()
        except OSError:
            return None  # it was taken away since: then only its rows can be poisoned

    def parse_own(self, source: str, raw: bytes) -> SourceReading:
        """Read bytes with the options of a configured file source; raises SourceRefused."""
        table = self._tables[source]
        ending = Path(str(table.options.get("path", ""))).suffix or ".csv"
        # Whoever makes a broken file makes a checksum of it too: none may be needed to notice.
        given = {**table.options, "integrity": "optional"}
        return self._read(table, self._write(raw, ending), given)

    def parse_rows(self, reading: SourceReading) -> SourceReading:
        """Write a reading as a file with the canonical columns and parse that.

        Raises SourceRefused.
        """
        if not can_write(reading.provides):
            return reading
        table = self._tables[reading.source]
        raw = write_rows(reading.provides, reading.records, reading.base_on)
        wanted = ("on_error",)
        given = {key: table.options[key] for key in wanted if key in table.options}
        return self._read(table, self._write(raw, ".csv"), given)

    def _write(self, raw: bytes, ending: str) -> Path:
        self._written += 1
        path = self._folder / f"poisoned{self._written}{ending}"
        path.write_bytes(raw)
        now = self._opened.clock().timestamp()
        os.utime(path, (now, now))
        return path

    def _read(self, table: SourceTable, path: Path, given: dict[str, Any]) -> SourceReading:
        connector = load_connector(SOURCES, _FILE)
        provides: Provides = table.provides
        context = source_context(self._opened.settings, table.name, provides, self._opened.clock)
        options = connector.Options.model_validate({**given, "path": str(path)})
        try:
            reading: SourceReading = connector.build(options, context).read()
        finally:
            path.unlink()
        return reading
