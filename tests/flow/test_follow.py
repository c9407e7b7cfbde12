"""Following what directories tell of their changes: a hint that opens cases, never a proof."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from syncd.core.audit import AuditEvent
from syncd.core.cases import CaseState
from syncd.core.findings import Notice, Reason
from syncd.errors import AlreadyRunning
from syncd.flow.delta import Followed, follow
from syncd.flow.site import Mode
from syncd.ports.directory import Capability
from syncd.reports.sync_json import render
from tests.fakes.directory import FakeDeltaDirectory, dn
from tests.flow.town import APRIL, TAX, Town, account, separation, staff, town_in

GUEST = 11


@pytest.fixture
def town(tmp_path) -> Town:
    town = town_in(tmp_path)
    known = town.directory
    town.directory = FakeDeltaDirectory("ad", known.clock, known.accounts, known.groups)
    town.directory.accounts[account(GUEST)] = staff(GUEST)
    town.sync()
    return town


def grant(town: Town, number: int = GUEST, group: str = TAX) -> None:
    town.directory.groups.setdefault(group, []).append(dn(account(number)))


def open_cases(town: Town) -> list[tuple[str, CaseState]]:
    with town.store.begin() as unit:
        return [(case.account, case.state) for case in unit.cases()]


def events(town: Town) -> list[str]:
    with town.store.begin() as unit:
        unit.checkpoint(town.now)
        leaves = [leaf for _, leaf, _ in unit.audit_leaves()]
    return [str(event) for leaf in leaves for event in AuditEvent if f'"{event}"'.encode() in leaf]


def test_a_right_granted_out_of_band_is_a_case_without_a_whole_run(town: Town):
    grant(town)
    assert follow(town.site()) == Followed(whole_run_due=False, groups=1, opened=1)
    assert open_cases(town) == [(account(GUEST), CaseState.OPEN)]
    assert AuditEvent.DIRECTORY_CHANGED in events(town)


def test_a_right_that_comes_back_is_told_as_regranted(town: Town):
    town.orders.records = (separation(1, APRIL - timedelta(days=1)),)
    removed = town.sync().removals[0].case
    grant(town, 1)
    assert follow(town.site()).opened == 1
    with town.store.begin() as unit:
        (case,) = unit.cases()
    assert (case.regrant_of, case.reasons) == (removed.case_id, (Reason.SEPARATED,))


def test_what_policy_approves_at_once_asks_for_the_run_that_removes_it(town: Town):
    town.orders.records = (separation(1, APRIL - timedelta(days=1)),)
    town.sync()
    grant(town, 1)
    assert follow(town.site()).whole_run_due
    assert dn(account(1)) in town.members()
    assert [r.outcome for r in town.sync().removals] == ["verified"]


def test_a_granted_right_with_its_ground_opens_nothing(town: Town):
    town.directory.groups[TAX].remove(dn(account(3)))
    follow(town.site())
    grant(town, 3)
    assert follow(town.site()) == Followed(groups=1)
    assert open_cases(town) == []


def test_nothing_ends_because_a_delta_does_not_show_it(town: Town):
    grant(town)
    follow(town.site())
    town.directory.groups[TAX].remove(dn(account(GUEST)))
    assert follow(town.site()).groups == 1
    assert open_cases(town) == [(account(GUEST), CaseState.OPEN)]
    town.sync()
    assert open_cases(town) == []


def test_nothing_is_removed_by_a_look(town: Town):
    town.orders.records = (separation(1, APRIL - timedelta(days=1)),)
    town.sync()
    before = list(town.directory.written)
    grant(town, 1)
    follow(town.site())
    assert town.directory.written == before


def test_no_case_opens_where_the_site_only_observes(town: Town):
    town.mode = Mode.OBSERVE
    grant(town)
    assert follow(town.site()) == Followed(groups=1)
    assert open_cases(town) == []


def test_a_process_that_has_read_nothing_asks_for_a_whole_run(town: Town):
    town.watch.forget("ad")
    grant(town)
    assert follow(town.site()) == Followed(whole_run_due=True)


def test_a_lost_place_leads_to_a_whole_run_and_stands_on_record(town: Town):
    town.directory.forgotten = True
    grant(town)
    assert follow(town.site()) == Followed(whole_run_due=True)
    assert AuditEvent.DELTA_LOST in events(town)
    town.sync()
    assert open_cases(town) == [(account(GUEST), CaseState.OPEN)]
    town.directory.accounts[account(12)] = staff(12)
    grant(town, 12)
    assert follow(town.site()).opened == 1


def test_a_directory_that_does_not_answer_asks_for_one_run_and_for_one_when_it_is_back(town: Town):
    town.directory.unreadable = "connection refused"
    assert [follow(town.site()).whole_run_due for _ in range(2)] == [True, True]
    assert not town.sync().complete
    assert not follow(town.site()).whole_run_due
    town.directory.unreadable = ""
    assert [follow(town.site()).whole_run_due for _ in range(2)] == [True, True]
    assert town.sync().complete
    assert not follow(town.site()).whole_run_due


def test_one_that_was_down_from_the_start_is_asked_again_without_runs_until_it_answers(
    town: Town,
):
    town.watch.forget("ad")
    town.directory.unreadable = "connection refused"
    town.sync()
    assert not follow(town.site()).whole_run_due
    town.directory.unreadable = ""
    assert follow(town.site()).whole_run_due


def test_one_that_tells_nothing_right_after_a_whole_read_is_not_read_whole_again_and_again(
    town: Town, monkeypatch: pytest.MonkeyPatch
):
    town.directory.forgotten = True
    monkeypatch.setattr(type(town.directory), "read", type(town.directory).__mro__[1].read)
    town.sync()
    assert [follow(town.site()).whole_run_due for _ in range(2)] == [False, False]
    assert "ad" in town.watch.silent


def test_nothing_is_looked_at_while_a_run_goes_on(town: Town):
    grant(town)
    with town.store.exclusive("run"), pytest.raises(AlreadyRunning):
        follow(town.site())
    assert follow(town.site()).opened == 1


def test_what_a_whole_read_shows_and_no_delta_told_is_a_finding_of_its_own(town: Town):
    town.directory.untold = True
    grant(town)
    assert follow(town.site()) == Followed()
    report = town.sync()
    notices = [n for n in report.decision.notices if n.notice is Notice.DELTA_DIFFERS]
    assert [(n.directory, TAX in n.detail) for n in notices] == [("ad", True)]
    assert AuditEvent.DELTA_DIFFERED in events(town)
    assert "delta-differs" in str(render(report))
    again = town.sync()
    assert Notice.DELTA_DIFFERS not in {n.notice for n in again.decision.notices}


def test_what_changes_while_it_is_read_whole_is_no_difference(town: Town):
    grant(town)
    report = town.sync()
    assert Notice.DELTA_DIFFERS not in {n.notice for n in report.decision.notices}


def test_a_right_of_two_groups_is_judged_on_both(town: Town):
    other = "cn=tax2,ou=groups"
    town.directory.groups[other] = []
    (first,) = town.entitlements.records
    town.entitlements.records = (replace(first, groups=(TAX, other)),)
    town.sync()
    grant(town)
    follow(town.site())
    grant(town, GUEST, other)
    follow(town.site())
    with town.store.begin() as unit:
        (case,) = unit.cases()
    assert set(case.groups) == {TAX, other}


def test_a_directory_that_cannot_be_read_whole_is_unknown(town: Town):
    town.directory.capabilities -= {Capability.READ_WHOLE}
    report = town.sync()
    assert (report.complete, report.exit_code, report.counts.unknown) == (False, 5, 10)


def test_what_an_unproved_read_does_not_show_is_not_taken_for_absent(town: Town):
    town.directory.capabilities -= {Capability.PROVE_COMPLETE, Capability.DELTA}
    grant(town)
    town.sync()
    town.directory.groups[TAX].remove(dn(account(GUEST)))
    report = town.sync()
    assert open_cases(town) == [(account(GUEST), CaseState.OPEN)]
    assert Notice.READ_UNPROVED in {n.notice for n in report.decision.notices}
    town.directory.capabilities |= {Capability.PROVE_COMPLETE}
    town.sync()
    assert open_cases(town) == []
