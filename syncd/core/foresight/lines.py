"""What a preview says, line by line, as values that can be kept, hashed and compared.

Every line has a `key` under which the next preview finds it again, the `section` that is shown it
(None: only those who see the whole body), and `notice`: whether it rests on 内示. Places in files
are in none of them, since 内示 moves the rows below it. Names are not here but in `Shown`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TypeAlias

Key: TypeAlias = tuple[str, ...]


class Part(StrEnum):
    """The parts of a preview; permanent names."""

    LOSSES = "losses"
    SPARED = "spared"
    UNKNOWN = "unknown"
    ARRIVALS = "arrivals"
    LISTS = "lists"
    TRAINING = "training"
    GROUPS = "groups"
    LIMITS = "limits"


class TrainingState(StrEnum):
    """OVERDUE: it is too long ago. GRACE: only newness excuses. DUE: it runs out soon.

    ARRIVING: of somebody who comes without a designation and would need training for one.
    """

    OVERDUE = "overdue"
    GRACE = "grace"
    DUE = "due"
    ARRIVING = "arriving"


class Outlook(StrEnum):
    """What is left of a group: nobody, only the placeholder member, or few people."""

    EMPTIED = "emptied"
    PLACEHOLDER = "placeholder"
    FEW = "few"


@dataclass(frozen=True, slots=True)
class LossLine:
    """A right that somebody loses on the day. `orders` take it; empty: a term or a list ends it.

    `explained` tells that the limits of the guards do not count it.
    """

    directory: str
    entitlement: str
    account: str
    staff_number: str | None
    section: str | None
    reasons: tuple[str, ...]
    orders: tuple[str, ...]
    because: tuple[str, ...]
    needs_person: bool
    explained: bool
    notice: bool = False

    @property
    def key(self) -> Key:
        """Return directory, entitlement and account."""
        return (self.directory, self.entitlement, self.account)


@dataclass(frozen=True, slots=True)
class UnknownLine:
    """A right of which nothing can be said as of the day; `doubt` is the kind of why."""

    directory: str
    entitlement: str
    account: str
    staff_number: str | None
    section: str | None
    doubt: str
    notice: bool = False

    @property
    def key(self) -> Key:
        """Return directory, entitlement and account."""
        return (self.directory, self.entitlement, self.account)


@dataclass(frozen=True, slots=True)
class ArrivalLine:
    """Somebody whom an order brings into a section that handles, without a designation there.

    `affairs` are those of the section; `faults` are what is wrong with the nearest line of theirs
    (empty: there is none). `replaces` is a hint: who left a post of the same title there on that
    day, each with the affairs for which they are designated there.
    """

    staff_number: str
    section: str
    post: str
    title: str
    orders: tuple[str, ...]
    affairs: tuple[str, ...]
    faults: tuple[str, ...]
    replaces: tuple[tuple[str, tuple[str, ...]], ...]
    notice: bool = False

    @property
    def key(self) -> Key:
        """Return who comes where into which kind of post."""
        return (self.staff_number, self.section, self.post)


@dataclass(frozen=True, slots=True)
class OutlivedDesignation:
    """A line of a list that still stands on the day for somebody who has left by then."""

    staff_number: str
    affair: str
    since: date | None
    orders: tuple[str, ...]
    known_at: datetime | None
    notice: bool = False


@dataclass(frozen=True, slots=True)
class ListLine:
    """A section whose list of designated handlers still names people who leave by the day.

    `changed_at` is when any line of the section last changed; `known_at` when the newest of the
    orders behind the lines became known (None: no order says it). `untouched` tells that the list
    has not been changed since.
    """

    section: str
    lines: tuple[OutlivedDesignation, ...]
    since: date | None
    known_at: datetime | None
    changed_at: datetime | None
    untouched: bool
    notice: bool = False

    @property
    def key(self) -> Key:
        """Return the section."""
        return (self.section,)


@dataclass(frozen=True, slots=True)
class TrainingLine:
    """Somebody whose training is due: `good_until` is the last day that it, or grace, covers."""

    staff_number: str
    section: str | None
    state: TrainingState
    trained_on: date | None
    good_until: date | None
    affairs: tuple[str, ...]
    notice: bool = False

    @property
    def key(self) -> Key:
        """Return the person."""
        return (self.staff_number,)


@dataclass(frozen=True, slots=True)
class GroupLine:
    """A group that loses so many that nobody, only a placeholder or few stay in it.

    `held` tells that the guard of the last member will hold its removals.
    """

    directory: str
    group: str
    name: str
    members: int
    leaving: int
    explained: int
    outlook: Outlook
    held: bool
    notice: bool = False
    section: None = None

    @property
    def stays(self) -> int:
        """Return how many members are left, a placeholder included."""
        return max(0, self.members - self.leaving)

    @property
    def key(self) -> Key:
        """Return directory and group."""
        return (self.directory, self.group)


@dataclass(frozen=True, slots=True)
class LimitLine:
    """What the guards would say of a directory, or of one group of it.

    `guard` is empty where none would trip and the numbers are told for themselves. `limit` counts
    against `removals`, which no order explains; `explained` come on top.
    """

    directory: str
    group: str
    guard: str
    removals: int
    explained: int
    limit: int
    overridable: bool
    notice: bool = False
    section: None = None

    @property
    def key(self) -> Key:
        """Return directory, group and guard."""
        return (self.directory, self.group, self.guard)


Line: TypeAlias = (
    LossLine | UnknownLine | ArrivalLine | ListLine | TrainingLine | GroupLine | LimitLine
)


@dataclass(frozen=True, slots=True)
class OrderSeen:
    """An order that begins on the day, as it was when the preview was made."""

    order_number: str
    staff_number: str
    kind: str
    org_unit: str | None
    title: str
    ends_on: date | None
    notice: bool = False


@dataclass(frozen=True, slots=True)
class Amendment:
    """An order that cancels another one or corrects it."""

    order_number: str
    target: str
    staff_number: str
    cancels: bool
    notice: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """How a person was shown when the preview was made."""

    staff_number: str
    name: str
    kana: str
    title: str


@dataclass(frozen=True, slots=True)
class ShownSection:
    """How a section was shown, and where it stands in 建制順."""

    code: str
    name: str
    rank: int


@dataclass(frozen=True, slots=True)
class InputSeen:
    """What a preview rests on: a source or a directory, with the SHA-256 of what it said.

    Of orders only what the preview takes into account is digested, never the file: that a file
    changed by nothing but 内示 would tell of it.
    """

    name: str
    provides: str
    rows: int
    sha256: str
