"""What the drill needs from outside: where poisoned files are parsed, and shadow stores kept."""

from __future__ import annotations

from typing import Protocol

from syncd.ports.source import SourceReading


class FileParser(Protocol):
    """Parses bytes as the site's own file source would; writes only into a folder of its own."""

    def parse_own(self, source: str, raw: bytes) -> SourceReading:
        """Read bytes with the options of a configured file source; raises SourceRefused."""
        ...

    def parse_rows(self, reading: SourceReading) -> SourceReading:
        """Write a reading as a file with the canonical columns and parse that.

        Raises SourceRefused.
        """
        ...
