"""Fetches the newest file of a remote folder whole; what moves, is cut or missing is refused."""

from __future__ import annotations

import hashlib
import stat
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import ClassVar
from zoneinfo import ZoneInfo

import paramiko
from pydantic import BaseModel

from connectors.sftp.line import opened, place_of
from connectors.sftp.options import SftpOptions
from connectors.shared.bilingual import both
from connectors.shared.records.checking import check_columns
from connectors.shared.records.source import FetchedTable, TableSource
from connectors.shared.tables.integrity import SUFFIX, missing_sidecar, sidecar_faults
from connectors.shared.tables.place import MOST_BYTES, PASSED_OVER, NotWholeError
from syncd.errors import ConfigurationError, RowFault
from syncd.ports.source import Source, SourceContext

_TOKYO = ZoneInfo("Asia/Tokyo")
_MOST_SIDECAR = 64 * 1024


class SftpSourceType:
    """The entry point of the `sftp` source."""

    Options: ClassVar[type[BaseModel]] = SftpOptions

    @staticmethod
    def build(options: BaseModel, context: SourceContext) -> Source:
        """Return the source; connects to nothing yet; raises ConfigurationError."""
        if not isinstance(options, SftpOptions):
            raise ConfigurationError(f"source {context.name!r}: these are no options of sftp")
        check_columns(options, context)

        def fetch() -> FetchedTable:
            with opened(options, context.base_dir) as client:
                return _fetch(client, options)

        return TableSource(context.name, context.provides, options, context, fetch)


def _fetch(client: paramiko.SFTPClient, options: SftpOptions) -> FetchedTable:
    folder = PurePosixPath(options.path).parent
    entry, names = _newest(client, options, str(folder))
    path = str(folder / entry.filename)
    where = place_of(options, entry.filename)
    raw = _bytes(client, path, entry.st_size or 0, where)
    after = client.stat(path)
    if (entry.st_size, entry.st_mtime) != (after.st_size, after.st_mtime):
        ja, en = "書き込みの途中です。終わってから読み直します", "the file is being written"
        raise NotWholeError(where, both(ja, en))
    digest = hashlib.sha256(raw).hexdigest()
    modified_at = datetime.fromtimestamp(entry.st_mtime or 0, _TOKYO)
    wrong = _wrong(client, path, digest, options, is_there=entry.filename + SUFFIX in names)
    return FetchedTable(entry.filename, where, raw, modified_at, digest, wrong)


def _newest(
    client: paramiko.SFTPClient, options: SftpOptions, folder: str
) -> tuple[paramiko.SFTPAttributes, set[str]]:
    """Return the newest plain file that is meant, and the names in its folder."""
    wanted = PurePosixPath(options.path).name
    listing = client.listdir_attr(folder)
    found = [
        entry
        for entry in listing
        if stat.S_ISREG(entry.st_mode or 0)
        and "/" not in entry.filename
        and not entry.filename.endswith(SUFFIX)
        and not entry.filename.startswith(PASSED_OVER)
        and (entry.filename == wanted or fnmatchcase(entry.filename, wanted))
    ]
    if not found:
        raise NotWholeError(
            place_of(options), both("ファイルがありません", "there is no such file")
        )
    newest = max(found, key=lambda entry: (entry.st_mtime or 0, entry.filename))
    return newest, {entry.filename for entry in listing}


def _bytes(client: paramiko.SFTPClient, path: str, size: int, where: str) -> bytes:
    """Return a file of the stated size whole; raises NotWholeError."""
    if size > MOST_BYTES:
        raise NotWholeError(where, both("ファイルが大きすぎます", "the file is too large"))
    # No prefetch: paramiko does it in a thread that dies of a line that is cut, and says so loudly.
    with client.open(path, "rb") as file:
        raw = file.read(size + 1)
    if len(raw) != size:
        ja, en = "大きさが途中で変わりました", "its size changed while it was read"
        raise NotWholeError(where, both(ja, en))
    return bytes(raw)


def _wrong(
    client: paramiko.SFTPClient, path: str, digest: str, options: SftpOptions, *, is_there: bool
) -> tuple[RowFault, ...]:
    """Return what the checksum file beside it says against the file."""
    name = PurePosixPath(path).name
    if not is_there:
        return (missing_sidecar(name),) if options.integrity == "required" else ()
    with client.open(path + SUFFIX, "rb") as file:
        return sidecar_faults(name, digest, bytes(file.read(_MOST_SIDECAR)))
