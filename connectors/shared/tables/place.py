"""Finds the file that people exported, reads its bytes once, and tells the day in its name.

Promise: a file that is missing, still being written or too large is an error, never an empty one.
"""

from __future__ import annotations

import hashlib
import re
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from connectors.shared.bilingual import both
from connectors.shared.dates import DayError, parse_day
from connectors.shared.tables.integrity import SUFFIX

_TOKYO = ZoneInfo("Asia/Tokyo")
MOST_BYTES = 512 * 1024 * 1024
"""No file may be larger."""
# Excel keeps `~$name.xlsx` beside a workbook that somebody has open.
PASSED_OVER = ("~$", ".")
"""How names begin that are never meant."""
_FILENAME_DAY = re.compile(
    r"(?<!\d)\d{8}(?!\d)|\d{4}[-.年]\d{1,2}[-.月]\d{1,2}日?"
    r"|(?:[MTSHR]|明治|大正|昭和|平成|令和)(?:元|\d{1,2})[-.年]\d{1,2}[-.月]\d{1,2}日?|[MTSHR]\d{6}"
)


class FileBytes(NamedTuple):
    """One file as it stood; `modified_at` is aware, `sha256` lower-case hex."""

    path: Path
    raw: bytes
    modified_at: datetime
    sha256: str


class NotWholeError(Exception):
    """The file cannot be read as it stands; the message is for people, in both languages."""

    def __init__(self, where: str, why: str) -> None:
        """Name the file (or the pattern that finds none) and say what is wrong."""
        self.where = where
        super().__init__(why)


def read_newest(named: str, base_dir: Path) -> FileBytes:
    """Return the named file, or the newest that the pattern matches; raises NotWholeError."""
    where = str(base_dir / named)
    try:
        path = _newest(named, base_dir)
        before = path.stat()
        if before.st_size > MOST_BYTES:
            raise NotWholeError(str(path), both("ファイルが大きすぎます", "the file is too large"))
        raw = path.read_bytes()
        after = path.stat()
    except OSError as error:
        told = both(f"読めません: {error}", f"cannot be read: {error}")
        raise NotWholeError(where, told) from error
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        ja, en = "書き込みの途中です。終わってから読み直します", "the file is being written"
        raise NotWholeError(str(path), both(ja, en))
    modified_at = datetime.fromtimestamp(after.st_mtime, _TOKYO)
    return FileBytes(path, raw, modified_at, hashlib.sha256(raw).hexdigest())


def day_in_name(file_name: str) -> date | None:
    """Return the day that stands in a file's name, in any of the ways to write one."""
    found = _FILENAME_DAY.search(file_name)
    try:
        return parse_day(found[0]).day if found else None
    except DayError:
        return None


def _newest(named: str, base_dir: Path) -> Path:
    """Return the named file, or the newest that the pattern matches; raises OSError."""
    direct = base_dir / named
    if direct.is_file():
        return direct
    pattern, root = Path(named), base_dir
    if pattern.is_absolute():
        root = Path(pattern.anchor)
        pattern = pattern.relative_to(root)
    files = [path for path in root.glob(str(pattern)) if _is_input(path)]
    if not files:
        raise FileNotFoundError(f"no file matches {direct}")
    return max(files, key=lambda path: (path.stat().st_mtime_ns, path.name))


def _is_input(path: Path) -> bool:
    """Return whether a file is one that people put there to be read."""
    return path.is_file() and path.suffix != SUFFIX and not path.name.startswith(PASSED_OVER)
