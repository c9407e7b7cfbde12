"""A message as it reaches a receiver: what it holds, and that the receiver can trust it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.webhook.signing import parse_secrets, sign
from tests.connectors.webhook.conftest import HELLO, KEY, NOW, SECRET


def test_a_message_arrives_word_for_word_as_json(connect, plain):
    connect.to(plain.port).send(HELLO)
    (post,) = plain.posts
    assert post.path == "/in/s3cr3t-path?t=tok3n"
    assert post.headers["content-type"] == "application/json"
    assert post.json == {
        "type": HELLO.kind,
        "timestamp": "2027-04-01T08:30:00+09:00",
        "data": {
            "recipient": HELLO.recipient,
            "subject": HELLO.subject,
            "body": HELLO.body,
            "object": HELLO.object,
        },
    }


def test_the_receiver_can_tell_that_it_is_ours_and_whole(connect, plain):
    connect.to(plain.port).send(HELLO)
    (post,) = plain.posts
    assert post.headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    assert post.is_signed_by(KEY)
    assert not post.is_signed_by(b"another key of some thirty bytes")
    post.content = post.content.replace(b"0000001", b"0000002")
    assert not post.is_signed_by(KEY)


def test_the_specification_s_own_example_is_signed_as_it_says():
    # Standard Webhooks: the test vector that its reference libraries share.
    keys = parse_secrets("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    signature = sign(keys, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_repeated_message_is_known_by_its_id_and_holds_the_same(connect, plain):
    written = replace(HELLO, written_at=NOW - timedelta(hours=3))
    notifier = connect.to(plain.port)
    notifier.send(written)
    notifier.send(written)
    first, second = plain.posts
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == HELLO.key("hook")
    assert first.content == second.content
    assert first.json["timestamp"] == "2027-04-01T05:30:00+09:00"


def test_a_secret_can_be_replaced_without_losing_a_message(connect, plain):
    new = b"the new secret, of plain characters"
    (connect.folder / "secret").write_text(f"{new.decode()}\r\n\n{SECRET}\n")
    connect.to(plain.port).send(HELLO)
    (post,) = plain.posts
    assert post.is_signed_by(new)
    assert post.is_signed_by(KEY)


def test_a_changed_secret_counts_at_once(connect, plain):
    notifier = connect.to(plain.port)
    notifier.send(HELLO)
    (connect.folder / "secret").write_text("x" * 24)
    notifier.send(HELLO)
    assert [post.is_signed_by(KEY) for post in plain.posts] == [True, False]
    assert plain.posts[1].is_signed_by(b"x" * 24)


def test_a_secret_can_stand_in_the_environment(connect, plain, monkeypatch):
    monkeypatch.setenv("SYNCD_TEST_HOOK", SECRET)
    connect.to(plain.port, secret_file=None, secret_env="SYNCD_TEST_HOOK").send(HELLO)
    assert plain.posts[0].is_signed_by(KEY)


def test_a_message_goes_encrypted(connect, serve, certificates):
    receiver = serve(certificates)
    connect.to(receiver.port, scheme="https", ca_file=certificates / "ca.crt").send(HELLO)
    assert receiver.posts[0].is_signed_by(KEY)


def test_no_proxy_of_the_environment_sees_a_message(connect, plain, serve, monkeypatch):
    proxy = serve()
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    connect.to(plain.port).send(HELLO)
    assert (len(plain.posts), proxy.requests) == (1, 0)


def test_a_cookie_of_the_receiver_is_not_kept(connect, plain):
    plain.answer_headers = {"Set-Cookie": "who=me"}
    notifier = connect.to(plain.port)
    notifier.send(HELLO)
    notifier.send(HELLO)
    assert "cookie" not in plain.posts[1].headers


@given(
    subject=st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"))),
    body=st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"))),
)
def test_whatever_the_words_are_they_come_back_exactly(subject, body):
    from connectors.webhook.notifier import _content

    message = replace(HELLO, subject=subject, body=body)
    content = json.loads(_content(message, NOW))
    assert (content["data"]["subject"], content["data"]["body"]) == (subject, body)
    assert set(content) == {"type", "timestamp", "data"}


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_check_connects_and_asks_for_nothing(connect, serve, certificates, scheme):
    receiver = serve(certificates if scheme == "https" else None)
    given = {"ca_file": certificates / "ca.crt"} if scheme == "https" else {}
    said = connect.to(receiver.port, scheme=scheme, **given).check()
    assert ("TLSv1.3" if scheme == "https" else "no TLS") in said
    assert "untried" in said
    assert receiver.requests == 0
