"""Cut, shuffled, re-encoded and emptied files: read as the whole file says, or refused.

What a cut leaves may be fewer rows (the input guard counts them), never a row that says something
else; the one exception is a last cell whose blank takes no right away, and it is pointed out.
"""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.file.options import FileOptions
from connectors.shared.records.reading import FaultyFileError, Parsed, parse_file
from syncd.core.facts import FED, Provides, Record, RosterEntry
from syncd.ports.source import SourceContext

STATUS = {"在職": "at-work", "休職": "suspended", "退職": "separated"}

DAYS = st.dates(min_value=date(2019, 5, 1), max_value=date(2030, 12, 31))
WRITTEN = st.builds(
    lambda day, way: day.strftime(way.format(y=day.year - 2018, m=day.month, d=day.day)),
    DAYS,
    st.sampled_from(
        [
            "%Y-%m-%d",
            "%Y/{m}/{d}",
            "R{y:02}.%m.%d",
            "R{y}.{m}.{d}",
            "%Y%m%d",
            "5{y:02}%m%d",
            "令和{y}年{m}月{d}日",
        ]
    ),
)
NONE = st.sampled_from(["", "0", "99999999", "9999/12/31"])
NAME = st.sampled_from(["髙﨑 花子", "山田　太郎", "ﾔﾏﾀﾞ", "①㈱", '"引用"', "改\r\n行", "a,b"])
UNIT = st.sampled_from(["12010", "12020", "１３０１０", "130101"])

FORMS: dict[Provides, tuple[list[str], tuple[st.SearchStrategy[str], ...]]] = {
    Provides.ROSTER: (
        ["氏名", "所属コード", "兼務所属コード", "在職区分", "任期満了日", "退職日"],
        (
            NAME,
            UNIT,
            st.sampled_from(["", "12020", "12020;13010"]),
            st.sampled_from(["在職", "休職", ""]),
            WRITTEN | NONE,
            WRITTEN | NONE,
        ),
    ),
    Provides.ORDERS: (
        ["発令番号", "発令区分", "所属コード", "発令日", "終了日", "発令確定"],
        (
            st.sampled_from(["R7-1", "R7-12", "R7-123"]),
            st.sampled_from(["配置換", "兼務", "兼務解除", "休職"]),
            UNIT,
            WRITTEN,
            WRITTEN | NONE,
            st.sampled_from(["確定", "内示"]),
        ),
    ),
    Provides.DESIGNATIONS: (
        ["事務コード", "所属コード", "指定日", "有効期限", "取扱範囲", "指定者"],
        (
            st.sampled_from(["TAX", "TAX2", "国保"]),
            UNIT,
            WRITTEN,
            WRITTEN | NONE,
            st.sampled_from(["閲覧", "閲覧;更新", "閲覧、更新"]),
            NAME,
        ),
    ),
    Provides.TRAINING: (["研修名", "受講日"], (NAME, WRITTEN)),
}


def _cell(text: str) -> str:
    quoted = text.replace('"', '""')
    return f'"{quoted}"' if any(c in text for c in ',"\r\n') else text


@st.composite
def files(draw: st.DrawFn) -> tuple[Provides, list[str]]:
    """Draw a kind of input and the lines of a file, header first, columns in any order."""
    provides = draw(st.sampled_from(list(FORMS)))
    names, cells = FORMS[provides]
    fixed = {"職員番号": None, **({"基準日": "R7.4.1"} if provides is Provides.ROSTER else {})}
    order = draw(st.permutations([*names, *fixed]))
    lines = [",".join(order)]
    for number in range(1, draw(st.integers(1, 5)) + 1):
        row = dict(zip(names, draw(st.tuples(*cells)), strict=True))
        row |= {**fixed, "職員番号": draw(st.sampled_from([f"{number:07}", str(number * 11)]))}
        lines.append(",".join(_cell(str(row[name])) for name in order))
    return provides, lines


def _parse(provides: Provides, raw: bytes, **options: object) -> Parsed | None:
    context = SourceContext("s", provides, Path(), 7, STATUS)
    try:
        return parse_file(raw, "in.csv", FileOptions(path="in.csv", **options), context)
    except FaultyFileError:
        return None


def _saying(records: tuple[Record, ...]) -> set[Record]:
    return {replace(record, line=0) for record in records}


def _mild(record: Record) -> Record:
    """The record without what a cut may blank: texts, and days whose absence takes nothing away."""
    blank = {"name": "", "course": "", "designated_by": "", "line": 0}
    kept = {key: value for key, value in blank.items() if hasattr(record, key)}
    if isinstance(record, RosterEntry):
        kept |= {"term_ends_on": None, "separated_on": None, "status": "", "status_word": ""}
    elif hasattr(record, "expires_on"):
        kept |= {"designated_on": None, "expires_on": None, "scope": frozenset()}
    return replace(record, **kept)


@settings(deadline=None, max_examples=300)
@given(
    files(),
    st.sampled_from(["cp932", "utf-8", "utf-8-sig", "utf-16"]),
    st.sampled_from(["\r\n", "\n"]),
    st.floats(0, 1),
    st.sampled_from(["refuse", "quarantine"]),
)
def test_a_file_cut_at_any_byte_never_says_anything_that_the_whole_file_does_not(
    file: tuple[Provides, list[str]], codec: str, end: str, where: float, on_error: str
) -> None:
    provides, lines = file
    raw = (end.join(lines) + end).encode(codec)
    whole = _parse(provides, raw)
    cut = _parse(provides, raw[: int(len(raw) * where)], on_error=on_error)
    if cut is None or whole is None:
        return
    new = _saying(cut.records) - _saying(whole.records)
    assert {_mild(record) for record in new} <= {_mild(record) for record in whole.records}
    assert not new or any("改行がありません" in note for note in cut.notes)
    assert len(new) <= 1


@pytest.mark.parametrize("provides", list(FORMS))
def test_a_file_cut_at_every_byte_says_what_the_whole_file_says(provides: Provides) -> None:
    names = {
        Provides.ROSTER: "基準日,職員番号,氏名,所属コード,兼務所属コード,在職区分,任期満了日,退職日",
        Provides.ORDERS: "発令番号,発令日,職員番号,所属コード,終了日,対象発令番号,発令確定,発令区分",
        Provides.DESIGNATIONS: "事務コード,職員番号,指定日,有効期限,取扱範囲,所属コード",
        Provides.TRAINING: "研修名,職員番号,受講日",
    }
    row = {
        Provides.ROSTER: "R7.4.1,000000{0},山田,1201{0},12020;12030,在職,,2026/3/1{0}",
        Provides.ORDERS: "R7-1{0},R7.4.1,000000{0},12010,,,内示,兼務解除",
        Provides.DESIGNATIONS: "TAX,000000{0},R7.4.1,2026/3/31,閲覧;更新,1201{0}",
        Provides.TRAINING: "研修,000000{0},2025/4/1{0}",
    }
    lines = [names[provides], *(row[provides].format(i) for i in range(1, 4))]
    raw = ("\r\n".join(lines) + "\r\n").encode("cp932")
    whole = _parse(provides, raw)
    assert whole is not None
    for length in range(len(raw)):
        cut = _parse(provides, raw[:length])
        new = _saying(cut.records) - _saying(whole.records) if cut else set()
        assert {_mild(r) for r in new} <= {_mild(r) for r in whole.records}, raw[:length]


@settings(deadline=None, max_examples=100)
@given(files(), st.randoms(use_true_random=False))
def test_a_shuffled_file_says_the_same(
    file: tuple[Provides, list[str]], chance: random.Random
) -> None:
    provides, (header, *lines) = file
    whole = _parse(provides, ("\n".join([header, *lines]) + "\n").encode())
    chance.shuffle(lines)
    shuffled = _parse(provides, ("\n".join([header, *lines]) + "\n").encode())
    assert (whole is None) == (shuffled is None)
    if whole and shuffled:
        assert _saying(whole.records) == _saying(shuffled.records)


@settings(deadline=None, max_examples=100)
@given(files(), st.randoms(use_true_random=False))
def test_a_file_shuffled_with_its_header_says_the_same_or_is_refused(
    file: tuple[Provides, list[str]], chance: random.Random
) -> None:
    provides, lines = file
    whole = _parse(provides, ("\n".join(lines) + "\n").encode())
    chance.shuffle(lines)
    shuffled = _parse(provides, ("\n".join(lines) + "\n").encode())
    assert not shuffled or (whole and _saying(whole.records) == _saying(shuffled.records))


@settings(deadline=None, max_examples=200)
@given(
    files(),
    st.sampled_from(["utf-8", "utf-8-sig", "cp932", "utf-16"]),
    st.sampled_from(["euc-jp", "iso-2022-jp", "utf-16-le", "utf-32", "shift_jis"]),
    st.booleans(),
)
def test_a_re_encoded_file_says_the_same_or_is_refused(
    file: tuple[Provides, list[str]], good: str, other: str, ascii_header: bool
) -> None:
    provides, lines = file
    columns: dict[str, str] = {}
    if ascii_header:
        columns = {name: f"c{i}" for i, name in enumerate(lines[0].split(","))}
        lines = [",".join(columns.values()), *lines[1:]]
    text = "\n".join(lines) + "\n"
    whole = _parse(provides, text.encode(), columns=columns)
    named = _parse(provides, text.encode(good), columns=columns, encoding=good)
    assert (whole is None) == (named is None)
    if whole and named:
        assert named.records == whole.records
    for codec in (good, other):
        found = _parse(provides, text.encode(codec, "ignore"), columns=columns)
        if found and text.encode(codec, "ignore").decode(codec) == text:
            assert whole
            assert found.records == whole.records


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=300), st.sampled_from(sorted(FED)))
def test_any_bytes_at_all_are_refused_or_read_but_never_break_the_reader(
    raw: bytes, provides: Provides
) -> None:
    for head in (b"", b"PK\x03\x04", "職員番号,受講日,所属コード\n".encode("cp932")):
        _parse(provides, head + raw)
