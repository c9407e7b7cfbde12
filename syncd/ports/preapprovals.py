"""What the store keeps of approvals given before their day; the votes themselves are votes.

A line that rests on 内示 stands here and nowhere else until a confirmed order says the same; of
one that never did only the digest stays (decision record 0023, 7).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from syncd.core.preapproval.standing import KeptLine, Outcome


@dataclass(frozen=True, slots=True)
class Seal:
    """What opens a sealed record of the trail: the SHA-256 of `salt` and the digests is `seal`."""

    seal: str
    salt: str
    on: date
    digests: tuple[str, ...]


class PreApprovalsUnit(Protocol):
    """Read and written inside one transaction; see `ports.store` for what a unit promises."""

    def keep_lines(self, lines: Sequence[KeptLine]) -> None:
        """Keep lines that somebody votes on; one that lapsed stands again, in its next round."""
        ...

    def kept_lines(self, on: date) -> tuple[KeptLine, ...]:
        """Return every line of a day on which anybody ever voted."""
        ...

    def kept_by_digest(self, digests: Iterable[str]) -> Mapping[str, KeptLine]:
        """Return the kept ones of these lines, by digest."""
        ...

    def unsettled_lines(self, until: date) -> tuple[KeptLine, ...]:
        """Return the lines of days up to `until` of which nothing became yet."""
        ...

    def settle_lines(self, digests: Collection[str], outcome: Outcome, at: datetime) -> None:
        """Put down what became of lines.

        What lapses and rested on 内示 loses everything but its digest.
        """
        ...

    def keep_seal(self, seal: Seal) -> None:
        """Keep what opens a sealed record of the trail."""
        ...

    def seals(self, on: date) -> tuple[Seal, ...]:
        """Return what opens the sealed records of a day, oldest first."""
        ...
