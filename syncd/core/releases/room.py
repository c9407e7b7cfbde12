"""Per section: designations that have outlived a transfer, and who came to work there.

Nothing here releases or designates anybody: a day of release is proposed, with the order that
makes the line stale, and of newcomers it is only asked who will do the work (decision record 0029).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from syncd.core.career import Post
from syncd.core.facts import Designation
from syncd.core.findings import Fault, Reason
from syncd.core.foresight.arrivals import Affairs, affairs_by_section
from syncd.core.foresight.losses import orders_of
from syncd.core.ground import Ground
from syncd.core.ids import AffairCode, OrgUnitCode, StaffNumber
from syncd.core.people import Person
from syncd.core.standing import Footing

_RECENT = timedelta(days=92)
_MOST_DAYS = 12
_A_MONTH = 31
_LAST = 1 << 30


@dataclass(frozen=True, slots=True)
class Release:
    """A line of the list in force whose person has left.

    `proposed_on` is 解除日 as proposed: the day from which the line has no ground. `orders` are the
    numbers of the orders that made it so (none: a term ended). `rests_on_notice`: the confirmed
    facts alone do not say this.
    """

    line: Designation
    reason: Reason
    proposed_on: date
    orders: tuple[str, ...] = ()
    rests_on_notice: bool = False

    @property
    def key(self) -> tuple[str, str, str, str]:
        """Return what names the line, for a fixed order."""
        line = self.line
        return (line.affair, line.staff_number, str(line.designated_on), line.org_unit)


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody whom an order brought into a section, and its affairs for which no line is theirs.

    Whether they will handle any of them is for people to say.
    """

    staff_number: StaffNumber
    post: str
    title: str
    since: date
    order: str
    affairs: tuple[AffairCode, ...]
    rests_on_notice: bool = False


@dataclass(frozen=True, slots=True)
class SectionRoom:
    """What one section has to do about its list."""

    section: OrgUnitCode
    releases: tuple[Release, ...] = ()
    newcomers: tuple[Newcomer, ...] = ()


def rooms_of(footing: Footing, openly: Footing | None = None) -> tuple[SectionRoom, ...]:
    """Return what each section has to do as of a day, in 建制順.

    `openly` is the footing of the same day on the confirmed facts alone, where `footing` takes 内示
    for orders: what it does not say too is marked.
    """
    found = _rooms(footing)
    if openly is not None:
        said = {room.section: room for room in _rooms(openly)}
        found = [_marked(room, said.get(room.section)) for room in found]
    rank = footing.ground.chart.rank
    return tuple(sorted(found, key=lambda room: (rank.get(room.section, _LAST), room.section)))


def _rooms(footing: Footing) -> list[SectionRoom]:
    ground = footing.ground
    releases: dict[OrgUnitCode, list[Release]] = defaultdict(list)
    for line, fault in footing.standing.outlived:
        releases[min(ground.chart.current(line.org_unit))].append(_release(line, fault, ground.on))
    newcomers: dict[OrgUnitCode, list[Newcomer]] = defaultdict(list)
    days = {each.proposed_on for theirs in releases.values() for each in theirs}
    for section, newcomer in _newcomers(ground, _looked_at(days, ground.on)):
        newcomers[section].append(newcomer)
    return [
        SectionRoom(
            section,
            tuple(sorted(releases.get(section, ()), key=lambda each: each.key)),
            tuple(sorted(newcomers.get(section, ()), key=lambda n: (n.staff_number, n.post))),
        )
        for section in {**releases, **newcomers}
    ]


def _release(line: Designation, fault: Fault, on: date) -> Release:
    orders = tuple(order.ref for order in orders_of(fault.because))
    return Release(line, fault.reason, fault.since or on, orders)


def _looked_at(days: Iterable[date], on: date) -> frozenset[date]:
    """Return the days whose orders may have brought somebody: a month, and those of the releases.

    After years of neglect a list is stale since many days; the newest are looked at.
    """
    month = {on - timedelta(days=back) for back in range(_A_MONTH)}
    recent = sorted((day for day in days if on - _RECENT <= day <= on), reverse=True)
    return frozenset({*month, *recent[:_MOST_DAYS]})


def _newcomers(ground: Ground, days: frozenset[date]) -> Iterator[tuple[OrgUnitCode, Newcomer]]:
    affairs = affairs_by_section(ground)
    moved = {o.order.staff_number: None for day in days for o in ground.people.orders_on(day)}
    for number in moved:
        person = ground.people.get(number)
        if person is None or not _can_be_asked_of(ground, person):
            continue
        for post in person.readings[0].posts:
            if post.since in days and post.opened_by is not None:
                yield from _newcomer(ground, person, post, affairs)


def _can_be_asked_of(ground: Ground, person: Person) -> bool:
    """Tell whether it is known of somebody that they are at work."""
    known = person.readings and not (person.unknown_because or person.vanished_because)
    return bool(known) and not all(ground.person_faults(state) for state in person.readings)


def _newcomer(
    ground: Ground, person: Person, post: Post, affairs: Affairs
) -> Iterator[tuple[OrgUnitCode, Newcomer]]:
    section = min(ground.chart.current(post.org_unit))
    lacking = affairs.get(section, set()) - _covered(ground, person, post)
    if lacking and post.since is not None and post.opened_by is not None:
        yield (
            section,
            Newcomer(
                person.staff_number,
                post.kind,
                post.title.strip(),
                post.since,
                post.opened_by.ref,
                tuple(sorted(lacking)),
            ),
        )


def _covered(ground: Ground, person: Person, post: Post) -> set[AffairCode]:
    """Return the affairs for which a line of theirs covers a post without a fault."""
    return {
        line.affair
        for line in ground.designations.get(person.staff_number, ())
        if (ground.chart.covers(line.org_unit, post.org_unit) or line.org_unit in post.formerly)
        and not any(ground.designation_faults(state, line) for state in person.readings)
    }


def _marked(room: SectionRoom, said: SectionRoom | None) -> SectionRoom:
    openly = said or SectionRoom(room.section)
    return replace(
        room,
        releases=tuple(
            each if each in openly.releases else replace(each, rests_on_notice=True)
            for each in room.releases
        ),
        newcomers=tuple(
            each if each in openly.newcomers else replace(each, rests_on_notice=True)
            for each in room.newcomers
        ),
    )
