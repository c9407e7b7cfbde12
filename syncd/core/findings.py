"""Findings: what the decision says of each membership, with the facts that made it say so.

Reason identifiers are permanent (design, section 4): people's policies, reports and other tools
depend on them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from syncd.core.ids import AccountId, EntitlementId, OrgUnitCode, StaffNumber
from syncd.core.nesting import Way, path_of


class Verdict(StrEnum):
    """What can be said of a membership on a day. EXCEPTED is stale with a dated exception."""

    JUSTIFIED = "justified"
    STALE = "stale"
    EXCEPTED = "excepted"
    UNKNOWN = "unknown"


class Reason(StrEnum):
    """Why a membership is stale, in the order in which the design lists them."""

    UNKNOWN_ACCOUNT = "unknown-account"
    SEPARATED = "separated"
    TERM_EXPIRED = "term-expired"
    SUSPENDED = "suspended"
    NOT_DESIGNATED = "not-designated"
    DESIGNATION_ENDED = "designation-ended"
    DESIGNATION_NOT_BEGUN = "designation-not-begun"
    TRANSFERRED = "transferred"
    OPERATION_EXCEEDED = "operation-exceeded"
    TRAINING_OVERDUE = "training-overdue"
    HR_CONFLICT = "hr-conflict"


class Doubt(StrEnum):
    """Why nothing can be said of a membership; what is told of it in words names the facts."""

    NO_ROSTER = "no-roster"
    ROW_HELD = "row-held"
    VANISHED_PERSON = "vanished-person"
    VANISHED_DESIGNATION = "vanished-designation"
    CONTESTED_ACCOUNT = "contested-account"
    INPUT_REFUSED = "input-refused"


class Notice(StrEnum):
    """The other direction: reported, never acted on (design, section 4).

    The last five are ours: an input says something that cannot be placed, or a directory tells
    less than it should.
    """

    DESIGNATED_WITHOUT_RIGHT = "designated-without-right"
    DESIGNATION_STALE = "designation-stale"
    ENTITLEMENT_UNLISTED = "entitlement-unlisted"
    HR_CONFLICT = "hr-conflict"
    VANISHED_FROM_ROSTER = "vanished-from-roster"
    ORDER_HELD = "order-held"
    ENTITLEMENT_WITHOUT_GROUP = "entitlement-without-group"
    ORG_UNIT_UNLISTED = "org-unit-unlisted"
    DELTA_DIFFERS = "delta-differs"
    READ_UNPROVED = "read-unproved"


@dataclass(frozen=True, slots=True)
class Because:
    """One fact that a finding rests on. `kind` is order, designation, roster, account, training ….

    `ref` is how the fact is cited (`R9-0123`, `TAX/12010`); `source` and `line` are where it
    stands; `on` is the day on which it took effect.
    """

    kind: str
    ref: str
    on: date | None = None
    source: str = ""
    line: int = 0

    def __str__(self) -> str:
        """Render as the JSON of section 7 words it: `order R9-0123`."""
        return f"{self.kind} {self.ref}"


@dataclass(frozen=True, slots=True)
class Fault:
    """One reason that holds, since when (None: the facts do not tell), and on what ground."""

    reason: Reason
    since: date | None
    because: tuple[Because, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """What is said of one membership that is not simply justified.

    `member` is the native id of the account and `groups` the keys of the groups in which the
    account itself stands and which convey the right: what a removal would cut.
    `needs_person` forbids removal without a person's decision. `unknown_because` is set when the
    verdict is UNKNOWN, and `doubt` is the kind of it. `section` answers for the right (see `Case`).
    `paths` are the ways by which the right is held, the shortest first; `more_ways` tells that
    there are more than are named.
    """

    directory: str
    entitlement: EntitlementId
    account: AccountId
    staff_number: StaffNumber | None
    verdict: Verdict
    faults: tuple[Fault, ...]
    paths: tuple[Way, ...]
    member: str = ""
    groups: tuple[str, ...] = ()
    needs_person: bool = False
    unknown_because: str = ""
    section: OrgUnitCode | None = None
    doubt: Doubt | None = None
    more_ways: bool = False

    @property
    def path(self) -> str:
        """Return every way by which the right is held, in one line; `…` where there are more."""
        return path_of(self.paths, more=self.more_ways)

    @property
    def key(self) -> tuple[str, str, str]:
        """Return (directory, entitlement, account), under which a case is found again."""
        return (self.directory, self.entitlement, self.account)

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Return the reasons that hold, in the design's order."""
        return tuple(fault.reason for fault in self.faults)

    @property
    def since(self) -> date | None:
        """Return the first day on which some reason held, where the facts tell it."""
        if len(self.faults) == 1:
            return self.faults[0].since
        days = [fault.since for fault in self.faults if fault.since is not None]
        return min(days, default=None)

    @property
    def because(self) -> tuple[Because, ...]:
        """Return every fact that the reasons rest on, each once."""
        if len(self.faults) == 1:  # nearly all of them, and a fault repeats no fact but by chance
            because = self.faults[0].because
            if len(because) < 2 or (len(because) == 2 and because[0] != because[1]):  # noqa: PLR2004
                return because
        return tuple(dict.fromkeys(b for fault in self.faults for b in fault.because))


@dataclass(frozen=True, slots=True)
class NoticeFinding:
    """A finding of the other direction; `text` says in plain words what was seen (Japanese)."""

    notice: Notice
    staff_number: StaffNumber | None = None
    directory: str = ""
    entitlement: str = ""
    because: tuple[Because, ...] = ()
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many memberships there are and what became of each; the five verdicts add up."""

    memberships: int = 0
    justified: int = 0
    stale: int = 0
    excepted: int = 0
    unknown: int = 0
    removed: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer for one day: everything not justified, the notices, and the counts."""

    as_of: date
    findings: tuple[Finding, ...]
    notices: tuple[NoticeFinding, ...]
    counts: Counts
