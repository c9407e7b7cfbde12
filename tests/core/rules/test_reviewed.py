"""What an access review settled ends a right for its account, until a designation begins later."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from syncd.core.decide import decide
from syncd.core.facts import AccountKind, Facts
from syncd.core.findings import Decision, Doubt, Reason, Verdict
from tests import builders as b

DAY = timedelta(days=1)


def decided(known: Facts) -> Decision:
    holder = b.snapshot(b.block(1, 2), accounts=[b.account(1), b.account(2)])
    return decide(known, [holder], b.policy(), b.APRIL)


def finding(known: Facts, account: str = "u0001"):
    return next((f for f in decided(known).findings if f.account == account), None)


def town(*outcomes, designated_on: date | None = b.APRIL - 400 * DAY, **changes) -> Facts:
    both = [b.roster_entry(1), b.roster_entry(2)]
    lines = [b.designation(n, designated_on=designated_on) for n in (1, 2)]
    fields = {"designations": lines, "review_outcomes": list(outcomes), **changes}
    return b.facts(*both, **fields)


def test_from_its_day_on_the_designation_justifies_the_right_no_more():
    found = finding(town(b.outcome(1)))
    assert (found.verdict, found.reasons) == (Verdict.STALE, (Reason.DESIGNATION_ENDED,))
    assert found.since == b.APRIL
    assert [str(each) for each in found.because] == ["review tana-1", "designation TAX/12010"]


def test_it_is_about_one_account_and_one_right():
    assert finding(town(b.outcome(1)), "u0002") is None
    assert finding(town(b.outcome(1, "TAX-VIEW"))) is None
    assert finding(town(replace(b.outcome(1), directory="other"))) is None


def test_directories_compare_accounts_without_regard_to_case():
    assert finding(town(replace(b.outcome(1), account="U0001"))) is not None


@pytest.mark.parametrize("ends_on", [None, b.APRIL + DAY])
def test_before_its_day_and_once_taken_back_it_says_nothing(ends_on):
    assert finding(town(b.outcome(1, ends_on=ends_on))) is None


@pytest.mark.parametrize(
    ("designated_on", "stands"),
    [(None, False), (b.APRIL - 2 * DAY, False), (b.APRIL - DAY, False), (b.APRIL, True)],
)
def test_only_a_designation_that_begins_later_justifies_again(designated_on, stands):
    known = town(b.outcome(1, ends_on=b.APRIL - DAY), designated_on=designated_on)
    assert (finding(known) is None) is stands


def test_who_was_never_designated_is_told_just_that():
    found = finding(town(b.outcome(1), designations=[b.designation(2)]))
    assert found.reasons == (Reason.NOT_DESIGNATED,)


def test_a_designation_that_ended_anyway_is_told_once():
    ended = b.designation(1, released_on=b.APRIL - DAY)
    found = finding(town(b.outcome(1), designations=[ended]))
    assert found.reasons == (Reason.DESIGNATION_ENDED,)
    assert found.since == b.APRIL - DAY


def test_it_stands_beside_the_other_reasons():
    elsewhere = b.designation(1, org_unit="99999", designated_on=b.APRIL - 40 * DAY)
    found = finding(town(b.outcome(1), designations=[elsewhere]))
    assert found.reasons == (Reason.DESIGNATION_ENDED, Reason.TRANSFERRED)


def test_what_is_unknown_stays_unknown():
    known = town(b.outcome(1), rosters=[])
    found = finding(known)
    assert (found.verdict, found.doubt) == (Verdict.UNKNOWN, Doubt.NO_ROSTER)


def test_a_service_account_loses_what_its_listing_gave():
    listed = b.listed_account(1, AccountKind.SERVICE)
    assert finding(town(accounts=[listed])) is None
    found = finding(town(b.outcome(1), accounts=[listed]))
    assert found.reasons == (Reason.UNKNOWN_ACCOUNT,)
    assert (found.since, [str(each) for each in found.because]) == (b.APRIL, ["review tana-1"])


def test_a_dated_exception_stands_above_it():
    known = town(b.outcome(1))
    holder = b.snapshot()
    key = ("ad", "TAX-EDIT", "u0001")
    said = decide(known, [holder], b.policy(), b.APRIL, exceptions=[key])
    assert [f.verdict for f in said.findings] == [Verdict.EXCEPTED]
