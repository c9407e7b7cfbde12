"""Per section: which designations a transfer made stale, and who came without one."""

from __future__ import annotations

from datetime import timedelta

from syncd.core.facts import Facts
from syncd.core.findings import Reason
from syncd.core.foresight.losses import as_if_confirmed
from syncd.core.releases.room import SectionRoom, rooms_of
from syncd.core.standing import footing_of
from tests import builders as b

TAX, OTHER = "12010", "20010"


def town(*orders: object, designations: object = None, **changes: object) -> Facts:
    """Person 1 does TAX in 12010 and moves away on 1 April; person 2 comes from 20010."""
    people = (b.roster_entry(1, TAX), b.roster_entry(2, OTHER), b.roster_entry(3, TAX))
    moved = orders or (b.order("R9-1", to=OTHER), b.order("R9-2", number=2, to=TAX, title="主査"))
    lines = designations or [b.designation(1, org_unit=TAX), b.designation(3, org_unit=TAX)]
    return b.facts(*people, orders=list(moved), designations=lines, **changes)


def rooms(known: Facts, days: int = 0) -> dict[str, SectionRoom]:
    footing = footing_of(known, b.policy(), b.APRIL + timedelta(days=days))
    return {room.section: room for room in rooms_of(footing)}


def test_a_designation_that_a_transfer_outlived_is_to_be_released_with_the_order_that_says_so():
    (each,) = rooms(town())[TAX].releases
    assert (each.line.staff_number, each.reason) == (b.staff(1), Reason.TRANSFERRED)
    assert (each.proposed_on, each.orders) == (b.APRIL, ("R9-1",))


def test_nothing_is_to_be_released_the_day_before():
    assert rooms(town(), days=-1) == {}


def test_it_stays_on_the_list_until_the_section_releases_it():
    assert len(rooms(town(), days=60)[TAX].releases) == 1
    gone = b.designation(1, org_unit=TAX, released_on=b.APRIL)
    others = [gone, b.designation(3, org_unit=TAX)]
    (room,) = rooms(town(designations=others), days=20).values()
    assert (room.releases, len(room.newcomers)) == ((), 1)
    assert rooms(town(designations=others), days=60) == {}


def test_who_came_newly_is_asked_about_and_keeps_being_while_releases_are_due():
    for days in (0, 20):
        (each,) = rooms(town(), days=days)[TAX].newcomers
        assert (each.staff_number, each.order) == (b.staff(2), "R9-2")
        assert (each.since, each.title, each.affairs) == (b.APRIL, "主査", ("TAX",))


def test_who_is_designated_already_is_not_asked_about():
    lines = [b.designation(n, org_unit=TAX) for n in (1, 2, 3)]
    assert rooms(town(designations=lines))[TAX].newcomers == ()


def test_every_affair_that_lacks_a_line_is_asked_about():
    lines = [b.designation(1, a, TAX) for a in ("TAX", "WELFARE")]
    lines.append(b.designation(2, "WELFARE", TAX))
    (each,) = rooms(town(designations=lines))[TAX].newcomers
    assert each.affairs == ("TAX",)


def test_a_section_without_a_list_asks_nothing():
    assert OTHER not in rooms(town())


def test_of_somebody_who_cannot_be_known_nothing_is_said():
    odd = b.order("R9-3", number=2, kind="謎")
    known = town(b.order("R9-1", to=OTHER), b.order("R9-2", number=2, to=TAX), odd)
    assert rooms(known)[TAX].newcomers == ()


def test_what_rests_on_an_advance_notice_is_in_no_open_room_and_marked_in_the_other():
    known = town(b.order("R9-1", to=OTHER, confirmed=False), b.order("R9-2", number=2, to=TAX))
    openly = footing_of(known, b.policy(), b.APRIL)
    noticed = footing_of(as_if_confirmed(known), b.policy(), b.APRIL)
    (open_room,) = rooms_of(openly)
    assert open_room.releases == ()
    assert [n.staff_number for n in open_room.newcomers] == [b.staff(2)]
    (room,) = rooms_of(noticed, openly)
    assert [r.rests_on_notice for r in room.releases] == [True]
    assert [n.rests_on_notice for n in room.newcomers] == [False]


def test_sections_stand_in_their_own_order():
    units = [b.org_unit(TAX, rank=2), b.org_unit(OTHER, rank=1)]
    lines = [b.designation(1, org_unit=TAX), b.designation(2, org_unit=OTHER)]
    found = rooms(town(designations=lines, org_units=units))
    assert list(found) == [OTHER, TAX]
