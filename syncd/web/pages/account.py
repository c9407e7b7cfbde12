"""Signing in and out, the language, one's sessions, and who decides in one's place (代決)."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import structlog
from fastapi import APIRouter, Form, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse

from syncd.core.access import Permission
from syncd.errors import IdentityUnavailable, SignInRefused, SyncdError
from syncd.flow.deputies import end_deputy, name_deputy
from syncd.flow.sign_in import end_session, end_sessions_of, knock, sign_in
from syncd.reports.words import Lang
from syncd.web.gate import (
    address_of,
    check_origin,
    desk_of,
    door,
    posting,
    safe_target,
    set_cookie,
)
from syncd.web.render import page
from syncd.web.visitor import Visitor

router = APIRouter()
_SEE_OTHER = 303
_LONGEST_ACCOUNT = 256
_LONGEST_PASSWORD = 1024
_STATUS_OF = {"": 200, "refused": 401, "provider": 401, "unavailable": 503}


@router.get("/sign-in")
def show_sign_in(request: Request, target: str = "/") -> Response:
    """Show the form."""
    return sign_in_page(request, safe_target(target))


def unavailable(why: SyncdError) -> str:
    """Log why nobody can be asked, for the operator; whoever signs in is told only that."""
    structlog.get_logger("syncd.web").error("sign_in.unavailable", why=str(why))
    return "unavailable"


def sign_in_page(request: Request, target: str, failed: str = "") -> Response:
    """Return the form with the ways to sign in that there are, and what went wrong."""
    desk = desk_of(request)
    context = {
        "target": target,
        "failed": failed,
        "by_password": bool(desk.checks),
        "by_provider": desk.provider is not None,
    }
    return page(request, "sign_in.html", None, context, _STATUS_OF[failed])


@router.post("/sign-in")
async def do_sign_in(
    request: Request,
    account: Annotated[str, Form(max_length=_LONGEST_ACCOUNT)],
    password: Annotated[str, Form(max_length=_LONGEST_PASSWORD)],
    target: Annotated[str, Form()] = "/",
) -> Response:
    """Sign somebody in; a wrong password shows the form again and says no more than that.

    Waiting holds no thread: guessers must not hold up the others.
    """
    check_origin(request)
    desk = desk_of(request)
    site = desk.opened.site
    knocked = await run_in_threadpool(knock, site, account.strip(), address_of(request))
    await desk.sleep(knocked.wait_s)
    try:
        signed_in = await run_in_threadpool(
            sign_in, site, desk.turnstile, desk.checks, knocked, password
        )
    except (SignInRefused, IdentityUnavailable) as why:
        shown = "refused" if isinstance(why, SignInRefused) else unavailable(why)
        return sign_in_page(request, safe_target(target), shown)
    answer = RedirectResponse(safe_target(target), _SEE_OTHER)
    set_cookie(desk, answer, signed_in)
    return answer


@router.post("/sign-out", dependencies=[posting(None)])
def sign_out(request: Request) -> Response:
    """End the session at once."""
    desk = desk_of(request)
    end_session(desk.opened.site, request.state.session)
    answer = RedirectResponse("/sign-in", _SEE_OTHER)
    answer.delete_cookie(desk.cookie, secure=desk.is_secure, httponly=True)
    return answer


@router.post("/language")
def choose_language(
    lang: Annotated[Lang, Form()], target: Annotated[str, Form()] = "/"
) -> Response:
    """Keep the language in this browser; it is nothing worth forging."""
    answer = RedirectResponse(safe_target(target), _SEE_OTHER)
    answer.set_cookie("lang", str(lang), max_age=31_536_000, samesite="lax", httponly=True)
    return answer


@router.get("/account")
def show_account(request: Request, visitor: Annotated[Visitor, door(None)]) -> Response:
    """Show the person's sessions and deputies."""
    desk = desk_of(request)
    with desk.opened.site.store.begin() as unit:
        context = {
            "sessions": unit.sessions_of(visitor.account, desk.opened.clock()),
            "current": request.state.session.id_hash,
            "handed": unit.delegations_by(visitor.account),
        }
    return page(request, "account.html", visitor, context)


@router.post("/account/end-sessions")
def end_all_sessions(request: Request, visitor: Annotated[Visitor, posting(None)]) -> Response:
    """End every session of the person, this one included."""
    end_sessions_of(desk_of(request).opened.site, visitor.account, visitor.account)
    return RedirectResponse("/sign-in", _SEE_OTHER)


@router.post("/account/deputies")
def add_deputy(
    request: Request,
    visitor: Annotated[Visitor, posting(Permission.DELEGATE)],
    deputy: Annotated[str, Form(max_length=_LONGEST_ACCOUNT)],
    from_on: Annotated[date, Form()],
    until_on: Annotated[date, Form()],
    reason: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Let somebody decide in this person's place for a stretch of days."""
    site = desk_of(request).opened.site
    name_deputy(site, visitor.own, deputy.strip(), (from_on, until_on), reason=reason)
    return RedirectResponse("/account", _SEE_OTHER)


@router.post("/account/deputies/{delegation_id}/end")
def stop_deputy(
    request: Request,
    delegation_id: str,
    visitor: Annotated[Visitor, posting(Permission.DELEGATE)],
) -> Response:
    """End a deputyship of this person's early."""
    end_deputy(desk_of(request).opened.site, visitor.own, delegation_id)
    return RedirectResponse("/account", _SEE_OTHER)
