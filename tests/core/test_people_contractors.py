"""委託 accounts: a person at work until 有効期限, in the section of the 管理者."""

from __future__ import annotations

from datetime import date

import pytest

from syncd.core.facts import AccountKind, Facts, ListedAccount
from syncd.core.findings import Verdict
from tests import builders as b

JUSTIFIED = (Verdict.JUSTIFIED, ())


def _row(name: str = "vendor1", sponsor: int | str | None = 1, **more: object) -> ListedAccount:
    return b.listed_account(name, AccountKind.CONTRACTOR, sponsor=sponsor, **more)


def _verdict(*rows: ListedAccount, on: date = b.APRIL, **known: object) -> object:
    told = {"accounts": list(rows), "designations": [b.designation("vendor1")], **known}
    facts: Facts = b.facts(**told)
    directory = b.snapshot(b.block("vendor1"), accounts=[b.account("vendor1")])
    return b.verdict_of(facts, directory, account="vendor1", on=on)


def test_a_contractor_is_justified_by_a_designation_like_anyone() -> None:
    assert _verdict(_row()) == JUSTIFIED
    assert _verdict(_row(), designations=[]) == (Verdict.STALE, ("not-designated",))


@pytest.mark.parametrize(
    ("expires_on", "reasons"), [(b.APRIL, ()), (b.APRIL - b.DAY, ("separated",))]
)
def test_a_contractor_works_through_the_last_day(expires_on: date, reasons: object) -> None:
    assert _verdict(_row(expires_on=expires_on))[1] == reasons


def test_a_contractor_moves_with_the_sponsor() -> None:
    moved = b.order(to="15000")
    assert _verdict(_row(), orders=[moved]) == (Verdict.STALE, ("transferred",))


def test_a_contractor_without_a_sponsor_stands_in_no_section() -> None:
    assert _verdict(_row(sponsor=None)) == (Verdict.STALE, ("transferred",))


def test_the_staff_number_counts_before_the_account_name() -> None:
    lines = [b.designation(77)]
    assert _verdict(_row(number=77), designations=lines) == JUSTIFIED


def test_a_contractor_whose_sponsor_vanished_is_unknown() -> None:
    roster = b.roster(b.roster_entry(2), gone=[b.roster_entry(1)])
    assert _verdict(_row(), rosters=[roster])[0] is Verdict.UNKNOWN


def test_a_contractor_whose_sponsor_cannot_be_placed_is_unknown() -> None:
    held = b.order(kind="謎の発令")
    assert _verdict(_row(), orders=[held])[0] is Verdict.UNKNOWN


def test_contractors_may_name_a_chain_that_ends_at_an_employee() -> None:
    assert _verdict(_row(sponsor="vendor2"), _row("vendor2")) == JUSTIFIED


@pytest.mark.parametrize("other", ["vendor1", "vendor2"])
def test_contractors_that_answer_for_one_another_stand_in_no_section(other: str) -> None:
    rows = [_row(sponsor=other), _row("vendor2", sponsor="vendor1")]
    assert _verdict(*rows) == (Verdict.STALE, ("transferred",))
