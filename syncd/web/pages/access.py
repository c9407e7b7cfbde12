"""利用者: who can sign in, who is signed in now, which machines have tokens; ending any of it."""

from __future__ import annotations

from itertools import groupby
from typing import Annotated

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from syncd.core.access import Permission
from syncd.core.sessions import Session
from syncd.errors import UsageError
from syncd.flow.access.sign_in import end_sessions_of
from syncd.flow.access.tokens import end_token
from syncd.flow.access.users import disable_user, enable_user
from syncd.web.desk import Desk
from syncd.web.forms import AccountName
from syncd.web.gate import desk_of, door, posting
from syncd.web.render import page
from syncd.web.visitor import Visitor

router = APIRouter()
_SEE_OTHER = 303

Administrator = Annotated[Visitor, posting(Permission.ADMINISTER)]


@router.get("/access")
def show_access(
    request: Request, visitor: Annotated[Visitor, door(Permission.ADMINISTER)]
) -> Response:
    """Show accounts, live sessions, tokens and what the configuration grants."""
    desk = desk_of(request)
    opened = desk.opened
    with opened.site.store.begin() as unit:
        context = {
            "users": unit.users(),
            "signed_in": _by_account(unit.live_sessions(opened.clock()), desk),
            "tokens": unit.tokens(),
            "section_names": {section.code: section.name for section in unit.sections()},
        }
    grants = {"grants": opened.settings.grants()}
    return page(request, "access.html", visitor, {**context, **grants})


def _by_account(sessions: tuple[Session, ...], desk: Desk) -> list[tuple[str, list[Session]]]:
    """Return who is signed in, without the sessions that nobody used for too long."""
    now = desk.opened.clock()
    live = [session for session in sessions if session.is_live(now, desk.turnstile.idle)]
    return [(account, list(theirs)) for account, theirs in groupby(live, lambda s: s.account)]


@router.post("/access/end-sessions")
def end_sessions(request: Request, visitor: Administrator, account: AccountName) -> Response:
    """End every session of an account at once, whatever way they came."""
    end_sessions_of(desk_of(request).opened.site, account, visitor.account)
    return RedirectResponse("/access", _SEE_OTHER)


@router.post("/access/disable")
def disable(request: Request, visitor: Administrator, account: AccountName) -> Response:
    """Disable a local account; its sessions end at once."""
    if account == visitor.account:
        raise UsageError(
            "nobody disables the account under which they are signed in.",
            ja="自分がサインインしているアカウントは無効にできません。",
        )
    disable_user(desk_of(request).opened.site, account, visitor.account)
    return RedirectResponse("/access", _SEE_OTHER)


@router.post("/access/enable")
def enable(request: Request, visitor: Administrator, account: AccountName) -> Response:
    """Open a disabled local account again, as it was."""
    enable_user(desk_of(request).opened.site, account, visitor.account)
    return RedirectResponse("/access", _SEE_OTHER)


@router.post("/access/tokens/{token_id}/end")
def stop_token(request: Request, token_id: str, visitor: Administrator) -> Response:
    """End a machine's token at once."""
    end_token(desk_of(request).opened.site, token_id, visitor.account)
    return RedirectResponse("/access", _SEE_OTHER)
