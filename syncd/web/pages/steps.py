"""Between the right password and the session: a code, another password, an authenticator.

Three plain forms behind one address, which shows whatever is owed. What has come so far stands in
the store; the browser keeps a secret that no other site's page can send (SameSite=Strict).
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse

from syncd.core.factors import PendingSignIn, Step, otpauth_uri
from syncd.errors import SignInRefused, WeakPassword
from syncd.flow.access.steps import choose_password, due, enrol, finish, give_code, knock_with_code
from syncd.web.gate import address_of, check_origin, desk_of, safe_target, steps_cookie
from syncd.web.pages.account import LONGEST_PASSWORD, NEXT, lead_on
from syncd.web.qr import qr_svg
from syncd.web.render import page

router = APIRouter()
_SEE_OTHER = 303
_UNAUTHORIZED, _UNPROCESSABLE = 401, 422
_LONGEST_CODE = 32
_TEMPLATES = {
    Step.CODE: "step_code.html",
    Step.PASSWORD: "step_password.html",
    Step.ENROL: "step_enrol.html",
}


@router.get(NEXT)
def show_step(request: Request) -> Response:
    """Show the form of what is owed."""
    found = _due(request)
    return _begin_again() if found is None else _step_page(request, *found)


@router.post("/sign-in/code")
async def take_code(
    request: Request, code: Annotated[str, Form(max_length=_LONGEST_CODE)]
) -> Response:
    """Take a code of the authenticator; waiting holds no thread."""
    check_origin(request)
    desk, found = desk_of(request), await run_in_threadpool(_due, request)
    if found is None or found[1] is not Step.CODE:
        return _begin_again()
    pending, site = found[0], desk.opened.site
    address = address_of(request)
    knocked = await run_in_threadpool(knock_with_code, site, pending.account, address)
    await desk.sleep(knocked.wait_s)
    try:
        await run_in_threadpool(give_code, site, pending, knocked, code)
    except SignInRefused:
        return _step_page(request, pending, Step.CODE, "code", _UNAUTHORIZED)
    return await run_in_threadpool(_go_on, request)


@router.post("/sign-in/password")
def take_password(
    request: Request,
    password: Annotated[str, Form(max_length=LONGEST_PASSWORD)],
    again: Annotated[str, Form(max_length=LONGEST_PASSWORD)],
) -> Response:
    """Take the password that somebody chooses in place of the one they were given."""
    check_origin(request)
    found = _due(request)
    if found is None or found[1] is not Step.PASSWORD:
        return _begin_again()
    pending, opened = found[0], desk_of(request).opened
    if password != again:
        return _step_page(request, pending, Step.PASSWORD, "differ", _UNPROCESSABLE)
    try:
        hashed = opened.new_hash(pending.account, password)
    except WeakPassword as weak:
        return _step_page(request, pending, Step.PASSWORD, weak.fault, _UNPROCESSABLE)
    choose_password(opened.site, pending, hashed)
    return _go_on(request)


@router.post("/sign-in/enrol")
def take_authenticator(
    request: Request, code: Annotated[str, Form(max_length=_LONGEST_CODE)]
) -> Response:
    """Keep the authenticator that shows a right code."""
    check_origin(request)
    found = _due(request)
    if found is None or found[1] is not Step.ENROL:
        return _begin_again()
    try:
        enrol(desk_of(request).opened.site, found[0], code)
    except SignInRefused:
        return _step_page(request, found[0], Step.ENROL, "code", _UNAUTHORIZED)
    return _go_on(request)


def _due(request: Request) -> tuple[PendingSignIn, Step] | None:
    """Return the sign-in of this browser and what it owes."""
    desk = desk_of(request)
    secret = request.cookies.get(steps_cookie(desk), "")
    found = due(desk.opened.site, desk.turnstile, secret) if secret else None
    return None if found is None or found[1] is None else (found[0], found[1])


def _go_on(request: Request) -> Response:
    """Show the next step; where there is none, begin the session."""
    desk = desk_of(request)
    site, secret = desk.opened.site, request.cookies.get(steps_cookie(desk), "")
    found = due(site, desk.turnstile, secret)
    if found is None:
        return _begin_again()
    pending, step = found
    if step is not None:
        return RedirectResponse(NEXT, _SEE_OTHER)
    return lead_on(desk, finish(site, desk.turnstile, pending), safe_target(pending.target))


def _begin_again() -> Response:
    return RedirectResponse("/sign-in", _SEE_OTHER)


def _step_page(
    request: Request, pending: PendingSignIn, step: Step, fault: str = "", status: int = 200
) -> Response:
    context: dict[str, Any] = {"account": pending.account, "fault": fault}
    if step is Step.ENROL:
        organization = desk_of(request).opened.settings.model.organization.name
        uri = otpauth_uri(pending.offered, pending.account, f"{organization} syncd")
        context |= {"secret": pending.offered, "picture": qr_svg(uri)}
    return page(request, _TEMPLATES[step], None, context, status)
