"""What every notifier promises (syncd.ports.notifier), held against a mail server and a receiver.

A notifier of your own joins by one more `Seat`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from connectors.smtp import SmtpNotifierType
from connectors.webhook import WebhookNotifierType
from syncd.core.calendar import JST
from syncd.errors import MessageRefused, NotifierUnavailable
from syncd.plugins import NOTIFIERS, load_connector
from syncd.ports.notifier import Addressing, Message, Notifier, NotifierContext
from tests.fakes.mail_server import MailServer, free_port
from tests.fakes.receiver import Receiver

NOW = datetime(2027, 4, 1, 8, 30, tzinfo=JST)
GOSSIP = "Yamada Taro has left for the tax section"
HELLO = Message(
    kind="held-plan",
    subject="計画を止めました / a plan is held",
    body="計画 3f2a を止めました。\n\n.\n2名の承認が要ります。\n",
    recipient="approver@city.example",
    object="plan:3f2a",
    written_at=NOW - timedelta(minutes=5),
)


@dataclass
class Seat:
    """One notifier, with the other side's view of it."""

    notifier: Notifier
    dead: Notifier
    """One of the same kind whose other side is not there."""
    keys: Callable[[], list[str]]
    """The keys of the messages that the other side has taken."""
    refuse: Callable[[], None]
    """Lets the other side say that it will never take what comes now, and gossip."""
    delay: Callable[[], None]
    """Lets the other side say that it cannot take what comes now, and gossip."""
    take: Callable[[], None]
    """Lets the other side take what comes."""


def context(folder: Path) -> NotifierContext:
    return NotifierContext("ours", folder, lambda: NOW)


def mail_seat(folder: Path, server: MailServer) -> Seat:
    def build(port: int) -> Notifier:
        given = {"host": "127.0.0.1", "port": port, "security": "none", "timeout_s": 20}
        options = SmtpNotifierType.Options(sender="syncd@city.example", **given)
        return SmtpNotifierType.build(options, context(folder))

    return Seat(
        build(server.port),
        build(free_port()),
        lambda: [mail["Message-ID"].strip("<>").split("@")[0] for mail in server.mails()],
        lambda: server.answers.update(RCPT=f"550 5.1.1 {GOSSIP}"),
        lambda: server.answers.update(DATA=f"451 4.3.0 {GOSSIP}"),
        server.answers.clear,
    )


def webhook_seat(folder: Path, receiver: Receiver) -> Seat:
    (folder / "secret").write_text("a secret of some thirty bytes\n")

    def build(port: int) -> Notifier:
        options = WebhookNotifierType.Options(
            url=f"http://127.0.0.1:{port}/", secret_file="secret", timeout_s=20
        )
        return WebhookNotifierType.build(options, context(folder))

    def answer(status: int) -> None:
        receiver.status, receiver.answer = status, GOSSIP.encode()

    def keys() -> list[str]:
        return [post.headers["webhook-id"] for post in receiver.posts if post.status == 204]

    return Seat(
        build(receiver.port),
        build(free_port()),
        keys,
        lambda: answer(422),
        lambda: answer(503),
        lambda: answer(204),
    )


@pytest.fixture(params=["smtp", "webhook"])
def seat(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Seat]:
    """One notifier after the other."""
    is_mail = request.param == "smtp"
    server = MailServer(None, "none").start() if is_mail else Receiver(None).start()
    made = (mail_seat if is_mail else webhook_seat)(tmp_path, server)
    yield made
    made.notifier.close()
    server.stop()


def test_a_sent_message_has_been_taken_when_send_returns(seat):
    seat.notifier.send(HELLO)
    assert seat.keys() == [HELLO.key("ours")]


def test_a_repeated_message_carries_the_same_key_and_another_one_does_not(seat):
    seat.notifier.send(HELLO)
    seat.notifier.send(HELLO)
    seat.notifier.send(replace(HELLO, object="plan:4a00"))
    first, second, third = seat.keys()
    assert first == second != third


def test_a_message_that_can_never_be_taken_is_refused(seat):
    seat.refuse()
    with pytest.raises(MessageRefused) as refused:
        seat.notifier.send(HELLO)
    assert refused.value.notifier == "ours"
    assert seat.keys() == []


def test_a_message_that_cannot_be_taken_now_is_unavailable(seat):
    seat.delay()
    with pytest.raises(NotifierUnavailable) as unavailable:
        seat.notifier.send(HELLO)
    assert unavailable.value.notifier == "ours"
    assert seat.keys() == []


@pytest.mark.parametrize("answer", ["refuse", "delay"])
def test_an_error_holds_neither_the_other_sides_words_nor_the_messages(seat, answer):
    getattr(seat, answer)()
    with pytest.raises((MessageRefused, NotifierUnavailable)) as failure:
        seat.notifier.send(HELLO)
    shown = str(failure.value)
    for hidden in (GOSSIP, "Yamada", HELLO.recipient, HELLO.subject, HELLO.object):
        assert hidden not in shown
    assert failure.value.remedy


@pytest.mark.parametrize("answer", ["refuse", "delay"])
def test_after_an_error_the_next_message_goes(seat, answer):
    seat.notifier.send(HELLO)
    getattr(seat, answer)()
    with pytest.raises((MessageRefused, NotifierUnavailable)):
        seat.notifier.send(HELLO)
    seat.take()
    seat.notifier.send(HELLO)
    assert len(seat.keys()) == 2


def test_where_nobody_answers_it_is_unavailable(seat):
    with pytest.raises(NotifierUnavailable):
        seat.dead.send(HELLO)
    with pytest.raises(NotifierUnavailable):
        seat.dead.check()


def test_a_check_sends_nothing_and_says_so(seat):
    said = seat.notifier.check()
    assert "送っていない" in said or "送っていません" in said
    assert seat.keys() == []


def test_closing_raises_nothing_and_ends_nothing_for_good(seat):
    seat.notifier.close()
    seat.notifier.send(HELLO)
    seat.notifier.close()
    seat.notifier.close()
    seat.notifier.send(HELLO)
    seat.dead.close()
    assert len(seat.keys()) == 2


def test_a_notifier_says_its_name_and_what_it_must_know_of_a_recipient(seat):
    assert seat.notifier.name == "ours"
    assert isinstance(seat.notifier.addressing, Addressing)


@pytest.mark.parametrize("name", ["smtp", "webhook"])
def test_building_touches_no_file_and_no_network(name, tmp_path):
    given = {
        "smtp": {
            "host": "mail.invalid",
            "user": "syncd",
            "password_file": "not-there",
            "ca_file": "not-there",
            "sender": "syncd@city.example",
        },
        "webhook": {
            "url": "https://hooks.invalid/",
            "secret_file": "not-there",
            "ca_file": "not-there",
        },
    }[name]
    kind = load_connector(NOTIFIERS, name)
    kind.build(kind.Options.model_validate(given), context(tmp_path / "not-there")).close()


def test_every_notifier_that_is_shipped_keeps_this_contract():
    ours = {p.name for p in entry_points(group=NOTIFIERS) if p.value.startswith("connectors.")}
    assert ours == {"smtp", "webhook"}
