"""Finds the file and reads its bytes; everything that can be wrong becomes SourceRefused."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import ClassVar, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from connectors.file.integrity import SUFFIX, integrity_faults
from connectors.file.options import FILLER, FileOptions
from connectors.file.reading import BASE_ON, FaultyFileError, parse_file
from connectors.file.rows import FORMS
from connectors.shared.bilingual import both
from syncd.core.facts import Provides
from syncd.errors import ConfigurationError, RowFault, SourceRefused
from syncd.ports.source import Fingerprint, Source, SourceContext, SourceReading

_TOKYO = ZoneInfo("Asia/Tokyo")
_MOST_BYTES = 512 * 1024 * 1024
# Excel keeps `~$name.xlsx` beside a workbook that somebody has open.
_PASSED_OVER = ("~$", ".")


class _Bytes(NamedTuple):
    path: Path
    raw: bytes
    fingerprint: Fingerprint


@dataclass(slots=True)
class FileSource:
    """One configured file, or the newest of those that a pattern names."""

    name: str
    provides: Provides
    options: FileOptions
    context: SourceContext

    def fingerprint(self) -> Fingerprint:
        """Return what tells this file from the one before; raises SourceRefused."""
        return self._read_bytes().fingerprint

    def read(self) -> SourceReading:
        """Read and parse the whole file; raises SourceRefused."""
        path, raw, fingerprint = self._read_bytes()
        required = self.options.integrity == "required"
        wrong = integrity_faults(path, fingerprint.sha256, required=required)
        if wrong:
            raise SourceRefused(self.name, fingerprint.where, wrong)
        try:
            parsed = parse_file(raw, path.name, self.options, self.context)
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

    def _read_bytes(self) -> _Bytes:
        """Read the file once; raises SourceRefused where it is missing, moving or too large."""
        where = str(self.context.base_dir / self.options.path)
        try:
            path = self._newest()
            before = path.stat()
            if before.st_size > _MOST_BYTES:
                raise self._refused(str(path), "ファイルが大きすぎます", "the file is too large")
            raw = path.read_bytes()
            after = path.stat()
        except OSError as error:
            raise self._refused(
                where, f"読めません: {error}", f"cannot be read: {error}"
            ) from error
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
            ja, en = "書き込みの途中です。終わってから読み直します", "the file is being written"
            raise self._refused(str(path), ja, en)
        modified_at = datetime.fromtimestamp(after.st_mtime, _TOKYO)
        digest = hashlib.sha256(raw).hexdigest()
        return _Bytes(path, raw, Fingerprint(digest, modified_at, str(path)))

    def _newest(self) -> Path:
        """Return the named file, or the newest that the pattern matches; raises OSError."""
        named = self.context.base_dir / self.options.path
        if named.is_file():
            return named
        pattern, root = Path(self.options.path), self.context.base_dir
        if pattern.is_absolute():
            root = Path(pattern.anchor)
            pattern = pattern.relative_to(root)
        files = [path for path in root.glob(str(pattern)) if _is_input(path)]
        if not files:
            raise FileNotFoundError(f"no file matches {named}")
        return max(files, key=lambda path: (path.stat().st_mtime_ns, path.name))

    def _refused(self, where: str, ja: str, en: str) -> SourceRefused:
        return SourceRefused(self.name, where, (RowFault(0, "", None, both(ja, en)),))


def _is_input(path: Path) -> bool:
    """Return whether a file is one that people put there to be read."""
    return path.is_file() and path.suffix != SUFFIX and not path.name.startswith(_PASSED_OVER)


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
