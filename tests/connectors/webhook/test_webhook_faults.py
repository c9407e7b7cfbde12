"""What goes wrong on the way to a receiver: given up or tried again, and what is said."""

from __future__ import annotations

import logging
import re
from datetime import UTC, timedelta
from email.utils import format_datetime

import pytest
from pydantic import ValidationError

from connectors.shared.http.retry_after import parse_retry_after
from syncd.errors import MessageRefused, NotifierUnavailable
from tests.connectors.webhook.conftest import HELLO, NOW
from tests.fakes.certificates import make_certificates
from tests.fakes.mail_server import free_port
from tests.fakes.scripted import Scripted


def unavailable(notifier, act: str = "send") -> NotifierUnavailable:
    with pytest.raises(NotifierUnavailable) as failure:
        notifier.send(HELLO) if act == "send" else notifier.check()
    return failure.value


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_every_2xx_is_a_yes(connect, plain, status):
    plain.status = status
    connect.to(plain.port).send(HELLO)
    assert len(plain.posts) == 1


@pytest.mark.parametrize("status", [410, 413, 422])
def test_a_message_that_will_never_be_taken_is_given_up(connect, plain, status):
    plain.status = status
    with pytest.raises(MessageRefused, match=f"HTTP {status}"):
        connect.to(plain.port).send(HELLO)


@pytest.mark.parametrize(
    "status", [300, 304, 400, 401, 403, 404, 405, 408, 409, 425, 429, 500, 502, 503, 504, 599]
)
def test_everything_else_is_tried_again(connect, plain, status):
    plain.status = status
    assert f"HTTP {status}" in unavailable(connect.to(plain.port)).why


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(connect, plain, serve, status):
    elsewhere = serve()
    plain.status = status
    plain.answer_headers = {"Location": f"http://127.0.0.1:{elsewhere.port}/"}
    assert "url" in unavailable(connect.to(plain.port)).remedy
    assert elsewhere.requests == 0


@pytest.mark.parametrize("status", [410, 422, 400, 500])
def test_what_the_receiver_wrote_is_shown_nowhere(connect, plain, status, caplog):
    plain.status = status
    plain.answer = "山田太郎 は退職しました".encode()
    with (
        caplog.at_level(logging.DEBUG),
        pytest.raises((MessageRefused, NotifierUnavailable)) as failure,
    ):
        connect.to(plain.port).send(HELLO)
    assert "山田" not in str(failure.value) + caplog.text
    assert str(plain.answer) not in caplog.text


def test_an_answer_without_end_is_not_read(connect, plain):
    plain.answer_headers = {"Content-Length": "1000000000"}
    connect.to(plain.port).send(HELLO)


def test_the_path_of_a_webhook_is_in_no_error_and_no_log(connect, plain, caplog):
    plain.status = 500
    with caplog.at_level(logging.INFO):
        shown = str(unavailable(connect.to(plain.port))) + caplog.text
    assert f"127.0.0.1:{plain.port}" in shown
    assert "s3cr3t" not in shown
    assert "tok3n" not in shown


@pytest.mark.parametrize(("text", "seconds"), [("120", 120), ("0", 0), ("999999999999", 86400)])
def test_how_long_the_receiver_asks_to_be_left_alone_is_passed_on(connect, plain, text, seconds):
    plain.status = 429
    plain.answer_headers = {"Retry-After": text}
    assert unavailable(connect.to(plain.port)).retry_after_s == seconds


def test_a_date_to_wait_for_counts_as_seconds_and_nonsense_as_nothing():
    later = format_datetime((NOW + timedelta(minutes=2)).astimezone(UTC), usegmt=True)
    earlier = format_datetime((NOW - timedelta(days=2)).astimezone(UTC), usegmt=True)
    assert parse_retry_after(later, NOW) == 120
    assert parse_retry_after(earlier, NOW) == 0
    for text in (None, "", "-5", "soon", "１２", "1.5", "Thu, 99 Foo 2027 25:00:00 GMT"):
        assert parse_retry_after(text, NOW) is None


@pytest.mark.parametrize("act", ["send", "check"])
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
def test_a_certificate_that_proves_nothing_gets_no_message(
    connect, serve, certificates, proof, act
):
    made, host, word = proof
    folder = connect.folder / "tls"
    folder.mkdir()
    make_certificates(folder, **made)
    receiver = serve(folder)
    ca = (folder if made else certificates) / "ca.crt"
    notifier = connect.to(0, url=f"https://{host}:{receiver.port}/", ca_file=ca)
    failure = unavailable(notifier, act)
    assert re.search(word, failure.why)
    assert "ca_file" in failure.remedy
    assert receiver.requests == 0


@pytest.mark.parametrize(
    "script",
    [
        (b"",),
        (b"", b""),
        (b"", b"hello?\r\n\r\n"),
        (b"", "HTTP/1.1 二百 山田\r\n\r\n".encode()),
        (b"", b"HTTP/1.1 200 OK\r\nno colon Yamada\r\n\r\n"),
        (b"220 mx.example Yamada\r\n",),
    ],
)
def test_whatever_is_no_http_is_tried_again_and_not_quoted(connect, script):
    server = Scripted(*script)
    try:
        failure = unavailable(connect.to(server.port))
        assert "Yamada" not in str(failure)
        assert "山田" not in str(failure)
    finally:
        server.close()


def test_a_receiver_that_falls_silent_costs_no_more_than_the_timeout(connect, plain):
    plain.delay_s = 1.5
    assert "in time" in unavailable(connect.to(plain.port, timeout_s=0.3)).why


@pytest.mark.parametrize("act", ["send", "check"])
def test_a_receiver_that_is_not_there_is_told(connect, act):
    assert "refused" in unavailable(connect.to(free_port()), act).why


@pytest.mark.parametrize("act", ["send", "check"])
@pytest.mark.parametrize(
    ("secret", "word"),
    [
        (None, "secret"),
        ("", "empty"),
        ("do-not-show-me", "24"),
        ("whsec_do-not-show-me!", "base64"),
        ("whsec_c2hvcnQ=", "24"),
        ("x" * 24 + "\nshort", "24"),
    ],
)
def test_a_secret_that_cannot_sign_is_told_and_never_shown(connect, plain, secret, word, act):
    (connect.folder / "secret").unlink()
    if secret is not None:
        (connect.folder / "secret").write_text(secret)
    failure = unavailable(connect.to(plain.port), act)
    assert word in failure.why
    assert "secret_file" in failure.remedy
    assert "do-not-show-me" not in str(failure)
    assert plain.requests == 0


def test_a_missing_ca_file_is_named(connect, plain):
    assert "nowhere/ca.pem" in unavailable(connect.to(plain.port, ca_file="nowhere/ca.pem")).why


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"url": "http://hooks.example/in"}, "unprotected"),
        ({"url": "http://127.evil.example/in"}, "unprotected"),
        ({"url": "http://localhost.evil.example/in"}, "unprotected"),
        ({"url": "ftp://hooks.example/in"}, "https://host/path"),
        ({"url": "https:///in"}, "https://host/path"),
        ({"url": "hooks.example"}, "https://host/path"),
        ({"url": "https://a b/"}, "https://host/path"),
        ({"url": "https://hooks.example:99999/"}, "port"),
        ({"url": "https://who:secret@hooks.example/"}, "password"),
        ({"url": "https://hooks.example/#x"}, "fragment"),
        ({"secret_env": "BOTH"}, "exactly one"),
        ({"secret_file": None}, "exactly one"),
        ({"secret": "whsec_…"}, "secret"),
        ({"timeout_s": 0}, "timeout_s"),
    ],
)
def test_what_would_be_unsafe_or_senseless_is_a_fault_of_the_configuration(connect, changes, word):
    with pytest.raises(ValidationError, match=word):
        connect.options(**changes)


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("https://hooks.example/in", "hooks.example", 443),
        ("https://みほん.example/in", "xn--79jh5d.example", 443),
        ("https://[::1]:8443/in", "::1", 8443),
        ("http://localhost/in", "localhost", 80),
    ],
)
def test_where_a_webhook_goes_is_read_from_its_url(connect, url, host, port):
    options = connect.options(url=url)
    assert (options.host, options.port) == (host, port)


def test_a_plain_line_is_for_who_says_so(connect):
    assert connect.options(url="http://10.0.0.8/in", allow_plaintext=True)
