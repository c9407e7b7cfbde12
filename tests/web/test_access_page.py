"""利用者: who can come in and who is in; an administrator ends any of it at once, on record."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from syncd.core.access import Permission
from syncd.core.acting import Grant
from syncd.core.ids import OrgUnitCode
from syncd.core.votes import Role
from syncd.flow.access.tokens import MadeToken, TokenWish, make_token
from tests.web.conftest import PASSWORD, Office, send


@pytest.fixture
def office(make_office: Callable[[], Office]) -> Office:
    return make_office()


def token_of(office: Office, days: int = 30) -> MadeToken:
    wish = TokenWish("人事システム", "jinji", frozenset({Permission.START_SYNC}), days)
    return make_token(office.opened.site, lambda: f"machine-{days}", wish, "root")


def records(office: Office, subject: str) -> list[dict[str, object]]:
    with office.opened.site.store.begin() as unit:
        return [json.loads(leaf) for leaf in unit.history(subject)]


def test_it_shows_who_is_in_from_where_by_what_way_and_since_when(office: Office):
    office.enter("kansa")
    text = office.enter("kanri").get("/access").text
    rows = text.partition('id="sessions"')[2].partition("</table>")[0]
    assert "kansa" in rows
    assert "testclient" in rows
    assert "パスワード（このコンソール）" in rows
    assert "令和9年4月1日 8:40" in rows
    assert "hosaka" not in rows


def test_who_did_nothing_for_too_long_is_not_shown_as_signed_in(office: Office):
    office.enter("kansa")
    office.clock.at += timedelta(minutes=31)
    rows = office.enter("kanri").get("/access").text.partition("</table>")[0]
    assert "kansa" not in rows


def test_all_sessions_of_somebody_end_at_once_and_who_ended_them_is_on_record(office: Office):
    theirs = [office.enter("kansa"), office.enter("kansa")]
    bystander = office.enter("unyo")
    assert send(office.enter("kanri"), "/access/end-sessions", account="kansa").status_code == 303
    assert [browser.get("/").status_code for browser in theirs] == [303, 303]
    assert bystander.get("/").status_code == 200
    (record,) = [r for r in records(office, "kansa") if r["event"] == "session.ended"]
    assert (record["actor"], record["ground"]) == ("kanri", {"sessions": 2})


def test_a_token_ends_at_once_and_who_ended_it_is_on_record(office: Office):
    made = token_of(office)
    machine = {"Authorization": f"Bearer {made.secret}"}
    admin = office.enter("kanri")
    shown = admin.get("/access").text
    for text in ("人事システム", "突合を開始する", "start-sync", "令和9年5月1日"):
        assert text in shown
    assert made.secret not in shown
    assert office.browser().post("/api/v1/syncs", headers=machine).status_code == 202
    assert send(admin, f"/access/tokens/{made.token.token_id}/end").status_code == 303
    assert office.browser().post("/api/v1/syncs", headers=machine).status_code == 401
    (record,) = [r for r in records(office, made.token.token_id) if r["event"] == "token.ended"]
    assert record["actor"] == "kanri"
    assert f"{made.token.token_id}/end" not in admin.get("/access").text


def test_a_token_that_is_not_there_or_has_ended_is_told_as_such(office: Office):
    admin = office.enter("kanri")
    assert send(admin, "/access/tokens/none/end").status_code == 422


def test_a_local_account_is_disabled_and_enabled_again(office: Office):
    theirs, admin = office.enter("kansa"), office.enter("kanri")
    assert send(admin, "/access/disable", account="kansa").status_code == 303
    assert theirs.get("/").status_code == 303
    assert "無効" in admin.get("/access").text
    form = {"account": "kansa", "password": PASSWORD}
    assert office.browser().post("/sign-in", data=form).status_code == 401
    assert send(admin, "/access/enable", account="kansa").status_code == 303
    assert office.browser().post("/sign-in", data=form).status_code == 303
    events = [(r["event"], r["actor"]) for r in records(office, "kansa")]
    assert ("user.disabled", "kanri") in events
    assert ("user.enabled", "kanri") in events


def test_nobody_shuts_themselves_out(office: Office):
    admin = office.enter("kanri")
    assert send(admin, "/access/disable", account="kanri").status_code == 422
    assert admin.get("/access").status_code == 200


def test_it_shows_what_the_configuration_grants_to_accounts_and_posts(
    office: Office, monkeypatch: pytest.MonkeyPatch
):
    settings = office.opened.settings
    post = Grant(
        post_section=OrgUnitCode("20020"), post_title="課長", roles=frozenset({Role.CHIEF})
    )
    granted = (*settings.grants(), post)
    monkeypatch.setattr(type(settings), "grants", lambda _: granted)
    text = office.enter("kanri").get("/access").text.partition('id="grants"')[2]
    approver = text.partition(">hosaka")[2].partition("</tr>")[0]
    assert "保護責任者" in approver
    assert "税務課" in approver
    held_by_post = text.partition("職: 税務課 課長")[2].partition("</tr>")[0]
    assert "総括責任者" in held_by_post


def test_no_hash_and_no_secret_stands_on_the_page(office: Office):
    made = token_of(office)
    text = office.enter("kanri").get("/access").text
    for secret in ("argon2", "secret-1", made.secret, made.token.secret_hash):
        assert secret not in text
