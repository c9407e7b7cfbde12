"""Sending: at least once, later and later, not for ever, and on record without an address."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from syncd.flow.telling.composing import Notices, NotifierSeat
from syncd.flow.telling.delivery import GIVE_UP_AFTER, Delivery, deliver
from syncd.flow.telling.recipients import Addresses
from syncd.ports.outbox import Dispatch, OutgoingMessage
from tests.contract.test_outbox_contract import MESSAGE
from tests.fakes.notifier import FakeNotifier
from tests.flow.town import Town


@pytest.fixture
def mail() -> FakeNotifier:
    return FakeNotifier()


def notices(*notifiers: FakeNotifier) -> Notices:
    seats = tuple(NotifierSeat(notifier) for notifier in notifiers)
    return Notices(seats, Addresses(()), lambda _: ("", ""))


def put(town: Town, *messages: OutgoingMessage) -> None:
    with town.store.begin() as unit:
        unit.add_messages(replace(m, created_at=town.now, next_at=town.now) for m in messages)


def states(town: Town) -> dict[str, tuple[Dispatch, int]]:
    with town.store.begin() as unit:
        return {m.object: (m.state, m.attempts) for m in unit.messages(100)}


def records(town: Town) -> list[bytes]:
    with town.store.begin() as unit:
        return list(unit.history("sato"))


def test_what_waits_is_sent_and_put_on_record(town: Town, mail: FakeNotifier):
    put(town, MESSAGE, replace(MESSAGE, object="b"))
    assert deliver(town.site(), notices(mail)) == Delivery(sent=2)
    assert [(m.recipient, m.subject, m.body) for m in mail.taken] == [
        (MESSAGE.recipient, MESSAGE.subject, MESSAGE.body)
    ] * 2
    assert deliver(town.site(), notices(mail)) == Delivery()
    assert [b"notice.sent" in leaf for leaf in records(town)] == [True, True]
    assert mail.closed == 2


def test_the_record_names_the_account_and_holds_no_address_and_no_text(
    town: Town, mail: FakeNotifier
):
    put(town, MESSAGE)
    deliver(town.site(), notices(mail))
    (leaf,) = records(town)
    assert b"sato@" not in leaf
    assert MESSAGE.subject.encode() not in leaf


def test_while_a_notifier_is_down_it_is_tried_once_a_round_and_others_go_on(
    town: Town, mail: FakeNotifier
):
    chat = FakeNotifier("chat")
    mail.down = True
    put(town, MESSAGE, replace(MESSAGE, object="b"), replace(MESSAGE, notifier="chat", object="c"))
    assert deliver(town.site(), notices(mail, chat)) == Delivery(sent=1, put_off=1)
    assert mail.tries == 1
    assert states(town)["trail:12"] == (Dispatch.WAITING, 1)


def test_it_is_tried_later_and_later_and_given_up_after_three_days(town: Town, mail: FakeNotifier):
    mail.down = True
    put(town, MESSAGE)
    begun, pauses = town.now, []
    while states(town)["trail:12"][0] is Dispatch.WAITING:
        deliver(town.site(), notices(mail))
        with town.store.begin() as unit:
            after = unit.messages(1)[0]
        pauses.append(after.next_at - town.now)
        town.now = max(after.next_at, town.now + timedelta(minutes=1))
    assert pauses[0] < timedelta(minutes=2)
    assert pauses[:5] == sorted(pauses[:5])
    assert town.now - begun <= GIVE_UP_AFTER + timedelta(hours=5)
    assert mail.tries < 40
    assert b"notice.failed" in records(town)[0]


def test_what_is_refused_is_not_tried_again(town: Town, mail: FakeNotifier):
    mail.refuses = frozenset({MESSAGE.recipient})
    put(town, MESSAGE)
    assert deliver(town.site(), notices(mail)) == Delivery(failed=1)
    assert deliver(town.site(), notices(mail)) == Delivery()
    with town.store.begin() as unit:
        assert "550" in unit.messages(1)[0].last_error
    assert b"notice.failed" in records(town)[0]


def test_a_message_whose_notifier_was_taken_out_does_not_wait_for_ever(town: Town):
    put(town, MESSAGE)
    assert deliver(town.site(), notices()) == Delivery(failed=1)


def test_what_cannot_be_written_as_a_message_is_given_up_and_holds_up_nothing(
    town: Town, mail: FakeNotifier
):
    put(town, replace(MESSAGE, recipient="a\nb@city.example"), replace(MESSAGE, object="b"))
    assert deliver(town.site(), notices(mail)) == Delivery(sent=1, failed=1)
    assert states(town)["b"] == (Dispatch.SENT, 1)


def test_one_process_sends_at_a_time(town: Town, mail: FakeNotifier):
    put(town, MESSAGE)
    with town.store.exclusive("notices"):
        assert deliver(town.site(), notices(mail)) == Delivery()
    assert mail.tries == 0


def test_who_is_asked_to_stop_sends_no_more(town: Town, mail: FakeNotifier):
    put(town, MESSAGE)
    town.stop_after_writes = 0
    assert deliver(town.site(), notices(mail)) == Delivery()
    assert states(town)["trail:12"] == (Dispatch.WAITING, 0)


def test_the_other_side_may_ask_to_be_left_alone_for_longer(town: Town, mail: FakeNotifier):
    mail.down, mail.retry_after_s = True, 3600
    put(town, MESSAGE)
    deliver(town.site(), notices(mail))
    with town.store.begin() as unit:
        assert unit.messages(1)[0].next_at >= town.now + timedelta(minutes=59)


def test_every_try_tells_when_the_message_was_written(town: Town, mail: FakeNotifier):
    put(town, MESSAGE)
    written = town.now
    town.now += timedelta(hours=5)
    deliver(town.site(), notices(mail))
    assert mail.taken[0].written_at == written
