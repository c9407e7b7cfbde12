"""/api/v1: what machines may ask for, and how they are answered."""

from __future__ import annotations

import base64
import json

import pytest
from fastapi.testclient import TestClient

from syncd.core.access import PERMISSIONS, Permission
from syncd.core.cases import CaseState
from syncd.core.votes import Role
from tests.web.conftest import Office, csrf_of
from tests.web.test_roles_and_routes import doors_of, flat

API = "/api/v1"
ROUTES = {
    ("GET", "/cases"): Permission.READ,
    ("GET", "/cases/{case_id}"): Permission.READ,
    ("POST", "/cases/{case_id}/approve"): Permission.DECIDE,
    ("POST", "/cases/{case_id}/refuse"): Permission.DECIDE,
    ("GET", "/plans/{plan_hash}"): Permission.READ,
    ("POST", "/plans/{plan_hash}/approve"): Permission.DECIDE,
    ("POST", "/plans/{plan_hash}/release"): Permission.DECIDE,
    ("GET", "/people/{staff_number}"): Permission.READ,
    ("GET", "/findings"): Permission.READ,
    ("GET", "/tasks"): Permission.READ,
    ("GET", "/reviews"): Permission.READ,
    ("GET", "/reviews/{review_id}"): Permission.READ,
    ("GET", "/reviews/{review_id}/questions"): Permission.READ,
    ("POST", "/reviews/{review_id}/answers"): Permission.DECIDE,
    ("POST", "/reviews/{review_id}/answers/rest"): Permission.DECIDE,
    ("POST", "/reviews/{review_id}/assign"): Permission.DECIDE,
    ("POST", "/syncs"): Permission.START_SYNC,
    ("GET", "/syncs/{sync_id}"): Permission.START_SYNC,
    ("GET", "/syncs/{sync_id}/events"): Permission.START_SYNC,
    ("POST", "/orders"): Permission.BRING_ORDERS,
    ("GET", "/docs"): Permission.READ,
}
ACCOUNTS = {
    "hosaka": Role.APPROVER,
    "soukatsu": Role.CHIEF,
    "unyo": Role.OPERATOR,
    "kansa": Role.AUDITOR,
    "jinji": Role.PERSONNEL,
}
BODIES: dict[str, dict[str, object]] = {
    "/cases/{case_id}/refuse": {"until": "2027-04-10", "reason": "x"},
    "/plans/{plan_hash}/release": {"reason": "x"},
    "/reviews/{review_id}/answers": {"numbers": [1], "choice": "needed"},
    "/reviews/{review_id}/answers/rest": {"section": "20020", "shown": "0" * 64},
    "/reviews/{review_id}/assign": {"numbers": [1], "section": "20020"},
    "/orders": {
        "expected": 1,
        "orders": [
            {
                "order_number": "R9-8001",
                "effective_on": "2027-04-01",
                "kind": "配置換",
                "staff_number": "0000001",
                "org_unit": "30010",
            }
        ],
    },
}


def api_app(office: Office):
    return next(r.app for r in office.app.routes if getattr(r, "path", "") == API)


def scripted(office: Office, account: str) -> TestClient:
    """Return a browser whose scripts carry the session's token."""
    browser = office.enter(account)
    browser.headers["X-CSRF-Token"] = csrf_of(browser.get("/account").text)
    return browser


def path_of(office: Office, route: str) -> str:
    case = next(c for c in office.cases() if c.section == "20020")
    return API + route.format(
        case_id=case.case_id,
        plan_hash=office.plan_hash(),
        staff_number=office.city.left_behind,
        sync_id=office.sync_id(),
        review_id="none",
    )


def call(browser: TestClient, office: Office, method: str, route: str, **extra: object):
    body = BODIES.get(route, {}) if method == "POST" else None
    return browser.request(method, path_of(office, route), json=body, **extra)  # type: ignore[arg-type]


def test_every_route_has_exactly_the_door_of_the_table(office: Office):
    found = {
        (method, route.path): doors_of(route.dependant)
        for route in flat(api_app(office).routes)
        for method in route.methods or ()
    }
    assert found == {route: [permission] for route, permission in ROUTES.items()}


@pytest.mark.parametrize("account", ACCOUNTS)
def test_who_may_not_pass_a_door_gets_a_problem(office: Office, account: str):
    browser = scripted(office, account)
    for (method, route), permission in ROUTES.items():
        if permission not in PERMISSIONS[ACCOUNTS[account]]:
            answer = call(browser, office, method, route)
            assert answer.status_code == 403, route
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["type"] == "urn:syncd:problem:not-permitted"


@pytest.mark.parametrize(("method", "route"), ROUTES)
def test_nobody_unknown_gets_anything(office: Office, method: str, route: str):
    for headers in ({}, {"Authorization": "Bearer syncd_guess"}, {"Authorization": "Basic x"}):
        answer = call(office.browser(), office, method, route, headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"


def test_a_script_of_another_page_changes_nothing(office: Office):
    browser = office.enter("soukatsu")
    assert call(browser, office, "POST", "/cases/{case_id}/approve").status_code == 403


@pytest.mark.parametrize("route", sorted(BODIES))
def test_a_field_that_nobody_knows_is_refused(office: Office, route: str):
    body = {**BODIES[route], "decided_by": "somebody else"}
    answers = [
        scripted(office, account).post(path_of(office, route), json=body) for account in ACCOUNTS
    ]
    assert {answer.status_code for answer in answers} <= {403, 422}
    assert 422 in {answer.status_code for answer in answers}


@pytest.mark.parametrize("path", ["/cases?text=%00", "/cases/%00"])
def test_what_no_text_can_hold_is_answered_as_a_problem(office: Office, path: str):
    answer = office.enter("soukatsu").get(API + path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_cases_are_paged_by_cursor_to_the_last(office: Office):
    browser, cursor, seen = scripted(office, "soukatsu"), "", []
    while cursor is not None:
        answer = browser.get(f"{API}/cases", params={"limit": 10, "cursor": cursor}).json()
        seen += [case["case"] for case in answer["items"]]
        cursor = answer["next"]
    assert sorted(seen) == sorted(case.case_id for case in office.cases())
    assert answer["total"] == len(seen)


def test_an_approver_gets_the_cases_of_their_sections_only(office: Office):
    answer = scripted(office, "hosaka").get(f"{API}/cases").json()
    assert {case["section"] for case in answer["items"]} == {"20020"}
    findings = scripted(office, "hosaka").get(f"{API}/findings").json()
    assert {finding["section"] for finding in findings["items"]} == {"20020"}


@pytest.mark.parametrize("what", ["approve", "refuse"])
def test_a_case_of_another_section_is_not_there(office: Office, what: str):
    foreign = next(c for c in office.cases() if c.section != "20020")
    body = BODIES["/cases/{case_id}/refuse"] if what == "refuse" else {}
    browser = scripted(office, "hosaka")
    assert browser.post(f"{API}/cases/{foreign.case_id}/{what}", json=body).status_code == 404
    assert browser.get(f"{API}/cases/{foreign.case_id}").status_code == 404


def test_an_etag_saves_the_reading_and_guards_the_decision(fresh_office: Office):
    browser = scripted(fresh_office, "soukatsu")
    path = path_of(fresh_office, "/cases/{case_id}")
    tag = browser.get(path).headers["etag"]
    assert browser.get(path, headers={"If-None-Match": tag}).status_code == 304
    for other in ('"other"', '"other*"'):
        stale = browser.post(f"{path}/approve", json={}, headers={"If-Match": other})
        assert (stale.status_code, stale.json()["status"]) == (412, 412)
    done = browser.post(f"{path}/approve", json={}, headers={"If-Match": tag})
    assert (done.status_code, done.json()["case"]["state"]) == (200, "approved")
    assert browser.get(path).headers["etag"] != tag
    again = browser.post(f"{path}/approve", json={})
    assert (again.status_code, again.json()["type"]) == (409, "urn:syncd:problem:illegal-move")


def test_who_approves_a_plan_learns_of_other_sections_only_how_many_lines_there_are(
    fresh_office: Office,
):
    others = [case for case in fresh_office.cases() if case.section != "20020"]
    path = f"{API}/plans/{fresh_office.plan_hash()}/approve"
    answer = scripted(fresh_office, "hosaka").post(path, json={})
    assert answer.json()["given"] + len(others) == answer.json()["needed"]
    assert f"{len(others)} cases" in answer.json()["refused"][-1]
    assert not any(case.case_id in answer.text for case in others)


def test_a_plan_is_approved_whole_and_is_not_released(fresh_office: Office):
    browser, path = scripted(fresh_office, "soukatsu"), f"{API}/plans/{fresh_office.plan_hash()}"
    plan = browser.get(path).json()
    assert (len(plan["lines"]), plan["others"]) == (len(fresh_office.cases()), 0)
    assert browser.post(f"{path}/release", json={"reason": "x"}).status_code == 409
    voted = browser.post(f"{path}/approve", json={})
    assert voted.status_code == 200
    assert len(fresh_office.cases(CaseState.APPROVED)) == len(plan["lines"])


def test_a_run_is_asked_for_once_by_one_key(fresh_office: Office):
    browser = scripted(fresh_office, "unyo")
    first = browser.post(f"{API}/syncs", headers={"Idempotency-Key": "k1"})
    again = browser.post(f"{API}/syncs", headers={"Idempotency-Key": "k1"})
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.headers["location"] == again.headers["location"]
    where = first.headers["location"]
    assert browser.get(where).json()["state"] == "waiting"
    fresh_office.work_off()
    assert browser.get(where).json()["state"] == "done"
    assert "event: done" in browser.get(f"{where}/events").text


def test_pushed_orders_are_facts_for_the_next_run(fresh_office: Office):
    browser = scripted(fresh_office, "jinji")
    stale = {c.staff_number for c in fresh_office.cases()}
    answer = scripted(fresh_office, "soukatsu").get(f"{API}/people/{_holder(fresh_office)}").json()
    number = answer["staff_number"]
    assert number not in stale
    order = {"order_number": "R9-8001", "effective_on": "2027-03-31", "kind": "退職"}
    body = {"expected": 1, "orders": [{**order, "staff_number": number}]}
    assert browser.post(f"{API}/orders", json=body).json() == {"recorded": 1}
    browser.post(f"{API}/syncs")
    fresh_office.work_off()
    gone = [c for c in fresh_office.cases(CaseState.VERIFIED) if c.staff_number == number]
    assert gone


def _holder(office: Office) -> str:
    with office.opened.site.store.begin() as unit:
        snapshot = unit.last_snapshot("mihon")
        stale = {case.staff_number for case in unit.cases()}
    assert snapshot is not None
    held = [snapshot.accounts.get(a) for block in snapshot.blocks for a in block.accounts]
    numbers = [a.staff_number for a in held if a is not None]
    return next(n for n in numbers if n is not None and n not in stale)


@pytest.mark.parametrize(
    ("orders", "expected", "column"),
    [
        ([{"order_number": "A", "kind": "退職", "staff_number": "1"}], 1, "effective_on"),
        ([{**BODIES["/orders"]["orders"][0]}], 2, "expected"),  # type: ignore[index]
        (
            [{**BODIES["/orders"]["orders"][0]}, {**BODIES["/orders"]["orders"][0], "title": "x"}],  # type: ignore[index]
            2,
            "order_number",
        ),
        ([{**BODIES["/orders"]["orders"][0], "ends_on": "2027-03-01"}], 1, "ends_on"),  # type: ignore[index]
    ],
)
def test_a_push_with_a_fault_is_refused_whole_with_its_place(
    office: Office, orders: list[dict[str, object]], expected: int, column: str
):
    answer = scripted(office, "jinji").post(
        f"{API}/orders", json={"expected": expected, "orders": orders}
    )
    assert answer.status_code == 422
    told = answer.json()
    assert told["type"] == "urn:syncd:problem:input-refused"
    assert column in {fault["column"] for fault in told["faults"]}


def test_an_advance_notice_is_told_to_personnel_only(fresh_office: Office):
    number = fresh_office.city.left_behind
    order = {**BODIES["/orders"]["orders"][0], "order_number": "NAIJI-1"}  # type: ignore[index]
    order |= {"staff_number": number, "confirmed": False}
    pushed = scripted(fresh_office, "jinji").post(
        f"{API}/orders", json={"expected": 1, "orders": [order]}
    )
    assert pushed.status_code == 201
    for account in ("hosaka", "soukatsu", "unyo", "kansa"):
        browser = scripted(fresh_office, account)
        for path in (f"/people/{number}", "/findings", "/cases"):
            assert "NAIJI-1" not in browser.get(API + path).text
    shown = scripted(fresh_office, "jinji").get(f"{API}/people/{number}").json()
    assert shown["advance_notices"] == ["NAIJI-1"]


@pytest.mark.parametrize("cursor", ["x", "W10=", "eyJhIjoxfQ==", "WyJhIl0=", "Wy8="])
def test_a_cursor_of_somebody_elses_is_told(office: Office, cursor: str):
    browser = scripted(office, "soukatsu")
    for path in ("/cases", "/findings"):
        answer = browser.get(f"{API}{path}", params={"cursor": cursor})
        assert answer.status_code in (200, 422)
        assert answer.status_code == 422 or cursor == "W10="


@pytest.mark.parametrize("value", ["\ud800", "\x00", "9" * 30, "9" * 5000])
@pytest.mark.parametrize("sort", ["deadline", "section"])
def test_a_cursor_with_what_the_store_cannot_hold_is_no_fault(
    office: Office, sort: str, value: str
):
    browser, query = scripted(office, "soukatsu"), {"limit": 1, "sort": sort}
    cursor = browser.get(f"{API}/cases", params=query).json()["next"]
    parts = json.loads(base64.urlsafe_b64decode(cursor))
    for place in range(len(parts)):
        forged = json.dumps([*parts[:place], value, *parts[place + 1 :]]).encode()
        altered = {"cursor": base64.urlsafe_b64encode(forged).decode()}
        answer = browser.get(f"{API}/cases", params={**query, **altered})
        assert answer.status_code in (200, 422)


def test_a_cursor_that_is_nested_without_end_is_no_fault(office: Office):
    cursor = base64.urlsafe_b64encode(b"[" * 30_000).decode()
    answer = scripted(office, "soukatsu").get(f"{API}/cases", params={"cursor": cursor})
    assert answer.status_code == 422


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_a_day_that_nobody_can_mean_is_told(office: Office, day: str):
    browser, person = scripted(office, "soukatsu"), office.city.left_behind
    moment, edges = f"{day}T00:00:00-12:00", {"from_on": day, "until_on": day}
    for path, query in (
        (f"{API}/cases", {"due_before": day}),
        (f"{API}/people/{person}", {"as_of": day}),
        ("/cases", {"due_before": day}),
        (f"/people/{person}", {"as_of": day}),
        ("/trail", edges),
        ("/trail", {"before": "9" * 30}),
        ("/runs", {"before": moment}),
    ):
        assert browser.get(path, params=query).status_code == 422, path


def test_a_reason_holds_nothing_that_a_store_cannot_keep(office: Office):
    browser = scripted(office, "soukatsu")
    for route, body in (
        ("/cases/{case_id}/approve", {}),
        ("/cases/{case_id}/refuse", {"until": "2027-04-10"}),
        ("/plans/{plan_hash}/release", {}),
    ):
        answer = browser.post(path_of(office, route), json={**body, "reason": "a\x00b"})
        assert answer.status_code == 422, route


def test_the_schema_and_its_page_come_from_the_tree(office: Office):
    schema = office.browser().get(f"{API}/openapi.json").json()
    assert set(schema["paths"]) == {path for _, path in ROUTES if path != "/docs"}
    shown = office.enter("kansa").get(f"{API}/docs").text
    assert "POST /api/v1/syncs" in shown
    assert "://" not in shown.replace("http://www.w3.org", "")
    assert json.dumps(schema)


@pytest.mark.parametrize("name", ["%0A", "%00", "..%2F..", "a%2Fb", "%F0%9F%98%80"])
def test_a_name_that_can_be_none_is_answered_as_a_problem(office: Office, name: str):
    browser = scripted(office, "soukatsu")
    for path in (f"/cases/{name}", f"/plans/{name}", f"/people/{name}", f"/syncs/{name}"):
        answer = browser.get(API + path)
        assert answer.status_code in (403, 404), path
        assert answer.headers["content-type"] == "application/problem+json"
