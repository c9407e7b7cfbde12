"""Role × route × expected: every route of the console and the API, and who may pass.

The table is written out on purpose. It is not made from `PERMISSIONS`: that a role was given a
door by mistake must show here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from syncd.core.access import Permission
from syncd.core.cases import Case, CaseState
from syncd.core.facts import Provides
from syncd.core.residual.reports import ResidualReport, ResidualState
from syncd.core.residual.use import LogAnswer, UseRow
from syncd.core.residual.window import Window
from syncd.flow.foresight.keeping import keep
from syncd.flow.reviews.beginning import start_review
from syncd.flow.tasks import attach
from syncd.ports.residual import LogReading
from syncd.ports.source import Fingerprint, SourceReading
from syncd.web.gate import DOORS
from tests.fakes.readings import order
from tests.flow.manual_town import PROOF
from tests.web.conftest import Office, csrf_of
from tests.web.juki import people, task_of

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
    ("GET", "/tasks"): Permission.READ,
    ("GET", "/tasks/{task_id}"): Permission.READ,
    ("GET", "/tasks/{task_id}/form"): Permission.READ,
    ("GET", "/tasks/{task_id}/evidence/{evidence_id}"): Permission.READ,
    ("POST", "/tasks/{task_id}/done"): Permission.HANDLE_TASKS,
    ("POST", "/tasks/{task_id}/check"): Permission.HANDLE_TASKS,
    ("POST", "/tasks/{task_id}/reject"): Permission.HANDLE_TASKS,
    ("POST", "/tasks/{task_id}/evidence"): Permission.HANDLE_TASKS,
    ("GET", "/residuals"): Permission.READ,
    ("GET", "/residuals/export"): Permission.READ,
    ("GET", "/residuals/log-checks"): Permission.READ,
    ("GET", "/residuals/{report_id}"): Permission.READ,
    ("GET", "/residuals/{report_id}/report"): Permission.READ,
    ("GET", "/residuals/{report_id}/rows"): Permission.READ,
    ("GET", "/residuals/{report_id}/first-report"): Permission.READ,
    ("GET", "/residuals/{report_id}/first-report/text"): Permission.READ,
    ("POST", "/residuals/{report_id}/read"): Permission.HANDLE_TASKS,
    ("POST", "/residuals/{report_id}/check"): Permission.HANDLE_TASKS,
    ("POST", "/residuals/{report_id}/decide"): Permission.DECIDE,
    ("POST", "/residuals/{report_id}/close"): Permission.READ_TRAIL,
    ("POST", "/residuals/{report_id}/send-back"): Permission.READ,
    ("POST", "/residuals/{report_id}/known"): Permission.HANDLE_TASKS,
    ("POST", "/residuals/{report_id}/filing"): Permission.DECIDE,
    ("GET", "/reviews"): Permission.READ,
    ("POST", "/reviews"): Permission.HOLD_REVIEWS,
    ("GET", "/reviews/{review_id}"): Permission.READ,
    ("GET", "/reviews/{review_id}/sheet"): Permission.READ,
    ("GET", "/reviews/{review_id}/questions/{number}"): Permission.READ,
    ("GET", "/reviews/{review_id}/record"): Permission.READ,
    ("GET", "/reviews/{review_id}/export"): Permission.READ,
    ("POST", "/reviews/{review_id}/freeze"): Permission.HOLD_REVIEWS,
    ("POST", "/reviews/{review_id}/answer"): Permission.DECIDE,
    ("POST", "/reviews/{review_id}/answer-rest"): Permission.DECIDE,
    ("POST", "/reviews/{review_id}/assign"): Permission.DECIDE,
    ("POST", "/reviews/{review_id}/close"): Permission.HOLD_REVIEWS,
    ("POST", "/reviews/{review_id}/drop"): Permission.HOLD_REVIEWS,
    ("POST", "/reviews/{review_id}/confirm"): Permission.READ_TRAIL,
    ("GET", "/releases"): Permission.READ,
    ("GET", "/releases/table"): Permission.READ,
    ("GET", "/releases/{section}/notice"): Permission.READ,
    ("GET", "/releases/{section}/designation"): Permission.READ,
    ("GET", "/releases/{section}/application/{staff_number}"): Permission.READ,
    ("GET", "/people"): Permission.READ,
    ("GET", "/people/{staff_number}"): Permission.READ,
    ("GET", "/runs"): Permission.READ,
    ("GET", "/runs/{run}"): Permission.READ,
    ("GET", "/runs/{run}/events"): Permission.READ,
    ("GET", "/trail"): Permission.READ_TRAIL,
    ("GET", "/trail/export"): Permission.READ_TRAIL,
    ("GET", "/drills"): Permission.READ_TRAIL,
    ("GET", "/drills/{drill}"): Permission.READ_TRAIL,
    ("GET", "/transfer-day"): Permission.START_SYNC,
    ("GET", "/transfer-day/texts"): Permission.START_SYNC,
    ("GET", "/transfer-day/ahead"): Permission.READ,
    ("GET", "/transfer-day/morning"): Permission.READ,
    ("GET", "/transfer-day/morning/ledger"): Permission.READ,
    ("GET", "/transfer-day/exposure"): Permission.READ,
    ("GET", "/transfer-day/previews"): Permission.READ,
    ("GET", "/transfer-day/previews/{preview_id}"): Permission.READ,
    ("POST", "/transfer-day/previews"): Permission.START_SYNC,
    ("POST", "/transfer-day/previews/with-notices"): Permission.SEE_ADVANCE_NOTICES,
    ("GET", "/transfer-day/approve"): Permission.READ,
    ("POST", "/transfer-day/approve"): Permission.DECIDE,
    ("GET", "/transfer-day/counts"): Permission.BRING_ORDERS,
    ("POST", "/transfer-day/counts"): Permission.BRING_ORDERS,
    ("POST", "/transfer-day/counts/take-back"): Permission.BRING_ORDERS,
    ("POST", "/transfer-day/feed"): Permission.START_SYNC,
    ("POST", "/transfer-day/files"): Permission.BRING_ORDERS,
    ("GET", "/transfer-day/files/{upload_id}"): Permission.BRING_ORDERS,
    ("POST", "/transfer-day/start"): Permission.START_SYNC,
    ("GET", "/transfer-day/runs/{sync_id}"): Permission.START_SYNC,
    ("GET", "/transfer-day/runs/{sync_id}/events"): Permission.START_SYNC,
    ("GET", "/connections"): Permission.READ,
    ("POST", "/connections/test"): Permission.TEST_CONNECTIONS,
    ("GET", "/access"): Permission.ADMINISTER,
    ("POST", "/access/end-sessions"): Permission.ADMINISTER,
    ("POST", "/access/disable"): Permission.ADMINISTER,
    ("POST", "/access/enable"): Permission.ADMINISTER,
    ("POST", "/access/tokens/{token_id}/end"): Permission.ADMINISTER,
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


ROLES = ("approver", "chief", "operator", "auditor", "personnel", "admin", "norole", "nobody")
ACCOUNTS = {
    "approver": "hosaka",
    "chief": "soukatsu",
    "operator": "unyo",
    "auditor": "kansa",
    "personnel": "jinji",
    "admin": "kanri",
    "norole": "norole",
}
# What changes something is asked for what is not there (`none`) or without what it needs: who may
# pass the door gets 404, 409 or 422, and nothing changes.
TABLE = """
                                             approver chief operator auditor personnel admin norole nobody
GET  /sign-in                                200      200   200      200     200       200   200    200
GET  /sign-in/oidc                           404      404   404      404     404       404   404    404
GET  /sign-in/oidc/callback                  404      404   404      404     404       404   404    404
GET  /sign-in/next                           303      303   303      303     303       303   303    303
POST /sign-in/code                           422      422   422      422     422       422   422    422
POST /sign-in/password                       422      422   422      422     422       422   422    422
POST /sign-in/enrol                          422      422   422      422     422       422   422    422
POST /account/password                       422      422   422      422     422       422   422    303
POST /account/factor                         422      422   422      422     422       422   422    303
GET  /account                                200      200   200      200     200       200   200    303
GET  /                                       200      200   200      200     200       200   403    303
GET  /cases                                  200      200   200      200     200       200   403    303
GET  /cases/{case_id}                        200      200   200      200     200       200   403    303
GET  /cases/{foreign}                        404      200   200      200     200       200   403    303
POST /cases/approve                          422      422   403      403     403       403   403    303
POST /cases/none/approve                     404      404   403      403     403       403   403    303
POST /cases/none/refuse                      404      404   403      403     403       403   403    303
POST /cases/none/restore                     404      404   403      403     403       403   403    303
POST /cases/none/deputy                      404      404   403      403     403       403   403    303
POST /account/deputies                       422      422   403      403     403       403   403    303
POST /account/deputies/none/end              404      404   403      403     403       403   403    303
GET  /transfer-day/ahead                     200      200   200      200     200       200   403    303
GET  /transfer-day/morning                   200      200   200      200     200       200   403    303
GET  /transfer-day/morning/ledger            200      200   200      200     200       200   403    303
GET  /transfer-day/exposure                  200      200   200      200     200       200   403    303
GET  /transfer-day/previews                  200      200   200      200     200       200   403    303
GET  /transfer-day/previews/{preview_id}     200      200   200      200     200       200   403    303
GET  /transfer-day/previews/{noticed}        404      404   404      404     200       404   403    303
GET  /transfer-day/previews/none             404      404   404      404     404       404   403    303
POST /transfer-day/previews                  403      403   422      403     422       422   403    303
POST /transfer-day/previews/with-notices     403      403   403      403     422       403   403    303
GET  /transfer-day/approve                   200      200   200      200     200       200   403    303
POST /transfer-day/approve                   422      422   403      403     403       403   403    303
POST /transfer-day/feed                      403      403   422      403     422       422   403    303
GET  /transfer-day/counts                    403      403   403      403     200       403   403    303
POST /transfer-day/counts                    403      403   403      403     422       403   403    303
POST /transfer-day/counts/take-back          403      403   403      403     422       403   403    303
GET  /plans                                  200      200   200      200     200       200   403    303
GET  /plans/{plan_hash}                      200      200   200      200     200       200   403    303
POST /plans/none/approve                     404      404   403      403     403       403   403    303
POST /plans/none/release                     404      404   403      403     403       403   403    303
GET  /tasks                                  200      200   200      200     200       200   403    303
GET  /tasks/{task_id}                        200      200   200      200     200       200   403    303
GET  /tasks/{foreign_task}                   404      200   200      200     200       200   403    303
GET  /tasks/{task_id}/form                   200      200   200      200     200       200   403    303
GET  /tasks/{foreign_task}/form              404      200   200      200     200       200   403    303
GET  /tasks/{task_id}/evidence/{evidence_id} 200      200   200      200     200       200   403    303
GET  /tasks/{foreign_task}/evidence/none     404      404   404      404     404       404   403    303
POST /tasks/none/done                        404      404   404      403     404       404   403    303
POST /tasks/none/check                       404      404   404      403     404       404   403    303
POST /tasks/none/reject                      404      404   404      403     404       404   403    303
POST /tasks/none/evidence                    404      404   404      403     404       404   403    303
POST /tasks/{task_id}/check                  403      403   403      403     403       403   403    303
GET  /residuals                              200      200   200      200     200       200   403    303
GET  /residuals/export                       200      200   200      200     200       200   403    303
GET  /residuals/log-checks                   200      200   200      200     200       200   403    303
GET  /residuals/{residual}                   200      200   200      200     200       200   403    303
GET  /residuals/{foreign_residual}           404      200   200      200     200       200   403    303
GET  /residuals/{residual}/report            200      200   200      200     200       200   403    303
GET  /residuals/{foreign_residual}/report    404      200   200      200     200       200   403    303
GET  /residuals/{residual}/rows              200      200   200      200     200       200   403    303
GET  /residuals/{foreign_residual}/rows      404      200   200      200     200       200   403    303
GET  /residuals/{residual}/first-report      200      200   200      200     200       200   403    303
GET  /residuals/{foreign_residual}/first-report 404   404   404      404     404       404   403    303
GET  /residuals/{residual}/first-report/text 200      200   200      200     200       200   403    303
POST /residuals/none/read                    404      404   404      403     404       404   403    303
POST /residuals/none/check                   404      404   404      403     404       404   403    303
POST /residuals/none/decide                  404      404   403      403     403       403   403    303
POST /residuals/none/close                   403      404   404      404     403       404   403    303
POST /residuals/none/send-back               404      404   404      404     404       404   403    303
POST /residuals/none/known                   404      404   404      403     404       404   403    303
POST /residuals/none/filing                  404      404   403      403     403       403   403    303
POST /residuals/{residual}/close             403      403   403      409     403       403   403    303
GET  /reviews                                200      200   200      200     200       200   403    303
POST /reviews                                403      422   422      403     403       422   403    303
GET  /reviews/{review}                       200      200   200      200     200       200   403    303
GET  /reviews/{review}/sheet?section=20020   200      200   200      200     200       200   403    303
GET  /reviews/{review}/sheet?section=30010   404      200   200      200     200       200   403    303
GET  /reviews/{review}/questions/{asked}     200      200   200      200     200       200   403    303
GET  /reviews/{review}/questions/{foreign_asked} 404  200   200      200     200       200   403    303
GET  /reviews/{review}/record                200      200   200      200     200       200   403    303
GET  /reviews/{review}/export                200      200   200      200     200       200   403    303
GET  /reviews/none                           404      404   404      404     404       404   403    303
GET  /reviews/none/export                    404      404   404      404     404       404   403    303
POST /reviews/none/freeze                    403      404   404      403     403       404   403    303
POST /reviews/none/answer                    404      404   403      403     403       403   403    303
POST /reviews/none/answer-rest               404      404   403      403     403       403   403    303
POST /reviews/none/assign                    404      404   403      403     403       403   403    303
POST /reviews/{review}/answer?section=30010  404      422   403      403     403       403   403    303
POST /reviews/none/close                     403      404   404      403     403       404   403    303
POST /reviews/none/drop                      403      404   404      403     403       404   403    303
POST /reviews/none/confirm                   403      404   404      404     403       404   403    303
POST /reviews/{review}/close                 403      409   409      403     403       409   403    303
POST /reviews/{review}/confirm               403      409   403      409     403       403   403    303
GET  /releases                               200      200   200      200     200       200   403    303
GET  /releases?notices=true                  403      403   403      403     200       403   403    303
GET  /releases/table                         200      200   200      200     200       200   403    303
GET  /releases/table?notices=true            403      403   403      403     200       403   403    303
GET  /releases/none/notice                   404      404   404      404     404       404   403    303
GET  /releases/none/notice?notices=true      403      403   403      403     404       403   403    303
GET  /releases/none/designation              404      404   404      404     404       404   403    303
GET  /releases/none/designation?notices=true 403      403   403      403     404       403   403    303
GET  /releases/none/application/none         404      404   404      404     404       404   403    303
GET  /releases/none/application/none?notices=true 403 403   403      403     404       403   403    303
GET  /people                                 200      200   200      200     200       200   403    303
GET  /people/{mine}                          200      200   200      200     200       200   403    303
GET  /people/{theirs}                        404      200   200      200     200       200   403    303
GET  /runs                                   200      200   200      200     200       200   403    303
GET  /runs/{run}                             200      200   200      200     200       200   403    303
GET  /runs/{run}/events                      200      200   200      200     200       200   403    303
GET  /trail                                  403      200   200      200     403       200   403    303
GET  /trail/export                           403      200   200      200     403       200   403    303
GET  /drills                                 403      200   200      200     403       200   403    303
GET  /drills/none                            403      404   404      404     403       404   403    303
GET  /transfer-day                           403      403   200      403     200       200   403    303
GET  /transfer-day/texts                     403      403   200      403     200       200   403    303
POST /transfer-day/files                     403      403   403      403     422       403   403    303
GET  /transfer-day/files/{upload_id}         403      403   403      403     200       403   403    303
POST /transfer-day/start                     403      403   422      403     422       422   403    303
GET  /transfer-day/runs/{sync_id}            403      403   200      403     200       200   403    303
GET  /transfer-day/runs/{sync_id}/events     403      403   200      403     200       200   403    303
GET  /connections                            200      200   200      200     200       200   403    303
POST /connections/test                       403      403   404      403     403       404   403    303
GET  /access                                 403      403   403      403     403       200   403    303
POST /access/end-sessions                    403      403   403      403     403       303   403    303
POST /access/disable                         403      403   403      403     403       422   403    303
POST /access/enable                          403      403   403      403     403       422   403    303
POST /access/tokens/none/end                 403      403   403      403     403       422   403    303
GET  /static/console.css                     200      200   200      200     200       200   200    200
GET  /static/console.js                      200      200   200      200     200       200   200    200
GET  /static/none                            404      404   404      404     404       404   404    404
GET  /nowhere                                404      404   404      404     404       404   404    404
GET  /docs                                   404      404   404      404     404       404   404    404
GET  /openapi.json                           404      404   404      404     404       404   404    404
GET  /api/v1/openapi.json                    200      200   200      200     200       200   200    200
GET  /api/v1/docs                            200      200   200      200     200       200   403    401
GET  /api/v1/cases                           200      200   200      200     200       200   403    401
GET  /api/v1/cases/{case_id}                 200      200   200      200     200       200   403    401
GET  /api/v1/cases/{foreign}                 404      200   200      200     200       200   403    401
POST /api/v1/cases/none/approve              404      404   403      403     403       403   403    401
POST /api/v1/cases/none/refuse               404      404   403      403     403       403   403    401
GET  /api/v1/plans/{plan_hash}               200      200   200      200     200       200   403    401
POST /api/v1/plans/none/approve              404      404   403      403     403       403   403    401
POST /api/v1/plans/none/release              404      404   403      403     403       403   403    401
GET  /api/v1/tasks                           200      200   200      200     200       200   403    401
GET  /api/v1/reviews                         200      200   200      200     200       200   403    401
GET  /api/v1/reviews/{review}                200      200   200      200     200       200   403    401
GET  /api/v1/reviews/{review}/questions      200      200   200      200     200       200   403    401
GET  /api/v1/reviews/none                    404      404   404      404     404       404   403    401
GET  /api/v1/reviews/none/questions          404      404   404      404     404       404   403    401
POST /api/v1/reviews/none/answers            404      404   403      403     403       403   403    401
POST /api/v1/reviews/none/answers/rest       404      404   403      403     403       403   403    401
POST /api/v1/reviews/none/assign             404      404   403      403     403       403   403    401
GET  /api/v1/people/{mine}                   200      200   200      200     200       200   403    401
GET  /api/v1/people/{theirs}                 404      200   200      200     200       200   403    401
GET  /api/v1/findings                        200      200   200      200     200       200   403    401
POST /api/v1/syncs                           403      403   202      403     202       202   403    401
GET  /api/v1/syncs/{sync_id}                 403      403   200      403     200       200   403    401
GET  /api/v1/syncs/{sync_id}/events          403      403   200      403     200       200   403    401
POST /api/v1/orders                          403      403   403      403     422       403   403    401
GET  /api/v1/none                            404      404   404      404     404       404   404    404
"""
ROWS = {
    (row.split()[0], row.split()[1]): dict(zip(ROLES, map(int, row.split()[2:]), strict=True))
    for row in TABLE.strip().splitlines()[1:]
}
FORMS: dict[str, dict[str, object]] = {
    "/cases/none/refuse": {"until": "2027-04-10", "reason": "x"},
    "/cases/none/restore": {"reason": "x"},
    "/cases/none/deputy": {"deputy": "x", "until": "2027-04-10"},
    "/plans/none/release": {"reason": "x"},
    "/tasks/none/reject": {"reason": "x"},
    "/residuals/none/check": {"method": "all", "finding": "none", "focus": "x"},
    "/residuals/none/decide": {"outcome": "no-use", "reason": "x"},
    "/residuals/none/send-back": {"reason": "x"},
    "/residuals/none/known": {"known_on": "2027-04-01", "reason": "x"},
    "/residuals/none/filing": {"filing": "report", "reason": "x"},
    "/reviews/none/answer": {"choice": "needed", "number": 1},
    "/reviews/none/answer-rest": {"shown": "x"},
    "/reviews/none/assign": {"to": "20020", "number": 1},
    "/reviews/none/drop": {"reason": "x"},
    "/reviews/{review}/answer?section=30010": {"choice": "not-mine", "number": 1},
    "/connections/test": {"name": "none"},
    "/access/end-sessions": {"account": "none"},
    "/access/disable": {"account": "none"},
    "/access/enable": {"account": "none"},
}
BODIES: dict[str, dict[str, object]] = {
    "/api/v1/cases/none/refuse": {"until": "2027-04-10", "reason": "x"},
    "/api/v1/plans/none/release": {"reason": "x"},
    "/api/v1/orders": {"expected": 1, "orders": [{"order_number": "x"}]},
    "/api/v1/reviews/none/answers": {"numbers": [1], "choice": "needed"},
    "/api/v1/reviews/none/answers/rest": {"section": "20020", "shown": "0" * 64},
    "/api/v1/reviews/none/assign": {"numbers": [1], "section": "20020"},
}


class Crowd:
    """One browser for each role, signed in once."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.browsers = {role: office.enter(account) for role, account in ACCOUNTS.items()}
        self.browsers["nobody"] = office.browser()
        self.tokens = {
            role: csrf_of(browser.get("/account").text)
            for role, browser in self.browsers.items()
            if role != "nobody"
        }
        mine = next(c for c in office.cases() if c.section == "20020" and c.staff_number)
        foreign = next(c for c in office.cases() if c.section != "20020" and c.staff_number)
        self.names = {
            "case_id": mine.case_id,
            "foreign": foreign.case_id,
            "mine": mine.staff_number,
            "theirs": foreign.staff_number,
            "plan_hash": office.plan_hash(),
            "run": office.run_id(),
            "upload_id": office.upload_id(),
            "sync_id": office.sync_id(),
            **names_of_tasks(office),
            **names_of_previews(office),
            **names_of_residuals(office),
            **names_of_reviews(office),
        }

    def ask(self, role: str, method: str, route: str):
        browser, path = self.browsers[role], route.format(**self.names)
        token = self.tokens.get(role, "")
        if method == "GET":
            return browser.get(path)
        if path.startswith("/api/"):
            headers = {"X-CSRF-Token": token, "Idempotency-Key": "one"}
            return browser.post(path, json=BODIES.get(route, {}), headers=headers)
        return browser.post(path, data={"csrf": token, **FORMS.get(route, {})})


def names_of_tasks(office: Office) -> dict[str, str]:
    """A task of the tax section with a file, and one that belongs to another section."""
    task, site = task_of(office), office.opened.site
    (kept,) = attach(site, [office.opened.actor("unyo")], task.task_id, [PROOF])
    with site.store.begin() as unit:
        other = next(c for c in unit.cases([CaseState.OPEN]) if c.section == "30010")
        unit.add_task(replace(task, task_id="foreign", case_id=other.case_id, section="30010"))
    return {
        "task_id": task.task_id,
        "evidence_id": kept.evidence_id,
        "foreign_task": "foreign",
    }


def names_of_residuals(office: Office) -> dict[str, str]:
    """A residual report of the tax section whose log shows a use, and one of another section."""
    site, now = office.opened.site, office.clock.at
    window = Window(now - timedelta(days=9), now)
    with site.store.begin() as unit:
        bare = [c for c in unit.cases([CaseState.OPEN]) if unit.residual_of(c.case_id) is None]
    mine = next(c for c in bare if c.section == "20020")
    foreign = next(c for c in bare if c.section != "20020")
    made = [residual_of(name, case, window) for name, case in (("own", mine), ("other", foreign))]
    row = UseRow(now - timedelta(days=1), mine.account, "照会", "税", "", "zeimu.csv", 7)
    answer = LogAnswer("own", "税務システム", window, (row,), uses=1)
    with site.store.begin() as unit:
        unit.add_residuals(made)
        unit.add_log_readings([LogReading("one", "own", now, "syncd", answer)])
    return {"residual": "own", "foreign_residual": "other"}


def names_of_reviews(office: Office) -> dict[str, str]:
    """A review with a question of the tax section, and one of another section."""
    site = office.opened.site
    made = start_review(site, office.opened.actor("unyo"), "第1回", office.opened.today())
    with site.store.begin() as unit:
        standings = list(unit.frozen_questions(made.review_id))
    mine = next(s.question.number for s in standings if s.asked == "20020")
    foreign = next(s.question.number for s in standings if s.asked == "30010")
    return {"review": made.review_id, "asked": str(mine), "foreign_asked": str(foreign)}


def residual_of(name: str, case: Case, window: Window) -> ResidualReport:
    return ResidualReport(
        report_id=name,
        case_id=case.case_id,
        directory=case.directory,
        entitlement=case.entitlement,
        account=case.account,
        staff_number=case.staff_number,
        section=case.section,
        reasons=("transferred",),
        because=(),
        from_at=window.from_at,
        until_at=window.until_at,
        state=ResidualState.OPENED,
        opened_at=window.from_at,
    )


def names_of_previews(office: Office) -> dict[str, str]:
    """A preview that everybody may see, and one with 内示."""
    site, on = office.opened.site, office.opened.today() + timedelta(days=1)
    made = {
        name: keep(site, office.app.state.desk.foresee(on, with_notices=noticed), "jinji").head
        for name, noticed in (("preview_id", False), ("noticed", True))
    }
    return {name: head.preview_id for name, head in made.items() if head is not None}


@pytest.fixture(scope="module")
def crowd(make_office: Callable[[], Office]) -> Crowd:
    return Crowd(people(make_office))


@pytest.mark.parametrize(("method", "route"), ROWS)
def test_each_role_gets_at_each_route_what_the_table_says(crowd: Crowd, method: str, route: str):
    answers = {role: crowd.ask(role, method, route) for role in ROLES}
    assert {role: answer.status_code for role, answer in answers.items()} == ROWS[method, route]
    for role, answer in answers.items():
        if answer.status_code in (303, 401, 403, 404):
            assert "mihon" not in answer.text, role
        if role == "nobody" and answer.status_code == 303:
            assert answer.headers["location"].startswith("/sign-in")


def test_no_route_is_missing_from_the_table(office: Office):
    paths = {(method, route.partition("?")[0]) for method, route in ROWS}
    asked = {(method, re.sub("{.*?}|none", "*", path)) for method, path in paths}
    api = next(r.app for r in office.app.routes if getattr(r, "path", "") == "/api/v1")
    there = {(m, r.path) for r in flat(office.app.routes) for m in r.methods or ()}
    there |= {(m, f"/api/v1{r.path}") for r in flat(api.routes) for m in r.methods or ()}
    there -= {("POST", "/sign-in"), ("POST", "/language"), ("POST", "/sign-out")}
    there -= {("POST", "/account/end-sessions")}  # whoever is signed in ends their own
    assert {(m, re.sub("{.*?}", "*", path)) for m, path in there} <= asked


@pytest.mark.parametrize("role", [role for role in ROLES if role != "nobody"])
def test_a_refusal_at_a_door_is_on_record(crowd: Crowd, role: str):
    crowd.ask(role, "GET", "/access" if role != "admin" else "/transfer-day/files/{upload_id}")
    with crowd.office.opened.site.store.begin() as unit:
        leaves = unit.history("console")
    account = ACCOUNTS[role].encode()
    assert any(b"request.refused" in leaf and account in leaf for leaf in leaves)


# --- what each role does not see ----------------------------------------------------------------

READ = [
    route for (method, route), cells in ROWS.items() if method == "GET" and cells["auditor"] == 200
]


@pytest.mark.parametrize("role", [role for role in ROLES if role != "nobody"])
def test_a_page_is_offered_only_to_who_may_open_it(crowd: Crowd, role: str):
    page = crowd.ask(role, "GET", "/account").text
    menu = page.partition('<nav class="main"')[2].partition("</nav>")[0]
    offered = set(re.findall(r'href="([^"]+)"', menu))
    opened = {
        route
        for (method, route), cells in ROWS.items()
        if method == "GET" and cells[role] == 200 and route in MENU
    }
    assert offered == opened


MENU = {
    "/",
    "/cases",
    "/plans",
    "/tasks",
    "/residuals",
    "/reviews",
    "/releases",
    "/people",
    "/transfer-day",
    "/runs",
    "/trail",
    "/connections",
    "/access",
}


def test_an_approver_sees_nothing_of_other_sections_in_any_list(crowd: Crowd):
    foreign, theirs = crowd.names["foreign"], crowd.names["theirs"]
    routes = ["/", "/cases", "/cases?sort=kana", "/plans", "/plans/{plan_hash}"]
    routes += ["/api/v1/cases", "/api/v1/findings", "/api/v1/plans/{plan_hash}"]
    routes += ["/tasks", "/tasks?state=ended", "/api/v1/tasks"]
    routes += ["/residuals", "/residuals/export", "/residuals/log-checks"]
    routes += ["/api/v1/reviews", "/api/v1/reviews/{review}", "/api/v1/reviews/{review}/questions"]
    for route in routes:
        told = crowd.ask("approver", "GET", route).text
        assert foreign not in told, route
        assert str(theirs) not in told, route
        assert "/tasks/foreign" not in told, route
        assert "市民課" not in told, route
    assert foreign in crowd.ask("chief", "GET", "/plans/{plan_hash}").text


OWN = {
    "/language",
    "/sign-out",
    "/account/end-sessions",
    "/account/password",
    "/account/factor",
}
"""What concerns nobody but oneself."""


@pytest.mark.parametrize("route", [route for route in READ if route != "/sign-in"])
def test_an_auditor_sees_no_button_that_changes_anything(crowd: Crowd, route: str):
    page = crowd.ask("auditor", "GET", route).text
    for form in re.findall(r'<form method="post".*?</form>', page, re.DOTALL):
        action = re.search(r'action="([^"?]+)', form)
        assert action is not None
        if action[1] not in OWN:
            assert "<button" not in form, action[1]
            assert not re.search(r'type="(checkbox|submit)"', form), action[1]


@pytest.mark.parametrize("role", ["operator", "admin", "auditor", "chief", "approver"])
def test_nothing_of_an_advance_notice_reaches_who_may_not_see_it(notified: Crowd, role: str):
    crowd = notified
    for (method, route), cells in ROWS.items():
        if method == "GET" and cells[role] == 200:
            told = crowd.ask(role, method, route).text
            assert "NAIJI-777" not in told, route
            assert "77713" not in told, route
    assert "NAIJI-777" not in crowd.ask(role, "POST", "/connections/test").text


def test_personnel_see_the_advance_notice(notified: Crowd):
    assert "NAIJI-777" in notified.ask("personnel", "GET", "/people/{mine}").text
    assert "77713" in notified.ask("personnel", "GET", "/connections").text


@pytest.fixture(scope="module")
def notified(make_office: Callable[[], Office]) -> Crowd:
    """Everybody signed in, after an advance notice about somebody came in 77,713 rows."""
    crowd = Crowd(people(make_office))
    office = crowd.office
    notice = order("NAIJI-777", str(crowd.names["mine"]), "30010", confirmed=False)
    reading = SourceReading(
        "orders",
        Provides.ORDERS,
        Fingerprint("ef" * 32, office.clock(), "x"),
        None,
        77713,
        (replace(notice, source="orders"),),
    )
    with office.opened.site.store.begin() as unit:
        unit.accept(reading, office.clock())
    return crowd
