"""A generated town as the files and the configuration that the command reads."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from bench.shapes import DAY, GROUPS_DN, PEOPLE_DN, Town
from bench.slapd import ADMIN, PASSWORD
from syncd.bootstrap import now

_BASE_ON = "2026-04-01"
"""Before any day on which this runs, so that the roster counts today."""


def next_april() -> date:
    """Return the next 1 April that is to come."""
    today = now().date()
    this_year = date(today.year, DAY.month, DAY.day)
    return this_year if today < this_year else this_year.replace(year=today.year + 1)


def write_inputs(folder: Path, town: Town, url: str, april: date) -> Path:
    """Write everything the command reads; return the path of the configuration.

    The orders of the town's 1 April become those of `april`.
    """
    inputs = folder / "in"
    inputs.mkdir()
    (folder / "var").mkdir()
    facts = town.facts
    _write(
        inputs / "roster.csv",
        ("基準日", "職員番号", "所属コード", "在職区分", "採用日", "退職日"),
        (
            (_BASE_ON, e.staff_number, e.org_unit, e.status_word, e.hired_on, e.separated_on)
            for e in facts.rosters[0].entries
        ),
    )
    _write(
        inputs / "designations.csv",
        ("事務コード", "所属コード", "職員番号", "取扱範囲", "指定日"),
        (
            (d.affair, d.org_unit, d.staff_number, ";".join(sorted(d.scope)), d.designated_on)
            for d in facts.designations
        ),
    )
    _write(
        inputs / "entitlements.csv",
        ("権限ID", "システム", "グループ", "事務コード", "操作"),
        (
            (e.entitlement, e.directory, e.groups[0], *e.affairs, ";".join(sorted(e.operations)))
            for e in facts.entitlements
        ),
    )
    _write(
        inputs / "org_units.csv",
        ("所属コード", "所属名", "上位所属コード", "建制順"),
        ((u.code, u.code, u.parent, u.rank) for u in facts.org_units),
    )
    _write(
        inputs / "orders.csv",
        ("発令番号", "発令日", "発令区分", "職員番号", "所属コード"),
        (
            (o.order_number, april - (DAY - o.effective_on), o.kind, o.staff_number, o.org_unit)
            for o in facts.orders
            if o.effective_on is not None
        ),
    )
    (folder / "password").write_text(PASSWORD, "ascii")
    (folder / "password").chmod(0o600)
    configuration = folder / "syncd.toml"
    configuration.write_text(_configuration(url), "utf-8")
    return configuration


def _write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as out:
        table = csv.writer(out, lineterminator="\r\n")
        table.writerow(columns)
        table.writerows(["" if cell is None else cell for cell in row] for row in rows)


def _configuration(url: str) -> str:
    kinds = ("roster", "orders", "designations", "entitlements", "org_units")
    sources = "".join(
        f'[[sources]]\nname = "{kind}"\ntype = "file"\nprovides = "{kind}"\n'
        f'path = "in/{kind}.csv"\n\n'
        for kind in kinds
    )
    return f"""\
[organization]
name = "City"
staff_number_width = 7

[store]
url = "sqlite:///var/syncd.db"

{sources}[[directories]]
name = "bench"
type = "ldap"
mode = "propose"
url = "{url}"
allow_plaintext = true
bind_dn = "{ADMIN}"
bind_password_file = "password"
people_base = "{PEOPLE_DN}"
groups_base = "{GROUPS_DN}"
staff_number_attribute = "employeeNumber"
account_attribute = "uid"
"""
