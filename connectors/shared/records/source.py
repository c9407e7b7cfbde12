"""A source whose input is one table: fetched whole from wherever it lies, then read like any other.

Where the bytes come from is a function; that they are read whole or refused with every fault is
the same for all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from connectors.shared.bilingual import said
from connectors.shared.records.options import RecordOptions
from connectors.shared.records.reading import FaultyFileError, Parsed, parse_file
from connectors.shared.tables.place import NotWholeError
from syncd.core.facts import Provides
from syncd.errors import RowFault, SourceRefused
from syncd.ports.source import Fingerprint, SourceContext, SourceReading


@dataclass(frozen=True, slots=True)
class FetchedTable:
    """One file as it stood: its name, where it lies (for people), its bytes and their digest.

    `modified_at` is aware. `wrong` is what its checksum file says against it.
    """

    name: str
    where: str
    raw: bytes
    modified_at: datetime
    sha256: str
    wrong: tuple[RowFault, ...] = ()

    @property
    def fingerprint(self) -> Fingerprint:
        """Return what tells this file from the one before."""
        return Fingerprint(self.sha256, self.modified_at, self.where)


def whole_reading(
    context: SourceContext, fingerprint: Fingerprint, parsed: Parsed
) -> SourceReading:
    """Return the reading of an input that was understood whole."""
    return SourceReading(
        source=context.name,
        provides=context.provides,
        fingerprint=fingerprint,
        base_on=parsed.base_on,
        rows=parsed.rows,
        records=parsed.records,
        held=parsed.held,
        warnings=parsed.notes,
        advance_warnings=parsed.advance_notes,
    )


@dataclass(slots=True)
class TableSource:
    """Implements `ports.source.Source`; `fetch` raises NotWholeError where it cannot."""

    name: str
    provides: Provides
    options: RecordOptions
    context: SourceContext
    fetch: Callable[[], FetchedTable]

    def fingerprint(self) -> Fingerprint:
        """Return what tells this file from the one before; raises SourceRefused."""
        return self._fetched().fingerprint

    def read(self) -> SourceReading:
        """Fetch and parse the whole file; raises SourceRefused."""
        table = self._fetched()
        if table.wrong:
            raise SourceRefused(self.name, table.where, table.wrong)
        try:
            parsed = parse_file(table.raw, table.name, self.options, self.context)
        except FaultyFileError as error:
            raise SourceRefused(self.name, table.where, error.faults) from error
        return whole_reading(self.context, table.fingerprint, parsed)

    def _fetched(self) -> FetchedTable:
        """Fetch the file once; raises SourceRefused where it is missing, moving or too large."""
        try:
            return self.fetch()
        except NotWholeError as error:
            fault = RowFault(0, "", None, said(error))
            raise SourceRefused(self.name, error.where, (fault,)) from error
