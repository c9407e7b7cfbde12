"""What syncd says of the fictional city is what its inventor expects."""

from __future__ import annotations

from collections import Counter

from syncd.core.findings import Counts, Notice, Reason
from syncd.demo import Expected, advance_to_transfer_day
from syncd.flow.vote import approve_plan


def first_reasons(report) -> Counter[Reason]:
    return Counter(finding.reasons[0] for finding in report.decision.findings)


def as_expected(expected: Expected) -> Counts:
    return Counts(expected.memberships, expected.justified, expected.stale)


def test_before_the_transfers_only_the_old_leftovers_are_stale(city, visit):
    report = visit.run(city.eve, acts=False)
    assert report.complete
    assert report.counts == as_expected(city.before)
    assert first_reasons(report) == city.before.by_reason


def test_on_the_day_of_the_transfers_exactly_the_expected_rights_are_stale(city, visit):
    visit.run(city.eve, acts=False)
    advance_to_transfer_day(city)
    report = visit.run(city.transfer_day, acts=False)
    assert report.complete
    assert report.counts == as_expected(city.after)
    assert first_reasons(report) == city.after.by_reason


def test_the_one_of_case_4_still_holds_the_right_of_a_section_left_a_year_ago(city, visit):
    report = visit.run(city.eve, acts=False)
    theirs = [f for f in report.decision.findings if f.staff_number == city.left_behind]
    assert {finding.reasons for finding in theirs} == {(Reason.TRANSFERRED,)}
    assert {str(finding.since) for finding in theirs} == {"2026-04-01"}
    assert all(str(b).startswith("order R8-") for f in theirs for b in f.because[:1])


def test_the_part_time_staff_of_case_1_were_never_designated(city, visit):
    report = visit.run(city.eve, acts=False)
    found = [f for f in report.decision.findings if f.reasons == (Reason.NOT_DESIGNATED,)]
    assert {finding.staff_number for finding in found} == set(city.never_designated)


def test_a_group_that_no_list_names_is_reported(city, visit):
    report = visit.run(city.eve, acts=False)
    assert Notice.ENTITLEMENT_UNLISTED in {notice.notice for notice in report.decision.notices}


def test_after_approval_every_stale_right_is_removed_and_the_next_run_finds_none(city, visit):
    advance_to_transfer_day(city)
    first = visit.run(city.transfer_day)
    approver = visit.open.actor(city.actors.approver)
    result = approve_plan(visit.open.site, [approver], first.proposed.hash)
    assert not result.refused
    second = visit.run(city.transfer_day)
    third = visit.run(city.transfer_day)
    assert (first.trips, second.trips) == ((), ())
    assert first.counts.removed == city.after.automatic
    assert first.counts.removed + second.counts.removed == city.after.stale
    assert (third.counts.stale, third.counts.justified) == (0, city.after.justified)
