"""What is refused before anybody looks at it: answered as a page, and to machines as a problem."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient

from syncd.flow.syncs import MOST_BYTES
from syncd.web.limits import KnownHosts
from tests.web.conftest import Office

TOO_MUCH = MOST_BYTES + 2 * 1024 * 1024


def in_chunks() -> Iterator[bytes]:
    for _ in range(TOO_MUCH // 2**20):
        yield b"x" * 2**20


REFUSED = {
    "a foreign host": ("GET", "/cases", {"headers": {"Host": "evil.example"}}, 400),
    "a NUL in a filter": ("GET", "/cases?text=a%00b", {}, 404),
    "a NUL in a name": ("GET", "/cases/a%00b", {}, 404),
    "a NUL in the name of a filter": ("GET", "/cases?%00=1", {}, 404),
    "a body that says it is too large": ("POST", "/orders", {"content": b"x" * TOO_MUCH}, 413),
    "a body of which nobody told the length": ("POST", "/orders", {"content": in_chunks}, 413),
    "a length that is none": (
        "POST",
        "/orders",
        {"content": b"{}", "headers": {"Content-Length": "x"}},
        413,
    ),
}


def ask(browser: TestClient, method: str, path: str, more: dict[str, object]):
    content = more.get("content")
    made = {**more, **({"content": content()} if callable(content) else {})}
    return browser.request(method, path, **made)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", REFUSED)
def test_under_the_api_every_refusal_is_a_problem(office: Office, name: str):
    method, path, more, status = REFUSED[name]
    browser = office.enter("jinji")
    answer = ask(browser, method, f"/api/v1{path}", more)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == answer.status_code
    assert "content-security-policy" in answer.headers


@pytest.mark.parametrize("name", [name for name in REFUSED if "body" not in name])
def test_elsewhere_every_refusal_is_a_page_in_the_readers_language(office: Office, name: str):
    method, path, more, status = REFUSED[name]
    browser = office.browser()
    browser.cookies.set("__Host-lang", "en", domain="console.test")
    answer = ask(browser, method, path, more)
    assert answer.status_code == status
    assert '<html lang="en">' in answer.text
    japanese = ask(office.browser(), method, path, more)
    assert '<html lang="ja">' in japanese.text


def test_a_body_of_which_nobody_told_the_length_is_refused_when_it_is_too_large(office: Office):
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = office.browser().post("/sign-in", content=in_chunks(), headers=headers)
    assert answer.status_code == 413
    assert '<html lang="ja">' in answer.text


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("console.test", 200),
        ("console.test:8470", 200),
        ("CONSOLE.test", 200),
        ("[::1]:8470", 200),
        ("[::1]", 200),
        ("console.test.evil.example", 400),
        ("evil.example/console.test", 400),
        ("console.test@evil.example", 400),
        ("[::2]", 400),
        ("", 400),
    ],
)
def test_only_our_own_names_are_answered(host: str, status: int):
    app = FastAPI()

    @app.get("/")
    def home(request: Request) -> str:
        return "home"

    async def refuse(scope, receive, send):
        await send({"type": "http.response.start", "status": 400, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    app.add_middleware(KnownHosts, hosts=("console.test", "[::1]"), refuse=lambda *_: refuse)
    assert TestClient(app).get("/", headers={"Host": host}).status_code == status
