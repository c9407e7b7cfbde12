"""Files replaced whole and durably: a crash leaves the old one or the new one, nothing between."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep other processes of syncd out of a file while it is read and rewritten.

    The lock lies beside the file, because replacing the file would replace a lock on it.
    """
    with path.with_name(f".{path.name}.lock").open("a", encoding="utf-8") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def replace_file(path: Path, content: bytes) -> None:
    """Replace a file: write beside it, fsync, rename. Its mode and owner stay. Raises OSError."""
    spare = path.with_name(f".{path.name}.new")
    with spare.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    if path.exists():
        status = path.stat()
        spare.chmod(status.st_mode)
        if os.geteuid() == 0:
            os.chown(spare, status.st_uid, status.st_gid)
    spare.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
