"""Mail as it arrives at a real server: what it holds, whom it reaches, over which line."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from syncd.errors import MessageRefused
from tests.connectors.smtp.conftest import HELLO, NOW
from tests.fakes.mail_server import PASSWORD


def test_a_message_arrives_word_for_word_and_alone(connect, plain):
    connect.to(plain.port).send(HELLO)
    (mail,), (envelope,) = plain.mails(), plain.envelopes
    assert mail["Subject"] == HELLO.subject
    assert mail.get_content().replace("\r\n", "\n") == HELLO.body
    assert mail["To"] == HELLO.recipient
    assert mail["From"].addresses[0].display_name == "みほん市 権限管理"
    assert mail["From"].addresses[0].addr_spec == "syncd@city.example"
    assert mail["Date"].datetime == NOW
    assert (envelope.mail_from, envelope.rcpt_tos) == ("syncd@city.example", [HELLO.recipient])


def test_a_mail_is_plain_text_that_every_mail_server_passes_on(connect, plain):
    connect.to(plain.port).send(replace(HELLO, body="あ" * 5000 + "\n.\n"))
    (mail,), (envelope,) = plain.mails(), plain.envelopes
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content_charset() == "utf-8"
    assert mail["Content-Transfer-Encoding"] == "base64"
    assert envelope.content.isascii()
    assert max(len(line) for line in envelope.content.split(b"\r\n")) <= 998
    assert envelope.content.count(b"\n") == envelope.content.count(b"\r\n")


def test_a_server_that_wants_to_know_the_size_is_told_before_the_content(connect, plain):
    connect.to(plain.port).send(HELLO)
    (envelope,) = plain.envelopes
    assert envelope.mail_options == [f"SIZE={len(envelope.content)}"]


def test_a_mail_says_that_a_machine_wrote_it_so_that_no_machine_answers(connect, plain):
    connect.to(plain.port).send(HELLO)
    (mail,) = plain.mails()
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "OOF, AutoReply"


def test_a_repeated_message_is_known_by_its_id_and_date(connect, plain):
    written = replace(HELLO, written_at=NOW - timedelta(hours=3))
    notifier = connect.to(plain.port)
    notifier.send(written)
    notifier.send(written)
    first, second = plain.envelopes
    assert first.content == second.content
    assert f"Message-ID: <{HELLO.key('mail')}@city.example>\r\n".encode() in first.content
    assert plain.mails()[0]["Message-ID"] == f"<{HELLO.key('mail')}@city.example>"
    assert plain.mails()[0]["Date"].datetime == written.written_at


def test_one_connection_carries_many_messages(connect, plain):
    notifier = connect.to(plain.port)
    for number in range(3):
        notifier.send(replace(HELLO, object=f"case:{number}"))
    assert (plain.connections, len(plain.envelopes)) == (1, 3)


def test_a_connection_that_the_server_closed_meanwhile_is_made_once_more(connect, plain):
    notifier = connect.to(plain.port)
    notifier.send(HELLO)
    plain.hang_up()
    notifier.send(HELLO)
    assert (plain.connections, len(plain.envelopes)) == (2, 2)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_mail_goes_encrypted_and_signed_in(connect, serve, certificates, security):
    server = serve(certificates, security)
    connect.signed_in(server, certificates / "ca.crt").send(HELLO)
    assert len(server.envelopes) == 1
    assert server.logins == [("PLAIN", PASSWORD.encode())]


def test_a_server_that_knows_only_login_is_signed_in_to_as_well(connect, serve, certificates):
    server = serve(certificates, "starttls", mechanisms="LOGIN")
    connect.signed_in(server, certificates / "ca.crt").send(HELLO)
    assert server.logins == [("LOGIN", PASSWORD.encode())]


def test_a_password_can_stand_in_the_environment(connect, serve, certificates, monkeypatch):
    server = serve(certificates, "starttls")
    monkeypatch.setenv("SYNCD_TEST_MAIL", PASSWORD)
    given = {"password_file": None, "password_env": "SYNCD_TEST_MAIL"}
    connect.signed_in(server, certificates / "ca.crt", **given).send(HELLO)
    assert len(server.envelopes) == 1


@pytest.mark.parametrize(
    "recipient",
    [
        "山田@city.example",
        "a@市.example",
        "nobody",
        "a@",
        "@b",
        "a..b@c",
        "a@b@c",
        "a@b.example,c@d.example",
        "a@b.example> SIZE=1",
        "<a@b.example>",
        '"a b"@c.example',
        "a b@c.example",
        "a" * 65 + "@city.example",
        "a@" + "b." * 130 + "example",
    ],
)
def test_what_is_no_plain_address_is_refused_and_reaches_nobody(connect, plain, recipient):
    with pytest.raises(MessageRefused, match="SMTPUTF8") as refused:
        connect.to(plain.port).send(replace(HELLO, recipient=recipient))
    assert recipient not in str(refused.value)
    assert plain.steps == []


def test_a_check_goes_as_far_as_one_can_without_sending(connect, serve, certificates):
    server = serve(certificates, "starttls")
    said = connect.signed_in(server, certificates / "ca.crt").check()
    assert "TLSv1.3" in said
    assert "no mail was sent" in said
    assert len(server.logins) == 1
    assert server.steps == ["NOOP"]


def test_a_check_says_where_a_line_is_not_protected(connect, plain):
    assert "no TLS, no AUTH" in connect.to(plain.port).check()
