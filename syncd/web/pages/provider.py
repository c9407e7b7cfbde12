"""Signing in at the body's OpenID provider: there by a link, back by an address of ours.

Both are plain reads: what binds the answer to this browser is the state that it keeps in a cookie.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.responses import RedirectResponse

from syncd.core.sessions import FLOW_LIVES
from syncd.errors import IdentityUnavailable, SignInRefused
from syncd.flow.access.provider_sign_in import ProviderAnswer, begin_flow, finish_flow
from syncd.ports.identity import Provider
from syncd.web.desk import Desk
from syncd.web.gate import address_of, desk_of, safe_target, set_cookie
from syncd.web.pages.account import sign_in_page, unavailable

router = APIRouter()
_SEE_OTHER = 303
_NOT_FOUND = 404
_LONGEST = 4096


@router.get("/sign-in/oidc")
def go_to_provider(
    request: Request, target: Annotated[str, Query(max_length=_LONGEST)] = "/"
) -> Response:
    """Send the browser to the provider."""
    desk = desk_of(request)
    provider, kept_for = _provider(desk), int(FLOW_LIVES.total_seconds())
    try:
        begun = begin_flow(desk.opened.site, desk.turnstile, provider, safe_target(target))
    except IdentityUnavailable as why:
        return sign_in_page(request, safe_target(target), unavailable(why))
    answer = RedirectResponse(begun.address, _SEE_OTHER)
    # Lax, since the browser comes back from another site; it is good for nothing but this flow.
    answer.set_cookie(
        _cookie(desk),
        begun.state,
        max_age=kept_for,
        httponly=True,
        secure=desk.is_secure,
        samesite="lax",
    )
    return answer


@router.get("/sign-in/oidc/callback")
def come_back(
    request: Request,
    state: Annotated[str, Query(max_length=_LONGEST)] = "",
    code: Annotated[str, Query(max_length=_LONGEST)] = "",
    iss: Annotated[str | None, Query(max_length=_LONGEST)] = None,
    error: Annotated[str, Query(max_length=_LONGEST)] = "",
) -> Response:
    """Begin a session for whom the provider names, or show the form again."""
    desk = desk_of(request)
    provider, kept = _provider(desk), request.cookies.get(_cookie(desk), "")
    brought = ProviderAnswer(state, kept, code, iss, error)
    site, address = desk.opened.site, address_of(request)
    try:
        signed_in, target = finish_flow(site, desk.turnstile, provider, brought, address)
    except (SignInRefused, IdentityUnavailable) as why:
        shown = "provider" if isinstance(why, SignInRefused) else unavailable(why)
        answer = sign_in_page(request, "/", shown)
    else:
        answer = RedirectResponse(safe_target(target), _SEE_OTHER)
        set_cookie(desk, answer, signed_in)
    answer.delete_cookie(_cookie(desk), secure=desk.is_secure, httponly=True, samesite="lax")
    return answer


def _provider(desk: Desk) -> Provider:
    if desk.provider is None:
        raise HTTPException(_NOT_FOUND)
    return desk.provider


def _cookie(desk: Desk) -> str:
    return f"{desk.cookie}-oidc"
