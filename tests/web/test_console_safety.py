"""What a browser, another site and a curious colleague cannot do."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from syncd.core.cases import CaseState
from syncd.core.facts import Provides
from syncd.core.ids import CaseId
from syncd.flow.access.users import disable_user
from syncd.ports.source import Fingerprint, SourceReading
from tests.fakes.readings import order
from tests.web.conftest import HOST, PASSWORD, Office, csrf_of, send


def tax_case(office: Office):
    return next(c for c in office.cases() if c.section == "20020")


def other_case(office: Office):
    return next(c for c in office.cases() if c.section != "20020")


# --- headers, cookies, hosts --------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/sign-in", "/", "/static/console.css", "/nowhere"])
def test_every_answer_carries_the_headers(office: Office, path: str):
    headers = office.browser().get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert ("script-src 'self'" in policy) is (path != "/")  # which only leads to the form
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    for directive in ("object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
        assert directive in policy
    lasting = headers["strict-transport-security"]
    assert lasting == "max-age=31536000; includeSubDomains"
    assert headers["referrer-policy"] == "same-origin"


def test_pages_are_kept_by_no_cache(office: Office):
    assert office.enter("kansa").get("/").headers["cache-control"] == "no-store"


def test_an_error_page_under_static_is_kept_by_no_cache_either(office: Office):
    answer = office.enter("kansa").get("/static/nowhere.css")
    assert answer.status_code == 404
    assert answer.headers["cache-control"] == "no-store"
    kept = office.browser().get("/static/console.css").headers["cache-control"]
    assert "immutable" in kept


@pytest.mark.parametrize("path", ["/api/v1/cases", "/api/v1/openapi.json", "/api/v1/nowhere"])
def test_what_is_no_page_is_nothing_that_a_browser_could_run(office: Office, path: str):
    policy = office.enter("kansa").get(path).headers["content-security-policy"]
    assert "sandbox" in policy
    assert "'self'" not in policy


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/nowhere", "text/html; charset=utf-8"),
        ("/static/console.css", "text/css; charset=utf-8"),
        ("/static/console.js", "text/javascript; charset=utf-8"),
        ("/static/icon.svg", "image/svg+xml; charset=utf-8"),
        ("/api/v1/cases", "application/json"),
        ("/api/v1/nowhere", "application/problem+json"),
    ],
)
def test_every_answer_says_what_it_is_and_in_which_characters(office: Office, path: str, kind: str):
    assert office.enter("kansa").get(path).headers["content-type"] == kind


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "DEBUG", "CONNECT"])
@pytest.mark.parametrize("path", ["/", "/api/v1/cases", "/static/console.css", "/nowhere"])
def test_a_method_that_echoes_requests_is_not_there(office: Office, method: str, path: str):
    answer = office.enter("kansa").request(method, path, headers={"X-Echo": "hear-me"})
    assert answer.status_code in (404, 405)
    assert "hear-me" not in answer.text


def test_no_page_of_another_site_may_read_an_answer(office: Office):
    headers = {"Origin": "https://evil.example"}
    for path in ("/", "/api/v1/cases"):
        answer = office.enter("kansa").get(path, headers=headers)
        assert not [name for name in answer.headers if name.startswith("access-control-")]


def test_reading_changes_nothing_and_only_a_form_does(office: Office):
    browser = office.enter("soukatsu")
    for path in ("/sign-out", "/account/end-sessions", "/cases/approve", "/account/password"):
        assert browser.get(path).status_code in (404, 405), path
    assert browser.get("/account").status_code == 200


def test_no_folder_is_listed_and_no_source_is_served(office: Office):
    browser = office.enter("soukatsu")
    for path in (
        "/static/",
        "/.git/config",
        "/static/../app.py",
        "/static/%2e%2e/app.py",
    ):
        answer = browser.get(path)
        assert answer.status_code in (404, 405), path
        assert "import" not in answer.text


def test_no_page_of_a_framework_and_no_metric_is_served(office: Office):
    browser = office.enter("soukatsu")
    for path in ("/docs", "/redoc", "/openapi.json", "/metrics", "/healthz", "/api/v1/redoc"):
        assert browser.get(path).status_code == 404, path
    assert office.browser().get("/api/v1/docs").status_code in (303, 401)
    assert office.app.debug is False


def test_every_page_offers_to_sign_out(office: Office):
    browser = office.enter("soukatsu")
    for path in ("/", "/cases", "/plans", "/people", "/runs", "/trail", "/connections", "/nowhere"):
        assert 'action="/sign-out"' in browser.get(path).text, path


def test_signing_out_makes_the_browser_forget_what_it_was_shown(office: Office):
    for path in ("/sign-out", "/account/end-sessions"):
        answer = send(office.enter("kansa"), path)
        assert answer.headers["clear-site-data"] == '"cache", "storage"'


def test_no_page_holds_an_inline_script_style_or_handler(office: Office):
    browser = office.enter("soukatsu")
    for path in ("/", "/cases", f"/cases/{tax_case(office).case_id}", "/trail", "/account"):
        text = browser.get(path).text
        assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>", text), path
        assert not re.search(r"\s(style|on\w+)=", text), path
        assert not re.search(r'(src|href)="(https?:)?//', text), path


def test_the_session_cookie_is_for_this_host_over_https_and_not_for_scripts(office: Office):
    answer = office.browser().post("/sign-in", data={"account": "kansa", "password": PASSWORD})
    cookie = answer.headers["set-cookie"].lower()
    assert cookie.startswith("__host-syncd=")
    for part in ("httponly", "secure", "samesite=lax", "path=/"):
        assert part in cookie
    assert "domain" not in cookie


def test_the_cookie_of_the_language_is_for_this_host_over_https_too(office: Office):
    browser = office.browser()
    cookie = browser.post("/language", data={"lang": "en"}).headers["set-cookie"].lower()
    for part in ("__host-lang=en", "httponly", "secure", "samesite=lax", "path=/"):
        assert part in cookie
    assert "domain" not in cookie
    assert "Sign in" in browser.get("/sign-in").text


def test_another_host_name_is_not_answered(office: Office):
    answer = office.browser().get("/sign-in", headers={"Host": "evil.example"})
    assert answer.status_code == 400


def test_passwords_are_typed_unseen_and_may_be_pasted_and_filled_in(office: Office):
    pages = [office.browser().get("/sign-in").text, office.enter("kansa").get("/account").text]
    boxes = [box for page in pages for box in re.findall(r"<input[^>]*>", page) if "assword" in box]
    assert len(boxes) == 5
    for box in boxes:
        assert 'type="password"' in box
        assert re.search(r'autocomplete="(current|new)-password"', box)
    assert "paste" not in (Path(__file__).parents[2] / "syncd/web/static/console.js").read_text()


# --- forged requests ----------------------------------------------------------------------------


def test_a_form_without_the_token_changes_nothing(office: Office):
    browser, case = office.enter("soukatsu"), tax_case(office)
    for token in ("", "guess", csrf_of(office.enter("soukatsu").get("/account").text)):
        answer = browser.post(f"/cases/{case.case_id}/approve", data={"csrf": token})
        assert answer.status_code == 403
    assert tax_case(office).state is CaseState.OPEN
    with office.opened.site.store.begin() as unit:
        leaves = unit.history("console")
    forged = [leaf for leaf in leaves if b"request.refused" in leaf and b'"why":"forged"' in leaf]
    assert len(forged) == 3
    assert all(case.case_id.encode() in leaf for leaf in forged)


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}]
)
def test_a_form_that_another_site_sends_changes_nothing(office: Office, headers: dict[str, str]):
    browser, case = office.enter("soukatsu"), tax_case(office)
    token = csrf_of(browser.get("/account").text)
    path = f"/cases/{case.case_id}/approve"
    assert browser.post(path, data={"csrf": token}, headers=headers).status_code == 403
    signing_in = {"account": "kansa", "password": PASSWORD}
    assert office.browser().post("/sign-in", data=signing_in, headers=headers).status_code == 403


def test_a_token_in_the_address_or_a_cookie_counts_for_none_in_the_form(office: Office):
    browser, case = office.enter("soukatsu"), tax_case(office)
    token = csrf_of(browser.get("/account").text)
    browser.cookies.set("csrf", token, domain=HOST)
    path = f"/cases/{case.case_id}/approve"
    assert browser.post(path, params={"csrf": token}).status_code == 403
    assert browser.post(path, params={"csrf": token}, data={"csrf": "guess"}).status_code == 403


def test_a_field_that_a_form_does_not_have_changes_nothing(office: Office):
    browser = office.enter("kansa")
    send(browser, "/account/password", current="x", password="y", again="y", roles='["chief"]')
    assert browser.get("/cases").status_code == 200
    with office.opened.site.store.begin() as unit:
        user = unit.user("kansa")
    assert user is not None
    assert user.roles == frozenset()


PUBLIC_URL = "https://syncd.mihon.example"


@pytest.fixture(scope="module")
def public_office(make_office: Callable[[], Office]) -> Office:
    office = make_office()
    office.app.state.desk.public_url = PUBLIC_URL
    return office


def posted_from(office: Office, origin: str) -> int:
    form = {"account": "kansa", "password": PASSWORD}
    headers = {"Origin": origin}
    return office.browser().post("/sign-in", data=form, headers=headers).status_code


@pytest.mark.parametrize("origin", [PUBLIC_URL, f"{PUBLIC_URL}:443", f"https://{HOST}"])
def test_behind_a_proxy_that_rewrites_the_host_the_public_address_is_ours(
    public_office: Office, origin: str
):
    assert posted_from(public_office, origin) == 303


@pytest.mark.parametrize(
    "origin",
    [
        "http://syncd.mihon.example",
        f"{PUBLIC_URL}:8443",
        f"{PUBLIC_URL}.evil.example",
        "https://evil.example",
        "https://[",
        "null",
        "",
    ],
)
def test_an_origin_that_only_looks_like_ours_is_not(public_office: Office, origin: str):
    assert posted_from(public_office, origin) == 403


@pytest.mark.parametrize(
    "target",
    ["//[", "//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"],
)
def test_signing_in_leads_nowhere_else(office: Office, target: str):
    form = {"account": "kansa", "password": PASSWORD, "target": target}
    assert office.browser().post("/sign-in", data=form).headers["location"] == "/"


def test_what_was_asked_for_is_shown_after_signing_in(office: Office):
    browser = office.browser()
    asked = browser.get("/cases?state=failed").headers["location"]
    assert asked == "/sign-in?target=/cases%3Fstate%3Dfailed"
    form = {"account": "kansa", "password": PASSWORD, "target": "/cases?state=failed"}
    assert browser.post("/sign-in", data=form).headers["location"] == "/cases?state=failed"


# --- sessions -----------------------------------------------------------------------------------


def test_a_wrong_password_says_no_more_than_that(office: Office):
    answers = [
        office.browser().post("/sign-in", data={"account": account, "password": "wrong"})
        for account in ("kansa", "nobody")
    ]
    assert [a.status_code for a in answers] == [401, 401]
    strip = [re.sub(r"\d+:\d+", "", a.text) for a in answers]
    assert strip[0] == strip[1]


def test_signing_out_ends_the_session_and_not_only_the_cookie(office: Office):
    browser = office.enter("kansa")
    stolen = dict(browser.cookies)
    assert send(browser, "/sign-out").status_code == 303
    thief = office.browser()
    thief.cookies.update(stolen)
    assert thief.get("/").status_code == 303


def test_signing_in_gives_a_new_session_whatever_cookie_was_planted(office: Office):
    browser = office.browser()
    browser.cookies.set("__Host-syncd", "planted", domain=HOST)
    answer = browser.post("/sign-in", data={"account": "kansa", "password": PASSWORD})
    assert "planted" not in answer.headers["set-cookie"]


def test_an_idle_browser_has_to_sign_in_again(fresh_office: Office):
    browser = fresh_office.enter("kansa")
    fresh_office.clock.at += timedelta(minutes=31)
    assert browser.get("/").headers["location"] == "/sign-in"


def test_who_was_disabled_is_out_with_the_next_click(fresh_office: Office):
    browser = fresh_office.enter("kansa")
    disable_user(fresh_office.opened.site, "kansa", "root")
    assert browser.get("/").status_code == 303


# --- who sees what ------------------------------------------------------------------------------


def test_an_approver_sees_the_cases_of_their_sections_only(office: Office):
    browser, theirs, foreign = office.enter("hosaka"), tax_case(office), other_case(office)
    listed = browser.get("/cases").text
    assert theirs.case_id in listed
    assert foreign.case_id not in listed
    assert foreign.case_id not in browser.get(f"/plans/{office.plan_hash()}").text
    for path in (f"/cases/{foreign.case_id}", f"/people/{foreign.staff_number}"):
        assert browser.get(path).status_code == 404
    waiting = browser.get("/").text
    assert "税務課" in waiting
    assert "市民課" not in waiting


@pytest.mark.parametrize("what", ["approve", "refuse", "restore", "deputy"])
def test_a_case_that_may_not_be_seen_may_not_be_decided(office: Office, what: str):
    browser, foreign = office.enter("hosaka"), other_case(office)
    form = {"until": "2027-04-10", "reason": "x", "deputy": "jinji"}
    answer = send(browser, f"/cases/{foreign.case_id}/{what}", **form)
    assert answer.status_code == 404
    bulk = send(browser, "/cases/approve", case=[foreign.case_id])
    assert bulk.status_code == 404
    assert other_case(office).state is CaseState.OPEN


def test_everything_that_matches_is_everything_that_may_be_seen(fresh_office: Office):
    before = fresh_office.cases()
    shown = sum(c.section == "20020" for c in before)
    answer = send(fresh_office.enter("hosaka"), "/cases/approve", everything="true", told=shown)
    assert answer.status_code == 200
    approved = fresh_office.cases(CaseState.APPROVED)
    assert {c.section for c in approved} == {"20020"}
    assert len(approved) == shown


def test_an_advance_notice_is_shown_to_personnel_and_to_nobody_else(fresh_office: Office):
    office = fresh_office
    number = office.city.left_behind
    secret = replace(order("NAIJI-777", number, "30010", confirmed=False), source="orders")
    reading = SourceReading(
        "orders", Provides.ORDERS, Fingerprint("ef" * 32, office.clock(), "x"), None, 1, (secret,)
    )
    with office.opened.site.store.begin() as unit:
        unit.accept(reading, office.clock())
    paths = [f"/people/{number}", "/", "/cases", "/plans", "/runs", "/connections", "/trail"]
    for account in ("hosaka", "soukatsu", "unyo", "kansa"):
        browser = office.enter(account)
        for path in paths:
            assert "NAIJI-777" not in browser.get(path).text, (account, path)
    assert "NAIJI-777" in office.enter("jinji").get(f"/people/{number}").text


def test_text_from_outside_is_shown_and_never_run(office: Office):
    browser = office.enter("soukatsu")
    shown = browser.get("/cases", params={"text": '"><script>alert(1)</script>'}).text
    assert "<script>alert" not in shown
    assert browser.get("/cases/<script>alert(1)</script>").text.count("<script>") == 0


@pytest.mark.parametrize(
    "path",
    [
        "/cases?reason=none",
        "/cases?due_before=tomorrow",
        "/cases?sort=none",
        "/cases?after=x",
        "/trail?event=none",
        "/trail?from_on=x",
        "/trail?before=x",
        "/runs?before=x",
        "/people/0000001?as_of=x",
        "/plans/zz",
        "/runs/none",
        "/cases/none",
        "/people/9999999",
    ],
)
def test_an_address_that_makes_no_sense_is_answered_and_not_a_bug(office: Office, path: str):
    assert office.enter("soukatsu").get(path).status_code in (404, 422)


def test_no_secret_stands_in_a_page(office: Office):
    text = office.enter("soukatsu").get("/account").text
    assert "argon2" not in text
    assert PASSWORD not in text
    assert CaseId("none") not in text
