"""Logs are asked about exactly the window; what they say is kept with the report."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from syncd.core.calendar import midnight
from syncd.core.facts import AccountKind, ListedAccount, Provides
from syncd.core.ids import AccountId
from syncd.core.policy import ApprovalPolicy
from syncd.core.residual.reports import Finding
from syncd.flow.residual.reading import read_due_logs, read_logs, what_logs_say
from syncd.flow.run import run
from syncd.flow.site import RunRequest, SourceSeat
from tests.fakes.directory import dn
from tests.fakes.source import FakeSource
from tests.flow.residual.late import (
    at,
    events_of,
    late_town,
    readings_of,
    report_of,
    site_of,
    write_log,
)
from tests.flow.town import APRIL, TAX, Town, cancellation, staff, transfer


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return late_town(tmp_path)


def test_the_log_is_asked_about_exactly_the_window(town: Town):
    report = report_of(town)
    ends = report.until_at.strftime("%Y-%m-%d %H:%M:%S.%f")
    write_log(
        town,
        "2027-03-31 23:59:59.999999,u0001",
        "2027-04-01 00:00:00,u0001",
        "2027-04-05 12:00:00,u0002",
        f"{ends},u0001",
    )
    (reading,) = read_due_logs(site_of(town))
    assert reading.answer.window == report.window
    assert [row.at for row in reading.answer.rows] == [midnight(APRIL)]
    assert reading.answer.finding is Finding.FOUND
    assert readings_of(town) == (reading,)
    assert events_of(town) == ["residual.opened", "residual.log_read"]


def test_the_record_has_counts_and_the_hash_of_the_file_and_no_row(town: Town):
    write_log(town, "2027-04-02 10:00:00,u0001")
    (reading,) = read_due_logs(site_of(town))
    about = report_of(town).report_id
    with town.store.begin() as unit:
        record = json.loads(unit.history(about)[-1])
    ground = record["ground"]
    assert ground["uses"] == 1
    assert ground["finding"] == "found"
    assert ground["files"] == [f"{reading.answer.files[0].sha256} zeimu.csv"]
    assert "10:00" not in json.dumps(ground)


def test_what_was_read_whole_is_not_read_again_and_what_was_not_is_a_day_later(town: Town):
    write_log(town, last="2027-04-09 08:00")
    site = site_of(town)
    (first,) = read_due_logs(site)
    assert first.answer.finding is Finding.NOT_KNOWN
    assert read_due_logs(site) == ()
    write_log(town)
    town.now = at(11)
    (second,) = read_due_logs(site)
    assert second.answer.finding is Finding.NONE
    town.now = at(20)
    assert read_due_logs(site) == ()


def test_a_log_is_read_again_once_a_window_has_its_end(tmp_path: Path):
    town = late_town(tmp_path, order=False)
    town.policy = replace(town.policy, approval=ApprovalPolicy())
    town.orders.records = (transfer(1, "20010"),)
    town.now = at(5)
    town.sync(date(2027, 4, 5))
    write_log(town, "2027-04-08 10:00:00,u0001")
    (early,) = read_due_logs(site_of(town))
    assert early.answer.uses == 0
    assert what_logs_say(report_of(town), [early], ["税務システム"]) is Finding.NOT_KNOWN
    town.directory.groups[TAX].remove(dn("u0001"))
    town.now = at(9)
    town.sync(date(2027, 4, 9))
    (late,) = read_due_logs(site_of(town))
    assert late.answer.uses == 1


def test_every_account_of_the_person_in_the_directory_is_looked_for(town: Town):
    town.directory.accounts["u0001adm"] = staff(1)
    listed = ListedAccount(
        "ad", AccountId("tax-root"), staff(1), AccountKind.PRIVILEGED, None, None
    )
    source = FakeSource("accounts", Provides.ACCOUNTS, town.now, (listed,))
    site = site_of(town)
    site = replace(site, sources=(*site.sources, SourceSeat(source)))
    run(site, RunRequest(date(2027, 4, 10), "syncd"))
    write_log(
        town,
        "2027-04-02 10:00:00,u0001ADM",
        "2027-04-03 10:00:00,tax-root",
        "2027-04-04 10:00:00,u0001",
        "2027-04-05 10:00:00,u0010",
    )
    (reading,) = read_due_logs(site)
    assert [row.account for row in reading.answer.rows] == ["u0001ADM", "tax-root", "u0001"]


def test_what_was_read_of_a_window_that_was_withdrawn_is_not_asked_again(town: Town):
    write_log(town, "2027-04-02 10:00:00,u0001")
    town.orders.records = (*town.orders.records, cancellation(1, "R9-1"))
    town.now = at(11)
    town.sync(date(2027, 4, 11))
    assert read_due_logs(site_of(town)) == ()
    assert read_logs(site_of(town), [report_of(town).report_id], "unyo") == ()


def test_without_a_log_there_is_nothing_to_say(town: Town):
    assert read_due_logs(site_of(town, with_log=False)) == ()
    assert what_logs_say(report_of(town), (), ()) is None


def test_two_logs_must_both_be_whole(town: Town):
    write_log(town)
    (reading,) = read_due_logs(site_of(town))
    report = report_of(town)
    assert what_logs_say(report, [reading], ["税務システム"]) is Finding.NONE
    assert what_logs_say(report, [reading], ["税務システム", "端末"]) is Finding.NOT_KNOWN
