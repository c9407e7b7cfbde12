"""発令内容: what the shipped table makes of the sentences that personnel offices write."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.core.facts import Order, OrgUnit
from syncd.core.ids import OrderNumber, OrgUnitCode, StaffNumber
from syncd.core.order_patterns import Meaning, TextPattern, compile_sentence
from syncd.core.orders import orders_in_force
from syncd.core.ordertexts.reading import TextReader
from syncd.settings.ordertexts import load_order_texts
from syncd.settings.tables import load_order_kinds, shipped

APRIL = date(2027, 4, 1)
KINDS = load_order_kinds([shipped("order-kinds.toml")])
TABLE = load_order_texts([shipped("order-texts.toml")], KINDS)


def unit(code: str, name: str, parent: str | None = None, **more: date) -> OrgUnit:
    above = None if parent is None else OrgUnitCode(parent)
    return OrgUnit(
        OrgUnitCode(code), name, above, None, more.get("starts_on"), more.get("ends_on"), ()
    )


UNITS = (
    unit("10", "総務部"),
    unit("11", "総務課", "10"),
    unit("12", "税務課", "10"),
    unit("20", "市民部"),
    unit("21", "市民課", "20"),
    unit("22", "子どもの権利課", "20"),
    unit("30", "北支所"),
    unit("31", "市民係", "30"),
    unit("41", "市民係", "21"),
    unit("50", "旧保険課", ends_on=date(2027, 3, 31)),
    unit("51", "新保険課", starts_on=APRIL),
)


def order(text: str, kind: str = "", section: str = "", ends_on: date | None = None) -> Order:
    where = OrgUnitCode(section) if section else None
    return Order(
        *(OrderNumber("R9-1"), APRIL, kind, StaffNumber("1"), "", where, "", ends_on, None),
        confirmed=True,
        text=text,
    )


def reader(*more: TextPattern) -> TextReader:
    return TextReader(replace(TABLE, patterns=(*TABLE.patterns, *more)), KINDS, UNITS)


def told(text: str, **row: object) -> list[tuple[str, str, str, date | None]]:
    found = reader().read(order(text, **row))  # type: ignore[arg-type]
    assert not found.why, found.why
    return [(o.kind, o.org_unit or "", o.title, o.ends_on) for o in found.orders]


END = date(2028, 3, 31)


@pytest.mark.parametrize(
    ("text", "orders"),
    [
        ("税務課勤務を命ずる", [("配置換", "12", "", None)]),
        ("税務課勤務を命ずる。", [("配置換", "12", "", None)]),
        ("税 務 課 勤務を命ずる　", [("配置換", "12", "", None)]),
        ("総務部税務課勤務を命ずる", [("配置換", "12", "", None)]),
        ("子どもの権利課勤務を命ずる", [("配置換", "22", "", None)]),
        ("税務課に配置換を命ずる", [("配置換", "12", "", None)]),
        ("市民課へ異動を命ずる", [("配置換", "21", "", None)]),
        ("税務課長に補する", [("配置換", "12", "課長", None)]),
        ("総務部長に補する", [("配置換", "10", "部長", None)]),
        ("総務部税務課長を命ずる", [("配置換", "12", "課長", None)]),
        ("税務課長補佐を命ずる", [("配置換", "12", "課長補佐", None)]),
        ("税務課主査を命ずる", [("配置換", "12", "主査", None)]),
        ("税務課主任主事に任命する", [("配置換", "12", "主任主事", None)]),
        ("市民課長に昇任させる", [("昇任", "21", "課長", None)]),
        (
            "税務課長を免じ、総務課長に補する",
            [("兼務解除", "12", "課長", None), ("配置換", "11", "課長", None)],
        ),
        ("税務課兼務を命ずる", [("兼務", "12", "", None)]),
        ("併せて税務課兼務を命ずる", [("兼務", "12", "", None)]),
        ("兼ねて市民課勤務を命ずる", [("兼務", "21", "", None)]),
        ("兼ねて市民課長に補する", [("兼務", "21", "課長", None)]),
        ("税務課勤務兼務を解く", [("兼務解除", "12", "", None)]),
        ("税務課兼務を解除する", [("兼務解除", "12", "", None)]),
        ("総務部税務課兼務を免ずる", [("兼務解除", "12", "", None)]),
        (
            "税務課兼務を解き、市民課兼務を命ずる",
            [("兼務解除", "12", "", None), ("兼務", "21", "", None)],
        ),
        (
            "税務課兼務を解き、市民課勤務を命ずる",
            [("兼務解除", "12", "", None), ("配置換", "21", "", None)],
        ),
        (
            "税務課勤務を命ずる。市民課兼務を命ずる。",
            [("配置換", "12", "", None), ("兼務", "21", "", None)],
        ),
        ("税務課併任を命ずる", [("併任", "12", "", None)]),
        ("税務課併任を解く", [("併任解除", "12", "", None)]),
        ("税務課長事務取扱を命ずる", [("事務取扱", "12", "課長", None)]),
        ("税務課長事務取扱を免ずる", [("事務取扱解除", "12", "課長", None)]),
        ("税務課長事務代理を命ずる", [("事務代理", "12", "課長", None)]),
        ("税務課長事務代理を解く", [("事務代理解除", "12", "課長", None)]),
        ("休職を命ずる", [("休職", "", "", None)]),
        ("地方公務員法第28条第2項第1号の規定により、休職とする", [("休職", "", "", None)]),
        ("令和10年3月31日まで休職を命ずる", [("休職", "", "", END)]),
        ("令和9年4月1日から令和10年3月31日までの間休職とする", [("休職", "", "", END)]),
        ("休職を命ずる、期間は令和9年4月1日から令和10年3月31日までとする", [("休職", "", "", END)]),
        ("育児休業を承認する", [("育児休業", "", "", None)]),
        (
            "育児休業を承認する（令和９年４月１日から令和１０年３月３１日まで）",
            [("育児休業", "", "", END)],
        ),
        ("2027年4月1日から2028年3月31日まで育児休業を承認する", [("育児休業", "", "", END)]),
        ("令和9年4月1日から令和10年3月31日まで停職する", [("停職", "", "", END)]),
        ("復職を命ずる", [("復職", "", "", None)]),
        ("職務に復帰させる", [("復職", "", "", None)]),
        ("願により本職を免ずる", [("辞職", "", "", None)]),
        ("願により、退職を承認する", [("辞職", "", "", None)]),
        ("辞職を承認する", [("辞職", "", "", None)]),
        ("定年退職とする", [("退職", "", "", None)]),
        ("地方公務員法第28条の6第1項の規定により、定年により退職する", [("退職", "", "", None)]),
        ("地方公務員法第29条第1項の規定により、懲戒処分として免職する", [("免職", "", "", None)]),
        ("主事に任命する、税務課勤務を命ずる", [("採用", "12", "主事", None)]),
        (
            "みほん市職員に採用する、主事に任命する、税務課勤務を命ずる",
            [("採用", "12", "主事", None)],
        ),
        (
            "再任用する、税務課勤務を命ずる、任期は令和9年4月1日から令和10年3月31日までとする",
            [("再任用", "12", "", END)],
        ),
        ("みほん県へ派遣を命ずる", [("出向", "", "", None)]),
        ("行政職給料表3級25号給を給する", []),
        ("４級に決定する", []),
        ("税務課勤務を命ずる。行政職給料表3級25号給を給する。", [("配置換", "12", "", None)]),
        ("旧保険課兼務を解く", [("兼務解除", "50", "", None)]),
        ("新保険課勤務を命ずる", [("配置換", "51", "", None)]),
        ("市民課市民係勤務を命ずる", [("配置換", "41", "", None)]),
        ("北支所市民係勤務を命ずる", [("配置換", "31", "", None)]),
    ],
)
def test_what_is_written_is_understood_whole(text: str, orders: list[object]):
    assert told(text) == orders


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("よろしくお願いします", "no pattern"),
        ("税務課勤務を命ずるかもしれない", "no pattern"),
        ("税務課詰めを命ずる", "not in the section table"),
        ("税務課花子を命ずる", "not in the section table"),
        ("税務課勤務を命ずる。後日あらためて通知する。", "no pattern"),
        ("水道課勤務を命ずる", "not in the section table"),
        ("市民係勤務を命ずる", "more than one section"),
        ("令和9年2月30日まで休職を命ずる", "in no calendar"),
        ("令和9年5月1日から令和10年3月31日まで休職を命ずる", "begins on another day"),
        ("税" * 400, "too long"),
    ],
)
def test_what_is_not_understood_is_held_and_says_why(text: str, why: str):
    found = reader().read(order(text))
    assert why in found.why.en  # type: ignore[attr-defined]
    in_force, held = orders_in_force(found.orders, KINDS)
    assert in_force == {}
    assert [(h.on, h.why) for h in held] == [(APRIL, found.why)]


def test_the_code_of_the_row_tells_which_of_two_sections_is_meant():
    assert told("市民係勤務を命ずる", section="31") == [("配置換", "31", "", None)]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"kind": "退職"}, "say different things"),
        ({"kind": "謎の発令"}, "say different things"),
        ({"section": "21"}, "different sections"),
    ],
)
def test_a_row_that_contradicts_its_text_is_held(row: dict[str, str], why: str):
    assert why in reader().read(order("税務課勤務を命ずる", **row)).why.en  # type: ignore[attr-defined,arg-type]


def test_a_last_day_that_contradicts_the_text_is_held():
    found = reader().read(order("令和10年3月31日まで休職を命ずる", ends_on=APRIL))
    assert "differ" in found.why.en  # type: ignore[attr-defined]


def test_what_the_text_leaves_open_the_row_says():
    assert told("休職を命ずる", ends_on=END) == [("休職", "", "", END)]
    assert told("税務課勤務を命ずる", kind="昇任") == [("配置換", "12", "", None)]


def test_a_cancellation_is_read_by_its_kind_and_not_by_its_text():
    cancelled = replace(order("R9-0 の発令を取り消す", "取消"), target=OrderNumber("R9-0"))
    assert list(reader().read_all([cancelled])) == [cancelled]


def test_two_patterns_that_say_different_things_understand_nothing():
    other = TextPattern(
        "other", compile_sentence("{section}勤務を命ずる"), (Meaning("兼務", "section"),)
    )
    assert "two ways" in reader(other).read(order("税務課勤務を命ずる")).why.en  # type: ignore[attr-defined]


def test_two_patterns_that_say_the_same_are_one_meaning():
    same = TextPattern(
        "same", compile_sentence("{section}勤務を命ずる"), (Meaning("配置換", "section"),)
    )
    assert reader(same).read(order("税務課勤務を命ずる")).orders[0].kind == "配置換"


TEMPLATES = st.lists(
    st.sampled_from(["{section}", "{post}", "勤務", "兼務", "を", "命ずる", "解く", "[併せて]"]),
    min_size=2,
    max_size=5,
    unique=True,
).map("".join)


@given(TEMPLATES, st.sampled_from(["配置換", "兼務", "兼務解除", "退職"]))
@settings(max_examples=80, deadline=None)
def test_a_further_pattern_never_gives_an_understood_text_another_meaning(template: str, kind: str):
    """It stays as it was, or becomes two ways to read it: then nobody acts on it."""
    if not re.sub(r"[{}\[\]]|section|post", "", template):
        return
    sentence = compile_sentence(template)
    place = next((name for name in ("section", "post") if name in sentence.groupindex), "")
    more = TextPattern("more", sentence, (Meaning(kind, place),))
    for text in ("税務課勤務を命ずる", "税務課兼務を解く", "併せて税務課兼務を命ずる"):
        before, after = reader().read(order(text)), reader(more).read(order(text))
        assert after.orders == before.orders or "two ways" in after.why.en  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("{where}勤務を命ずる", "no place"),
        ("{section}{section}", "twice"),
        ("{section}", "no words"),
        ("(税務課", "brackets"),
        ("{section勤務", "no place"),
    ],
)
def test_a_pattern_that_cannot_be_used_says_what_is_wrong(template: str, why: str):
    with pytest.raises(ValueError, match=why):
        compile_sentence(template)


def test_what_looks_like_a_regular_expression_is_only_text():
    assert compile_sentence("{section}.*を命ずる").fullmatch("税務課勤務を命ずる") is None


def test_no_text_makes_the_search_long():
    """The test would not end: every place is bounded, and so is a text."""
    for text in ("税" * 290, "税務課" * 90, "兼務を解き、" * 45, "〔から" * 90):
        assert reader().read(order(text)).why


def test_orders_without_a_text_are_left_as_they_are():
    plain = replace(order("", "配置換", "12"), text="")
    assert list(reader().read_all([plain])) == [plain]


@pytest.mark.parametrize(
    "text",
    [
        "税務課勤務を命じ総務課長に補する",  # two orders, and no title 「勤務を命じ総務課長」
        "総務部新設課長に補する",  # the head of a section that the table lacks, not of 総務部
        "税務課新設課長を命ずる",
        "税務課兼務を解き管理職手当を支給する",  # a raise does not cover what stands before it
        "税務課兼務を解くことにより休職を命ずる",
    ],
)
def test_nothing_that_orders_something_hides_in_a_title_or_in_what_is_passed_over(text: str):
    assert reader().read(order(text)).why


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("総務部次長を命ずる", "次長"),
        ("税務課収納係長に補する", "収納係長"),
        ("税務課課長補佐を命じる", "課長補佐"),
        ("北支所副所長を命ずる", "副所長"),
    ],
)
def test_titles_within_a_section_are_still_titles(text: str, title: str):
    ((_, _, found, _),) = told(text)
    assert found == title
