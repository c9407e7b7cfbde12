"""What was told to whom, kept alike on SQLite and PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from syncd.core.ids import StaffNumber
from syncd.ports.outbox import Cursor, Dispatch, OutgoingMessage
from syncd.ports.store import Store
from tests.contract.test_access_contract import DELEGATION, SESSION
from tests.fakes.readings import at

MESSAGE = OutgoingMessage(
    notifier="mail",
    recipient="sato@city.example",
    account="sato",
    kind="new-cases",
    object="trail:12",
    subject="承認を待つ権限残存 2 件",
    body="一行目\n二行目 𠮷\n",
    created_at=at(1),
    next_at=at(1),
)


def test_a_cursor_stands_where_it_was_moved_last(store: Store):
    with store.begin() as unit:
        assert unit.cursor("events") is None
        unit.move_cursor("events", Cursor(3, at(1)))
        unit.move_cursor("digest", Cursor(1, at(0)))
        unit.move_cursor("events", Cursor(2**40, at(2)))
    with store.begin() as unit:
        assert unit.cursor("events") == Cursor(2**40, at(2))
        assert unit.cursor("digest") == Cursor(1, at(0))


def test_the_same_is_told_to_the_same_by_the_same_way_once(store: Store):
    others = [
        replace(MESSAGE, notifier="chat"),
        replace(MESSAGE, recipient="ito@city.example"),
        replace(MESSAGE, kind="deadline"),
        replace(MESSAGE, object="trail:13"),
    ]
    with store.begin() as unit:
        assert unit.add_messages([MESSAGE, replace(MESSAGE, body="again")]) == 1
    with store.begin() as unit:
        assert unit.add_messages([MESSAGE, *others]) == 4
        kept = unit.messages(10)
    assert [replace(m, message_id=0) for m in reversed(kept)] == [MESSAGE, *others]


def test_what_piles_up_for_one_notifier_stands_before_nothing_of_another(store: Store):
    piled = [replace(MESSAGE, notifier="chat", object=str(n)) for n in range(5)]
    with store.begin() as unit:
        unit.add_messages([*piled, MESSAGE])
        due = unit.due_messages(at(1), 2)
    assert [(m.notifier, m.object) for m in due] == [
        ("chat", "0"),
        ("chat", "1"),
        ("mail", "trail:12"),
    ]


def test_due_is_what_waits_and_whose_time_has_come_oldest_first(store: Store):
    later = replace(MESSAGE, object="b", next_at=at(5))
    with store.begin() as unit:
        unit.add_messages([MESSAGE, later, replace(MESSAGE, object="c")])
        assert [m.object for m in unit.due_messages(at(1), 10)] == ["trail:12", "c"]
        assert [m.object for m in unit.due_messages(at(5), 2)] == ["trail:12", "b"]
        first = unit.due_messages(at(1), 1)[0]
        sent = replace(first, state=Dispatch.SENT, attempts=2, sent_at=at(2), last_error="x")
        unit.update_message(sent)
    with store.begin() as unit:
        assert [m.object for m in unit.due_messages(at(1), 10)] == ["c"]
        assert sent in unit.messages(10)
        assert unit.message_counts() == {
            ("mail", Dispatch.SENT): 1,
            ("mail", Dispatch.WAITING): 2,
        }


def test_what_waits_is_never_forgotten(store: Store):
    old, failed = replace(MESSAGE, object="old"), replace(MESSAGE, object="failed")
    with store.begin() as unit:
        unit.add_messages([MESSAGE, old, failed])
        for message, state in zip(unit.messages(2), (Dispatch.FAILED, Dispatch.SENT), strict=True):
            unit.update_message(replace(message, state=state))
        unit.forget_messages(at(1))
        assert len(unit.messages(10)) == 3
        unit.forget_messages(at(2))
        assert [m.object for m in unit.messages(10)] == ["trail:12"]


def test_an_account_is_found_by_the_number_of_its_newest_session(store: Store):
    number = StaffNumber("0000900")
    newer = replace(SESSION, id_hash="cd" * 32, account="sato2", created_at=at(5))
    with store.begin() as unit:
        assert unit.account_of(number) == ""
        unit.save_session(SESSION)
        unit.save_session(newer)
        assert unit.account_of(number) == "sato2"


def test_deputies_are_those_to_whom_something_stands_handed_on_the_day(store: Store):
    over = replace(DELEGATION, delegation_id="d2", deputy="ono", until_on=date(2027, 4, 1))
    ended = replace(DELEGATION, delegation_id="d3", deputy="abe", ended_at=at(1))
    with store.begin() as unit:
        for delegation in (DELEGATION, over, ended, replace(DELEGATION, delegation_id="d4")):
            unit.save_delegation(delegation)
        assert unit.deputies(date(2027, 4, 2)) == ("ito",)
        assert unit.deputies(date(2027, 4, 1)) == ("ito", "ono")
