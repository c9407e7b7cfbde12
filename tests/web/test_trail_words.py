"""The trail in words: people read what happened, auditors find the permanent names, bytes stay."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from syncd.core.access import Permission
from syncd.core.audit import AuditEvent
from syncd.core.votes import Role
from syncd.ports.listing import TrailQuery
from syncd.reports.words import Lang
from syncd.web.trail_words import event_word, key_word, tell
from syncd.web.words import scope_word
from tests.web.conftest import HOST, Office, send

ROOT = Path(__file__).resolve().parents[2]
JAPANESE = re.compile(r"[぀-ヿ一-鿿]")
FROM_OUTSIDE = {"reason given", "group", "groups", "member", "name"}
RECORDING = {"AuditRecord", "Move", "_step", "_move_record"}


@pytest.mark.parametrize("event", AuditEvent)
def test_every_event_has_a_word_in_both_languages(event: AuditEvent):
    assert JAPANESE.search(event_word(event, Lang.JA))
    assert not JAPANESE.search(event_word(event, Lang.EN))


def keys_in(node: ast.AST) -> Iterator[str]:
    for found in ast.walk(node):
        if isinstance(found, ast.Dict):
            yield from (k.value for k in found.keys if isinstance(k, ast.Constant))


def written_keys() -> set[str]:
    """Return every key that the code writes into a ground, wherever it is put together."""
    found: set[str] = set()
    for path in ROOT.glob("syncd/**/*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", 0)]
            names = {getattr(t, "id", getattr(getattr(t, "value", 0), "id", "")) for t in targets}
            if names & {"ground", "_BY_READING"} and getattr(node, "value", None) is not None:
                found |= set(keys_in(node.value))
                found |= {
                    str(getattr(t.slice, "value", ""))
                    for t in targets
                    if isinstance(t, ast.Subscript)
                }
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in RECORDING:
                for given in (*node.args, *(k.value for k in node.keywords)):
                    found |= set(keys_in(given))
    return found


def test_every_key_that_is_written_has_a_word_in_both_languages():
    keys = written_keys()
    assert {"reasons", "error", "policy", "seen", "expires_at", "votes", "memberships"} <= keys
    for key in keys:
        assert key_word(key, Lang.JA)
        assert not JAPANESE.search(key_word(key, Lang.EN))


def all_records(office: Office) -> list[bytes]:
    with office.opened.site.store.begin() as unit:
        return [line.leaf for line in unit.trail_page(TrailQuery(limit=100_000))]


def test_everything_on_record_in_the_city_is_told_in_words(office: Office):
    office.browser().post("/sign-in", data={"account": "x", "password": "y"})
    office.enter("hosaka").get("/trail")
    leaves = all_records(office)
    assert len(leaves) > 50
    for leaf in leaves:
        record = json.loads(leaf)
        for key in record["ground"]:
            assert key_word(key, Lang.JA), (record["event"], key)
        told = tell(record, Lang.EN, {})
        given = (value for key, value in told.ground if key not in FROM_OUTSIDE)
        assert not any(JAPANESE.search(text) for text in given), told
        assert not any(JAPANESE.search(key) for key, _ in told.ground)


def test_a_record_is_shown_in_words_with_its_permanent_name_beside_it(office: Office):
    browser = office.enter("kansa")
    rows = browser.get("/trail?event=case.opened").text.partition("<tbody>")[2]
    assert "案件を開いた" in rows
    assert '<span class="mono soft small">case.opened</span>' in rows
    assert "令和9年4月1日 0:00" in rows
    assert "理由: " in rows
    assert "reasons:" not in rows
    assert "not-designated" not in rows
    assert not re.search(r"\d{4}-\d\d-\d\d[ T]", rows)
    browser.cookies.set("__Host-lang", "en", domain=HOST)
    english = browser.get("/trail?event=case.opened").text.partition("<tbody>")[2]
    assert "case opened" in english
    assert "2027-04-01 00:00" in english
    assert "理由" not in english


def test_the_history_of_a_case_and_a_run_are_told_in_words(office: Office):
    case = next(c for c in office.cases() if c.section == "20020")
    history = office.enter("soukatsu").get(f"/cases/{case.case_id}").text
    assert "案件を開いた" in history
    assert "case.opened" in history
    with office.opened.site.store.begin() as unit:
        run = unit.runs(1)[0].run
    shown = office.enter("soukatsu").get(f"/runs/{run}").text
    assert "案件を開いた" in shown or "突合を始めた" in shown
    assert "完全な突合" in shown


def test_the_export_gives_each_leaf_byte_for_byte(office: Office):
    before = all_records(office)
    lines = office.enter("kansa").get("/trail/export").content.split(b"\n")
    assert [line for line in lines if line][-len(before) :] == before


def test_who_decided_for_whom_is_told_once(fresh_office: Office):
    case = next(c for c in fresh_office.cases() if c.section == "20020")
    form = {"until": "2027-04-15", "deputy": "norole"}
    send(fresh_office.enter("hosaka"), f"/cases/{case.case_id}/deputy", **form)
    deputy = fresh_office.enter("norole")
    send(deputy, f"/cases/{case.case_id}/approve", reason="確認済み")
    text = deputy.get(f"/cases/{case.case_id}").text
    assert text.count("代決: hosaka") >= 1
    assert "判断: 失効を承認" in text
    assert "書かれた理由: 確認済み" in text


def test_roles_are_called_as_the_body_calls_them(office: Office, monkeypatch: pytest.MonkeyPatch):
    organization = office.opened.settings.model.organization
    titled = organization.model_copy(update={"role_labels": {Role.CHIEF: "総括保護管理者"}})
    model = office.opened.settings.model.model_copy(update={"organization": titled})
    settings = replace(office.opened.settings, model=model)
    monkeypatch.setattr(office.app.state.desk, "opened", replace(office.opened, settings=settings))
    browser = office.enter("soukatsu")
    assert "（総括保護管理者）" in browser.get("/").text
    assert "総括責任者" not in browser.get("/cases").text
    browser.cookies.set("__Host-lang", "en", domain=HOST)
    assert "（chief）" in browser.get("/").text


@pytest.mark.parametrize("permission", list(Permission))
@pytest.mark.parametrize("lang", list(Lang))
def test_every_door_has_its_words(permission: Permission, lang: Lang):
    assert bool(JAPANESE.search(scope_word(permission, lang))) is (lang is Lang.JA)
