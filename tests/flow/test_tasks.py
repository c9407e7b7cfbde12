"""A right that only people can take away: handed over, done by one, checked by another, on record."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from syncd.core.calendar import JST
from syncd.core.cases import CaseState
from syncd.core.tasks import TaskState
from syncd.core.votes import Actor, Role
from syncd.errors import EvidenceRefused, IllegalMove, NotPermitted, UsageError
from syncd.flow.restore import restore_case
from syncd.flow.site import Mode
from syncd.flow.tasks import Attachment, attach
from syncd.flow.vote import approve_cases
from tests.flow.manual_town import (
    CHECKER,
    DOER,
    DOERS_OTHER_ACCOUNT,
    OTHER_DOER,
    PROOF,
    ManualTown,
    manual_town,
)
from tests.flow.town import (
    APRIL,
    TAX,
    _entitlement,
    account,
    approver,
    cancellation,
    staff,
    transfer,
)

SIXTH, NINTH = date(2027, 4, 6), date(2027, 4, 9)


@pytest.fixture
def town(tmp_path: Path) -> ManualTown:
    return manual_town(tmp_path)


def of(leaf: bytes) -> dict[str, object]:
    return json.loads(leaf)


def test_an_approved_case_becomes_a_task_with_a_due_date(town: ManualTown):
    task = town.hand_over()
    assert town.case().state is CaseState.APPLYING
    assert (task.state, task.directory, task.groups) == (TaskState.OPEN, "ad", (TAX,))
    assert (task.account, task.case_id) == (account(1), town.case().case_id)
    assert task.due_at == town.case().hard_deadline_at
    (record,) = map(of, town.recorded("task.handed_over"))
    assert record["subject"] == task.case_id
    assert record["ground"]["due"] == task.due_at.isoformat()


def test_the_due_date_counts_open_days_where_the_directory_says_how_many(tmp_path: Path):
    town = manual_town(tmp_path, due_open_days=1)
    # 1 April 2027 is a Thursday; the next open day is the Friday.
    assert town.hand_over().due_at == datetime(2027, 4, 3, tzinfo=JST)


def test_a_task_is_handed_over_once_however_often_a_run_looks(town: ManualTown):
    task = town.hand_over()
    for hour in (11, 12, 13):
        report = town.sync_on(APRIL, hour)
        assert report.removals == ()
    assert town.tasks() == (task,)
    assert len(town.recorded("task.handed_over")) == 1


@pytest.mark.parametrize("mode", [Mode.OBSERVE, Mode.PROPOSE])
def test_nothing_is_handed_over_where_syncd_only_looks(tmp_path: Path, mode: Mode):
    town = manual_town(tmp_path)
    town.mode = mode
    town.export(date(2027, 3, 31))
    town.sync_on(APRIL)
    assert town.tasks() == ()


def test_one_persons_word_removes_and_a_second_persons_check_verifies(town: ManualTown):
    town.hand_over()
    done = town.report()
    assert (done.state, done.done_by) == (TaskState.DONE, "unyo1")
    assert town.case().state is CaseState.REMOVED
    checked = town.check()
    assert (checked.state, checked.checked_by) == (TaskState.CHECKED, "hosaka")
    assert town.case().state is CaseState.VERIFIED


def test_every_step_is_on_record_with_the_digest_of_the_evidence(town: ManualTown):
    town.hand_over()
    town.report()
    town.check(files=(Attachment("p.pdf", b"%PDF-1.7 x"),))
    digests = [hashlib.sha256(c).hexdigest() for c in (PROOF.content, b"%PDF-1.7 x")]
    attached = list(map(of, town.recorded("evidence.attached")))
    assert [record["ground"]["sha256"] for record in attached] == digests
    (done,), (checked,) = (list(map(of, town.recorded(f"task.{x}"))) for x in ("done", "checked"))
    assert (done["actor"], done["ground"]["note"]) == ("unyo1", "抹消した")
    assert (checked["actor"], checked["ground"]["evidence"]) == ("hosaka", digests)
    assert {r["subject"] for r in (done, checked, *attached)} == {town.case().case_id}
    assert [of(leaf)["actor"] for leaf in town.recorded("removal.verified")] == ["hosaka"]


@pytest.mark.parametrize("checker", [DOER, DOERS_OTHER_ACCOUNT])
def test_nobody_checks_what_they_did_themselves_by_whatever_account(
    town: ManualTown, checker: Actor
):
    town.hand_over()
    town.report()
    with pytest.raises(NotPermitted):
        town.check(checker)
    assert town.case().state is CaseState.REMOVED
    assert [of(leaf)["actor"] for leaf in town.recorded("task.refused")] == [checker.account]


def test_a_deputy_of_who_did_it_does_not_check_it_either(town: ManualTown):
    town.hand_over()
    doer = replace(DOER, roles=DOER.roles | {Role.APPROVER})
    town.report(doer)
    deputy = Actor("dairi", staff(810), frozenset({Role.APPROVER}), deputy_for="unyo1")
    with pytest.raises(NotPermitted):
        town.check(deputy)
    named_otherwise = replace(deputy, deputy_for="unyo1-adm", deputy_for_number=staff(801))
    with pytest.raises(NotPermitted):
        town.check(named_otherwise)


def test_another_doer_may_check_and_whoever_has_nothing_to_do_with_it_may_not(town: ManualTown):
    town.hand_over()
    town.report()
    stranger = Actor("jinji", staff(820), frozenset({Role.PERSONNEL}))
    with pytest.raises(NotPermitted):
        town.check(stranger)
    assert town.check(OTHER_DOER).checked_by == "unyo2"


def test_the_person_whose_right_it_is_neither_does_nor_checks_it(town: ManualTown):
    town.hand_over()
    theirs = Actor("me", staff(1), frozenset({Role.OPERATOR, Role.APPROVER}))
    with pytest.raises(NotPermitted, match="own right"):
        town.report(theirs)
    town.report()
    with pytest.raises(NotPermitted):
        town.check(theirs)


def test_an_approver_of_another_section_does_not_check(town: ManualTown):
    town.hand_over()
    town.report()
    with pytest.raises(NotPermitted, match="does not decide"):
        town.check(replace(CHECKER, sections=frozenset({"20010"})))


def test_only_the_configured_people_do_it(tmp_path: Path):
    town = manual_town(tmp_path, doers=["soumu1"])
    town.hand_over()
    with pytest.raises(NotPermitted, match="soumu1"):
        town.report(DOER)
    assert town.report(Actor("soumu1", staff(830), frozenset({Role.PERSONNEL}))).done_by == "soumu1"


def test_nothing_is_checked_without_evidence_unless_the_directory_says_so(tmp_path: Path):
    (tmp_path / "a").mkdir()
    town = manual_town(tmp_path / "a")
    town.hand_over()
    town.report(files=())
    with pytest.raises(UsageError, match="without evidence"):
        town.check()
    assert town.case().state is CaseState.REMOVED
    (tmp_path / "b").mkdir()
    town = manual_town(tmp_path / "b", evidence="optional")
    town.hand_over()
    town.report(files=())
    assert town.check().state is TaskState.CHECKED


def test_a_file_that_is_refused_undoes_the_step_it_came_with(town: ManualTown):
    town.hand_over()
    with pytest.raises(EvidenceRefused):
        town.report(files=(PROOF, Attachment("x.pdf", b"MZ\x90\x00")))
    assert town.task().state is TaskState.OPEN
    assert town.recorded("evidence.attached") == []


def test_evidence_is_added_while_it_goes_on_and_never_after(town: ManualTown):
    town.hand_over()
    task = town.report()
    attach(town.site(), [CHECKER], task.task_id, [Attachment("a.png", b"\x89PNG\r\n\x1a\n")])
    town.check()
    with pytest.raises((IllegalMove, NotPermitted)):
        attach(town.site(), [DOER], task.task_id, [PROOF])
    with pytest.raises(NotPermitted):
        attach(
            town.site(), [Actor("kansa", roles=frozenset({Role.AUDITOR}))], task.task_id, [PROOF]
        )


def test_what_was_not_done_goes_back_with_a_reason_and_is_done_again(town: ManualTown):
    task = town.hand_over()
    town.report()
    with pytest.raises(UsageError, match="reason"):
        town.reject(because=" ")
    back = town.reject()
    assert (back.state, back.task_id, back.done_by) == (TaskState.OPEN, task.task_id, "")
    assert (back.rejected_by, back.rejected_because) == ("hosaka", "まだ残っています")
    assert town.case().state is CaseState.APPLYING
    town.report(OTHER_DOER)
    with pytest.raises(NotPermitted):
        town.check(OTHER_DOER)
    town.check()
    assert town.case().state is CaseState.VERIFIED
    assert len(town.tasks()) == 1


def test_nothing_is_checked_or_sent_back_before_somebody_did_it(town: ManualTown):
    town.hand_over()
    for step in (town.check, town.reject):
        with pytest.raises((IllegalMove, NotPermitted)):
            step()
    assert town.case().state is CaseState.APPLYING


# --- what lists say --------------------------------------------------------------------------


def test_a_list_of_before_the_report_proves_nothing_by_what_it_still_shows(town: ManualTown):
    town.hand_over()
    town.at_noon(SIXTH)
    done = town.report()
    for day in (SIXTH, date(2027, 4, 7)):  # the old list, and one exported on the day itself
        town.sync_on(day, 13)
        assert (town.case().state, town.task()) == (CaseState.REMOVED, done)
    town.export(SIXTH)
    town.sync_on(date(2027, 4, 8))
    assert (town.case().state, town.task()) == (CaseState.REMOVED, done)


def test_a_list_of_before_the_report_proves_nothing_by_what_it_lacks(town: ManualTown):
    town.hand_over()
    town.at_noon(SIXTH)
    done = town.report()
    town.export(SIXTH, members=range(2, 11))
    town.sync_on(SIXTH, 13)
    assert (town.case().state, town.task()) == (CaseState.REMOVED, done)


def test_a_list_of_before_the_check_does_not_bring_the_right_back(town: ManualTown):
    town.hand_over()
    town.at_noon(SIXTH)
    town.report()
    town.check()
    report = town.sync_on(date(2027, 4, 7))
    assert [case.state for case in town.cases()] == [CaseState.VERIFIED]
    assert (report.counts.stale, report.counts.memberships) == (0, 9)
    assert report.exit_code == 0
    with town.store.begin() as unit:
        kept = unit.last_snapshot("ad")
    assert account(1) not in {a for block in kept.blocks for a in block.accounts}
    assert any("1 件を除いて" in told for told in kept.warnings)


def test_a_newer_list_that_lacks_the_right_confirms_what_nobody_checked_yet(town: ManualTown):
    town.hand_over()
    town.at_noon(SIXTH)
    town.report()
    town.export(date(2027, 4, 7), members=range(2, 11))
    town.sync_on(date(2027, 4, 7), 13)
    assert (town.case().state, town.task().state) == (CaseState.VERIFIED, TaskState.CONFIRMED)
    (record,) = map(of, town.recorded("task.confirmed"))
    assert record["ground"]["list_of"] == "2027-04-07"
    assert (record["ground"]["done_by"], record["ground"]["checked"]) == ("unyo1", False)
    with pytest.raises(NotPermitted):
        town.check(DOER)
    assert (
        town.check().state is TaskState.CHECKED
    )  # a person may still look at it, and is on record


def test_a_list_confirms_also_what_nobody_reported(town: ManualTown):
    town.hand_over()
    town.export(SIXTH, members=range(2, 11))
    town.sync_on(SIXTH, 13)
    assert (town.case().state, town.task().state) == (CaseState.VERIFIED, TaskState.CONFIRMED)
    assert of(town.recorded("task.confirmed")[0])["ground"]["done_by"] == ""


def test_a_newer_list_that_still_holds_the_right_calls_for_it_again_and_says_so(town: ManualTown):
    first = town.hand_over()
    town.at_noon(SIXTH)
    town.report()
    town.export(NINTH)
    report = town.sync_on(NINTH, 13)
    again = town.task()
    assert [task.state for task in town.tasks()] == [TaskState.CONTRADICTED, TaskState.OPEN]
    assert again.task_id != first.task_id
    assert [removal.outcome for removal in report.removals] == ["handed-over"]
    assert town.case().state is CaseState.APPLYING
    (record,) = map(of, town.recorded("task.contradicted"))
    assert record["ground"] == {
        "task": first.task_id,
        "list_of": "2027-04-09",
        "done_by": "unyo1",
        "done_at": town.tasks()[0].done_at.isoformat(),
        "checked": False,
    }
    assert len(town.recorded("removal.not_confirmed")) == 1


def test_a_newer_list_that_holds_what_was_checked_opens_a_case_that_says_it_came_back(
    town: ManualTown,
):
    town.hand_over()
    town.at_noon(SIXTH)
    town.report()
    town.check()
    town.export(NINTH)
    town.sync_on(NINTH, 13)
    ended, opened = town.cases()
    assert (ended.state, opened.regrant_of) == (CaseState.VERIFIED, ended.case_id)
    assert of(town.recorded("case.opened")[-1])["ground"]["regranted"] is True


def test_a_list_that_does_not_prove_itself_whole_confirms_nothing(tmp_path: Path):
    town = manual_town(tmp_path, control_total="optional")
    town.hand_over()
    town.at_noon(SIXTH)
    town.report()
    town.export(NINTH, members=range(2, 11))
    town.sync_on(NINTH, 13)
    assert (town.case().state, town.task().state) == (CaseState.REMOVED, TaskState.DONE)
    town.check()
    assert town.case().state is CaseState.VERIFIED


def test_what_was_checked_is_not_put_back_by_syncd(town: ManualTown):
    town.hand_over()
    town.report()
    town.check()
    with pytest.raises(IllegalMove, match="by hand"):
        restore_case(town.site(), [approver("kacho", 901)], town.case().case_id, "必要")


def test_a_list_older_than_the_one_before_is_unknown(town: ManualTown):
    town.hand_over()
    town.export(date(2027, 3, 1), members=range(2, 11))
    report = town.sync_on(SIXTH)
    (unread,) = report.unread
    assert "2027-03-01" in unread.why
    assert (report.exit_code, town.case().state) == (5, CaseState.APPLYING)


def test_without_a_list_nothing_is_found_and_nothing_is_fine(tmp_path: Path):
    town = manual_town(tmp_path, path="", control_total="optional")
    report = town.sync_on(APRIL)
    assert report.exit_code == 5
    assert town.cases() == ()


def test_a_right_that_is_justified_again_needs_nobody_any_more(town: ManualTown):
    town.hand_over()
    town.orders.records = (transfer(1, "20010"), cancellation(1, "R9-1"))
    town.sync_on(APRIL, 14)
    assert (town.case().state, town.task().state) == (CaseState.WITHDRAWN, TaskState.DROPPED)
    with pytest.raises(IllegalMove):
        town.report()


def test_two_rights_of_one_key_are_both_handed_over(town: ManualTown):
    town.entitlements.records = (_entitlement("TAX-EDIT", TAX), _entitlement("TAX-VIEW", TAX))
    town.export(date(2027, 3, 31))
    town.sync_on(date(2027, 3, 31), 9)
    town.orders.records = (transfer(1, "20010"),)
    town.sync_on(APRIL)
    first, second = town.cases()
    approve_cases(town.site(), [CHECKER], [first.case_id])
    town.sync_on(APRIL, 10)
    assert town.tasks() == ()  # the key is shared: both rights go, or none
    approve_cases(town.site(), [approver("kacho", 901)], [second.case_id])
    town.sync_on(APRIL, 11)
    assert [task.state for task in town.tasks()] == [TaskState.OPEN, TaskState.OPEN]
