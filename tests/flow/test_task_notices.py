"""People hear of tasks once: who must do one, who may check one, and what is overdue."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from syncd.core.acting import Grant
from syncd.core.ids import OrgUnitCode
from syncd.core.votes import Role
from syncd.flow.telling.composing import Notices, NotifierSeat, compose
from syncd.flow.telling.recipients import Addresses
from syncd.flow.telling.tasks import unmanned
from syncd.reports.letters import Letters
from syncd.settings.tables import shipped_folder
from tests.fakes.notifier import FakeNotifier
from tests.flow.manual_town import ManualTown, manual_town
from tests.flow.town import APRIL, staff

GRANTS = (
    Grant(account="unyo1", staff_number=staff(801), roles=frozenset({Role.OPERATOR})),
    Grant(account="unyo2", staff_number=staff(802), roles=frozenset({Role.OPERATOR})),
    Grant(
        account="hosaka",
        staff_number=staff(900),
        roles=frozenset({Role.APPROVER}),
        sections=frozenset({OrgUnitCode("12010")}),
    ),
    Grant(account="chief", staff_number=staff(901), roles=frozenset({Role.CHIEF})),
    Grant(account="kansa", staff_number=staff(902), roles=frozenset({Role.AUDITOR})),
    Grant(account="me", staff_number=staff(1), roles=frozenset({Role.OPERATOR})),
)
LETTERS = Letters("みほん市", "https://syncd.example", (shipped_folder("letters"),))
NOTICES = Notices(
    (NotifierSeat(FakeNotifier()),), Addresses(GRANTS, "city.example"), LETTERS.render
)


@pytest.fixture
def town(tmp_path: Path) -> ManualTown:
    town = manual_town(tmp_path)
    town.export(date(2027, 3, 31))
    town.sync_on(date(2027, 3, 31), 9)
    compose(town.site(), NOTICES)
    town.hand_over()
    return town


def told(town: ManualTown, kind: str) -> list[tuple[str, str]]:
    """Compose, and return who is told of a kind, with the body; each message once."""
    with town.store.begin() as unit:
        before = {m.message_id for m in unit.messages(100)}
    compose(town.site(), NOTICES)
    with town.store.begin() as unit:
        new = [m for m in unit.messages(100) if m.message_id not in before and m.kind == kind]
    return sorted((m.account, f"{m.subject}\n{m.body}") for m in new)


def test_whoever_does_the_tasks_hears_of_a_new_one_and_nobody_else(town: ManualTown):
    found = told(town, "tasks-to-do")
    assert [account for account, _ in found] == ["unyo1", "unyo2"]
    assert "u0001" in found[0][1]
    assert "https://syncd.example/tasks" in found[0][1]
    assert told(town, "tasks-to-do") == []


def test_of_what_was_done_those_hear_who_may_check_it_and_never_the_one_who_did(town: ManualTown):
    told(town, "tasks-to-do")
    town.report()
    assert [account for account, _ in told(town, "tasks-to-check")] == ["hosaka", "unyo2"]


def test_what_was_sent_back_is_told_again_with_the_reason(town: ManualTown):
    told(town, "tasks-to-do")
    town.report()
    town.reject()
    found = told(town, "tasks-to-do")
    assert [account for account, _ in found] == ["unyo1", "unyo2"]
    assert "差し戻されました: まだ残っています" in found[0][1]


def test_what_is_overdue_is_told_once_a_day_to_whoever_must_act(town: ManualTown):
    told(town, "tasks-to-do")
    town.now = town.task().due_at + timedelta(hours=1)
    assert [account for account, _ in told(town, "tasks-overdue")] == ["unyo1", "unyo2"]
    assert told(town, "tasks-overdue") == []
    town.report()
    town.now += timedelta(days=1)
    assert [account for account, _ in told(town, "tasks-overdue")] == ["hosaka", "unyo2"]
    town.check()
    town.now += timedelta(days=1)
    assert told(town, "tasks-overdue") == []


@pytest.mark.parametrize(
    ("doers", "accounts", "named"),
    [
        ([], ["unyo1", "hosaka"], ()),
        ([], ["unyo1", "unyo2"], ()),
        ([], ["unyo1"], ("ad",)),
        ([], ["hosaka", "chief"], ("ad",)),
        (["shimin1"], ["unyo1", "hosaka"], ("ad",)),
        (["kansa", "unyo2"], ["unyo2", "chief"], ()),
    ],
)
def test_the_check_names_a_directory_whose_tasks_would_never_end(
    tmp_path: Path, doers: list[str], accounts: list[str], named: tuple[str, ...]
):
    town = manual_town(tmp_path, doers=doers)
    grants = tuple(grant for grant in GRANTS if grant.account in accounts)
    assert unmanned(town.site(), Addresses(grants), APRIL) == named
