"""The values of one attribute as they came off the wire, decoded only when somebody looks.

A city's groups hold half a million member names, nearly all of which are names of entries read a
moment before, spelled by the same server in the same bytes. Those are found without decoding any
of them; whatever is spelled otherwise is decoded and looked up the long way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter
from typing import TypeVar, overload

from connectors.shared.ldap.ber import OCTETS, BrokenAnswerError, header

N = TypeVar("N")


class RawValues(Sequence[str]):
    """The values of one attribute: OCTET STRINGs one behind the other in `raw`."""

    __slots__ = ("raw",)

    def __init__(self, raw: bytes) -> None:
        """Keep the bytes."""
        self.raw = raw

    def __iter__(self) -> Iterator[str]:
        """Decode each value."""
        return (value.decode("utf-8", "replace") for _, value in _walk(self.raw))

    def __len__(self) -> int:
        """Count the values."""
        return sum(1 for _ in _walk(self.raw))

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[str]: ...
    def __getitem__(self, at: int | slice) -> str | Sequence[str]:
        """Return a value or some of them."""
        return list(self)[at]

    def split(self, suffix: bytes, table: Mapping[bytes, N]) -> tuple[Sequence[N], Sequence[str]]:
        """Return what the values found in a table stand for, and the other values decoded.

        The table's keys are whole OCTET STRINGs that ended in `suffix`, without it: header and
        all. So a piece between two suffixes that is in the table is exactly one value, and the
        next one begins right behind it; a piece that is not is walked value by value.
        """
        pieces = self.raw.split(suffix) if suffix else [self.raw]
        rest = pieces.pop()
        if not rest and len(pieces) > 1:
            try:
                return itemgetter(*pieces)(table), []
            except KeyError:
                pass  # some are spelled otherwise, or are no accounts
        found: list[N] = []
        others: list[str] = []
        try:
            for piece in pieces:
                name = table.get(piece)
                if name is not None:
                    found.append(name)
                else:
                    _sort(piece + suffix, suffix, table, found, others)
            _sort(rest, suffix, table, found, others)
        except (BrokenAnswerError, IndexError):
            # A value that has the suffix in its middle: the pieces are not whole values.
            found, others = [], []
            _sort(self.raw, suffix, table, found, others)
        return found, others


def _sort(
    raw: bytes, suffix: bytes, table: Mapping[bytes, N], found: list[N], others: list[str]
) -> None:
    for whole, value in _walk(raw):
        name = table.get(whole[: -len(suffix)]) if whole.endswith(suffix) and suffix else None
        if name is None:
            others.append(value.decode("utf-8", "replace"))
        else:
            found.append(name)


def _walk(raw: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield each value with and without its header; raises BrokenAnswerError, IndexError."""
    at = 0
    while at < len(raw):
        tag, start, end = header(raw, at)
        if tag != OCTETS or end > len(raw):
            raise BrokenAnswerError("not a list of whole values")
        yield raw[at:end], raw[start:end]
        at = end
