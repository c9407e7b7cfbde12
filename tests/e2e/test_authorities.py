"""Two authorities with colliding numbers, from their files to the directory."""

from __future__ import annotations

import pytest

from syncd.core.acting import Someone
from syncd.core.audit import AuditEvent
from syncd.core.calendar import midnight
from syncd.core.cases import CaseState
from syncd.core.findings import Notice
from syncd.core.ids import StaffNumber
from syncd.errors import NotPermitted
from syncd.flow.explain import explain
from syncd.flow.vote import approve_plan
from tests.e2e.two_authorities import APRIL, EVE, LINKS, ORDERS, ROSTER, Body


def acting(opened, account):
    return opened.actors(Someone(account))


@pytest.fixture
def body(tmp_path):
    body = Body(tmp_path)
    report = body.sync(EVE)
    assert report.complete
    assert body.verdicts(report) == {}
    return body


def test_one_number_of_two_authorities_never_moves_the_other_person(body):
    body.write("board-orders", ORDERS, ["R9-1,2027-03-31,退職,1,,"])
    body.write("city-orders", ORDERS, ["R9-1,2027-04-01,配置換,2,15000,"])
    report = body.sync()
    assert body.verdicts(report) == {
        "e1": ("stale", ("separated",)),
        "m2": ("stale", ("transferred",)),
    }
    body.sync()
    assert body.members() == {"m1", "m2", "m3", "m4", "e2"}  # separated goes by policy


def test_an_authority_cancels_no_order_of_another(body):
    body.write("city-orders", ORDERS, ["R9-1,2027-04-01,配置換,2,15000,"])
    body.write("board-orders", ORDERS, ["R9-2,,取消,2,,R9-1"])
    assert body.verdicts(body.sync()) == {"m2": ("stale", ("transferred",))}


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("1,12010,在職,,", "所属コード"),
        ("0000077,30010,在職,,", "職員番号"),
        ("E-1,30010,在職,,", "職員番号"),
    ],
)
def test_a_row_outside_the_scope_refuses_the_input_and_never_acts(body, row, column):
    body.write("board", ROSTER, [row, "2,30010,在職,,"])
    report = body.sync()
    ((_, refusal),) = [(r.source, r) for r in report.refused]
    assert [(fault.line, fault.column) for fault in refusal.faults] == [(2, column)]
    assert body.members() == {"m1", "m2", "m3", "m4", "e1", "e2"}
    assert {verdict for verdict, _ in body.verdicts(report).values()} <= {"unknown"}


def test_a_row_outside_the_scope_that_is_set_aside_holds_up_only_whom_the_feed_may_speak_of(body):
    body.configure(outside="quarantine")
    body.write("board", ROSTER, ["1,12010,在職,,", "2,30010,在職,,", "0000077,30010,退職,,"])
    report = body.sync()
    assert not report.refused
    assert body.verdicts(report) == {"e1": ("unknown", ())}
    assert any("line 2" in note and "教育委員会" in note for note in report.notes)
    assert any("line 4" in note for note in report.notes)


def test_a_changed_scope_reads_the_same_file_again(body):
    body.replace('sections = ["3*"]', 'sections = ["4*"]')
    report = body.sync()
    assert {r.source for r in report.refused} == {"board"}
    body.replace('sections = ["4*"]', 'sections = ["3*"]')
    assert not body.sync().refused
    with body.open().site.store.begin() as unit:
        sha256 = unit.last_accepted("board").fingerprint.sha256
    bytes_of, _, scope = sha256.partition("+")
    assert (len(bytes_of), len(scope)) == (64, 16)


def test_what_was_taken_in_before_a_prefix_speaks_of_nobody_elses_person(tmp_path):
    body = Body(tmp_path)
    body.replace('number_prefix = "E"\n', "")
    body.write("city", ROSTER, [f"{n},12010,在職,," for n in range(1, 5)])
    body.write("board", ROSTER, ["9,30010,在職,,"])
    body.write("board-orders", ORDERS, ["R8-1,2027-03-01,退職,1,,"])
    assert body.verdicts(body.sync(EVE))["m1"][1][0] == "separated"
    body.replace(
        'name = "教育委員会"\nsections', 'name = "教育委員会"\nnumber_prefix = "E"\nsections'
    )
    body.write("board", ROSTER, ["1,30010,在職,,", "2,30010,在職,,"])
    body.write("board-orders", ORDERS, ["R8-9,2027-03-01,昇任,2,30010,"])
    assert body.verdicts(body.sync()) == {}


def test_a_linked_person_is_one_in_findings_cases_and_explanations(body):
    body.write("links", LINKS, ["教育委員会,1,市長,3,,"])
    body.write("city-orders", ORDERS, ["R9-1,2027-04-01,配置換,3,15000,"])
    report = body.sync()
    assert body.verdicts(report) == {}  # they still work in 30010, where E-1 is designated
    body.write("board-orders", ORDERS, ["R9-5,2027-04-01,配置換,1,30020,"])
    report = body.sync()
    assert set(body.verdicts(report)) == {"m3", "e1"}
    assert {f.staff_number for f in report.decision.findings} == {"0000003"}
    opened = body.open()
    told = [explain(opened.site, StaffNumber(n), APRIL) for n in ("0000003", "E-0000001")]
    assert told[0] == told[1]
    assert {right.account for right in told[0].rights} == {"m3", "e1"}
    assert [post.org_unit for post in told[0].person.readings[0].posts] == ["15000", "30020"]


def test_a_contradiction_is_held_for_a_person_and_never_removed_by_policy(body):
    body.write("links", LINKS, ["教育委員会,1,,3,,"])
    body.write("board", ROSTER, ["1,30010,退職,,2027-03-30", "2,30010,在職,,"])
    report = body.sync()
    assert body.verdicts(report)["m3"] == ("stale", ("separated", "hr-conflict"))
    notices = [n for n in report.decision.notices if n.notice is Notice.HR_CONFLICT]
    assert [n.staff_number for n in notices] == ["0000003"]
    for days in range(1, 20):  # past every deadline for silence
        body.sync(EVE.fromordinal(APRIL.toordinal() + days))
    assert {"m3", "e1"} <= body.members()
    assert body.states()["m3"] is CaseState.OPEN


def _waiting(body):
    """Return a plan that removes m4, the right of `kacho`."""
    body.write("city-orders", ORDERS, ["R9-1,2027-04-01,配置換,4,15000,"])
    body.sync()
    report = body.sync()
    assert "m4" in [line.account for line in report.proposed.lines]
    return report.proposed.hash


@pytest.mark.parametrize("ends", ["", "2027-03-01"])
def test_nobody_approves_what_concerns_any_of_their_numbers(body, ends):
    """`kyoiku` is E-0000002, linked to 0000004 whose right is at stake, if only in the past."""
    body.write("links", LINKS, [f"教育委員会,2,市長,4,,{ends}"])
    body.write("board-orders", ORDERS, ["R9-7,2027-04-01,配置換,2,30020,"])
    plan = _waiting(body)
    opened = body.open()
    for account in ("kacho", "kyoiku"):
        with pytest.raises(NotPermitted):
            approve_plan(opened.site, acting(opened, account), plan, "見た")
    approve_plan(opened.site, acting(opened, "sato"), plan, "見た")
    assert body.states()["m4"] is CaseState.APPROVED


def test_without_the_link_the_other_authoritys_chief_may_decide(body):
    plan = _waiting(body)
    opened = body.open()
    approve_plan(opened.site, acting(opened, "kyoiku"), plan, "見た")
    assert body.states()["m4"] is CaseState.APPROVED


def test_two_accounts_of_two_linked_numbers_are_one_voter(body):
    body.replace("[store]", '[policy.approval]\ntransferred = "two"\n[store]')
    body.write("links", LINKS, ["教育委員会,2,市長,4,,2027-03-01"])
    body.write("city-orders", ORDERS, ["R9-1,2027-04-01,配置換,3,15000,"])
    body.sync()
    plan = body.sync().proposed.hash
    opened = body.open()
    approve_plan(opened.site, acting(opened, "kacho"), plan, "見た")
    approve_plan(opened.site, acting(opened, "kyoiku"), plan, "見た")
    assert body.states()["m3"] is CaseState.OPEN
    approve_plan(opened.site, acting(opened, "sato"), plan, "見た")
    assert body.states()["m3"] is CaseState.APPROVED


def test_a_link_with_an_unknown_authority_is_refused_and_says_which_there_are(body):
    body.write("links", LINKS, ["消防長,1,市長,3,,"])
    report = body.sync()
    (refusal,) = report.refused
    assert refusal.source == "links"
    assert "市長、教育委員会" in str(refusal)


def test_a_link_that_vanishes_takes_no_right_away_and_one_that_ends_does_so_by_its_day(body):
    body.write("links", LINKS, ["教育委員会,1,市長,3,,"])
    body.write("city-orders", ORDERS, ["R9-1,2027-04-01,配置換,3,15000,"])
    assert body.verdicts(body.sync()) == {}
    body.write("links", LINKS)
    report = body.sync()
    assert [r.source for r in report.refused] == ["links"]
    assert not any(verdict == "stale" for verdict, _ in body.verdicts(report).values())
    body.write("links", LINKS, ["教育委員会,1,市長,3,,2027-03-31"])
    report = body.sync()
    assert not report.refused
    assert body.verdicts(report) == {"m3": ("stale", ("transferred",))}


def test_what_a_scope_refused_is_on_the_trail_without_a_number(body):
    body.write("board", ROSTER, ["0000077,30010,在職,,"])
    body.sync()
    with body.open().site.store.begin() as unit:
        unit.checkpoint(midnight(APRIL))
        leaves = b"".join(bytes(leaf) for _, leaf, _ in unit.audit_leaves())
    assert str(AuditEvent.INPUT_REFUSED).encode() in leaves
    assert b"0000077" not in leaves
