"""What the console shows of drills: for auditors, in both languages, nothing of anybody."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from syncd.bilingual import Bilingual
from syncd.core.drill.poisons import Outcome, Poison, PoisonResult
from syncd.flow.drill.keeping import DrillReport, record_finish, record_start
from tests.web.conftest import Office

HALF = Poison(
    "roster-half",
    Bilingual("名簿の半分が届かない", en="half of the roster is missing"),
    "roster",
    "drop-share",
    {"share": 0.5},
    frozenset({"row-loss"}),
)
HELD = PoisonResult(HALF, Outcome.FIRED, "roster", frozenset({"row-loss"}), changed=200)
LOST = replace(
    HELD,
    poison=replace(HALF, id="roster-lost", title=Bilingual("別の毒", en="another poison")),
    outcome=Outcome.MISSED,
    fired=frozenset(),
    writes=7,
    because=Bilingual("見逃しの理由", en="why it was missed"),
)


def hold(office: Office, name: str, *results: PoisonResult) -> None:
    at = office.clock()
    store = office.opened.site.store
    record_start(store, name, "unyo", at, "ab" * 32)
    ended = at + timedelta(seconds=12)
    record_finish(store, DrillReport(name, "unyo", at, ended, "ab" * 32, results))


@pytest.fixture(scope="module")
def drilled(office: Office) -> Office:
    hold(office, "d0001", HELD)
    hold(office, "d0002", HELD, LOST)
    return office


def page(office: Office, path: str, lang: str = "ja") -> str:
    browser = office.enter(office.city.actors.auditor)
    if lang == "en":
        browser.cookies.set("__Host-language", "en")
    answer = browser.get(path)
    assert answer.status_code == 200
    return answer.text


def test_the_list_shows_each_drill_and_whether_all_was_held(drilled: Office):
    text = page(drilled, "/drills")
    first, second = text.index("d0002"), text.index("d0001")
    assert first < second
    assert "見逃しあり" in text[first:second]
    assert "すべて止めた" in text[second:]
    assert 'href="/drills"' in page(drilled, "/trail")


def test_a_drill_shows_each_poison_with_what_fired_and_what_was_missed(drilled: Office):
    text = page(drilled, "/drills/d0002")
    for told in (
        "名簿の半分が届かない",
        "roster-half",
        "row-loss",
        "別の毒",
        "見逃しの理由",
        ">7<",
    ):
        assert told in text
    assert "data-print" in text


def test_what_is_no_drill_is_not_found(drilled: Office):
    browser = drilled.enter(drilled.city.actors.auditor)
    for path in ("/drills/none", "/drills/d00", "/drills/roster"):
        assert browser.get(path).status_code == 404


def test_the_trail_tells_of_a_drill_in_words(drilled: Office):
    text = page(drilled, "/trail?event=drill.finished")
    assert "訓練を終えた" in text
    assert re.search("毒ごとの結果: .*roster-lost 見逃した", text)
    assert "訓練で抑止が働かなかった" in page(drilled, "/trail?event=alarm.raised")
