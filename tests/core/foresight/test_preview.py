"""A preview as a value: kept and read back whole, sorted, and silent about 内示."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.core.facts import Facts, Order
from syncd.core.foresight.lines import Part
from syncd.core.foresight.preview import preview_of
from syncd.core.memberships import DirectorySnapshot
from tests import builders as b
from tests.core.foresight.looking import look, look_with_notices
from tests.core.worlds import directories, order_feeds, towns

MONTHLY = b.policy(training_months=12)


def rich() -> Facts:
    """A town of which every part of a preview but the unknown has something to say."""
    return b.facts(
        b.roster_entry(1, name="山田", kana="ヤマダ", title="主事"),
        b.roster_entry(2, name="青木", kana="アオキ", title="主事"),
        b.roster_entry(3, "20010", title="主事"),
        b.roster_entry(4),
        designations=[
            *map(b.designation, (1, 2, 4)),
            b.designation(3, org_unit="20010"),
        ],
        training=[b.training(1), b.training(2)],
        orders=[
            b.order("R9-1", to="20010", number=1, title="主事"),
            b.order("R9-2", to="30010", number=2),
            b.order("R9-3", to="30010", number=3),
            b.order("R9-4", "訂正", None, number=2, target="R9-2"),
        ],
        org_units=[b.org_unit("20010", rank=1), b.org_unit("30010"), b.org_unit(rank=2)],
    )


BOTH = b.snapshot(b.block(1, 2), accounts=[b.account(1), b.account(2)], groups=[b.group(members=2)])


def test_a_preview_is_read_back_as_it_was_kept():
    made = look(rich(), BOTH, under=MONTHLY)
    assert preview_of(made.canonical) == made
    assert preview_of(made.canonical).digest == made.digest
    told = {part for part in Part if made.part(part)}
    assert told == set(Part) - {Part.SPARED, Part.UNKNOWN}


def test_another_form_is_refused():
    with pytest.raises(ValueError, match="canonical form"):
        preview_of(b'["2027-04-01"]')


def test_lines_stand_in_the_order_of_sections_and_of_kana():
    made = look(rich(), BOTH)
    assert [made.people_shown[x.staff_number or ""].name for x in made.losses] == ["青木", "山田"]
    assert [line.section for line in made.lists] == ["20010", b.SECTION]
    assert made.section_names["20010"] == "20010課"


def test_who_sees_single_sections_sees_their_lines_and_no_number_of_others():
    made = look(rich(), BOTH, under=MONTHLY).for_sections(frozenset({"20010"}))
    assert {line.section for part in Part for line in made.part(part)} == {"20010"}
    assert made.counts()["losses"] == 0
    assert (made.groups, made.limits) == ((), ())


def test_what_is_unknown_stands_apart_and_is_counted_by_kind():
    known = b.facts(orders=[b.order("R9-1", "謎の発令")])
    made = look(known)
    assert made.losses == ()
    assert [line.doubt for line in made.unknown] == ["row-held"]
    assert made.unknown_by_doubt == (("row-held", 1),)


def test_what_goes_before_the_day_and_what_is_stale_already_are_only_counted():
    soon = b.facts(orders=[b.order(to="20010", effective_on=b.APRIL - b.DAY)])
    long = b.facts(orders=[b.order(to="20010", effective_on=b.APRIL - 25 * b.DAY)])
    assert (look(soon).losses, look(soon).before, look(soon).already) == ((), 1, 0)
    assert (look(long).losses, look(long).before, look(long).already) == ((), 0, 1)


def test_a_loss_that_an_advance_notice_undoes_is_told_apart_and_marked():
    known = b.facts(
        orders=[
            b.order("R9-1", to="20010"),
            b.order("R9-2", "取消", target="R9-1", confirmed=False),
        ]
    )
    made = look_with_notices(known)
    assert made.losses == ()
    (line,) = made.spared
    assert line.notice
    assert look(known).spared == ()


@given(towns(), directories(), st.data())
def test_two_worlds_that_differ_only_in_advance_notices_have_the_same_open_preview(
    known: Facts, seen: DirectorySnapshot, data: st.DataObject
):
    notices = [replace(o, confirmed=False) for o in data.draw(order_feeds())]
    confirmed = tuple(o for o in known.orders if o.confirmed)
    without = replace(known, orders=confirmed)
    spread = data.draw(st.permutations([*confirmed, *notices]))
    lined = tuple(replace(o, line=n) for n, o in enumerate(spread, start=2))
    others = replace(known, orders=_in_sequence(lined, confirmed))
    one, other = look(without, seen, under=MONTHLY), look(others, seen, under=MONTHLY)
    assert one.canonical == other.canonical


def _in_sequence(spread: tuple[Order, ...], confirmed: tuple[Order, ...]) -> tuple[Order, ...]:
    """Return orders with 内示 between them, the confirmed ones in the sequence they had."""
    lines = [order.line for order in spread if order.confirmed]
    moved = (replace(o, line=n) for o, n in zip(confirmed, lines, strict=True))
    return tuple(next(moved) if order.confirmed else order for order in spread)


@given(towns(), directories())
def test_what_is_unmarked_with_advance_notices_is_what_everybody_is_shown(
    known: Facts, seen: DirectorySnapshot
):
    openly, noticed = (
        look(known, seen, under=MONTHLY),
        look_with_notices(known, seen, under=MONTHLY),
    )
    for part in Part:
        unmarked = {line for line in noticed.part(part) if not line.notice}
        assert unmarked <= set(openly.part(part))


@given(towns(), directories())
def test_every_preview_is_read_back_whole(known: Facts, seen: DirectorySnapshot):
    made = look_with_notices(known, seen, under=MONTHLY)
    assert preview_of(made.canonical) == made
