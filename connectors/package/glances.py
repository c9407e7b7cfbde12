"""Looks at each package once, and again only when its file changed.

A drop folder may hold a year of packages, and each is asked for once for every one that follows.
What was seen is a proved manifest: the files in a package are proved by it whenever they are read,
so that nothing rests on the file still being the same.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from connectors.package.archive import BrokenPackageError, SeenPackage, look_at


class _Stamp(NamedTuple):
    """What changes when a file, or who is believed, changes."""

    inode: int
    size: int
    modified_ns: int
    changed_ns: int
    keys: tuple[bytes, ...]


@dataclass(slots=True)
class Glances:
    """What was seen of the packages of one folder."""

    _seen: dict[Path, tuple[_Stamp, SeenPackage | BrokenPackageError]] = field(default_factory=dict)

    def look_at(self, path: Path, keys: Sequence[Ed25519PublicKey]) -> SeenPackage:
        """Return the package with its proved manifest; raises BrokenPackageError, OSError."""
        stamp = _stamp(path, keys)
        known = self._seen.get(path)
        if known is None or known[0] != stamp:
            known = self._seen[path] = (stamp, _looked(path, keys))
        found = known[1]
        if isinstance(found, BrokenPackageError):
            raise found
        return found

    def forget_others(self, paths: Collection[Path]) -> None:
        """Keep only what was seen of these files."""
        for path in self._seen.keys() - set(paths):
            del self._seen[path]


def _stamp(path: Path, keys: Sequence[Ed25519PublicKey]) -> _Stamp:
    status = os.lstat(path)
    known = tuple(key.public_bytes_raw() for key in keys)
    return _Stamp(status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns, known)


def _looked(path: Path, keys: Sequence[Ed25519PublicKey]) -> SeenPackage | BrokenPackageError:
    try:
        return look_at(path, keys)
    except BrokenPackageError as error:
        return error
