"""Where the rows of an input stand: (number of the fact, line), in the order of the file.

Kept with the input and not with the fact, so that a line that moves rewrites no fact and a past
answer still cites the file it was given from. Written as differences: a file that keeps its order
packs into a few hundred bytes whatever its size.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping
from itertools import accumulate, pairwise
from typing import TypeAlias

from syncd.store.codec import dumps

Places: TypeAlias = Mapping[int, int]
"""The line of each fact, by its number; iterates in the order of the file."""


def pack_places(places: Places) -> bytes:
    """Return places as stored."""
    return zlib.compress(dumps([_steps(places), _steps(places.values())]).encode())


def unpack_places(packed: bytes) -> dict[int, int]:
    """Return stored places."""
    numbers, lines = json.loads(zlib.decompress(packed))
    return dict(zip(accumulate(numbers), accumulate(lines), strict=True))


def _steps(values: Iterable[int]) -> list[int]:
    listed = [0, *values]
    return [after - before for before, after in pairwise(listed)]
