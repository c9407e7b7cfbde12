"""A tenant of SmartHR as its public API page describes it, behind `responses` or a real socket.

https://developer.smarthr.jp/api/about_api: `page`, `per_page` (at most 100), `Link`,
`x-total-count`, `x-rate-limit-reset` in seconds, errors with a code.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
import responses

from tests.fakes.http_script import Answer, Asked

TENANT = "https://city.smarthr.jp"
TOKEN = "shr_0123456789abcdef"
Step = Callable[[str, int, int], Answer | None]
"""May answer instead: given the list, the page, and how many requests came before."""


class SmartHr:
    """The lists of one tenant; `step` may answer in its place, `asked` keeps list and page."""

    def __init__(self, url: str = TENANT) -> None:
        self.url = url
        self.token = TOKEN
        self.asked: list[tuple[str, int]] = []
        self.step: Step = lambda _list, _page, _before: None
        self.lists: dict[str, list[dict[str, Any]]] = {
            "departments": [
                {"id": f"d{n}", "code": f"{100 + n}", "name": f"第{n}課", "parent": None}
                for n in range(3)
            ],
            "employment_types": [{"id": "t1", "name": "正職員"}, {"id": "t2", "name": "任期付"}],
            "crews": [],
        }

    def add_crew(self, number: int, *units: str, **changes: Any) -> dict[str, Any]:
        crew: dict[str, Any] = {
            "id": f"c{number}",
            "emp_code": str(number),
            "emp_status": "employed",
            "last_name": "山田",
            "first_name": f"花{number}",
            "last_name_yomi": "ヤマダ",
            "first_name_yomi": "ハナ",
            "employment_type": {"id": "t1", "name": "正職員"},
            "departments": [{"id": unit} for unit in units or ("d0",)],
            "position": "主事",
            "entered_at": "2020-04-01",
            "resigned_at": None,
            "contract_end_on": None,
            **changes,
        }
        self.lists["crews"].append(crew)
        return crew

    def answer(self, target: str, headers: dict[str, str]) -> Answer:
        """Answer one request as the service would."""
        parts = urlsplit(target)
        name = parts.path.removeprefix("/api/v1/")
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        page, size = int(query.get("page", "1")), min(int(query.get("per_page", "10")), 100)
        before = len(self.asked)
        self.asked.append((name, page))
        if headers.get("authorization") != f"Bearer {self.token}":
            return Answer(401, {"code": 2, "type": "unauthorized_token", "message": "山田"})
        return self.step(name, page, before) or self.page(name, page, size)

    def page(self, name: str, page: int, size: int = 100, **headers: str) -> Answer:
        """The page as it is now."""
        rows = self.lists[name]
        told = {"x-total-count": str(len(rows)), "content-type": "application/json"}
        if page * size < len(rows):
            following = f"{self.url}/api/v1/{name}?page={page + 1}&per_page={size}"
            told["link"] = f'<{following}>; rel="next", <{self.url}/x>; rel="last"'
        return Answer(200, rows[(page - 1) * size : page * size], {**told, **headers})

    def over_sockets(self, asked: Asked) -> Answer:
        return self.answer(asked.target, asked.headers)

    def online(self, mocked: responses.RequestsMock) -> SmartHr:
        """Answer every request of `requests` to the tenant."""

        def callback(request: requests.PreparedRequest) -> tuple[int, dict[str, str], bytes]:
            headers = {k.lower(): str(v) for k, v in request.headers.items()}
            given = self.answer(str(request.url), headers)
            if isinstance(given.body, Exception):
                raise given.body
            told = {"content-type": "application/json"} | given.headers
            body = given.body if isinstance(given.body, bytes) else json.dumps(given.body).encode()
            return given.status, told, body

        mocked.add_callback(responses.GET, re.compile(re.escape(self.url)), callback=callback)
        return self
