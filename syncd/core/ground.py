"""What a day's decision stands on: facts reduced to the day, and what they say of one right.

`Ground.judge` answers for one person and one entitlement with every reason that holds; it is the
only place where rules are put together, and serves the nightly run, `explain` and the tests alike.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

from syncd.bilingual import Bilingual
from syncd.core.authorities.joined import people_of
from syncd.core.authorities.kinship import Kinship
from syncd.core.career import PersonState
from syncd.core.facts import Designation, Entitlement, Facts, ReviewOutcome
from syncd.core.findings import Because, Doubt, Fault, Reason
from syncd.core.ids import OrgUnitCode, StaffNumber
from syncd.core.org import OrgChart
from syncd.core.people import Person, account_key
from syncd.core.policy import Policy
from syncd.core.rules import (
    DESIGNATION_RULES,
    PERSON_RULES,
    operation_exceeded,
    reviewed,
    training_overdue,
)
from syncd.core.subject import Subject, cite_designation

_NOBODY: Mapping[str, ReviewOutcome] = MappingProxyType({})
_ORDER = {reason: place for place, reason in enumerate(Reason)}


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is said of one person's right: justified where no fault holds and nothing is unknown."""

    faults: tuple[Fault, ...] = ()
    justified_by: tuple[Because, ...] = ()
    unknown_because: str = ""
    needs_person: bool = False
    doubt: Doubt | None = None


@dataclass(frozen=True, slots=True)
class _Reading:
    """What one reading of the facts says of a right."""

    faults: tuple[Fault, ...]
    justified_by: tuple[Because, ...] = ()


@dataclass(frozen=True, slots=True)
class _Right:
    """A right that is judged, and what a review settled about it for the account at hand."""

    entitlement: Entitlement
    ended: ReviewOutcome | None = None


class Ground:
    """The facts as of one day."""

    def __init__(self, facts: Facts, policy: Policy, on: date) -> None:
        """Reduce the facts to the day; people are worked out when first asked for."""
        self.on = on
        self.given = facts
        self.policy = policy
        self.kin = Kinship(facts.links, on)
        self.chart = OrgChart(facts.org_units, on)
        self.people = people_of(facts, policy, on, self.chart, self.kin)
        self.facts = facts = self.kin.rewritten(facts)
        self.designations = _by_person(facts.designations)
        self._vanished = _by_person(v.designation for v in facts.vanished_designations)
        self._trained = _last_training(facts, on)
        self._trained_since = training_overdue.good_since(on, policy.training_months)
        self._ended = _ended(facts.review_outcomes, on)
        self._judged: dict[object, Judgement] = {}
        self._answering: dict[object, OrgUnitCode | None] = {}

    def ended(self, entitlement: Entitlement) -> Mapping[str, ReviewOutcome]:
        """Return by account key whom a review ended a right for by the day (`account_key`)."""
        return self._ended.get((entitlement.directory, entitlement.entitlement), _NOBODY)

    def judge(
        self,
        staff_number: StaffNumber,
        entitlement: Entitlement,
        ended: ReviewOutcome | None = None,
    ) -> Judgement:
        """Return what holds for the person's right on the day.

        `ended` is what a review settled about the right of the account at hand (`ended`).
        """
        key = (staff_number, entitlement.affairs, entitlement.operations, ended)
        judged = self._judged.get(key)
        if judged is None:
            right = _Right(entitlement, ended)
            judged = self._judged[key] = self._judge(staff_number, right)
        return judged

    def answering_section(
        self, staff_number: StaffNumber | None, entitlement: Entitlement
    ) -> OrgUnitCode | None:
        """Return the section that answers for a right: of the newest designation, else of the post.

        The manager of the section in which the work was done knows whether it ended; a section
        that was replaced is answered for by the one that followed it.
        """
        if staff_number is None:
            return None
        key = (staff_number, entitlement.affairs)
        if key not in self._answering:
            self._answering[key] = self._answers(staff_number, entitlement)
        return self._answering[key]

    def _answers(self, staff_number: StaffNumber, entitlement: Entitlement) -> OrgUnitCode | None:
        lines = _for_affairs(self.designations.get(staff_number, ()), entitlement)
        if lines:
            newest = max(lines, key=lambda line: (line.designated_on or date.min, -line.line))
            return min(self.chart.current(newest.org_unit))
        person = self.people.get(staff_number)
        if person is None or not person.readings:
            return None
        state = person.readings[0]
        held = [post.org_unit for post in state.posts]
        left = [closure.org_unit for closure in state.closures if closure.org_unit is not None]
        return next(iter((*held, *reversed(left))), None)

    def person_faults(self, state: PersonState) -> tuple[Fault, ...]:
        """Return what holds for the person whatever the right."""
        checked = (rule(state, self.on, self.policy) for rule in PERSON_RULES)
        return tuple(fault for fault in checked if fault is not None)

    def designation_faults(self, state: PersonState, line: Designation) -> tuple[Fault, ...]:
        """Return what holds for one designation whatever the operations of the right."""
        trained_on = self._trained.get(state.staff_number)
        subject = Subject(self.on, state, line, self.chart, self.policy, trained_on)
        checked = (rule(subject) for rule in DESIGNATION_RULES)
        return tuple(fault for fault in checked if fault is not None)

    def trained_on(self, staff_number: StaffNumber) -> date | None:
        """Return the day of the last training up to the day."""
        return self._trained.get(staff_number)

    def is_trained(self, staff_number: StaffNumber) -> bool:
        """Tell whether the last training alone is recent enough; a grace may still excuse."""
        if self._trained_since is None:
            return True
        trained_on = self._trained.get(staff_number)
        return trained_on is not None and trained_on >= self._trained_since

    def _judge(self, staff_number: StaffNumber, right: _Right) -> Judgement:
        if not self.people.has_roster:
            return Judgement(
                unknown_because=Bilingual(
                    f"{self.on.isoformat()} 以前の基準日の職員名簿がありません",
                    en=f"no roster is dated {self.on.isoformat()} or before",
                ),
                doubt=Doubt.NO_ROSTER,
            )
        person = self.people.get(staff_number)
        if person is None:
            return self._nobody()
        if person.unknown_because:
            return Judgement(unknown_because=person.unknown_because, doubt=Doubt.ROW_HELD)
        asked = right.entitlement
        lines = _for_affairs(self.designations.get(staff_number, ()), asked)
        judged = self._under(person, lines, right)
        vanished = _for_affairs(self._vanished.get(staff_number, ()), asked)
        if judged.faults and vanished:
            judged = self._with_vanished(person, lines, vanished, right, judged)
        if not judged.faults and person.vanished_because and not judged.unknown_because:
            why = person.vanished_because
            return replace(judged, unknown_because=why, doubt=Doubt.VANISHED_PERSON)
        return judged

    def _nobody(self) -> Judgement:
        """Judge a number that nothing names: who it is may only not have been told yet."""
        if self.people.nameless:
            return Judgement(unknown_because=self.people.nameless, doubt=Doubt.ROW_HELD)
        if not self.people.unheard:
            return Judgement((Fault(Reason.UNKNOWN_ACCOUNT, None),))
        names = "、".join(self.people.unheard)
        return Judgement(
            unknown_because=Bilingual(
                f"任命権者（{names}）の職員名簿がまだありません",
                en=f"there is no roster yet of the authorities: {names}",
            ),
            doubt=Doubt.NO_ROSTER,
        )

    def _with_vanished(
        self,
        person: Person,
        lines: Sequence[Designation],
        vanished: Sequence[Designation],
        right: _Right,
        judged: Judgement,
    ) -> Judgement:
        """Say "unknown" where a line that vanished from the list would have justified the right."""
        would_be = self._under(person, (*lines, *vanished), right)
        if would_be.faults:
            return would_be if not lines else judged
        gone = cite_designation(vanished[0])
        why = Bilingual(
            f"指定 {gone.ref} の行が解除日のないまま名簿から消えました",
            en=(
                f"the line of designation {gone.ref} vanished from the list without a day of "
                "release"
            ),
        )
        return Judgement(
            unknown_because=why,
            justified_by=would_be.justified_by,
            doubt=Doubt.VANISHED_DESIGNATION,
        )

    def _under(self, person: Person, lines: Sequence[Designation], right: _Right) -> Judgement:
        """Put the readings together: justified only when every one of them says so."""
        readings = [self._read(state, lines, right) for state in person.readings]
        failing = [reading for reading in readings if reading.faults]
        if not failing:
            return Judgement(justified_by=readings[0].justified_by)
        faults = {fault.reason: fault for reading in reversed(failing) for fault in reading.faults}
        if person.conflict:
            faults[Reason.HR_CONFLICT] = Fault(Reason.HR_CONFLICT, None, person.conflict)
        ordered = tuple(sorted(faults.values(), key=lambda f: _ORDER[f.reason]))
        unplaced = Reason.TRANSFERRED in faults and self._is_unplaced(person)
        return Judgement(ordered, needs_person=bool(person.conflict) or unplaced)

    def _is_unplaced(self, person: Person) -> bool:
        """Tell whether the section table does not know where the person now is."""
        lists = self.chart.lists
        return any(not lists(p.org_unit) for state in person.readings for p in state.posts)

    def _read(self, state: PersonState, lines: Sequence[Designation], right: _Right) -> _Reading:
        personal = self.person_faults(state)
        if not lines:
            return _Reading((*personal, Fault(Reason.NOT_DESIGNATED, None)))
        judged = [(self._line_faults(state, line, right), line) for line in lines]
        nearest, line = min(judged, key=lambda pair: _distance(*pair))
        if not nearest and not personal:
            return _Reading((), (cite_designation(line),))
        return _Reading((*personal, *nearest))

    def _line_faults(
        self, state: PersonState, line: Designation, right: _Right
    ) -> tuple[Fault, ...]:
        faults = self.designation_faults(state, line)
        exceeded = operation_exceeded.check(line, right.entitlement, self.policy)
        if exceeded is not None:
            faults = (*faults, exceeded)
        if right.ended is None or any(f.reason is Reason.DESIGNATION_ENDED for f in faults):
            return faults
        ended = reviewed.check(line, right.ended)
        return faults if ended is None else (*faults, ended)


def _distance(faults: tuple[Fault, ...], line: Designation) -> tuple[int, int, int]:
    """Nearest is the fewest faults, then the one begun last, then the one listed first."""
    begun = line.designated_on.toordinal() if line.designated_on is not None else 0
    return (len(faults), -begun, line.line)


def _for_affairs(lines: Iterable[Designation], entitlement: Entitlement) -> tuple[Designation, ...]:
    return tuple(line for line in lines if line.affair in entitlement.affairs)


def _by_person(lines: Iterable[Designation]) -> dict[StaffNumber, list[Designation]]:
    found: dict[StaffNumber, list[Designation]] = defaultdict(list)
    for line in lines:
        found[line.staff_number].append(line)
    return dict(found)


def _last_training(facts: Facts, on: date) -> dict[StaffNumber, date]:
    last: dict[StaffNumber, date] = {}
    for record in facts.training:
        known = last.get(record.staff_number)
        if record.attended_on <= on and (known is None or known < record.attended_on):
            last[record.staff_number] = record.attended_on
    return last


def _ended(
    outcomes: Iterable[ReviewOutcome], on: date
) -> dict[tuple[str, str], dict[str, ReviewOutcome]]:
    found: dict[tuple[str, str], dict[str, ReviewOutcome]] = {}
    for each in outcomes:
        if each.ends_on is not None and each.ends_on <= on:
            rights = found.setdefault((each.directory, each.entitlement), {})
            rights[account_key(each.account)] = each
    return found
