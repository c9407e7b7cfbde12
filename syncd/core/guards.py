"""Guards on the output: what holds a plan back before anything is written (design, section 6).

One choke point: `guard` splits a plan into what may go on and what is held, with a sentence for
each trip. Limits count removals that no order of the day explains; a held plan is released only
as a whole, by two persons, once, by its hash. Guards on the input are `intake`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Self

from syncd.bilingual import Bilingual
from syncd.core.cases import Case
from syncd.core.ids import CaseId, shown_group
from syncd.core.memberships import Group
from syncd.core.order_counts import Deviation
from syncd.core.plan import Plan, PlanLine
from syncd.core.policy import DirectoryPolicy, Policy

Edge = tuple[str, str]


class Guard(StrEnum):
    """What can hold a plan back."""

    DIRECTORY_LIMIT = "directory-limit"
    GROUP_LIMIT = "group-limit"
    LAST_MEMBER = "last-member"
    LAST_ADMINISTRATOR = "last-administrator"
    PROTECTED_ACCOUNT = "protected-account"
    PROTECTED_GROUP = "protected-group"
    CLOCK_JUMP = "clock-jump"
    ORDER_COUNTS = "order-counts"


@dataclass(frozen=True, slots=True)
class Trip:
    """One guard that tripped, with its numbers; `group` is empty for a whole directory.

    `overridable` is False where the directory itself would refuse the change, or nobody could
    administer it any more afterwards. `deviation` is what the day's orders lack; then `directory`
    is empty, for it holds whatever rests on them, and `removals` may be 0: no order came at all.
    """

    guard: Guard
    directory: str
    group: str
    removals: int
    explained: int
    limit: int
    overridable: bool = True
    deviation: Deviation | None = None

    def __str__(self) -> str:
        """Say what was held and why, in one sentence (Japanese)."""
        return str(self.told)

    @property
    def told(self) -> Bilingual:
        """Return what was held and why, as people read it, each in their language."""
        if self.deviation is not None:
            return self._told_of_counts(self.deviation.told)
        where = f"{self.directory} {shown_group(self.group)}".strip()
        if self.guard in (Guard.DIRECTORY_LIMIT, Guard.GROUP_LIMIT):
            return Bilingual(
                f"{where}: 当日の発令で説明できない失効が {self.removals} 件あり、"
                f"上限 {self.limit} 件を超えます"
                f"（発令で説明できるものは別に {self.explained} 件）",
                en=f"{where}: {self.removals} removals that no order of the day explains, "
                f"more than the limit of {self.limit} ({self.explained} others are explained)",
            )
        if self.guard is Guard.CLOCK_JUMP:
            return Bilingual(
                f"前回の突合から {self.removals} 日たっています（上限 {self.limit} 日）。"
                "時計が正しければ次の突合から失効を行います。今回は判定だけをしました",
                en=f"{self.removals} days after the last run (limit {self.limit}). Nothing is "
                "removed in this one; if the clock is right, the next run will.",
            )
        if self.guard is Guard.LAST_MEMBER:
            after = _RELEASE if self.overridable else _NEEDS_MEMBER
            return Bilingual(
                f"{where}: {self.removals} 件を失効するとグループが空になります。{after}",
                en=f"{where}: {self.removals} removals would empty the group. {after.en}",
            )
        if self.guard is Guard.LAST_ADMINISTRATOR:
            return Bilingual(
                f"{where}: {self.removals} 件を失効すると、使える管理者が一人も残りません。"
                "先に別の管理者を加えるか、手で処理してください",
                en=f"{where}: {self.removals} removals would leave no administrator who can "
                "sign in. Add another one first, or settle it by hand.",
            )
        return Bilingual(
            f"{where}: 保護対象（{self.guard}）の失効が {self.removals} 件あります。{_RELEASE}",
            en=f"{where}: {self.removals} removals of what is protected ({self.guard}). "
            f"{_RELEASE.en}",
        )

    def _told_of_counts(self, why: Bilingual) -> Bilingual:
        release = _RELEASE if self.removals else Bilingual("", en="")
        return Bilingual(
            f"{why}。この日以降に根拠がなくなったものは失効しません"
            f"（いま保留 {self.removals} 件）。発令か件数を直すと、次の突合で進みます。{release}",
            en=f"{why.en}. What lost its ground since then is not removed ({self.removals} held). "
            f"Mend the orders or the stated count, and the next run goes on. {release.en}".strip(),
        )

    def ground(self) -> dict[str, Any]:
        """Return the trip as JSON holds it, on record and in the store."""
        deviation = None if self.deviation is None else self.deviation.ground()
        return asdict(self) | {"guard": str(self.guard), "deviation": deviation}

    @classmethod
    def of(cls, ground: Mapping[str, Any]) -> Self:
        """Return the trip of what `ground` gave."""
        given = ground.get("deviation")  # older trips have none
        deviation = None if given is None else Deviation.of(given)
        return cls(**{**ground, "guard": Guard(ground["guard"]), "deviation": deviation})


_RELEASE = Bilingual("2名の承認で解除できます", en="Two persons can release it.")
_NEEDS_MEMBER = Bilingual(
    "このグループには1人以上が必要です。placeholder_member を設定するか、手で処理してください",
    en="This group needs a member: configure placeholder_member, or settle it by hand.",
)


@dataclass(frozen=True, slots=True)
class Census:
    """What the limits are measured against: sizes just read, and what was removed today already.

    `memberships` counts the memberships looked at in each directory; `removed_today` counts, for
    each (directory, group), removals since 00:00 JST that no order explained. `deviations` are what
    the orders lack of the number that was stated, each with the cases that its day may speak of.
    """

    memberships: Mapping[str, int]
    groups: Mapping[Edge, Group]
    removed_today: Mapping[Edge, int]
    deviations: tuple[tuple[Deviation, frozenset[CaseId]], ...] = ()


@dataclass(frozen=True, slots=True)
class Guarded:
    """A plan split: `free` may go on; `held` waits for two persons, because of `trips`.

    What the directory itself would refuse (`overridable` False) is in neither.
    """

    free: Plan
    held: Plan
    trips: tuple[Trip, ...]


def check_clock(last: datetime | None, now: datetime, max_days: int) -> Trip | None:
    """Return what is wrong with a clock that stands so long after the last run that began.

    A year ahead, every term has expired: the run that first sees such a day removes nothing.
    """
    days = 0 if last is None else (now - last).days
    if days <= max_days:
        return None
    return Trip(Guard.CLOCK_JUMP, "", "", days, 0, max_days, overridable=False)


def is_explained(
    case: Case, explained_days: int, vouched: Collection[tuple[str, date]] = frozenset()
) -> bool:
    """Tell whether an order explains a case.

    The order's effect must have begun no more than `explained_days` before the case was found, so
    that a closed day or a host that was asleep does not turn a transfer into an alarm. An order
    that came later explains where it is `vouched`: there are as many of its day as were stated. It
    never explains a right that was stale before it took effect.
    """
    orders = [b for b in case.because if b.kind == "order"]
    if case.since is None or not orders:
        return False
    since = case.since
    if any(b.on is not None and b.on <= since and (b.ref, b.on) in vouched for b in orders):
        return True
    return 0 <= (case.opened_at.date() - case.since).days <= explained_days


def unexplained(
    removed: Iterable[Case], policy: Policy, vouched: Collection[tuple[str, date]] = frozenset()
) -> dict[Edge, int]:
    """Count, for each (directory, group), the removals that no order of the day explains."""
    days = policy.guards.explained_days
    counted: Counter[Edge] = Counter()
    for case in removed:
        if not is_explained(case, days, vouched):
            counted.update((case.directory, group) for group in case.left_groups)
    return dict(counted)


def guard(plan: Plan, census: Census, policy: Policy) -> Guarded:
    """Split a plan at every configured guard; raises KeyError never, missing sizes count as 0."""
    trips: list[Trip] = []
    held: set[PlanLine] = set()
    refused: set[PlanLine] = set()
    for trip, lines_held in _miscounted(plan, census):
        trips.append(trip)
        held.update(lines_held)
    for directory in sorted({line.directory for line in plan.lines}):
        lines = [line for line in plan.lines if line.directory == directory]
        rules = policy.directories.get(directory, DirectoryPolicy())
        for trip, lines_held in (
            *_protected(directory, lines, census, rules),
            *_last_members(directory, lines, census, rules),
            *_last_administrators(directory, lines, census),
            *_limits(directory, lines, census, policy),
        ):
            trips.append(trip)
            (held if trip.overridable else refused).update(lines_held)
    refused = _with_what_hangs_together(refused, plan)
    held = _with_what_hangs_together(held, plan) - refused
    free = Plan.of(line for line in plan.lines if line not in held | refused)
    return Guarded(free, Plan.of(held), tuple(trips))


def _with_what_hangs_together(lines: set[PlanLine], plan: Plan) -> set[PlanLine]:
    """Add the lines of the same edges and the same cases, until nothing is cut in half.

    An edge is cut for all of its cases or for none, and a case is ended on all of its ways or on
    none: what is held must not lose its right by a line that is not.
    """
    if not lines:
        return lines
    taken, edges, cases = set(lines), set[tuple[str, str, str]](), set[str]()
    while {x.edge for x in taken} - edges or {x.case_id for x in taken} - cases:
        edges, cases = {x.edge for x in taken}, {x.case_id for x in taken}
        taken.update(x for x in plan.lines if x.edge in edges or x.case_id in cases)
    return taken


Tripped = tuple[Trip, list[PlanLine]]


def _miscounted(plan: Plan, census: Census) -> list[Tripped]:
    """Hold what the orders of a day may speak of while they are not as many as was stated.

    It trips without any line to hold, too: a feed that did not come explains no removal.
    """
    found = []
    for deviation, cases in census.deviations:
        lines = [line for line in plan.lines if line.case_id in cases]
        removals = len({line.case_id for line in lines})
        trip = Trip(Guard.ORDER_COUNTS, "", "", removals, 0, 0, deviation=deviation)
        found.append((trip, lines))
    return found


def _protected(
    directory: str, lines: list[PlanLine], census: Census, rules: DirectoryPolicy
) -> list[Tripped]:
    accounts = {name.casefold() for name in rules.protected_accounts}
    groups = {name.casefold() for name in rules.protected_groups}

    def is_protected(key: str) -> bool:
        group = census.groups.get((directory, key))
        if group is None:
            return bool(_names(key) & groups)
        return group.protected or bool(_names(key, group.name, *group.aliases) & groups)

    protected = {key for key in {line.group for line in lines} if is_protected(key)}
    found = []
    for kind, hit in (
        (
            Guard.PROTECTED_ACCOUNT,
            [x for x in lines if accounts and _names(x.account, x.member) & accounts],
        ),
        (Guard.PROTECTED_GROUP, [x for x in lines if x.group in protected]),
    ):
        if hit:
            found.append((Trip(kind, directory, "", len(_edges(hit)), 0, 0), hit))
    return found


def _names(*texts: str) -> set[str]:
    """Return the spellings under which something is protected: whole, or its first RDN value."""
    whole = {text.casefold() for text in texts}
    return whole | {text.split(",")[0].partition("=")[2] for text in whole if "=" in text}


def _last_members(
    directory: str, lines: list[PlanLine], census: Census, rules: DirectoryPolicy
) -> list[Tripped]:
    found = []
    for key, theirs in sorted(_by_group(lines).items()):
        group = census.groups.get((directory, key))
        leaving = len({line.member for line in theirs})
        if group is None or leaving < group.direct_count - group.placeholder:
            continue
        if group.placeholder or (rules.has_placeholder and not group.may_be_empty):
            continue
        trip = Trip(Guard.LAST_MEMBER, directory, key, leaving, 0, 0, group.may_be_empty)
        found.append((trip, theirs))
    return found


def _last_administrators(directory: str, lines: list[PlanLine], census: Census) -> list[Tripped]:
    """Refuse what would take the last of those of whom one must stay out of a group."""
    found = []
    for key, theirs in sorted(_by_group(lines).items()):
        group = census.groups.get((directory, key))
        last = set() if group is None else set(group.must_keep)
        leaving = [line for line in theirs if line.member in last]
        if last and {line.member for line in leaving} == last:
            trip = Trip(
                Guard.LAST_ADMINISTRATOR, directory, key, len(last), 0, 0, overridable=False
            )
            found.append((trip, leaving))
    return found


def _limits(directory: str, lines: list[PlanLine], census: Census, policy: Policy) -> list[Tripped]:
    """Hold what exceeds max(max_removals, max_share) in a group or in the whole directory."""
    unexplained = [line for line in lines if not line.explained]
    found = []
    already = {g: n for (d, g), n in census.removed_today.items() if d == directory}
    for key, theirs in sorted(_by_group(unexplained).items()):
        group = census.groups.get((directory, key))
        limit = limit_for(0 if group is None else group.direct_count, policy)
        removals = len(_edges(theirs)) + already.get(key, 0)
        if removals > limit:
            explained = len(_edges([x for x in lines if x.explained and x.group == key]))
            trip = Trip(Guard.GROUP_LIMIT, directory, key, removals, explained, limit)
            found.append((trip, theirs))
    limit = limit_for(census.memberships.get(directory, 0), policy)
    removals = len({(x.entitlement, x.account) for x in unexplained}) + sum(already.values())
    if unexplained and removals > limit:
        explained = len({(x.entitlement, x.account) for x in lines if x.explained})
        trip = Trip(Guard.DIRECTORY_LIMIT, directory, "", removals, explained, limit)
        found.append((trip, unexplained))
    return found


def limit_for(size: int, policy: Policy) -> int:
    """Return how many removals without an order the guards let through, of so many members."""
    return max(policy.guards.max_removals, int(size * policy.guards.max_share))


def _by_group(lines: list[PlanLine]) -> dict[str, list[PlanLine]]:
    groups: dict[str, list[PlanLine]] = defaultdict(list)
    for line in lines:
        groups[line.group].append(line)
    return groups


def _edges(lines: list[PlanLine]) -> Counter[tuple[str, str]]:
    """Count who leaves which group: the edge of a group takes as many as lose a right by it."""
    return Counter((line.group, line.account) for line in lines)
