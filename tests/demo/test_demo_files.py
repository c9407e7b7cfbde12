"""The fictional city's files are what a city really has, and the same every time."""

from __future__ import annotations

import base64
import csv
import io
from pathlib import Path

import openpyxl
import pytest

from syncd.demo import advance_to_transfer_day, make_city
from syncd.errors import UsageError


def rows(path: Path, encoding: str) -> list[dict[str, str]]:
    text = path.read_bytes().removesuffix(b"\x1a").decode(encoding)
    return list(csv.DictReader(io.StringIO(text, newline="")))


def every_file(directory: Path) -> dict[str, bytes]:
    found = (path for path in sorted(directory.rglob("*")) if path.is_file())
    return {str(path.relative_to(directory)): path.read_bytes() for path in found}


def test_the_same_city_has_the_same_bytes_wherever_it_is_made(tmp_path):
    for name in ("one", "two"):
        advance_to_transfer_day(make_city(tmp_path / name))
    assert every_file(tmp_path / "one") == every_file(tmp_path / "two")


def test_the_roster_is_cp932_with_crlf_and_names_only_cp932_can_write(city):
    raw = (city.directory / "in" / "roster.csv").read_bytes()
    people = rows(city.directory / "in" / "roster.csv", "cp932")
    assert raw.count(b"\r\n") == raw.count(b"\n") == len(people) + 1
    assert len(people) == city.people == len({row["職員番号"] for row in people})
    assert {"髙", "﨑"} <= set("".join(row["氏名"] for row in people))
    assert all("ｦ" <= letter <= "ﾟ" or letter == " " for row in people for letter in row["カナ氏名"])
    assert {row["基準日"] for row in people} == {"令和9年3月25日"}


def test_orders_bring_every_kind_in_mixed_forms_of_date(city):
    before = rows(city.orders, "cp932")
    advance_to_transfer_day(city)
    after = rows(city.orders, "cp932")
    assert after[: len(before)] == before
    assert (len(before), len(after)) == (
        city.orders_before,
        city.orders_before + city.orders_arriving,
    )
    arriving = after[len(before) :]
    assert 80 <= len(arriving) <= 100
    kinds = {
        "昇任",
        "配置換",
        "兼務",
        "兼務解除",
        "出向",
        "育児休業",
        "復職",
        "採用",
        "退職",
        "取消",
        "訂正",
    }
    assert kinds <= {row["発令区分"] for row in arriving}
    assert {"令和9年4月1日", "R9.4.1", "R09.04.01", "R9/4/1", "5090401", "20270401"} <= {
        row["発令日"] for row in arriving
    }
    assert [row["発令確定"] for row in arriving].count("内示") == 1


def test_nobody_is_named_by_an_order_who_is_neither_on_the_roster_nor_hired_by_it(city):
    advance_to_transfer_day(city)
    known = {row["職員番号"] for row in rows(city.directory / "in" / "roster.csv", "cp932")}
    orders = rows(city.orders, "cp932")
    hired = {row["職員番号"] for row in orders if row["発令区分"] == "採用"}
    assert {row["職員番号"] for row in orders} <= known | hired


def test_the_designation_list_is_a_workbook_with_real_dates(city):
    book = openpyxl.load_workbook(city.directory / "in" / "designations.xlsx")
    _, header, *lines = book["名簿"].iter_rows(values_only=True)
    designated_on = [line[header.index("指定日")] for line in lines]
    assert len(lines) > 100
    assert all(day.year in (2023, 2024, 2025, 2026) for day in designated_on)


@pytest.mark.parametrize("name", ["entitlements.csv", "training.csv"])
def test_lists_kept_in_excel_begin_with_a_byte_order_mark(city, name):
    assert (city.directory / "in" / name).read_bytes().startswith(b"\xef\xbb\xbf")


def test_the_directory_writes_names_in_base64_and_keeps_one_group_within_another(city):
    text = city.ldif.read_text("ascii").replace("\n ", "")
    names = [line.split(":: ")[1] for line in text.splitlines() if line.startswith("member:: ")]
    inner = [base64.b64decode(name).decode() for name in names]
    assert inner == ["cn=番号_住民税_更新,ou=groups,dc=mihon,dc=example"]
    assert text.count("objectClass: inetOrgPerson") > city.people


def test_the_city_is_made_again_in_its_own_folder_only(tmp_path):
    make_city(tmp_path / "demo")
    make_city(tmp_path / "demo")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.txt").write_text("dear")
    with pytest.raises(UsageError, match="holds something"):
        make_city(tmp_path / "other")
    assert (tmp_path / "other" / "thesis.txt").read_text() == "dear"
