"""The files of a log: found by a pattern, opened as a stream of bounded lines, hashed as read.

What is packed (`.gz`, by content and not by name) is unpacked as it is read; a file that unpacks
to far more than a log would is given up, and so is one that breaks off: what it holds is unknown.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from itertools import pairwise
from pathlib import Path

MOST_BYTES_A_LINE = 65_536
_CHUNK = 1 << 20
_PACKED = b"\x1f\x8b"
_MOST_GROWTH = 300
_FREE_BYTES = 1 << 26
_NUMBER = re.compile(r"^(.*?)(?:[._-](\d{1,4}))?$")
_DATE = re.compile(r"(?<!\d)(\d{4})-?(\d{2})-?(\d{2})(?!\d)")


class FileBroken(Exception):  # noqa: N818 - it says what it is; never leaves this package
    """A file could not be read to its end."""


def find_files(pattern: str, base_dir: Path) -> tuple[Path, ...]:
    """Return the files that a pattern names, sorted by name; what is no file is left out."""
    given = Path(pattern)
    anchor = Path(given.anchor) if given.is_absolute() else base_dir
    relative = given.relative_to(given.anchor) if given.is_absolute() else given
    return tuple(sorted(path for path in anchor.glob(str(relative)) if path.is_file()))


class _Hashing(io.RawIOBase):
    """Reads a file and hashes what went by."""

    def __init__(self, file: io.BufferedReader) -> None:
        super().__init__()
        self._file = file
        self.digest = hashlib.sha256()
        self.read_bytes = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        got = self._file.readinto(buffer)
        self.digest.update(memoryview(buffer)[:got])
        self.read_bytes += got
        return got


class OpenLog:
    """One file, open: its lines as bytes, each without its end and none longer than a bound."""

    def __init__(self, raw: _Hashing, stream: io.BufferedIOBase) -> None:
        """Read `stream`, which takes its bytes from `raw`."""
        self._raw = raw
        self._stream = stream

    def lines(self) -> Iterator[tuple[int, bytes | None]]:
        """Yield (number from 1, line); None for one that is too long. Raises FileBroken."""
        number = unpacked = 0
        try:
            while line := self._stream.readline(MOST_BYTES_A_LINE + 1):
                number += 1
                unpacked += len(line)
                is_long = len(line) > MOST_BYTES_A_LINE and not line.endswith(b"\n")
                yield number, None if is_long else line.rstrip(b"\r\n")
                while is_long and (rest := self._stream.readline(_CHUNK)):
                    unpacked += len(rest)
                    self._check_growth(unpacked)
                    is_long = not rest.endswith(b"\n")
                self._check_growth(unpacked)
        except (OSError, EOFError, zlib.error) as error:
            raise FileBroken(str(error)) from error

    def sha256(self) -> str:
        """Return the hash of the whole file, reading on to its end where that was not reached."""
        while self._raw.read(_CHUNK):
            pass
        return self._raw.digest.hexdigest()

    def _check_growth(self, unpacked: int) -> None:
        if unpacked > _FREE_BYTES + _MOST_GROWTH * self._raw.read_bytes:
            raise FileBroken("it unpacks to more than a log does")


@contextmanager
def open_log(path: Path) -> Iterator[OpenLog]:
    """Open a file; raises FileBroken where it cannot be."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise FileBroken(error.strerror or str(error)) from error
    with file:
        try:
            is_packed = file.read(2) == _PACKED
            file.seek(0)
        except OSError as error:
            raise FileBroken(error.strerror or str(error)) from error
        raw = _Hashing(file)
        buffered = io.BufferedReader(raw, _CHUNK)
        yield OpenLog(raw, gzip.GzipFile(fileobj=buffered) if is_packed else buffered)


def missing_before(names: Sequence[str]) -> tuple[bool, ...]:
    """Tell for each file of a row, the oldest first, whether one before it seems to be missing.

    Rotation numbers (`log.2`, `log.1`, `log`) go by one; days in names (`log-20270401`) by the
    smallest step that the row shows.
    """
    days = [_day(name) for name in names]
    dated = [day for day in days if day is not None]
    steps = [(b - a).days for a, b in pairwise(dated) if b > a]
    step = min(steps, default=0)
    found = [False] * len(names)
    for place in range(1, len(names)):
        before, after = days[place - 1], days[place]
        if before is not None and after is not None:
            found[place] = (after - before).days > step
        elif before is None and after is None:
            found[place] = _skips(names[place - 1], names[place])
    return tuple(found)


def _skips(older: str, newer: str) -> bool:
    (base, first), (other, second) = _numbered(older), _numbered(newer)
    return base == other and abs(first - second) > 1


def _numbered(name: str) -> tuple[str, int]:
    found = _NUMBER.match(name.removesuffix(".gz"))
    return (name, 0) if found is None else (found[1], int(found[2] or 0))


def _day(name: str) -> date | None:
    for found in _DATE.finditer(name):
        try:
            return date(*map(int, found.groups()))
        except ValueError:
            continue
    return None


def names_of(paths: Iterable[Path]) -> list[str]:
    """Return the names of files as they are shown: without the folders above them."""
    return [path.name for path in paths]
