"""The file behind an `ldif` directory: the newest one, whole, unaltered since it was exported.

Reading a few groups again and again (before and after each change) must not cost a whole parse
each time: `Located` finds single records by an index of where each one stands.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from connectors.ldif.export import Record, parse_export, parse_record, to_utf8
from connectors.ldif.options import LdifOptions
from connectors.ldif.syntax import LdifError, Line, logical_lines, parse_line
from connectors.shared.dn import dn_key
from syncd.errors import DirectoryUnreadable
from syncd.ports.directory import DirectoryContext

SIDECAR = ".sha256"
EXPORT_AGAIN = "書き出しをやり直してください / export the directory again"
_RIGHTS = "ファイルの権限を確かめてください / check the rights of the file"
_NAME = re.compile(rb"^dn:[^\n]*\n(?: [^\n]*\n)*", re.MULTILINE | re.IGNORECASE)
_END = re.compile(rb"\n\r?\n|\n?\Z")


@dataclass(frozen=True, slots=True)
class ExportFile:
    """One export as it stands: `raw` is its text in UTF-8 without the byte order mark."""

    path: Path
    content: bytes
    raw: bytes
    mark: bytes
    encoding: str

    @property
    def sha256(self) -> str:
        """Return the digest of the bytes of the file."""
        return hashlib.sha256(self.content).hexdigest()

    def encoded(self, raw: bytes) -> bytes:
        """Return a changed text in the form that the file has."""
        if self.encoding == "utf-8":
            return self.mark + raw
        return self.mark + raw.decode().encode(self.encoding)


def load(name: str, options: LdifOptions, context: DirectoryContext) -> ExportFile:
    """Return the newest file, held against its checksum; raises DirectoryUnreadable."""
    path = options.find(name, context.base_dir)
    try:
        content = path.read_bytes()
        _check_sidecar(name, path, content, required=options.integrity == "required")
        return ExportFile(path, content, *to_utf8(content))
    except OSError as error:
        raise DirectoryUnreadable(name, f"{path.name}: {error.strerror}", _RIGHTS) from error
    except LdifError as error:
        raise _unreadable(name, path, error) from error


def records_of(name: str, file: ExportFile) -> list[Record]:
    """Return every entry; raises DirectoryUnreadable with the line where it is broken."""
    try:
        return parse_export(file.raw)
    except LdifError as error:
        raise _unreadable(name, file.path, error) from error


def find_record(name: str, file: ExportFile, dn: str) -> Record | None:
    """Return the entry of one DN without parsing the others; raises DirectoryUnreadable."""
    try:
        start = _places(name, file)[dn_key(dn)]
    except KeyError:
        return None
    end = _END.search(file.raw, start)
    piece = file.raw[start : end.end() if end else len(file.raw)]
    number = file.raw.count(b"\n", 0, start)
    lines = [
        Line(line.number + number, line.start + start, line.end + start, line.text)
        for line in logical_lines(piece)
        if line.text and not line.text.startswith(b"#")
    ]
    try:
        return parse_record(lines)
    except LdifError as error:
        raise _unreadable(name, file.path, error) from error


def _places(name: str, file: ExportFile) -> Mapping[str, int]:
    """Return where each DN's record begins; raises DirectoryUnreadable for a broken file."""
    try:
        return _index(file.raw)
    except LdifError as error:
        raise _unreadable(name, file.path, error) from error


@lru_cache(maxsize=1)
def _index(raw: bytes) -> Mapping[str, int]:
    places: dict[str, int] = {}
    if not raw.endswith(b"\n"):
        raise LdifError(
            raw.count(b"\n") + 1, "最後の行が途中で切れています / the last line is cut off"
        )
    for found in _NAME.finditer(raw):
        line = next(logical_lines(found[0]))
        places[dn_key(parse_line(line)[2])] = found.start()
    return places


def _unreadable(name: str, path: Path, error: LdifError) -> DirectoryUnreadable:
    return DirectoryUnreadable(name, f"{path.name} {error}", EXPORT_AGAIN)


def _check_sidecar(name: str, path: Path, content: bytes, *, required: bool) -> None:
    """Hold the file against `<file>.sha256`, as `sha256sum` writes it."""
    sidecar = path.with_name(path.name + SIDECAR)
    if not sidecar.exists():
        if required:
            why = f"{sidecar.name} がありません / is missing"
            raise DirectoryUnreadable(name, why, EXPORT_AGAIN)
        return
    stated = sidecar.read_text(encoding="utf-8", errors="replace").lower().split()[:1]
    if stated != [hashlib.sha256(content).hexdigest()]:
        why = f"{path.name} が {sidecar.name} と一致しません / does not match its checksum"
        raise DirectoryUnreadable(name, why, EXPORT_AGAIN)
