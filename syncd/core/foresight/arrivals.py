"""Who comes into a section that handles My Numbers, and has no designation there.

A section does the work of an affair where its own list of designated handlers (not that of a
section above) has a line in force on the day or the eve. Somebody is left without a designation
there when an order brings them into a post of it on the day, they are at work, and no line of
theirs for one of these affairs covers that post without a fault (decision record 0022, 2).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from syncd.core.authorities.joined import Everybody
from syncd.core.career import PersonState, Post
from syncd.core.facts import Designation
from syncd.core.foresight.lines import ArrivalLine
from syncd.core.ground import Ground
from syncd.core.ids import AffairCode, OrgUnitCode, StaffNumber
from syncd.core.people import Person

_ONE_DAY = timedelta(days=1)
UNKNOWN = "unknown"
"""Stands among the faults of somebody of whom the facts do not allow to say anything."""

Affairs = dict[OrgUnitCode, set[AffairCode]]


@dataclass(frozen=True, slots=True)
class _Left:
    """A post that somebody left on the day, and for what they were designated there."""

    staff_number: StaffNumber
    title: str
    affairs: tuple[str, ...]


def arrivals(ground: Ground, leaving: Iterable[StaffNumber]) -> Iterator[ArrivalLine]:
    """Yield who is left without a designation for the work of a new section.

    `leaving` are people whom the lists still name and who have left: they are looked at beside
    those whom orders move, as the ones who may be replaced.
    """
    affairs = affairs_by_section(ground)
    moved = dict.fromkeys(o.order.staff_number for o in ground.people.orders_on(ground.on))
    left = _vacated(ground, affairs, dict.fromkeys((*moved, *leaving)))
    for number in moved:
        person = ground.people.get(number)
        if person is None or not person.readings or _is_away(ground, person):
            continue
        for post in _new_posts(ground, person.readings[0]):
            line = _arrival(ground, person, post, affairs, left)
            if line is not None:
                yield line


def affairs_by_section(ground: Ground) -> Affairs:
    """Return the affairs of each section, by the lines of its list on the day or the eve."""
    eve, on = ground.on - _ONE_DAY, ground.on
    listed = {
        (line.org_unit, line.affair)
        for line in ground.facts.designations
        if (line.released_on is None or line.released_on > eve)
        and (line.expires_on is None or line.expires_on >= eve)
        and (line.designated_on is None or line.designated_on <= on)
    }
    found: Affairs = defaultdict(set)
    for code, affair in listed:
        for section in ground.chart.current(code):
            found[section].add(affair)
    return dict(found)


def _is_away(ground: Ground, person: Person) -> bool:
    return all(ground.person_faults(state) for state in person.readings)


def _new_posts(ground: Ground, state: PersonState) -> Iterator[Post]:
    return (p for p in state.posts if p.since == ground.on and p.opened_by is not None)


def _arrival(
    ground: Ground,
    person: Person,
    post: Post,
    affairs: Affairs,
    left: dict[OrgUnitCode, list[_Left]],
) -> ArrivalLine | None:
    section = min(ground.chart.current(post.org_unit))
    asked = affairs.get(section)
    if not asked:
        return None
    faults = _nearest(ground, person, post, asked)
    if faults is None:
        return None
    title = post.title.strip()
    before = [x for x in left.get(section, ()) if x.title and x.title == title]
    return ArrivalLine(
        staff_number=person.staff_number,
        section=section,
        post=post.kind,
        title=title,
        orders=() if post.opened_by is None else (post.opened_by.ref,),
        affairs=tuple(sorted(asked)),
        faults=faults,
        replaces=tuple((x.staff_number, x.affairs) for x in before),
    )


def _nearest(
    ground: Ground, person: Person, post: Post, affairs: set[AffairCode]
) -> tuple[str, ...] | None:
    """Return what is wrong with the nearest line; None where one is without fault."""
    if person.unknown_because or person.vanished_because:
        return (UNKNOWN,)
    lines = [
        line
        for line in ground.designations.get(person.staff_number, ())
        if line.affair in affairs and _covers(ground, line, post)
    ]
    found = [
        tuple(
            dict.fromkeys(
                str(fault.reason)
                for state in person.readings
                for fault in ground.designation_faults(state, line)
            )
        )
        for line in lines
    ]
    nearest = min(found, key=len, default=())
    return None if found and not nearest else nearest


def _covers(ground: Ground, line: Designation, post: Post) -> bool:
    return ground.chart.covers(line.org_unit, post.org_unit) or line.org_unit in post.formerly


def _vacated(
    ground: Ground, affairs: Affairs, numbers: Iterable[StaffNumber]
) -> dict[OrgUnitCode, list[_Left]]:
    """Return who had a post in these sections on the eve and has it no more."""
    eve = ground.people.as_of(ground.on - _ONE_DAY)
    found: dict[OrgUnitCode, list[_Left]] = defaultdict(list)
    for number in numbers:
        before = _sections_of(ground, eve, number, before=True)
        if affairs.keys().isdisjoint(before):
            continue
        after = _sections_of(ground, ground.people, number, before=False)
        for section in before.keys() - after.keys():
            if section in affairs:
                theirs = _designated(ground, number, section)
                found[section].append(_Left(number, before[section], theirs))
    return {section: sorted(left, key=lambda x: x.staff_number) for section, left in found.items()}


def _sections_of(
    ground: Ground, people: Everybody, number: StaffNumber, *, before: bool
) -> dict[OrgUnitCode, str]:
    """Return the sections of somebody's posts with their titles; none of who has left by then."""
    person = people.get(number)
    if person is None or not person.readings:
        return {}
    state = person.readings[0]
    if not before and ground.person_faults(state):
        return {}
    return {min(ground.chart.current(p.org_unit)): p.title.strip() for p in state.posts}


def _designated(ground: Ground, number: StaffNumber, section: OrgUnitCode) -> tuple[str, ...]:
    eve = ground.on - _ONE_DAY
    lines = ground.designations.get(number, ())
    return tuple(
        sorted(
            {
                line.affair
                for line in lines
                if section in ground.chart.current(line.org_unit)
                and (line.released_on is None or line.released_on > eve)
                and (line.expires_on is None or line.expires_on >= eve)
            }
        )
    )
