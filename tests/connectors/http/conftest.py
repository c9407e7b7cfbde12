from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import responses

from connectors.http import HttpFeedOptions
from connectors.http.source import http_source
from connectors.shared.feeds.source import FeedSource
from syncd.core.calendar import JST
from syncd.core.facts import Provides
from syncd.ports.source import SourceContext

URL = "https://hr.example/v2/people"
TOKEN = "t0p-secret"
FIELDS = {
    "職員番号": "code",
    "所属コード": "main.unit",
    "兼務所属コード": "posts[*].unit",
    "退職日": "left_on?",
}
STATUS_WORDS = {"在職": "at-work", "休職": "suspended", "退職": "separated"}
Answered = tuple[int, dict[str, str], Any]


class Service:
    """A JSON API whose answers a test writes; `asked` keeps the queries, `headers` the last."""

    def __init__(self) -> None:
        self.people = [self.person(n) for n in range(1, 8)]
        self.asked: list[dict[str, str]] = []
        self.headers: dict[str, str] = {}
        self.answer: Callable[[dict[str, str]], Answered] = lambda _: (200, {}, self.people)

    @staticmethod
    def person(number: int) -> dict[str, Any]:
        return {"id": number, "code": str(number), "main": {"unit": "100"}, "posts": []}

    def respond(self, request: Any) -> tuple[int, dict[str, str], str]:
        query = {k: v[0] for k, v in parse_qs(urlsplit(request.url).query).items()}
        self.asked.append(query)
        self.headers = {k: str(v) for k, v in request.headers.items()}
        status, headers, body = self.answer(query)
        return status, {"content-type": "application/json", **headers}, json.dumps(body)


class Connect:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.waits: list[float] = []
        self.now = datetime(2027, 4, 1, 0, 5, tzinfo=JST)
        (folder / "token").write_text(f"{TOKEN}\n")

    def source(self, provides: str = "roster", **changes: object) -> FeedSource:
        given = {"url": URL, "token_file": "token", "fields": FIELDS, **changes}
        context = SourceContext(
            "hr", Provides(provides), self.folder, 7, STATUS_WORDS, lambda: self.now
        )
        return http_source(HttpFeedOptions.model_validate(given), context, self.waits.append)


@pytest.fixture
def connect(tmp_path: Path) -> Connect:
    return Connect(tmp_path)


@pytest.fixture
def service() -> Iterator[Service]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mocked:
        made = Service()
        mocked.add_callback(responses.GET, re.compile(r"https://hr\.example/"), made.respond)
        yield made
