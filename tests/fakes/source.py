"""A source that states what a test gives it, and can be told to refuse."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from syncd.core.facts import Provides, Record
from syncd.errors import RowFault, SourceRefused
from syncd.ports.source import Fingerprint, SourceReading


@dataclass
class FakeSource:
    """Implements the source port over a tuple of records; a test replaces `records` at will."""

    name: str
    provides: Provides
    modified_at: datetime
    records: tuple[Record, ...] = ()
    base_on: date | None = None
    broken: str = ""

    def fingerprint(self) -> Fingerprint:
        content = repr((self.records, self.base_on)).encode()
        return Fingerprint(hashlib.sha256(content).hexdigest(), self.modified_at, self.name)

    def read(self) -> SourceReading:
        if self.broken:
            fault = RowFault(3, "発令日", "R99.1.1", self.broken)
            raise SourceRefused(self.name, self.name, (fault,))
        rows = len(self.records)
        return SourceReading(
            self.name, self.provides, self.fingerprint(), self.base_on, rows, self.records
        )
