"""Lists that a server hands out in pages: what cannot be one list, and what may be tried again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from syncd.errors import DirectoryUnreadable

PASSES = 3
"""How often a list that moves while it is read is begun anew."""
T = TypeVar("T")


class PagesBrokenError(Exception):
    """Pages that cannot be one list; the message is ours and in both languages."""


class PagesMovedError(PagesBrokenError):
    """The list changed while it was read: it can be begun again."""


def settled(directory: str, remedy: str, read: Callable[[], T]) -> T:
    """Read until nothing moves meanwhile, a bounded number of times; raises DirectoryUnreadable."""
    broken = PagesBrokenError()
    for _ in range(PASSES):
        try:
            return read()
        except PagesMovedError as error:
            broken = error
        except PagesBrokenError as error:
            broken = error
            break
    raise DirectoryUnreadable(directory, broken.args[0], remedy) from None
