"""Role × route × expected: every route of the console, and who may pass."""

from __future__ import annotations

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from syncd.core.access import PERMISSIONS, Permission
from syncd.core.votes import Role
from syncd.web.gate import DOORS
from tests.web.conftest import Office, send

PUBLIC = {
    ("GET", "/sign-in"),
    ("POST", "/sign-in"),
    ("GET", "/sign-in/next"),
    ("POST", "/sign-in/code"),
    ("POST", "/sign-in/password"),
    ("POST", "/sign-in/enrol"),
    ("GET", "/sign-in/oidc"),
    ("GET", "/sign-in/oidc/callback"),
    ("POST", "/language"),
}
SIGNED_IN = {
    ("GET", "/account"),
    ("POST", "/account/end-sessions"),
    ("POST", "/account/password"),
    ("POST", "/account/factor"),
    ("POST", "/sign-out"),
}
ROUTES = {
    ("GET", "/"): Permission.READ,
    ("GET", "/cases"): Permission.READ,
    ("GET", "/cases/{case_id}"): Permission.READ,
    ("POST", "/cases/approve"): Permission.DECIDE,
    ("POST", "/cases/{case_id}/approve"): Permission.DECIDE,
    ("POST", "/cases/{case_id}/refuse"): Permission.DECIDE,
    ("POST", "/cases/{case_id}/restore"): Permission.DECIDE,
    ("POST", "/cases/{case_id}/deputy"): Permission.DELEGATE,
    ("POST", "/account/deputies"): Permission.DELEGATE,
    ("POST", "/account/deputies/{delegation_id}/end"): Permission.DELEGATE,
    ("GET", "/plans"): Permission.READ,
    ("GET", "/plans/{plan_hash}"): Permission.READ,
    ("POST", "/plans/{plan_hash}/approve"): Permission.DECIDE,
    ("POST", "/plans/{plan_hash}/release"): Permission.DECIDE,
    ("GET", "/people"): Permission.READ,
    ("GET", "/people/{staff_number}"): Permission.READ,
    ("GET", "/runs"): Permission.READ,
    ("GET", "/runs/{run}"): Permission.READ,
    ("GET", "/trail"): Permission.READ_TRAIL,
    ("GET", "/trail/export"): Permission.READ_TRAIL,
    ("GET", "/transfer-day"): Permission.START_SYNC,
    ("POST", "/transfer-day/files"): Permission.BRING_ORDERS,
    ("GET", "/transfer-day/files/{upload_id}"): Permission.BRING_ORDERS,
    ("POST", "/transfer-day/start"): Permission.START_SYNC,
    ("GET", "/transfer-day/runs/{sync_id}"): Permission.START_SYNC,
    ("GET", "/transfer-day/runs/{sync_id}/events"): Permission.START_SYNC,
    ("GET", "/connections"): Permission.READ,
    ("POST", "/connections/test"): Permission.TEST_CONNECTIONS,
}
ACCOUNTS = {
    "hosaka": Role.APPROVER,
    "soukatsu": Role.CHIEF,
    "unyo": Role.OPERATOR,
    "kansa": Role.AUDITOR,
    "jinji": Role.PERSONNEL,
    "norole": None,
}


def doors_of(dependant: Dependant) -> list[Permission | None]:
    found = [DOORS[d.call] for d in dependant.dependencies if d.call in DOORS]
    return [*found, *(door for d in dependant.dependencies for door in doors_of(d))]


def routes(office: Office) -> dict[tuple[str, str], list[Permission | None]]:
    return {
        (method, route.path): doors_of(route.dependant)
        for route in flat(office.app.routes)
        for method in route.methods or ()
    }


def flat(found) -> list[APIRoute]:
    """Return every route of the application, those of included routers too."""
    listed: list[APIRoute] = []
    for route in found:
        if isinstance(route, APIRoute):
            listed.append(route)
        elif getattr(route, "original_router", None) is not None:
            listed += flat(route.original_router.routes)
    return listed


def test_every_route_has_exactly_the_door_of_the_table(office: Office):
    expected: dict[tuple[str, str], list[Permission | None]] = {
        **{route: [] for route in PUBLIC},
        **{route: [None] for route in SIGNED_IN},
        **{route: [permission] for route, permission in ROUTES.items()},
    }
    assert routes(office) == expected


def path_of(office: Office, route: str) -> str:
    case = next(c for c in office.cases() if c.section == "20020")
    return route.format(
        case_id=case.case_id,
        plan_hash=office.plan_hash(),
        staff_number=office.city.left_behind,
        run=office.run_id(),
        delegation_id="none",
        upload_id=office.upload_id(),
        sync_id=office.sync_id(),
    )


@pytest.mark.parametrize("account", ACCOUNTS)
def test_who_may_not_pass_a_door_is_refused_on_record(office: Office, account: str):
    role = ACCOUNTS[account]
    browser = office.enter(account)
    for (method, route), permission in ROUTES.items():
        if role is not None and permission in PERMISSIONS[role]:
            continue
        path = path_of(office, route)
        answer = browser.get(path) if method == "GET" else send(browser, path)
        # A form that lacks its fields is refused at the door all the same, or not looked at.
        assert answer.status_code in (403, 422), (method, route)
        assert "mihon" not in answer.text
    with office.opened.site.store.begin() as unit:
        leaves = unit.history("console")
    assert any(b"request.refused" in leaf and account.encode() in leaf for leaf in leaves)


@pytest.mark.parametrize("account", [a for a, role in ACCOUNTS.items() if role is not None])
def test_who_may_read_a_page_is_shown_it(office: Office, account: str):
    role = ACCOUNTS[account]
    assert role is not None
    browser = office.enter(account)
    for (method, route), permission in ROUTES.items():
        if method == "GET" and permission in PERMISSIONS[role]:
            answer = browser.get(path_of(office, route))
            assert answer.status_code == 200, (route, answer.text)


@pytest.mark.parametrize("route", ROUTES)
def test_nobody_who_is_not_signed_in_sees_or_does_anything(office: Office, route: tuple[str, str]):
    method, path = route
    answer = office.browser().request(method, path_of(office, path))
    assert answer.status_code in (303, 422)
    assert "mihon" not in answer.text
    if answer.status_code == 303:
        assert answer.headers["location"].startswith("/sign-in")


def test_a_page_is_offered_only_to_who_may_open_it(office: Office):
    auditor, approver = office.enter("kansa").get("/").text, office.enter("hosaka").get("/").text
    assert 'href="/trail"' in auditor
    assert 'href="/trail"' not in approver
