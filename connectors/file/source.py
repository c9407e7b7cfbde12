"""Finds the file and reads its bytes; everything that can be wrong becomes SourceRefused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pydantic import BaseModel

from connectors.file.options import FileOptions
from connectors.shared.bilingual import said
from connectors.shared.records.reading import BASE_ON, FaultyFileError, parse_file
from connectors.shared.records.rows import FORMS
from connectors.shared.tables.integrity import integrity_faults
from connectors.shared.tables.options import FILLER
from connectors.shared.tables.place import FileBytes, NotWholeError, read_newest
from syncd.core.facts import Provides
from syncd.errors import ConfigurationError, RowFault, SourceRefused
from syncd.ports.source import Fingerprint, Source, SourceContext, SourceReading


@dataclass(slots=True)
class FileSource:
    """One configured file, or the newest of those that a pattern names."""

    name: str
    provides: Provides
    options: FileOptions
    context: SourceContext

    def fingerprint(self) -> Fingerprint:
        """Return what tells this file from the one before; raises SourceRefused."""
        return _fingerprint(self._read_bytes())

    def read(self) -> SourceReading:
        """Read and parse the whole file; raises SourceRefused."""
        file = self._read_bytes()
        fingerprint = _fingerprint(file)
        required = self.options.integrity == "required"
        wrong = integrity_faults(file.path, file.sha256, required=required)
        if wrong:
            raise SourceRefused(self.name, fingerprint.where, wrong)
        try:
            parsed = parse_file(file.raw, file.path.name, self.options, self.context)
        except FaultyFileError as error:
            raise SourceRefused(self.name, fingerprint.where, error.faults) from error
        return SourceReading(
            source=self.name,
            provides=self.provides,
            fingerprint=fingerprint,
            base_on=parsed.base_on,
            rows=parsed.rows,
            records=parsed.records,
            held=parsed.held,
            warnings=parsed.notes,
            advance_warnings=parsed.advance_notes,
        )

    def _read_bytes(self) -> FileBytes:
        """Read the file once; raises SourceRefused where it is missing, moving or too large."""
        try:
            return read_newest(self.options.path, self.context.base_dir)
        except NotWholeError as error:
            fault = RowFault(0, "", None, said(error))
            raise SourceRefused(self.name, error.where, (fault,)) from error


def _fingerprint(file: FileBytes) -> Fingerprint:
    return Fingerprint(file.sha256, file.modified_at, str(file.path))


class FileSourceType:
    """The entry point of the `file` source."""

    Options: ClassVar[type[BaseModel]] = FileOptions

    @staticmethod
    def build(options: BaseModel, context: SourceContext) -> Source:
        """Return the source; raises ConfigurationError naming columns that do not exist."""
        if not isinstance(options, FileOptions):
            raise ConfigurationError(f"source {context.name!r}: these are no options of a file")
        known = {column.name for column in FORMS[context.provides].columns}
        named = {*options.columns, *(name for name, _ in options.widths)} - {FILLER}
        wrong = sorted(named - known)
        if wrong:
            raise ConfigurationError(
                f"source {context.name!r}: {context.provides} has no columns {', '.join(wrong)}; "
                f"it has: {', '.join(sorted(known))}"
            )
        if options.base_on and BASE_ON not in known:
            raise ConfigurationError(f"source {context.name!r}: base_on is for a roster only")
        return FileSource(context.name, context.provides, options, context)
