"""docs/security.md against ASVS 5.0: every requirement of levels 1 and 2 once, every test real."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "security.md"
OURS = sorted([*ROOT.glob("syncd/**/*.py"), *ROOT.glob("connectors/**/*.py")])
# Section of ASVS 5.0 → the numbers of its requirements at levels 1 and 2.
REQUIREMENTS = {
    "1.1": range(1, 3),
    "1.2": range(1, 10),
    "1.3": range(1, 12),
    "1.4": range(1, 4),
    "1.5": range(1, 3),
    "2.1": range(1, 4),
    "2.2": range(1, 4),
    "2.3": range(1, 5),
    "2.4": range(1, 2),
    "3.2": range(1, 3),
    "3.3": range(1, 5),
    "3.4": range(1, 7),
    "3.5": range(1, 6),
    "3.7": range(1, 3),
    "4.1": range(1, 4),
    "4.2": range(1, 2),
    "4.3": range(1, 3),
    "4.4": range(1, 5),
    "5.1": range(1, 2),
    "5.2": range(1, 4),
    "5.3": range(1, 3),
    "5.4": range(1, 4),
    "6.1": range(1, 4),
    "6.2": range(1, 13),
    "6.3": range(1, 5),
    "6.4": range(1, 5),
    "6.5": range(1, 6),
    "6.6": range(1, 4),
    "6.8": range(1, 5),
    "7.1": range(1, 4),
    "7.2": range(1, 5),
    "7.3": range(1, 3),
    "7.4": range(1, 6),
    "7.5": range(1, 3),
    "7.6": range(1, 3),
    "8.1": range(1, 3),
    "8.2": range(1, 4),
    "8.3": range(1, 2),
    "8.4": range(1, 2),
    "9.1": range(1, 4),
    "9.2": range(1, 5),
    "10.1": range(1, 3),
    "10.2": range(1, 3),
    "10.3": range(1, 5),
    "10.4": range(1, 12),
    "10.5": range(1, 6),
    "10.6": range(1, 3),
    "10.7": range(1, 4),
    "11.1": range(1, 3),
    "11.2": range(1, 4),
    "11.3": range(1, 4),
    "11.4": range(1, 5),
    "11.5": range(1, 2),
    "11.6": range(1, 2),
    "12.1": range(1, 4),
    "12.2": range(1, 3),
    "12.3": range(1, 5),
    "13.1": range(1, 2),
    "13.2": range(1, 6),
    "13.3": range(1, 3),
    "13.4": range(1, 6),
    "14.1": range(1, 3),
    "14.2": range(1, 5),
    "14.3": range(1, 4),
    "15.1": range(1, 4),
    "15.2": range(1, 4),
    "15.3": range(1, 8),
    "16.1": range(1, 2),
    "16.2": range(1, 6),
    "16.3": range(1, 5),
    "16.4": range(1, 4),
    "16.5": range(1, 4),
}
WAYS = ("met", "partly", "not met", "n/a")


@cache
def required() -> tuple[str, ...]:
    return tuple(f"{section}.{n}" for section, numbers in REQUIREMENTS.items() for n in numbers)


@cache
def rows() -> tuple[tuple[str, ...], ...]:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    return tuple(tuple(row) for row in cells if re.fullmatch(r"\d+\.\d+\.\d+", row[0].strip("| ")))


@cache
def names_of_tests() -> frozenset[str]:
    return frozenset(
        node.name
        for path in (ROOT / "tests").rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
    )


def test_every_requirement_stands_in_the_table_once():
    assert [row[0].strip("| ") for row in rows()] == list(required())


def test_every_row_says_how_it_stands_and_what_shows_it():
    for row in rows():
        assert len(row) == 5, row
        number, _, standing, how, shown = row
        assert standing in WAYS, number
        assert how, number
        if standing == "met":
            assert "`test_" in shown or shown.startswith("doc:"), number


def test_every_test_that_the_page_names_exists():
    named = set(re.findall(r"`(test_\w+)`", PAGE.read_text(encoding="utf-8")))
    assert named - names_of_tests() == set()
    assert len(named) > 100


FORBIDDEN = re.compile(
    r"\b(subprocess|os\.system|os\.popen|pickle|marshal|shelve|eval\(|exec\(|yaml\.load|import random"
    r"|md5|mktemp\(|verify=False|CERT_NONE|check_hostname = False)"
)


@pytest.mark.parametrize("path", OURS, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_of_ours_runs_commands_evaluates_text_or_leaves_a_certificate_unchecked(path: Path):
    assert FORBIDDEN.findall(path.read_text(encoding="utf-8")) == []


def test_our_script_puts_text_where_text_belongs_and_keeps_nothing_in_the_browser():
    script = (ROOT / "syncd/web/static/console.js").read_text(encoding="utf-8")
    assert "textContent" in script
    bad = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function|postMessage"
    assert re.findall(bad, script) == []
    assert (
        re.findall(r"localStorage|sessionStorage|indexedDB|WebSocket|document\.cookie", script)
        == []
    )


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_the_list_of_components_names_each_with_version_and_hash_and_no_place(name: str):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in text
    entries = [e for e in re.split(r"\n(?=[A-Za-z0-9])", text) if e and e[0].isalnum()]
    assert len(entries) > 20
    for entry in entries:
        assert re.match(r"[\w.\[\]-]+==\S+", entry), entry
        assert "--hash=sha256:" in entry, entry
