"""A process that remembers does what one that begins anew each time does."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from syncd.flow.memory import Memory
from syncd.flow.rehearse import rehearse
from syncd.flow.site import RunRequest
from syncd.flow.vote import approve_cases
from tests.fakes.directory import dn
from tests.flow.town import (
    APRIL,
    TAX,
    Town,
    account,
    approver,
    cancellation,
    separation,
    town_in,
    transfer,
)


def move(town: Town) -> None:
    town.orders.records = (transfer(1, "20010"), transfer(2, "20010"))


def cancel(town: Town) -> None:
    town.orders.records = (*town.orders.records, cancellation(2, "R9-2"))


def leave(town: Town) -> None:
    town.orders.records = (*town.orders.records, separation(3, date(2027, 3, 31)))


def approve(town: Town) -> None:
    with town.store.begin() as unit:
        waiting = [case.case_id for case in unit.cases()]
    approve_cases(town.site(), [approver("sato")], waiting)


def grant(town: Town) -> None:
    town.directory.accounts["stranger"] = None
    town.directory.groups[TAX].append(dn("stranger"))


def take_away(town: Town) -> None:
    town.directory.groups[TAX].remove(dn(account(1)))


def fall_silent(town: Town) -> None:
    town.directory.unreadable = "the server is down"


def come_back(town: Town) -> None:
    town.directory.unreadable = ""


def undesignate(town: Town) -> None:
    lines = town.designations.records
    town.designations.records = (replace(lines[4], released_on=APRIL), *lines[:4], *lines[5:])


def nothing(town: Town) -> None:
    """Leave everything as it is."""


STORIES = [
    [nothing, move, nothing, cancel, nothing, approve, nothing],
    [move, approve, grant, nothing, fall_silent, nothing, come_back, nothing],
    [move, leave, take_away, nothing, undesignate, grant, approve, nothing],
]


def told(town: Town) -> list[object]:
    report = town.sync()
    return [
        report.decision,
        report.counts,
        report.cases,
        report.proposed,
        report.held,
        report.blocked,
        [(r.case, r.outcome) for r in report.removals],
        report.exit_code,
    ]


@pytest.mark.parametrize("story", STORIES)
def test_a_process_that_remembers_reports_what_a_forgetful_one_does(story, tmp_path: Path):
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    remembering, forgetful = town_in(tmp_path / "one"), town_in(tmp_path / "two")
    for step in story:
        step(remembering)
        step(forgetful)
        forgetful.memory = Memory()
        assert told(remembering) == told(forgetful), step.__name__


def test_a_rehearsal_leaves_nothing_to_remember(town: Town):
    town.sync()
    town.orders.records = (transfer(1, "20010"),)
    assert rehearse(town.site(), RunRequest(APRIL, "syncd")).counts.stale == 1
    town.orders.records = (transfer(2, "20010"),)
    report = town.sync()
    assert [finding.account for finding in report.findings] == [account(2)]


def test_another_day_is_decided_anew(town: Town):
    town.orders.records = (separation(1, APRIL),)
    assert town.sync().counts.stale == 0
    assert town.sync(date(2027, 4, 2)).counts.stale == 1
