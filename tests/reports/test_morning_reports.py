"""The morning report in its forms: one JSON object, lines for the terminal, the ledger in CSV."""

from __future__ import annotations

import json
from datetime import date, timedelta
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from syncd.core.calendar import midnight
from syncd.core.findings import Reason
from syncd.core.morning.report import MorningReport
from syncd.core.policy import Approval, ApprovalPolicy, Policy
from syncd.flow.morning.ledger import exposure_ledger
from syncd.flow.morning.report import morning_report
from syncd.reports.morning import days_csv, exit_code_of, ledger_csv, render_report, report_json
from syncd.reports.morning_words import time_word
from syncd.reports.words import Lang
from tests.fakes.directory import dn
from tests.flow.town import APRIL, KINDS, Town, account, town_in, transfer

EVE = date(2027, 3, 31)


@pytest.fixture
def town(tmp_path: Path) -> Town:
    auto = ApprovalPolicy(dict.fromkeys(Reason, Approval.AUTO))
    made = town_in(tmp_path, policy=Policy(order_kinds=KINDS, approval=auto))
    made.sync(EVE)
    made.orders.records = (transfer(1, "20010"), transfer(2, "20010"))
    made.directory.bad_values = {dn(account(2))}
    made.sync()
    return made


def told(town: Town) -> MorningReport:
    return morning_report(town.site(), APRIL)


def test_the_json_names_every_right_once_with_its_times(town: Town):
    body = json.loads(json.dumps(report_json(told(town))))
    assert (body["ready"], body["removed"]) == (True, 1)
    assert body["counts"]["verified"] == body["counts"]["failed"] == 1
    by_account = {right["account"]: right for right in body["rights"]}
    assert by_account.keys() == {account(1), account(2)}
    gone = by_account[account(1)]["exposure"]
    assert gone["lost_at"] == "2027-04-01T00:00:00+09:00"
    parts = ("told_late_minutes", "detection_minutes", "handling_minutes")
    assert sum(gone[part] for part in parts) == pytest.approx(gone["minutes"], abs=0.01)
    assert "constraintViolation" in by_account[account(2)]["error"]


@pytest.mark.parametrize("lang", list(Lang))
def test_the_terminal_shows_first_what_needs_somebody(town: Town, lang: Lang):
    out = StringIO()
    Console(file=out, width=160).print(render_report(told(town), lang))
    assert account(2) in out.getvalue()
    assert account(1) not in out.getvalue()


def test_the_exit_code_tells_the_gravest_that_holds(town: Town):
    assert exit_code_of(told(town)) == 3
    town.directory.bad_values = set()
    town.sync()
    assert exit_code_of(told(town)) == 0
    assert exit_code_of(morning_report(town.site(), APRIL + timedelta(days=1))) == 5
    town.directory.unreadable = "no answer"
    town.sync()
    assert exit_code_of(told(town)) == 5


def test_a_cell_that_a_spreadsheet_would_calculate_is_made_harmless(town: Town):
    town.directory.accounts["=cmd()"] = None
    town.directory.groups["cn=tax,ou=groups"].append(dn("=cmd()"))
    town.sync()
    assert "'=cmd()" in ledger_csv(told(town)).decode("utf-8-sig")


def test_the_days_of_the_ledger_are_a_file_whose_minutes_add_up(town: Town):
    town.now = midnight(date(2027, 4, 3)) + timedelta(hours=6)
    ledger = exposure_ledger(town.site(), EVE, date(2027, 4, 3))
    assert [day.rights for day in ledger.days] == [0, 2, 1, 1]
    assert sum((d.stood for d in ledger.days), timedelta(0)) == ledger.totals.whole
    lines = days_csv(ledger.days).decode("utf-8-sig").splitlines()
    assert lines[3] == "2027-04-02,1,1440.000"


@pytest.mark.parametrize(
    ("stood", "ja", "en"),
    [
        (timedelta(seconds=42), "0分42秒", "0 min 42 s"),
        (timedelta(hours=10, minutes=5), "10時間5分", "10 h 5 min"),
        (timedelta(days=12, hours=3), "12日3時間", "12 d 3 h"),
    ],
)
def test_a_length_of_time_is_said_as_people_say_it(stood: timedelta, ja: str, en: str):
    assert (time_word(stood), time_word(stood, Lang.EN)) == (ja, en)
