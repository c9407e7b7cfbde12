"""Three persons stand behind a closed report, and none of them says more than was looked at."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from syncd.core.ids import OrgUnitCode
from syncd.core.policy import ApprovalPolicy
from syncd.core.residual.reports import (
    ENDED,
    RESIDUAL_MOVES,
    Check,
    Filing,
    Finding,
    Method,
    Outcome,
    ResidualEvent,
    ResidualState,
)
from syncd.core.votes import Actor, Role
from syncd.errors import IllegalMove, NotPermitted, UsageError
from syncd.flow.residual.reading import knowing_day, read_due_logs
from syncd.flow.residual.steps import (
    check_log,
    close,
    decide,
    decide_filing,
    send_back,
    set_known_on,
)
from tests.flow.residual.late import (
    APPROVER,
    AUDITOR,
    OPERATOR,
    at,
    events_of,
    late_town,
    report_of,
    site_of,
    write_log,
)
from tests.flow.town import Town, cancellation, staff, transfer

NONE = Check(Method.ALL, Finding.NONE, "残存期間の全行", "なし")
FOUND = Check(Method.ALL, Finding.FOUND, "残存期間の全行", "本人に確認中")
NOT_KNOWN = Check(Method.SAMPLE, Finding.NOT_KNOWN, "抽出した日")


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return late_town(tmp_path)


def report_id(town: Town) -> str:
    return report_of(town).report_id


def last_ground(town: Town) -> dict:
    about = report_id(town)
    with town.store.begin() as unit:
        return json.loads(unit.history(about)[-1])["ground"]


def test_a_report_goes_from_the_check_by_the_decision_to_the_auditors_look(town: Town):
    write_log(town)
    site = site_of(town)
    read_due_logs(site)
    checked = check_log(site, [OPERATOR], report_id(town), NONE)
    assert checked.state is ResidualState.CHECKED
    decided = decide(site, [APPROVER], report_id(town), Outcome.NO_USE, "記録のとおり")
    assert decided.state is ResidualState.DECIDED
    closed = close(site, [AUDITOR], report_id(town), "確認した")
    assert closed.state is ResidualState.CLOSED
    assert closed.ended_at is not None
    assert (closed.checked_by, closed.decided_by, closed.closed_by) == ("unyo", "sato", "kansa")
    assert events_of(town) == [
        "residual.opened",
        "residual.log_read",
        "residual.checked",
        "residual.decided",
        "residual.closed",
    ]


def test_nobody_takes_two_of_the_three_parts_by_whatever_account(town: Town):
    site = site_of(town, with_log=False)
    both = Actor("sato2", APPROVER.staff_number, frozenset({Role.OPERATOR}))
    check_log(site, [both], report_id(town), NONE)
    with pytest.raises(NotPermitted, match="acted on this report already"):
        decide(site, [APPROVER], report_id(town), Outcome.NO_USE, "x")
    other = replace(APPROVER, account="abe", staff_number=staff(901))
    decide(site, [other], report_id(town), Outcome.NO_USE, "x")
    for number in (APPROVER.staff_number, staff(901)):
        with pytest.raises(NotPermitted, match="acted on this report already"):
            close(site, [replace(AUDITOR, staff_number=number)], report_id(town))
    assert events_of(town).count("residual.refused") == 3
    assert last_ground(town) == {"why": "NotPermitted"}


def test_a_deputy_of_who_checked_does_not_decide(town: Town):
    site = site_of(town, with_log=False)
    check_log(site, [APPROVER], report_id(town), NONE)
    deputy = Actor(
        "kato",
        staff(902),
        frozenset({Role.APPROVER}),
        frozenset({OrgUnitCode("12010")}),
        deputy_for="sato",
        deputy_for_number=APPROVER.staff_number,
    )
    with pytest.raises(NotPermitted):
        decide(site, [deputy], report_id(town), Outcome.NO_USE, "x")


def test_nobody_acts_on_a_report_of_their_own_right(town: Town):
    site = site_of(town, with_log=False)
    self_ = replace(OPERATOR, staff_number=staff(1))
    with pytest.raises(NotPermitted, match="own right"):
        check_log(site, [self_], report_id(town), NONE)
    with pytest.raises(NotPermitted, match="own right"):
        check_log(site, [replace(OPERATOR, account="u0001")], report_id(town), NONE)


@pytest.mark.parametrize(
    "actor",
    [
        AUDITOR,
        Actor("jinji", staff(1000), frozenset({Role.PERSONNEL})),
        replace(APPROVER, sections=frozenset({OrgUnitCode("20010")})),
    ],
    ids=["auditor", "personnel", "another section"],
)
def test_others_do_not_check(town: Town, actor: Actor):
    with pytest.raises(NotPermitted):
        check_log(site_of(town), [actor], report_id(town), NONE)


def test_no_use_is_not_said_of_a_log_that_does_not_cover_the_window(town: Town):
    write_log(town, last="2027-04-09 08:00")
    site = site_of(town)
    read_due_logs(site)
    with pytest.raises(UsageError, match="does not cover the window"):
        check_log(site, [OPERATOR], report_id(town), NONE)
    check_log(site, [OPERATOR], report_id(town), NOT_KNOWN)
    with pytest.raises(UsageError, match="does not follow"):
        decide(site, [APPROVER], report_id(town), Outcome.NO_USE, "x")
    decided = decide(site, [APPROVER], report_id(town), Outcome.NOT_KNOWN, "保存期間の外")
    assert decided.outcome is Outcome.NOT_KNOWN


def test_no_use_is_not_said_where_the_log_shows_one_or_was_never_read(town: Town):
    write_log(town, "2027-04-02 10:00:00,u0001")
    site = site_of(town)
    with pytest.raises(UsageError, match="does not cover"):
        check_log(site, [OPERATOR], report_id(town), NONE)
    read_due_logs(site)
    with pytest.raises(UsageError, match="cannot say otherwise"):
        check_log(site, [OPERATOR], report_id(town), NOT_KNOWN)
    check_log(site, [OPERATOR], report_id(town), FOUND)
    with pytest.raises(UsageError, match="does not follow"):
        decide(site, [APPROVER], report_id(town), Outcome.NO_USE, "x")


@pytest.mark.parametrize(
    ("check", "told"),
    [
        (Check(Method.SAMPLE, Finding.NONE, "抽出"), "all lines"),
        (Check(Method.NO_LOG, Finding.NONE, "ログなし"), "all lines"),
        (Check(Method.ALL, Finding.NONE, " "), "looked for"),
    ],
)
def test_a_check_says_no_more_than_what_was_looked_at(town: Town, check: Check, told: str):
    with pytest.raises(UsageError, match=told):
        check_log(site_of(town, with_log=False), [OPERATOR], report_id(town), check)


def test_a_log_is_checked_only_when_the_window_has_its_end(tmp_path: Path):
    town = late_town(tmp_path, order=False)
    town.policy = replace(town.policy, approval=ApprovalPolicy())
    town.orders.records = (transfer(1, "20010"),)
    town.now = at(5)
    town.sync(date(2027, 4, 5))
    with pytest.raises(IllegalMove, match="still stands"):
        check_log(site_of(town, with_log=False), [OPERATOR], report_id(town), NONE)


def test_what_was_sent_back_is_checked_anew(town: Town):
    site = site_of(town, with_log=False)
    check_log(site, [OPERATOR], report_id(town), NONE)
    with pytest.raises(UsageError, match="reason"):
        send_back(site, [APPROVER], report_id(town), " ")
    again = send_back(site, [APPROVER], report_id(town), "夜間も見る")
    assert again.state is ResidualState.ASKED
    assert again.checked_by == ""
    check_log(site, [OPERATOR], report_id(town), NONE)
    decide(site, [APPROVER], report_id(town), Outcome.NO_USE, "x")
    with pytest.raises(NotPermitted):
        send_back(site, [APPROVER], report_id(town), "x")  # a decision only the auditor sends back
    assert send_back(site, [AUDITOR], report_id(town), "根拠が足りない").outcome is None


def test_a_cancelled_order_withdraws_whatever_was_decided(town: Town):
    site = site_of(town, with_log=False)
    check_log(site, [OPERATOR], report_id(town), NONE)
    town.orders.records = (*town.orders.records, cancellation(1, "R9-1"))
    town.now = at(11)
    town.sync(date(2027, 4, 11))
    assert report_of(town).state is ResidualState.WITHDRAWN
    with pytest.raises(IllegalMove):
        decide(site, [APPROVER], report_id(town), Outcome.NO_USE, "x")
    with pytest.raises(IllegalMove, match="withdrawn"):
        set_known_on(site, [OPERATOR], report_id(town), date(2027, 4, 10), "x")


def known(town: Town):
    about = report_of(town)
    with town.store.begin() as unit:
        return knowing_day(about, unit.log_readings([about.report_id]))


def test_the_day_of_knowing_is_that_on_which_rows_were_kept_until_a_person_sets_it(town: Town):
    write_log(town, "2027-04-02 10:00:00,u0001")
    site = site_of(town)
    assert known(town) is None
    town.now = at(12)
    read_due_logs(site)
    assert known(town) == date(2027, 4, 12)
    set_known_on(site, [APPROVER], report_id(town), date(2027, 4, 9), "税務課が9日に気付いた")
    assert known(town) == date(2027, 4, 9)
    assert last_ground(town)["known_on"] == "2027-04-09"
    with pytest.raises(UsageError, match="yet to come"):
        set_known_on(site, [APPROVER], report_id(town), date(2027, 5, 1), "x")
    with pytest.raises(UsageError, match="reason"):
        set_known_on(site, [APPROVER], report_id(town), date(2027, 4, 9), "")


def test_a_person_decides_of_the_first_report_and_says_why(town: Town):
    write_log(town, "2027-04-02 10:00:00,u0001")
    site = site_of(town)
    with pytest.raises(IllegalMove, match="shows no use"):
        decide_filing(site, [APPROVER], report_id(town), Filing.REPORT, "x")
    read_due_logs(site)
    with pytest.raises(NotPermitted):
        decide_filing(site, [OPERATOR], report_id(town), Filing.REPORT, "x")
    with pytest.raises(UsageError, match="reason"):
        decide_filing(site, [APPROVER], report_id(town), Filing.REPORT, "")
    filed = decide_filing(site, [APPROVER], report_id(town), Filing.NO_REPORT, "引継ぎの照会")
    assert (filed.filing, filed.filed_by) == (Filing.NO_REPORT, "sato")
    assert last_ground(town)["filing"] == "no-report"


def test_a_use_found_by_hand_is_known_from_the_check_on(town: Town):
    site = site_of(town, with_log=False)
    check_log(site, [OPERATOR], report_id(town), FOUND)
    assert known(town) == date(2027, 4, 10)


class Reports(RuleBasedStateMachine):
    """People and runs do what they like in any order; the table and the three persons hold."""

    folder: Path

    def __init__(self) -> None:
        super().__init__()
        type(self).count = getattr(type(self), "count", 0) + 1
        folder = self.folder / f"t{type(self).count}"
        folder.mkdir(parents=True)
        self.town = late_town(folder)
        self.site = site_of(self.town, with_log=False)
        self.before = report_of(self.town)

    people = st.sampled_from(
        [
            OPERATOR,
            APPROVER,
            AUDITOR,
            Actor("all", staff(700), frozenset({Role.OPERATOR, Role.APPROVER, Role.AUDITOR})),
            Actor("u0001", staff(1), frozenset(Role)),
        ]
    )

    def attempt(self, step) -> None:
        try:
            step()
        except (NotPermitted, IllegalMove, UsageError):
            return

    @rule(who=people, check=st.sampled_from([NONE, FOUND, NOT_KNOWN]))
    def check(self, who, check):
        self.attempt(lambda: check_log(self.site, [who], self.before.report_id, check))

    @rule(who=people, outcome=st.sampled_from(Outcome))
    def decide(self, who, outcome):
        self.attempt(lambda: decide(self.site, [who], self.before.report_id, outcome, "x"))

    @rule(who=people)
    def close(self, who):
        self.attempt(lambda: close(self.site, [who], self.before.report_id))

    @rule(who=people)
    def send_back(self, who):
        self.attempt(lambda: send_back(self.site, [who], self.before.report_id, "x"))

    @precondition(lambda self: len(self.town.orders.records) == 1)
    @rule()
    def cancel(self):
        self.town.orders.records = (*self.town.orders.records, cancellation(1, "R9-1"))
        self.town.now = at(12)
        self.town.sync(date(2027, 4, 12))

    @invariant()
    def only_what_the_table_allows_happened(self):
        now = report_of(self.town)
        if now.state is not self.before.state:
            assert any(
                state is self.before.state and after is now.state
                for (state, _), after in RESIDUAL_MOVES.items()
            )
        self.before = now

    @invariant()
    def three_persons_stand_behind_it(self):
        report = report_of(self.town)
        persons = [p for p in (report.checked_by, report.decided_by, report.closed_by) if p]
        assert len(set(persons)) == len(persons)
        assert "u0001" not in persons
        if report.state is ResidualState.CLOSED:
            assert len(persons) == 3
        if report.outcome is Outcome.NO_USE:
            assert (report.method, report.finding) == (Method.ALL, Finding.NONE)

    @invariant()
    def every_move_is_on_record(self):
        moves = [e for e in events_of(self.town) if e != "residual.refused"]
        assert len(moves) == report_of(self.town).version


def test_any_order_of_steps(tmp_path: Path):
    Reports.folder = tmp_path
    run_state_machine_as_test(
        Reports,
        settings=settings(
            max_examples=20,
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_what_has_ended_stays_so_and_every_state_is_reached():
    assert not {state for state, _ in RESIDUAL_MOVES} & ENDED
    assert set(RESIDUAL_MOVES.values()) == set(ResidualState)
    assert {event for _, event in RESIDUAL_MOVES} == set(ResidualEvent)
