"""Signing in and out, the language, one's sessions, and who decides in one's place (代決)."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import structlog
from fastapi import APIRouter, Form, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse

from syncd.core.access import Permission
from syncd.core.factors import asks_for_factor
from syncd.errors import IdentityUnavailable, SignInRefused, SyncdError
from syncd.flow.access.deputies import end_deputy, name_deputy
from syncd.flow.access.sign_in import SignedIn, end_session, end_sessions_of, knock, prove
from syncd.flow.access.steps import BegunSteps, enter
from syncd.reports.words import Lang
from syncd.web.desk import Desk
from syncd.web.forms import AccountName
from syncd.web.gate import (
    address_of,
    check_origin,
    desk_of,
    door,
    posting,
    safe_target,
    set_cookie,
    set_steps_cookie,
    steps_cookie,
)
from syncd.web.render import page
from syncd.web.visitor import Visitor

router = APIRouter()
_SEE_OTHER = 303
LONGEST_PASSWORD = 1024
NEXT = "/sign-in/next"
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
    account: AccountName,
    password: Annotated[str, Form(max_length=LONGEST_PASSWORD)],
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
        identity = await run_in_threadpool(prove, site, desk.checks, knocked, password)
    except (SignInRefused, IdentityUnavailable) as why:
        shown = "refused" if isinstance(why, SignInRefused) else unavailable(why)
        return sign_in_page(request, safe_target(target), shown)
    entered = await run_in_threadpool(
        enter, site, desk.turnstile, identity, knocked.address, safe_target(target)
    )
    return lead_on(desk, entered, safe_target(target))


def lead_on(desk: Desk, entered: SignedIn | BegunSteps, target: str) -> Response:
    """Answer who is in with what they asked for, and who owes a step with that step."""
    if isinstance(entered, BegunSteps):
        answer = RedirectResponse(NEXT, _SEE_OTHER)
        set_steps_cookie(desk, answer, entered.secret)
        return answer
    answer = RedirectResponse(target, _SEE_OTHER)
    set_cookie(desk, answer, entered)
    answer.delete_cookie(
        steps_cookie(desk), secure=desk.is_secure, httponly=True, samesite="strict"
    )
    return answer


@router.post("/sign-out", dependencies=[posting(None)])
def sign_out(request: Request) -> Response:
    """End the session at once."""
    desk = desk_of(request)
    end_session(desk.opened.site, request.state.session)
    answer = _signed_out()
    answer.delete_cookie(desk.cookie, secure=desk.is_secure, httponly=True)
    return answer


def _signed_out() -> Response:
    """Return to the form, and let the browser forget what it was shown (ASVS 14.3.1).

    Not "cookies": that would reach every host of the body's domain.
    """
    answer = RedirectResponse("/sign-in", _SEE_OTHER)
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


@router.post("/language")
def choose_language(
    request: Request, lang: Annotated[Lang, Form()], target: Annotated[str, Form()] = "/"
) -> Response:
    """Keep the language in this browser; it is nothing worth forging."""
    desk = desk_of(request)
    answer = RedirectResponse(safe_target(target), _SEE_OTHER)
    answer.set_cookie(
        desk.language_cookie,
        str(lang),
        max_age=31_536_000,
        secure=desk.is_secure,
        samesite="lax",
        httponly=True,
    )
    return answer


@router.get("/account")
def show_account(request: Request, visitor: Annotated[Visitor, door(None)]) -> Response:
    """Show the person's sessions and deputies, and how they sign in."""
    return account_page(request, visitor)


def account_page(
    request: Request, visitor: Visitor, fault: str = "", status: int = 200
) -> Response:
    """Return the page, with what was wrong with a password or code that was given on it."""
    desk = desk_of(request)
    with desk.opened.site.store.begin() as unit:
        context = {
            "sessions": unit.sessions_of(visitor.account, desk.opened.clock()),
            "current": request.state.session.id_hash,
            "handed": unit.delegations_by(visitor.account),
            "factor": unit.factor(visitor.account),
            "asks_for_factor": asks_for_factor(visitor.method, desk.turnstile.second_factor),
            "fault": fault,
        }
    return page(request, "account.html", visitor, context, status)


@router.post("/account/end-sessions")
def end_all_sessions(request: Request, visitor: Annotated[Visitor, posting(None)]) -> Response:
    """End every session of the person, this one included."""
    end_sessions_of(desk_of(request).opened.site, visitor.account, visitor.account)
    return _signed_out()


@router.post("/account/deputies")
def add_deputy(
    request: Request,
    visitor: Annotated[Visitor, posting(Permission.DELEGATE)],
    deputy: AccountName,
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
