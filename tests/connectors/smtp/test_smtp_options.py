"""What a `[[notifiers]]` table of type `smtp` may say."""

from __future__ import annotations

import pytest
from pydantic import ValidationError


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"host": "mail.example"}, "unprotected"),
        ({"host": "127.evil.example"}, "unprotected"),
        ({"host": ""}, "host"),
        ({"host": "mail.example:25"}, "host"),
        ({"host": "メール.example"}, "host"),
        ({"user": "syncd", "password_file": "secret"}, "plain line"),
        ({"user": "syncd", "security": "tls"}, "exactly one"),
        (
            {"user": "u", "security": "tls", "password_file": "s", "password_env": "S"},
            "exactly one",
        ),
        ({"password_file": "secret"}, "exactly one"),
        ({"password": "secret"}, "password"),
        ({"sender": "syncd"}, "sender"),
        ({"sender": "みほん@city.example"}, "ASCII"),
        ({"sender": "a@b.example\r\nBcc: x@y.example"}, "sender"),
        ({"sender_name": "みほん市\r\nBcc: x@y.example"}, "one line"),
        ({"helo_name": "syncd\r\nMAIL FROM:<>"}, "helo_name"),
        ({"timeout_s": 0}, "timeout_s"),
        ({"port": 0}, "port"),
        ({"security": "ssl"}, "security"),
    ],
)
def test_what_would_be_unsafe_or_senseless_is_a_fault_of_the_configuration(connect, changes, word):
    with pytest.raises(ValidationError, match=word) as fault:
        connect.options(**{"port": 2525} | changes)
    assert "password='" not in str(fault.value)


@pytest.mark.parametrize(
    "changes",
    [
        {"host": "localhost"},
        {"host": "::1"},
        {"host": "10.0.0.25", "allow_plaintext": True},
        {"host": "mail.example", "security": "tls"},
        {"host": "mail.example", "security": "starttls"},
    ],
)
def test_a_plain_line_is_for_this_machine_or_for_who_says_so(connect, changes):
    assert connect.options(2525, **changes)


@pytest.mark.parametrize(("security", "port"), [("starttls", 587), ("tls", 465), ("none", 25)])
def test_each_kind_of_security_has_its_usual_port(connect, security, port):
    assert connect.options(None, security=security).at_port == port
    assert connect.options(2525, security=security).at_port == 2525


def test_mail_is_encrypted_unless_somebody_says_otherwise(connect):
    assert connect.options(None, security=None).security == "starttls"
