"""From the trail to messages: told once, to whoever must act, and never a word of 内示."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from syncd.core.acting import Grant
from syncd.core.audit import AuditEvent, AuditRecord
from syncd.core.calendar import midnight
from syncd.core.ids import OrgUnitCode
from syncd.core.messages import MessageKind
from syncd.core.votes import Role
from syncd.flow.access.deputies import name_deputy
from syncd.flow.access.users import add_user, disable_user
from syncd.flow.telling.composing import Letter, Notices, NotifierSeat, compose
from syncd.flow.telling.recipients import Addresses
from syncd.flow.vote import approve_cases
from syncd.ports.notifier import Addressing
from syncd.ports.outbox import Dispatch, OutgoingMessage
from tests.fakes.notifier import FakeNotifier
from tests.flow.town import APRIL, Town, approver, separation, staff, town_in, transfer

SECTION = OrgUnitCode("12010")
SATO = Grant(
    account="sato",
    staff_number=staff(900),
    roles=frozenset({Role.APPROVER}),
    sections=frozenset({SECTION}),
)
CHIEF = Grant(account="chief", staff_number=staff(901), roles=frozenset({Role.CHIEF}))
OPERATOR = Grant(account="unyo", roles=frozenset({Role.OPERATOR}), mail="helpdesk@city.example")
OTHERS = frozenset(MessageKind) - {MessageKind.REPORT_READY}
"""That the day's report is ready is told of in tests/flow/morning."""
GRANTS = (SATO, CHIEF, OPERATOR)


def plain(letter: Letter) -> tuple[str, str]:
    """A rendering that shows what the letter holds, for the tests to look at."""
    cases = ",".join(case.account for case in letter.cases)
    return f"{letter.kind} {letter.deputy_for}".strip(), f"{cases} {dict(letter.about)}\n"


def notices(*grants: Grant, mail: FakeNotifier | None = None, **more: object) -> Notices:
    addresses = Addresses(grants or GRANTS, "city.example")
    seat = NotifierSeat(mail or FakeNotifier(), OTHERS)
    return Notices((seat,), addresses, plain, **more)  # type: ignore[arg-type]


def told(town: Town) -> list[OutgoingMessage]:
    with town.store.begin() as unit:
        return list(reversed(unit.messages(100)))


def words(town: Town) -> list[tuple[str, str, str]]:
    return [(m.account, m.subject, m.body.partition(" ")[0]) for m in told(town)]


@pytest.fixture
def begun(town: Town) -> Town:
    """A town in which telling has begun, and nothing was wrong yet."""
    town.sync(APRIL - timedelta(days=1))
    assert compose(town.site(), notices()) == 0
    return town


def moved(town: Town, *numbers: int) -> None:
    town.orders.records = (
        *town.orders.records,
        *(transfer(n, "13010", town.now.date()) for n in numbers),
    )
    town.sync(town.now.date())


def test_an_approver_hears_of_all_new_cases_in_one_digest(begun: Town):
    begun.sync(APRIL)
    moved(begun, 1, 2, 3)
    assert compose(begun.site(), notices()) == 1
    assert words(begun) == [("sato", "new-cases", "u0001,u0002,u0003")]
    assert told(begun)[0].recipient == "sato@city.example"


def test_nothing_new_is_nothing_told(begun: Town):
    begun.sync(APRIL)
    moved(begun, 1)
    compose(begun.site(), notices())
    begun.sync(APRIL)
    assert compose(begun.site(), notices()) == 0
    assert compose(begun.site(), notices()) == 0


def test_what_comes_after_a_digest_waits_for_the_next_one(begun: Town):
    begun.sync(APRIL)
    moved(begun, 1)
    compose(begun.site(), notices())
    moved(begun, 2)
    moved(begun, 3)
    assert compose(begun.site(), notices()) == 0
    begun.now += timedelta(hours=2)
    assert compose(begun.site(), notices()) == 1
    assert words(begun)[-1] == ("sato", "new-cases", "u0002,u0003")


def test_after_a_quiet_time_the_first_new_case_is_told_at_once(begun: Town):
    begun.now += timedelta(hours=30)
    moved(begun, 1)
    assert compose(begun.site(), notices()) == 1


def test_what_was_decided_before_the_digest_is_not_in_it(begun: Town):
    begun.sync(APRIL)
    moved(begun, 1)
    with begun.store.begin() as unit:
        (case,) = unit.cases()
    approve_cases(begun.site(), [approver("ito", 902)], [case.case_id])
    assert compose(begun.site(), notices()) == 0


def test_whoever_begins_to_be_told_hears_of_what_waits_and_not_of_the_past(town: Town):
    town.roster.broken = "読めない"
    assert town.sync(APRIL - timedelta(days=2)).refused
    town.roster.broken = ""
    town.sync(APRIL)
    moved(town, 1, 2)
    assert compose(town.site(), notices()) == 1
    assert words(town) == [("sato", "new-cases", "u0001,u0002")]


def test_messages_and_cursors_are_kept_together_or_not_at_all(begun: Town):
    moved(begun, 1)

    def breaks(letter: Letter) -> tuple[str, str]:
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        compose(begun.site(), replace(notices(), render=breaks))
    assert told(begun) == []
    assert compose(begun.site(), notices()) == 1


def test_each_notifier_tells_what_it_is_for(begun: Town):
    moved(begun, 1)
    chat = FakeNotifier("chat", Addressing.ACCOUNT)
    silent = NotifierSeat(FakeNotifier("other"), frozenset({MessageKind.RUN_MISSED}))
    both = (NotifierSeat(FakeNotifier(), OTHERS), NotifierSeat(chat, OTHERS), silent)
    assert compose(begun.site(), replace(notices(), seats=both)) == 2
    assert [(m.notifier, m.recipient) for m in told(begun)] == [
        ("mail", "sato@city.example"),
        ("chat", "sato"),
    ]


def test_a_deputy_is_told_in_the_place_of_the_absent(begun: Town):
    moved(begun, 1)
    days = (begun.now.date(), begun.now.date())
    name_deputy(begun.site(), approver("sato", 900), "fuku", days)
    compose(begun.site(), notices())
    assert words(begun) == [("fuku", "new-cases sato", "u0001"), ("sato", "new-cases", "u0001")]


def test_a_right_that_came_back_is_told_to_the_approver_and_the_chief(begun: Town):
    moved(begun, 1)
    compose(begun.site(), notices())
    with begun.store.begin() as unit:
        (case,) = unit.cases()
    approve_cases(begun.site(), [approver("ito", 902)], [case.case_id])
    begun.sync(begun.now.date())
    begun.directory.groups[case.groups[0]].append(case.member)
    begun.sync(begun.now.date())
    compose(begun.site(), notices())
    assert words(begun)[-2:] == [("chief", "regranted", "u0001"), ("sato", "regranted", "u0001")]


def test_what_nobody_decided_in_time_goes_to_the_chief_too(begun: Town):
    begun.sync(APRIL)
    moved(begun, 1)
    compose(begun.site(), notices())
    begun.sync(APRIL + timedelta(days=2))
    compose(begun.site(), notices(remind_open_days=frozenset()))
    assert words(begun)[1:] == [
        ("chief", "escalation", "u0001"),
        ("sato", "escalation", "u0001"),
        ("sato", "residual-asked", "u0001"),
    ]


def test_one_process_composes_at_a_time_and_nothing_is_lost_for_it(begun: Town):
    moved(begun, 1)
    with begun.store.exclusive("composing"):
        assert compose(begun.site(), notices()) == 0
    assert compose(begun.site(), notices()) == 1


def test_a_clock_that_ran_ahead_and_was_set_back_silences_nothing(begun: Town):
    right = begun.now
    begun.now += timedelta(days=4000)
    moved(begun, 1)
    compose(begun.site(), notices())
    begun.now = right
    begun.sync(APRIL)
    moved(begun, 2)
    assert compose(begun.site(), notices()) == 1
    with begun.store.begin() as unit:
        case = unit.cases()[-1]
    begun.now = case.hard_deadline_at - timedelta(hours=40)
    compose(begun.site(), notices())
    assert "deadline" in [subject for _, subject, _ in words(begun)]


def test_a_deadline_is_reminded_of_once(begun: Town):
    begun.sync(APRIL)
    moved(begun, 1)
    compose(begun.site(), notices())
    with begun.store.begin() as unit:
        (case,) = unit.cases()
    begun.now = case.hard_deadline_at - timedelta(hours=40)
    compose(begun.site(), notices())
    begun.now += timedelta(hours=3)
    compose(begun.site(), notices())
    assert [subject for _, subject, _ in words(begun)].count("deadline") == 1


def test_a_held_plan_is_told_to_who_may_release_it_and_to_the_operator(tmp_path: Path):
    town = town_in(tmp_path, people=60)
    town.sync(APRIL - timedelta(days=1))
    compose(town.site(), notices())
    town.orders.records = tuple(separation(n, date(2027, 3, 5)) for n in range(1, 21))
    assert town.sync(APRIL).exit_code == 4
    town.sync(APRIL)
    compose(town.site(), notices())
    held = [m for m in told(town) if m.kind != "residual-asked"]
    assert [(m.kind, m.account) for m in held] == [("plan-held", "chief"), ("plan-held", "unyo")]
    assert held[1].recipient == "helpdesk@city.example"
    assert "上限" in held[0].body


def test_the_same_refusal_is_told_once_a_day_and_another_at_once(begun: Town):
    begun.orders.broken, begun.orders.records = "読めない", (transfer(1, "13010"),)
    begun.sync(APRIL)
    begun.sync(APRIL)
    compose(begun.site(), notices())
    assert [m.account for m in told(begun)] == ["unyo"]
    assert "'subject': 'orders'" in told(begun)[0].body
    begun.sync(APRIL + timedelta(days=1))
    compose(begun.site(), notices())
    assert len(told(begun)) == 2


def test_a_directory_that_is_down_is_told_to_the_operator(begun: Town):
    begun.directory.unreadable = "connection refused"
    begun.sync(APRIL)
    compose(begun.site(), notices())
    assert [(m.account, m.kind) for m in told(begun)] == [("unyo", MessageKind.DIRECTORY_UNREAD)]


def test_a_missed_run_is_told(begun: Town):
    record = AuditRecord(begun.now, AuditEvent.ALARM_RAISED, "syncd", "deadline", None, {"why": ""})
    with begun.store.begin() as unit:
        unit.audit([record])
        unit.checkpoint(begun.now)
    compose(begun.site(), notices())
    assert [m.account for m in told(begun)] == ["chief", "unyo"]


def test_a_post_is_told_through_whoever_holds_it_on_the_day(begun: Town):
    post = Grant(
        post_section=SECTION,
        post_title="課長",
        roles=frozenset({Role.APPROVER}),
        mail="zeimu-kacho@city.example",
    )
    successor = Grant(account="ito", staff_number=staff(5))
    title = [replace(r, title="課長") for r in begun.roster.records if r.staff_number == staff(9)]  # type: ignore[union-attr]
    begun.roster.records = (
        *(r for r in begun.roster.records if r.staff_number != staff(9)),  # type: ignore[union-attr]
        *title,
    )
    moved(begun, 1)
    compose(begun.site(), notices(post, successor))
    assert [(m.account, m.recipient) for m in told(begun)] == [
        ("post:12010 課長", "zeimu-kacho@city.example")
    ]
    begun.orders.records = (
        *begun.orders.records,
        replace(transfer(5, "12010", APRIL), title="課長"),
        transfer(9, "13010", APRIL),
    )
    begun.sync(APRIL)
    begun.now += timedelta(hours=3)
    compose(begun.site(), notices(post, successor))
    assert told(begun)[-1].account == "ito"


def test_who_is_disabled_is_told_nothing(begun: Town):
    moved(begun, 1)
    add_user(begun.site(), "sato", "$hash", "root", staff(900))
    disable_user(begun.site(), "sato", "root")
    compose(begun.site(), notices())
    assert [m.account for m in told(begun)] == ["chief"]


def test_an_advance_notice_is_in_no_message_and_in_no_number(begun: Town):
    secret = replace(transfer(7, "13010"), confirmed=False)
    begun.orders.records = (transfer(1, "13010"), secret)
    begun.sync(APRIL)
    begun.orders.broken = ""
    compose(begun.site(), notices())
    for message in told(begun):
        assert "0000007" not in message.body
        assert "u0007" not in message.body
    assert words(begun) == [("sato", "new-cases", "u0001")]


def test_old_messages_are_forgotten_after_a_quarter(begun: Town):
    moved(begun, 1)
    compose(begun.site(), notices())
    with begun.store.begin() as unit:
        unit.update_message(replace(unit.messages(1)[0], state=Dispatch.SENT))
    begun.now = midnight(APRIL + timedelta(days=100))
    compose(begun.site(), notices(remind_open_days=frozenset()))
    assert told(begun) == []
