"""What every store keeps of approvals given ahead, on SQLite and PostgreSQL alike."""

from __future__ import annotations

from datetime import date, datetime

from syncd.core.calendar import JST
from syncd.core.ids import OrgUnitCode, StaffNumber
from syncd.core.preapproval.standing import KeptLine, Outcome
from syncd.ports.preapprovals import Seal
from syncd.ports.store import Store

APRIL, AT = date(2027, 4, 1), datetime(2027, 3, 26, 10, tzinfo=JST)


def kept(digest: str, *, rests_on_notice: bool = False) -> KeptLine:
    return KeptLine(
        digest * 64,
        APRIL,
        ("ad", "TAX", "u1"),
        StaffNumber("0000001"),
        OrgUnitCode("12010"),
        ("order R9-1",),
        rests_on_notice,
        AT,
    )


def test_lines_are_kept_as_they_were_voted_on(store: Store):
    with store.begin() as unit:
        unit.keep_lines([kept("a"), kept("b", rests_on_notice=True)])
    with store.begin() as unit:
        assert unit.kept_lines(APRIL) == (kept("a"), kept("b", rests_on_notice=True))
        assert unit.kept_lines(date(2027, 4, 2)) == ()
        assert unit.kept_by_digest(["a" * 64, "c" * 64]) == {"a" * 64: kept("a")}


def test_a_second_vote_changes_nothing_of_a_line(store: Store):
    with store.begin() as unit:
        unit.keep_lines([kept("a")])
        unit.keep_lines([kept("a")])
        assert unit.kept_lines(APRIL) == (kept("a"),)


def test_what_lapsed_stands_again_in_its_next_round(store: Store):
    with store.begin() as unit:
        unit.keep_lines([kept("a")])
        unit.settle_lines(["a" * 64], Outcome.LAPSED, AT)
        (lapsed,) = unit.kept_lines(APRIL)
        assert (lapsed.outcome, lapsed.round, lapsed.key) == (
            Outcome.LAPSED,
            1,
            ("ad", "TAX", "u1"),
        )
        unit.keep_lines([kept("a")])
        (again,) = unit.kept_lines(APRIL)
        assert (again.outcome, again.round) == (None, 2)


def test_only_what_nothing_became_of_is_unsettled(store: Store):
    with store.begin() as unit:
        unit.keep_lines([kept("a"), kept("b")])
        unit.settle_lines(["a" * 64], Outcome.ADOPTED, AT)
        assert [line.digest[0] for line in unit.unsettled_lines(APRIL)] == ["b"]
        assert unit.unsettled_lines(date(2027, 3, 31)) == ()


def test_a_lapsed_line_that_rested_on_advance_notice_keeps_its_digest_only(store: Store):
    with store.begin() as unit:
        unit.keep_lines([kept("a", rests_on_notice=True), kept("b", rests_on_notice=True)])
        unit.settle_lines(["a" * 64], Outcome.LAPSED, AT)
        unit.settle_lines(["b" * 64], Outcome.ADOPTED, AT)
        lapsed, adopted = unit.kept_lines(APRIL)
    assert (lapsed.key, lapsed.staff_number, lapsed.section, lapsed.orders) == (
        None,
        None,
        None,
        (),
    )
    assert adopted.key == ("ad", "TAX", "u1")


def test_seals_open_what_the_trail_holds(store: Store):
    seal = Seal("f" * 64, "salt", APRIL, ("a" * 64, "b" * 64))
    with store.begin() as unit:
        unit.keep_seal(seal)
    with store.begin() as unit:
        assert unit.seals(APRIL) == (seal,)
