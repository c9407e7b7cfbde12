"""What was approved ahead held against what is foreseen now: the difference, and only that.

A line stays approved for as long as its digest is the same. A late order adds a line or changes
one, a cancellation takes one away; none of them touches the approval of another line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from syncd.core.ids import CaseId, OrgUnitCode, StaffNumber
from syncd.core.preapproval.line import AheadLine, line_id
from syncd.core.votes import Choice, Vote, distinct_voters


class Standing(StrEnum):
    """Where a line stands: `auto` needs nobody, `changed` was approved in other words."""

    AUTO = "auto"
    APPROVED = "approved"
    PARTLY = "partly"
    CHANGED = "changed"
    NEW = "new"


WAITING = frozenset({Standing.PARTLY, Standing.CHANGED, Standing.NEW})
"""A person is still needed."""


class Outcome(StrEnum):
    """What became of a line that somebody had approved."""

    ADOPTED = "adopted"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class KeptLine:
    """A line on which somebody voted, as it was then; `orders` are cited as in reasons.

    `round` counts how often it was taken up again after it had lapsed. `key` is empty where it
    rested on 内示 that never came true: then only the digest is kept.
    """

    digest: str
    on: date
    key: tuple[str, str, str] | None
    staff_number: StaffNumber | None
    section: OrgUnitCode | None
    orders: tuple[str, ...]
    rests_on_notice: bool
    kept_at: datetime
    round: int = 1
    outcome: Outcome | None = None

    @property
    def line_id(self) -> CaseId:
        """Return under what its votes are kept."""
        return line_id(self.digest)


@dataclass(frozen=True, slots=True)
class Standings:
    """Every line of a plan with where it stands, and the approved ones that are no more.

    `votes` are those that count, by digest. `gone` are lines that people approved and that the
    facts no longer give: nothing is asked about them.
    """

    standings: Mapping[str, Standing]
    votes: Mapping[str, tuple[Vote, ...]]
    gone: tuple[KeptLine, ...] = ()

    def of(self, line: AheadLine) -> Standing:
        """Return where a line stands."""
        return self.standings[line.digest]

    def waits(self, line: AheadLine) -> bool:
        """Tell whether a line still needs somebody."""
        return self.of(line) in WAITING


def counted(votes: Iterable[Vote], round_: int) -> tuple[Vote, ...]:
    """Return the votes that approve in one round."""
    return tuple(v for v in votes if v.choice is Choice.REVOKE and v.round == round_)


def compare(
    lines: Iterable[AheadLine],
    kept: Iterable[KeptLine],
    votes: Mapping[CaseId, tuple[Vote, ...]],
) -> Standings:
    """Hold the lines of a day against those that people voted on; lapsed votes count no more."""
    standing_kept = {k.digest: k for k in kept if k.outcome is not Outcome.LAPSED}
    theirs = {
        digest: counted(votes.get(k.line_id, ()), k.round) for digest, k in standing_kept.items()
    }
    voted_keys = {k.key for k in standing_kept.values() if k.key is not None}
    now = {line.digest: line for line in lines}
    standings = {
        digest: _standing(line, theirs.get(digest, ()), voted=line.key in voted_keys)
        for digest, line in now.items()
    }
    keys = {line.key for line in now.values()}
    gone = tuple(
        k
        for digest, k in standing_kept.items()
        if digest not in now and k.outcome is None and k.key not in keys
    )
    return Standings(standings, {d: v for d, v in theirs.items() if d in now}, gone)


def _standing(line: AheadLine, votes: tuple[Vote, ...], *, voted: bool) -> Standing:
    if not line.needed:
        return Standing.AUTO
    given = distinct_voters(votes)
    if given >= line.needed:
        return Standing.APPROVED
    if given:
        return Standing.PARTLY
    return Standing.CHANGED if voted else Standing.NEW
