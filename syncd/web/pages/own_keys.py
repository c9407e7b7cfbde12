"""What somebody signs in with: they change their own password, and set up an authenticator.

Both ask for the current password first (OWASP ASVS 5, 6.2.3, 7.5.1), as slowly as signing in does,
and end every other session of theirs (7.4.3).
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.concurrency import run_in_threadpool

from syncd.core.factors import asks_for_factor
from syncd.errors import IdentityUnavailable, NotPermitted, SignInRefused, WeakPassword
from syncd.flow.access.sign_in import begin_session, knock, prove
from syncd.flow.access.steps import enter
from syncd.flow.access.users import change_own_password
from syncd.ports.identity import Identity
from syncd.web.gate import address_of, desk_of, posting
from syncd.web.pages.account import LONGEST_PASSWORD, account_page, lead_on, unavailable
from syncd.web.visitor import Visitor

router = APIRouter()
_UNAUTHORIZED, _UNPROCESSABLE, _UNAVAILABLE = 401, 422, 503
_Password = Annotated[str, Form(max_length=LONGEST_PASSWORD)]


@router.post("/account/password")
async def change_password(
    request: Request,
    visitor: Annotated[Visitor, posting(None)],
    current: _Password,
    password: _Password,
    again: _Password,
) -> Response:
    """Take another password of a local account; a session under a new secret goes on."""
    if visitor.method != "local":
        raise NotPermitted(
            "the password of this account is changed where it is kept.",
            ja="このアカウントのパスワードは、それを管理しているところで替えてください。",
        )
    if password != again:
        return await run_in_threadpool(account_page, request, visitor, "differ", _UNPROCESSABLE)
    proved = await _prove(request, visitor, current)
    if isinstance(proved, Response):
        return proved
    return await run_in_threadpool(_rekey, request, visitor, proved, password)


def _rekey(request: Request, visitor: Visitor, identity: Identity, password: str) -> Response:
    desk = desk_of(request)
    site = desk.opened.site
    try:
        hashed = desk.opened.new_hash(visitor.account, password)
    except WeakPassword as weak:
        return account_page(request, visitor, weak.fault, _UNPROCESSABLE)
    change_own_password(site, visitor.account, hashed)
    signed_in = begin_session(site, desk.turnstile, identity, address_of(request))
    return lead_on(desk, signed_in, "/account")


@router.post("/account/factor")
async def set_up_factor(
    request: Request, visitor: Annotated[Visitor, posting(None)], current: _Password
) -> Response:
    """Begin to set up an authenticator; the one that there is goes on until the new one works."""
    desk = desk_of(request)
    if not asks_for_factor(visitor.method, desk.turnstile.second_factor):
        raise NotPermitted(
            "this account has its second factor elsewhere, or none is asked for.",
            ja="このアカウントの二要素はほかで管理されているか、求められていません。",
        )
    proved = await _prove(request, visitor, current)
    if isinstance(proved, Response):
        return proved
    site, address = desk.opened.site, address_of(request)

    def begin() -> Response:
        entered = enter(site, desk.turnstile, proved, address, "/account", enrol=True)
        return lead_on(desk, entered, "/account")

    return await run_in_threadpool(begin)


async def _prove(request: Request, visitor: Visitor, current: str) -> Identity | Response:
    """Return who it is by the password they have now, or the page that says what is wrong."""
    desk = desk_of(request)
    site = desk.opened.site
    checks = [check for check in desk.checks if check.method == visitor.method]
    knocked = await run_in_threadpool(knock, site, visitor.account, address_of(request))
    await desk.sleep(knocked.wait_s)
    try:
        return await run_in_threadpool(prove, site, checks, knocked, current)
    except SignInRefused:
        return await run_in_threadpool(account_page, request, visitor, "refused", _UNAUTHORIZED)
    except IdentityUnavailable as why:
        shown = unavailable(why)
        return await run_in_threadpool(account_page, request, visitor, shown, _UNAVAILABLE)
