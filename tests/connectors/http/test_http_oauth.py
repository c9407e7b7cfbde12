"""OAuth client credentials: a token for as long as it serves, and no word of the server's."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qs

import pytest
from pydantic import ValidationError

from connectors.http import HttpFeedOptions
from syncd.errors import SourceRefused
from tests.connectors.http.conftest import FIELDS, URL, Connect, Service
from tests.fakes.http_script import Answer, Asked, HttpScript


class Authority:
    """An authorization server and the API behind it, on one port."""

    def __init__(self) -> None:
        self.tokens = 0
        self.good: set[str] = set()
        self.answer = lambda token: Answer(200, {"access_token": token, "expires_in": 3600})
        self.server = HttpScript(self._answer)

    def _answer(self, asked: Asked) -> Answer:
        json = {"content-type": "application/json"}
        if asked.path == "/token":
            self.tokens += 1
            token = f"t{self.tokens}"
            self.good.add(token)
            given = self.answer(token)
            return Answer(given.status, given.body, json | given.headers)
        if asked.headers.get("authorization", "").removeprefix("Bearer ") not in self.good:
            return Answer(401, {"message": "山田"}, json)
        return Answer(200, [Service.person(n) for n in range(1, 4)], json)

    @property
    def token_requests(self) -> list[Asked]:
        return [asked for asked in self.server.asked if asked.path == "/token"]


@pytest.fixture
def authority() -> Iterator[Authority]:
    made = Authority()
    yield made
    made.server.stop()


@pytest.fixture
def oauth(connect: Connect, authority: Authority):
    def built(**changes: object):
        given = {
            "url": f"{authority.server.url}/people",
            "allow_plaintext": True,
            "auth": "oauth",
            "token_url": f"{authority.server.url}/token",
            "client_id": "syncd:1",
            "keep_s": 0,
            **changes,
        }
        return connect.source(**given)

    return built


def test_a_token_is_asked_for_by_basic_and_serves_until_its_end(connect, authority, oauth):
    source = oauth(scope="read")
    for _ in range(2):
        connect.now += timedelta(seconds=1)
        assert source.read().rows == 3
    (asked,) = authority.token_requests
    form = {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}
    assert (asked.method, form) == ("POST", {"grant_type": "client_credentials", "scope": "read"})
    pair = base64.b64decode(asked.headers["authorization"].removeprefix("Basic ")).decode()
    assert pair == "syncd%3A1:t0p-secret"
    connect.now += timedelta(seconds=3540)
    assert source.read().rows == 3
    assert authority.tokens == 2


def test_a_server_that_wants_the_client_in_the_body_gets_it_there(authority, oauth):
    assert oauth(client_auth="post").read().rows == 3
    (asked,) = authority.token_requests
    assert "authorization" not in asked.headers
    assert parse_qs(asked.body.decode())["client_secret"] == ["t0p-secret"]


def test_a_token_that_was_taken_back_fails_once_and_is_asked_for_anew(connect, authority, oauth):
    source = oauth()
    assert source.read().rows == 3
    authority.good.clear()
    connect.now += timedelta(seconds=1)
    with pytest.raises(SourceRefused, match="not accepted"):
        source.read()
    assert source.read().rows == 3


@pytest.mark.parametrize(
    "answer",
    [
        Answer(400, {"error": "invalid_client", "error_description": "山田"}),
        Answer(401, {"error": "invalid_client"}),
        Answer(302, {}, {"location": "http://127.0.0.1:1/"}),
        Answer(200, {"error": "山田"}),
        Answer(200, ["山田"]),
        Answer(200, b"<html>"),
        Answer(200, {"access_token": "", "expires_in": 1}),
        Answer(200, {"access_token": "a\nb"}),
        Answer(200, {"access_token": "abc", "token_type": "mac"}),
    ],
)
def test_whatever_else_the_server_answers_refuses_the_input_and_is_not_repeated(
    answer, authority, oauth
):
    authority.answer = lambda _: answer
    with pytest.raises(SourceRefused) as caught:
        oauth().read()
    told = str(caught.value)
    assert "token_url" in told
    assert "山田" not in told
    assert "t0p-secret" not in told


def test_a_busy_server_is_waited_for(connect, authority, oauth):
    answers = [Answer(503, {}, {"retry-after": "7"}), Answer(200, {"access_token": "t2"})]
    authority.answer = lambda _: answers.pop(0)
    assert oauth().read().rows == 3
    assert 7 <= sum(connect.waits) <= 8


@pytest.mark.parametrize(
    "given",
    [
        {"auth": "oauth"},
        {"auth": "oauth", "token_url": "https://hr.example/token"},
        {"auth": "oauth", "client_id": "x", "token_url": "http://hr.example/token"},
        {"auth": "bearer", "client_id": "x", "token_url": "https://hr.example/token"},
    ],
)
def test_what_cannot_be_meant_is_found_at_the_start(given):
    with pytest.raises(ValidationError):
        HttpFeedOptions.model_validate(
            {"url": URL, "token_file": "token", "fields": FIELDS, **given}
        )
