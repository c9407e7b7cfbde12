"""What goes wrong on the way: which of it is given up, which is tried again, and what is said."""

from __future__ import annotations

import re
import ssl

import pytest

from connectors.smtp.replies import Reply, Step, is_final, parse_reply
from syncd.errors import MessageRefused, NotifierUnavailable
from tests.connectors.smtp.conftest import HELLO
from tests.fakes.certificates import make_certificates
from tests.fakes.mail_server import PASSWORD, free_port
from tests.fakes.scripted import Scripted

HI = b"220 mx.example\r\n"
EHLO = b"250-mx.example\r\n250 SIZE 100000\r\n"
OK = b"250 OK\r\n"


def unavailable(notifier) -> NotifierUnavailable:
    with pytest.raises(NotifierUnavailable) as failure:
        notifier.send(HELLO)
    return failure.value


REPLIES = [
    # step, what the server says, given up?
    ("MAIL", "451 4.3.0 later", False),
    ("MAIL", "550 5.7.1 this sender may not", False),
    ("MAIL", "553 5.1.8 no such sender", False),
    ("MAIL", "530 5.7.0 sign in first", False),
    ("MAIL", "552 5.3.4 too big", True),
    ("MAIL", "552 too big", True),
    ("RCPT", "450 4.2.1 later", False),
    ("RCPT", "452 4.2.2 full", False),
    ("RCPT", "550 5.1.1 no such user", True),
    ("RCPT", "550 no such user", True),
    ("RCPT", "550 5.4.1 no such user at Exchange Online", True),
    ("RCPT", "556 5.1.10 takes no mail", True),
    ("RCPT", "554 5.7.1 relay access denied", False),
    ("RCPT", "550 5.1.8 sender's domain unknown", False),
    ("RCPT", "504 5.5.2 need a full HELO name", False),
    ("RCPT", "530 sign in first", False),
    ("DATA", "451 4.7.1 grey", False),
    ("DATA", "452 4.3.1 disk full", False),
    ("DATA", "554 5.6.0 content", True),
    ("DATA", "552 5.3.4 too big", True),
    ("DATA", "554 failed", True),
    ("DATA", "550 5.7.26 unauthenticated sender", False),
    ("DATA", "354 go on, again", False),
]


@pytest.mark.parametrize(("step", "answer", "given_up"), REPLIES)
def test_only_a_no_to_the_recipient_or_the_message_gives_it_up(
    connect, plain, step, answer, given_up
):
    plain.answers[step] = answer
    with pytest.raises(MessageRefused if given_up else NotifierUnavailable) as failure:
        connect.to(plain.port).send(HELLO)
    assert answer.split()[0] in failure.value.why
    assert plain.envelopes == []


@pytest.mark.parametrize(("step", "answer", "_given_up"), REPLIES)
def test_after_a_no_the_next_message_is_sent(connect, plain, step, answer, _given_up):
    notifier = connect.to(plain.port)
    plain.answers[step] = answer
    with pytest.raises((MessageRefused, NotifierUnavailable)):
        notifier.send(HELLO)
    plain.answers.clear()
    notifier.send(HELLO)
    assert len(plain.envelopes) == 1


@pytest.mark.parametrize("step", [Step.CONNECT, Step.HELLO, Step.TLS, Step.AUTH, Step.NOOP])
def test_before_a_mail_begins_nothing_is_the_recipients_fault(step):
    assert not any(is_final(step, Reply(code, (1, 1))) for code in range(400, 600))


def test_an_enhanced_code_of_another_class_is_not_believed():
    assert parse_reply(550, b"4.1.1 odd") == Reply(550)
    assert parse_reply(550, b"5.1.1") == Reply(550, (1, 1))
    assert parse_reply(550, b"5.1.1000 no code") == Reply(550)
    assert str(Reply(550, (1, 1))) == "550 5.1.1"


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
def test_what_the_server_wrote_is_in_no_error(connect, plain, step):
    plain.answers[step] = "550 5.1.1 <approver@city.example> Yamada Taro has left"
    with pytest.raises((MessageRefused, NotifierUnavailable)) as failure:
        connect.to(plain.port).send(HELLO)
    shown = str(failure.value)
    assert "550 5.1.1" in shown
    assert "Yamada" not in shown
    assert "approver@" not in shown
    assert failure.value.__suppress_context__


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("answer", ["421 4.3.2 going down", "CUT"])
def test_a_server_that_goes_away_is_tried_again_later(connect, plain, step, answer):
    plain.answers[step] = answer
    unavailable(connect.to(plain.port))
    assert plain.envelopes == []


@pytest.mark.parametrize("answer", ["421 4.7.0 too many messages", "CUT"])
def test_a_server_that_ends_a_kept_connection_gets_the_message_on_a_new_one(connect, plain, answer):
    notifier = connect.to(plain.port)
    notifier.send(HELLO)
    plain.once["MAIL"] = answer
    notifier.send(HELLO)
    assert (plain.connections, len(plain.envelopes)) == (2, 2)


@pytest.mark.parametrize("answer", ["421 4.7.0 too many messages", "CUT"])
def test_a_kept_connection_that_ends_at_the_next_message_is_made_once_more(connect, plain, answer):
    notifier = connect.to(plain.port)
    notifier.send(HELLO)
    plain.answers["MAIL"] = answer
    unavailable(notifier)
    assert plain.steps.count("MAIL") == 3  # the first mail, the kept line, one new line
    assert plain.connections == 2


def test_a_connection_cut_in_the_middle_of_the_content_is_no_delivery(connect):
    server = Scripted(HI, EHLO, OK, OK, b"354 go on\r\n", then_read=100)
    try:
        unavailable(connect.to(server.port))
        assert server.heard[-1].startswith(b"Content-Type")
    finally:
        server.close()


@pytest.mark.parametrize(
    "script",
    [
        (None,),
        (HI, None),
        (HI, EHLO, None),
        (HI, EHLO, OK, None),
        (HI, EHLO, OK, OK, None),
        (HI, EHLO, OK, OK, b"354 go on\r\n", None),
    ],
    ids=["greeting", "EHLO", "MAIL", "RCPT", "DATA", "content"],
)
def test_a_server_that_falls_silent_costs_no_more_than_the_timeout(connect, script):
    server = Scripted(*script)
    try:
        assert "no answer in time" in unavailable(connect.to(server.port, timeout_s=0.3)).why
    finally:
        server.close()


@pytest.mark.parametrize(
    "script",
    [
        (b"554 5.3.2 not today\r\n",),
        (b"hello?\r\n",),
        (b"\xff\xfe\x00\r\n",),
        (b"220 " + b"x" * 20_000 + b"\r\n",),
        (HI, b"500 what?\r\n", b"500 what?\r\n"),
        (HI, b"\r\n", b"\r\n"),
        (HI, EHLO, b"2x0 OK\r\n"),
        (HI, EHLO, b"-250 OK\r\n"),
        (HI, EHLO, OK, OK, OK),
        (HI, EHLO, OK, OK, b"354 go on\r\n", b"\x00\r\n"),
    ],
)
def test_whatever_a_server_says_is_one_of_the_two_errors(connect, script):
    server = Scripted(*script)
    try:
        unavailable(connect.to(server.port))
    finally:
        server.close()


def test_a_server_without_starttls_gets_no_mail(connect, plain, certificates):
    notifier = connect.to(plain.port, security="starttls", ca_file=certificates / "ca.crt")
    assert "STARTTLS" in unavailable(notifier).why
    assert plain.steps == []


def test_what_was_said_before_tls_counts_for_nothing(connect, serve, certificates):
    injected = b"220 go on\r\n250 AUTH PLAIN\r\n"
    server = Scripted(HI, b"250-mx\r\n250 STARTTLS\r\n", injected, None)
    try:
        notifier = connect.to(
            server.port, security="starttls", ca_file=certificates / "ca.crt", timeout_s=1
        )
        unavailable(notifier)
        assert not any(b"AUTH" in line for line in server.heard)
    finally:
        server.close()


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize(
    "proof",
    [
        ({}, "127.0.0.1", "self-signed|self signed|unable to get local issuer"),
        ({"names": "DNS:other.example"}, "localhost", "Hostname mismatch"),
        ({"names": "DNS:other.example"}, "127.0.0.1", "IP address mismatch"),
        ({"days": -1}, "127.0.0.1", "expired"),
    ],
    ids=["wrong CA", "wrong name", "wrong address", "expired"],
)
def test_a_certificate_that_proves_nothing_gets_no_mail_and_no_password(
    connect, serve, certificates, security, proof
):
    made, host, word = proof
    folder = connect.folder / "tls"
    folder.mkdir()
    make_certificates(folder, **made)
    server = serve(folder, security)
    ca = (folder if made else certificates) / "ca.crt"
    failure = unavailable(connect.signed_in(server, ca, host=host))
    assert re.search(word, failure.why)
    assert "ca_file" in failure.remedy
    assert (server.logins, server.steps) == ([], [])


def test_a_wrong_password_is_tried_once_and_waits_for_the_administrator(
    connect, serve, certificates
):
    server = serve(certificates, "starttls")
    notifier = connect.signed_in(server, certificates / "ca.crt")
    (connect.folder / "mail-secret").write_text("do-not-show-me")
    failure = unavailable(notifier)
    assert "password_file" in failure.remedy
    assert "535" in failure.why
    assert "do-not-show-me" not in str(failure)
    assert len(server.logins) == 1
    (connect.folder / "mail-secret").write_text(PASSWORD)
    notifier.send(HELLO)  # a mended password counts without a restart


def test_a_server_without_a_way_to_sign_in_is_named(connect, serve, certificates):
    server = serve(certificates, "starttls", mechanisms="")
    assert "AUTH" in unavailable(connect.signed_in(server, certificates / "ca.crt")).why


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"ca_file": "nowhere/ca.pem"}, "nowhere/ca.pem"),
        ({"password_file": "nowhere/secret"}, "nowhere/secret"),
        ({"password_file": None, "password_env": "SYNCD_NOT_SET"}, "SYNCD_NOT_SET"),
    ],
)
def test_what_is_not_set_up_is_named(connect, serve, certificates, changes, word):
    server = serve(certificates, "starttls")
    failure = unavailable(connect.signed_in(server, certificates / "ca.crt", **changes))
    assert word in failure.why
    assert next(iter(changes)) in failure.remedy


def test_a_host_that_is_not_there_is_told(connect):
    assert "refused" in unavailable(connect.to(free_port())).why


def test_a_name_that_cannot_be_resolved_is_told(connect):
    # .invalid is nobody's (RFC 6761)
    failure = unavailable(connect.to(25, host="mail.invalid", allow_plaintext=True))
    assert "host" in failure.remedy


def test_a_tls_server_on_a_plain_port_is_told(connect, certificates):
    server = Scripted(HI, EHLO)
    try:
        failure = unavailable(connect.to(server.port, security="tls"))
        assert "TLS" in failure.why
    finally:
        server.close()


def test_the_library_checks_certificates_by_default():
    """The ground of all above: Python's default context requires and compares."""
    context = ssl.create_default_context()
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


def test_closing_raises_nothing_whatever_the_server_does(connect, plain):
    notifier = connect.to(plain.port)
    notifier.close()
    notifier.send(HELLO)
    plain.hang_up()
    notifier.close()
    notifier.close()
