"""Who answers for the section is asked once, and hears of a use until somebody decided of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from syncd.core.acting import Grant
from syncd.core.ids import OrgUnitCode
from syncd.core.residual.reports import Filing, ResidualState
from syncd.core.votes import Role
from syncd.flow.residual.reading import read_due_logs
from syncd.flow.residual.steps import decide_filing
from syncd.flow.telling.composing import Notices, NotifierSeat, compose
from syncd.flow.telling.recipients import Addresses
from syncd.reports.letters import Letters
from syncd.settings.tables import shipped_folder
from tests.fakes.notifier import FakeNotifier
from tests.flow.residual.late import (
    APPROVER,
    at,
    events_of,
    late_town,
    report_of,
    site_of,
    write_log,
)
from tests.flow.town import Town, staff, transfer

GRANTS = (
    Grant(account="unyo", staff_number=staff(800), roles=frozenset({Role.OPERATOR})),
    Grant(
        account="sato",
        staff_number=staff(900),
        roles=frozenset({Role.APPROVER}),
        sections=frozenset({OrgUnitCode("12010")}),
    ),
    Grant(account="chief", staff_number=staff(901), roles=frozenset({Role.CHIEF})),
    Grant(account="kansa", staff_number=staff(950), roles=frozenset({Role.AUDITOR})),
    Grant(account="u0001", staff_number=staff(1), roles=frozenset({Role.APPROVER})),
)
LETTERS = Letters("みほん市", "https://syncd.example", (shipped_folder("letters"),))


def notices(*, domain: str = "city.example", grants: tuple[Grant, ...] = GRANTS) -> Notices:
    return Notices((NotifierSeat(FakeNotifier()),), Addresses(grants, domain), LETTERS.render)


@pytest.fixture
def town(tmp_path: Path) -> Town:
    made = late_town(tmp_path, order=False)
    compose(made.site(), notices())
    made.now = at(10)
    made.orders.records = (transfer(1, "20010"),)
    made.sync(at(10).date())
    return made


def told(town: Town, kind: str, how: Notices | None = None) -> list[tuple[str, str]]:
    with town.store.begin() as unit:
        before = {m.message_id for m in unit.messages(100)}
    compose(town.site(), how or notices())
    with town.store.begin() as unit:
        new = [m for m in unit.messages(100) if m.message_id not in before and m.kind == kind]
    return sorted((m.account, f"{m.subject}\n{m.body}") for m in new)


def test_the_section_is_asked_once_without_names_and_that_is_on_record(town: Town):
    ((account, text),) = told(town, "residual-asked")
    assert account == "sato"
    assert "0000001" in text
    assert "残存: 令和9年4月1日 から 令和9年4月10日" in text
    assert "https://syncd.example/residuals" in text
    report = report_of(town)
    assert (report.state, report.asked_of) == (ResidualState.ASKED, ("sato",))
    assert events_of(town) == ["residual.opened", "residual.asked"]
    assert told(town, "residual-asked") == []


def test_a_report_of_which_nobody_can_be_told_is_not_said_to_be_asked(town: Town):
    nobody = tuple(grant for grant in GRANTS if grant.account in ("unyo", "kansa"))
    assert told(town, "residual-asked", notices(grants=nobody)) == []
    assert report_of(town).state is ResidualState.OPENED
    town.now = at(11)
    assert [account for account, _ in told(town, "residual-asked")] == ["sato"]


def test_a_use_is_told_at_once_and_every_day_until_somebody_decides(town: Town):
    told(town, "residual-asked")
    write_log(town, "2027-04-02 10:00:00,u0001")
    read_due_logs(site_of(town))
    found = told(town, "residual-deadline")
    assert [account for account, _ in found] == ["chief", "sato"]
    assert "速報の目安 令和9年4月14日 まで" in found[0][1]
    assert "漏えいし" not in found[0][1]
    assert told(town, "residual-deadline") == []
    town.now = at(11)
    assert [account for account, _ in told(town, "residual-deadline")] == ["chief", "sato"]
    about = report_of(town).report_id
    decide_filing(town.site(), [APPROVER], about, Filing.NO_REPORT, "引継ぎ")
    town.now = at(12)
    assert told(town, "residual-deadline") == []


def test_a_log_without_use_is_nothing_to_tell(town: Town):
    told(town, "residual-asked")
    write_log(town)
    read_due_logs(site_of(town))
    assert told(town, "residual-deadline") == []
