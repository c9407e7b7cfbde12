"""Requests are counted for each person and machine: on pages, in the API, and without growing."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from syncd.bootstrap import new_secret
from syncd.core.access import Permission
from syncd.flow.access.tokens import TokenWish, make_token
from syncd.logs import configure_logs
from syncd.web.pace import Pace, TooManyRequests
from tests.web.conftest import Office


@dataclass
class Seconds:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def heard(pace: Pace, who: str, times: int) -> int:
    count = 0
    for _ in range(times):
        try:
            pace.spend(who)
        except TooManyRequests:
            continue
        count += 1
    return count


def test_a_minutes_worth_may_come_at_once_and_then_as_much_as_time_gives_back():
    clock = Seconds()
    pace = Pace(60, clock)
    assert heard(pace, "sato", 100) == 60
    clock.now += 10
    assert heard(pace, "sato", 100) == 10
    clock.now += 3600
    assert heard(pace, "sato", 100) == 60


def test_whoever_is_told_to_wait_is_heard_after_that_time():
    clock = Seconds()
    pace = Pace(7, clock)
    heard(pace, "sato", 7)
    with pytest.raises(TooManyRequests) as told:
        pace.spend("sato")
    clock.now += told.value.after_s
    pace.spend("sato")


def test_one_who_asks_too_much_takes_nothing_from_the_others():
    pace = Pace(10, Seconds())
    heard(pace, "sato", 100)
    assert heard(pace, "ito", 10) == 10


def test_a_clock_that_goes_back_gives_nothing_and_takes_nothing():
    clock = Seconds(100)
    pace = Pace(10, clock)
    assert heard(pace, "sato", 5) == 5
    clock.now = 0
    assert heard(pace, "sato", 100) == 5


def test_what_is_kept_of_them_does_not_grow_without_end():
    pace = Pace(10, Seconds())
    for n in range(12_000):
        pace.spend(f"u{n}")
    assert len(pace._left) == 10_000


@pytest.fixture(scope="module")
def slow(make_office: Callable[[], Office]) -> Office:
    office = make_office()
    office.app.state.desk.pace = Pace(20, Seconds())
    return office


def test_a_person_is_told_on_a_page_and_a_machine_in_a_problem(slow: Office):
    browser = slow.enter("kansa")
    pages = [browser.get("/cases") for _ in range(25)]
    assert [page.status_code for page in pages] == [200] * 20 + [429] * 5
    assert int(pages[-1].headers["retry-after"]) >= 1
    assert "お待ちください" in pages[-1].text
    wish = TokenWish("machine", "unyo", frozenset({Permission.READ}), 30)
    secret = make_token(slow.opened.site, new_secret, wish, "root").secret
    headers = {"Authorization": f"Bearer {secret}"}
    client = slow.browser()
    asked = [client.get("/api/v1/cases", headers=headers) for _ in range(21)]
    assert [answer.status_code for answer in asked] == [200] * 20 + [429]
    assert asked[-1].headers["content-type"] == "application/problem+json"
    assert int(asked[-1].headers["retry-after"]) >= 1
    assert asked[-1].json()["type"] == "urn:syncd:problem:too-many-requests"


def test_whoever_is_told_to_wait_stands_in_the_log(
    slow: Office, capsys: pytest.CaptureFixture[str]
):
    configure_logs(as_json=True, clock=slow.clock)
    browser = slow.enter("norole")
    for _ in range(21):
        browser.get("/account")
    (record,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (record["event"], record["who"]) == ("request.paced", "person norole")


def test_another_session_of_the_same_person_counts_on(slow: Office):
    for _ in range(20):
        slow.enter("hosaka").get("/cases")
    assert slow.enter("hosaka").get("/cases").status_code == 429


def test_files_streams_and_signing_out_are_not_counted(slow: Office):
    browser = slow.enter("soukatsu")
    page = browser.get("/account").text
    for _ in range(25):
        assert browser.get("/static/console.css").status_code == 200
    for _ in range(25):
        browser.get("/cases")
    assert browser.get("/cases").status_code == 429
    token = page.split('name="csrf" value="')[1].split('"')[0]
    assert browser.post("/sign-out", data={"csrf": token}).status_code == 303
    jinji = slow.enter("jinji")
    events = f"/transfer-day/runs/{slow.sync_id()}/events"
    for _ in range(25):
        assert jinji.get(events).status_code == 200
    assert jinji.get("/cases").status_code == 200
