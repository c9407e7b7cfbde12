"""The notice that the report lies ready: once a day, counts only, to who must know."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from syncd.core.acting import Grant
from syncd.core.audit import AuditEvent
from syncd.core.calendar import midnight
from syncd.core.findings import Reason
from syncd.core.messages import MessageKind
from syncd.core.policy import Approval, ApprovalPolicy, Policy
from syncd.core.votes import Role
from syncd.flow.telling.composing import Notices, NotifierSeat, compose
from syncd.flow.telling.recipients import Addresses
from syncd.reports.letters import Letters
from syncd.settings.tables import shipped_folder
from tests.fakes.notifier import FakeNotifier
from tests.flow.town import KINDS, Town, town_in, transfer

EVE = date(2027, 3, 31)


@pytest.fixture
def town(tmp_path: Path) -> Town:
    auto = ApprovalPolicy(dict.fromkeys(Reason, Approval.AUTO))
    made = town_in(tmp_path, policy=Policy(order_kinds=KINDS, approval=auto))
    made.sync(EVE)
    return made


def said(town: Town) -> list[dict]:
    with town.store.begin() as unit:
        leaves = [json.loads(leaf) for _, leaf, _ in unit.audit_leaves()]
    return [leaf for leaf in leaves if leaf["event"] == AuditEvent.REPORT_READIED]


def test_a_quiet_day_says_nothing(town: Town):
    town.sync()
    assert said(town) == []


def test_the_first_complete_run_with_news_says_once_that_the_report_is_ready(town: Town):
    town.orders.records = (transfer(1, "20010"),)
    town.sync()
    town.orders.records = (transfer(1, "20010"), transfer(2, "20010"))
    town.sync()
    (record,) = said(town)
    assert record["subject"] == "report 2027-04-01"
    assert (record["ground"]["removed"], record["ground"]["verified"]) == (1, 1)
    assert "0000001" not in json.dumps(record)


def test_an_incomplete_run_says_nothing_until_one_is_complete(town: Town):
    town.orders.records = (transfer(1, "20010"),)
    town.orders.broken = "no day"
    town.sync()
    assert said(town) == []
    town.orders.broken = ""
    town.sync()
    assert len(said(town)) == 1


def test_what_only_goes_on_waiting_is_no_news_of_another_day(tmp_path: Path):
    town = town_in(tmp_path)
    town.orders.records = (transfer(1, "20010"),)
    town.sync()
    town.now = midnight(date(2027, 4, 2))
    town.sync(date(2027, 4, 2))
    assert [record["ground"]["day"] for record in said(town)] == ["2027-04-01"]


def test_the_chief_and_the_operators_are_told_with_counts_and_nobody_else(town: Town):
    grants = [
        Grant("soukatsu", roles=frozenset({Role.CHIEF}), mail="soukatsu@x.example"),
        Grant("unyo", roles=frozenset({Role.OPERATOR}), mail="unyo@x.example"),
        Grant("jinji", roles=frozenset({Role.PERSONNEL}), mail="jinji@x.example"),
        Grant("kansa", roles=frozenset({Role.AUDITOR}), mail="kansa@x.example"),
    ]
    letters = Letters("みほん市", "https://syncd.x.example", (shipped_folder("letters"),))
    notices = Notices(
        seats=(NotifierSeat(FakeNotifier("mail")),),
        addresses=Addresses(tuple(grants), ""),
        render=letters.render,
        digest_every=timedelta(minutes=30),
        remind_open_days=(1,),
    )
    compose(town.site(), notices)
    town.orders.records = (transfer(1, "20010"),)
    town.sync()
    compose(town.site(), notices)
    with town.store.begin() as unit:
        due = unit.messages(50)
    told = [message for message in due if message.kind == MessageKind.REPORT_READY]
    assert {message.account for message in told} == {"soukatsu", "unyo"}
    assert all("1 件" in message.body and "u0001" not in message.body for message in told)
