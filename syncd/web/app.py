"""The application: every page and route put together, and how errors become answers."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Scope

from syncd import __version__
from syncd.errors import StoreError, SyncdError
from syncd.flow.syncs import MOST_BYTES
from syncd.web.api.answers import problem
from syncd.web.api.app import PREFIX, create_api
from syncd.web.desk import Desk
from syncd.web.faults import Faults, say_sorry
from syncd.web.forms import told_faults
from syncd.web.gate import NotSignedIn, sign_in_address, visitor_of
from syncd.web.headers import Headers
from syncd.web.limits import BodyLimit, KnownHosts
from syncd.web.pace import TooManyRequests
from syncd.web.pages import PAGES
from syncd.web.render import page
from syncd.web.statuses import status_of
from syncd.web.visitor import Visitor

_FORM_BYTES = 1024 * 1024


def create_app(desk: Desk, hosts: tuple[str, ...]) -> FastAPI:
    """Return the application; it answers only to the names in `hosts`."""
    app = FastAPI(
        title="syncd", version=__version__, docs_url=None, redoc_url=None, openapi_url=None
    )
    app.state.desk = desk
    for router in PAGES:
        app.include_router(router, include_in_schema=False)
    app.mount(PREFIX, create_api(desk))
    app.mount("/static", StaticFiles(directory=Path(__file__).with_name("static")), name="static")
    app.add_exception_handler(NotSignedIn, _ask_to_sign_in)
    app.add_exception_handler(SyncdError, _tell)
    app.add_exception_handler(HTTPException, _tell_http)
    app.add_exception_handler(RequestValidationError, _tell_invalid)
    app.add_middleware(KnownHosts, hosts=hosts, refuse=_refuse)
    app.add_middleware(BodyLimit, most=MOST_BYTES + _FORM_BYTES, refuse=_refuse)
    app.add_middleware(Faults, answer=say_sorry)
    app.add_middleware(Headers, secure=desk.is_secure)
    return app


def _ask_to_sign_in(request: Request, _: Exception) -> Response:
    target = sign_in_address(request) if request.method == "GET" else "/sign-in"
    if request.headers.get("HX-Request"):
        return Response(status_code=HTTPStatus.UNAUTHORIZED, headers={"HX-Redirect": target})
    return RedirectResponse(target, HTTPStatus.SEE_OTHER)


def _tell(request: Request, error: Exception) -> Response:
    status = status_of(error) if isinstance(error, SyncdError) else HTTPStatus(500)
    if isinstance(error, StoreError):  # it names the database: not for whoever asks
        structlog.get_logger("syncd.web").error("store.failed", why=str(error))
        return _error_page(request, status, "")
    text = error.told if isinstance(error, SyncdError) else ""
    answer = _error_page(request, status, text)
    if isinstance(error, TooManyRequests):
        answer.headers["Retry-After"] = str(error.after_s)
    return answer


def _tell_http(request: Request, error: Exception) -> Response:
    code = error.status_code if isinstance(error, HTTPException) else 500
    return _error_page(request, HTTPStatus(code), "")


def _tell_invalid(request: Request, error: Exception) -> Response:
    faults = error.errors() if isinstance(error, RequestValidationError) else []
    return _error_page(request, HTTPStatus.UNPROCESSABLE_ENTITY, told_faults(faults))


def _refuse(scope: Scope, status: HTTPStatus) -> ASGIApp:
    """Answer what no route may look at: nobody is asked who they are."""
    request = Request(scope)
    return _problem(request, status, "") or _shown(request, status, "", None)


def _error_page(request: Request, status: HTTPStatus, text: str) -> Response:
    answer = _problem(request, status, text)
    return answer or _shown(request, status, text, _visitor_or_none(request))


def _problem(request: Request, status: HTTPStatus, text: str) -> Response | None:
    """Return the answer to a machine; with a line break in the path, no route of the API took it.

    The path is asked and not the address: that has the Host in it, which may be anybody's.
    """
    is_api = request.scope["path"].startswith(f"{PREFIX}/")
    return problem(status, "http", text or status.phrase) if is_api else None


def _shown(request: Request, status: HTTPStatus, text: str, visitor: Visitor | None) -> Response:
    context = {"status": int(status), "text": text, "can_return": request.method == "POST"}
    return page(request, "error.html", visitor, context, int(status))


def _visitor_or_none(request: Request) -> Visitor | None:
    try:
        return visitor_of(request)
    except SyncdError:  # the page of an error must not fail for another one
        return None
