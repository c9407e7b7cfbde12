"""The application: every page and route put together, and how errors become answers."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse, RedirectResponse
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.staticfiles import StaticFiles

from syncd import __version__
from syncd.errors import StoreError, SyncdError
from syncd.flow.syncs import MOST_BYTES
from syncd.web.api.answers import problem
from syncd.web.api.app import PREFIX, create_api
from syncd.web.desk import Desk
from syncd.web.faults import Faults, say_sorry
from syncd.web.gate import NotSignedIn, sign_in_address, visitor_of
from syncd.web.headers import Headers
from syncd.web.limits import BodyLimit
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
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False)
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
    answer = _error_page(request, status, str(error))
    if isinstance(error, TooManyRequests):
        answer.headers["Retry-After"] = str(error.after_s)
    return answer


def _tell_http(request: Request, error: Exception) -> Response:
    code = error.status_code if isinstance(error, HTTPException) else 500
    return _error_page(request, HTTPStatus(code), "")


def _tell_invalid(request: Request, error: Exception) -> Response:
    faults = error.errors() if isinstance(error, RequestValidationError) else []
    places = "; ".join(f"{'.'.join(map(str, f['loc'][1:]))}: {f['msg']}" for f in faults)
    return _error_page(request, HTTPStatus.UNPROCESSABLE_ENTITY, places)


def _refuse(path: str, status: HTTPStatus, text: str) -> Response:
    if path.startswith(f"{PREFIX}/"):
        return problem(status, "http", text)
    return PlainTextResponse(text, int(status))


def _error_page(request: Request, status: HTTPStatus, text: str) -> Response:
    if request.url.path.startswith(f"{PREFIX}/"):  # with a line break in it, no route takes it
        return problem(status, "http", text or status.phrase)
    context = {"status": int(status), "phrase": status.phrase, "text": text}
    return page(request, "error.html", _visitor_or_none(request), context, int(status))


def _visitor_or_none(request: Request) -> Visitor | None:
    try:
        return visitor_of(request)
    except SyncdError:  # the page of an error must not fail for another one
        return None
