"""The gate: who comes in, through which door, and that a form was sent by our own page.

Every route names its door with `door(...)`; `tests/web/test_roles_and_routes.py` holds that none
is without one. A request that changes something must carry the session's CSRF token and come from
our own origin (OWASP ASVS 5, 3.5).
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Annotated, Any
from urllib.parse import quote, urlsplit

import structlog
from fastapi import Depends, Form, Request, Response

from syncd.bilingual import Bilingual
from syncd.core.access import Permission, require
from syncd.core.acting import Someone
from syncd.core.audit import AuditEvent, AuditRecord
from syncd.core.sessions import FLOW_LIVES, Session
from syncd.errors import NotPermitted, SyncdError
from syncd.flow.access.sign_in import SignedIn, resume
from syncd.flow.access.tokens import resolve_token
from syncd.flow.site import Site
from syncd.web.desk import Desk
from syncd.web.pace import TooManyRequests
from syncd.web.render import lang_of
from syncd.web.visitor import Visitor

DOORS: dict[Callable[..., Visitor], Permission | None] = {}
"""What each dependency asks for, so that a test can hold every route to its door."""

_PORTS = {"http": 80, "https": 443}
_ALWAYS_HEARD = ("/events", "/sign-out", "/account/end-sessions")
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_SAME = frozenset({"same-origin", "none"})


class NotSignedIn(SyncdError):  # noqa: N818 - a refusal says what it is
    """Nobody is signed in, or not any more."""


class ForgedRequest(NotPermitted):
    """A request that changes something did not come from a page of ours."""


def desk_of(request: Request) -> Desk:
    """Return the desk of the application."""
    desk: Desk = request.app.state.desk
    return desk


def address_of(request: Request) -> str:
    """Return the client's address; a proxy's word counts only where it is trusted."""
    return request.client.host if request.client is not None else ""


def session_of(request: Request) -> Session | None:
    """Return the live session of the browser's cookie."""
    desk = desk_of(request)
    secret = request.cookies.get(desk.cookie)
    return None if not secret else resume(desk.opened.site, desk.turnstile, secret)


def visitor_of(request: Request) -> Visitor:
    """Return who is signed in; raises NotSignedIn."""
    desk, session = desk_of(request), session_of(request)
    someone = None if session is None else _someone(desk, session)
    if session is None or someone is None:
        raise NotSignedIn("nobody is signed in")
    request.state.session = session
    actors = desk.opened.actors(someone)
    return Visitor(actors, session.csrf, lang_of(request), session.created_at, session.method)


def _someone(desk: Desk, session: Session) -> Someone | None:
    """Return whose session it is; None for a local account that was disabled meanwhile."""
    if session.method != "local":
        return Someone(session.account, session.staff_number)
    return _local(desk.opened.site, session.account)


def _local(site: Site, account: str, or_else: Someone | None = None) -> Someone | None:
    """Return the person of a local account; None where it is disabled, `or_else` where none is."""
    with site.store.begin() as unit:
        user = unit.user(account)
    if user is None:
        return or_else
    return None if user.disabled_at else Someone(account, user.staff_number, roles=user.roles)


def door(permission: Permission | None) -> Any:  # noqa: ANN401 - what FastAPI's Depends returns
    """Return the dependency of a page that is read: the visitor, if the door is open to them."""

    def enter(request: Request) -> Visitor:
        visitor = visitor_of(request)
        _count(request, f"person {visitor.account}")
        _require(request, visitor, permission)
        return visitor

    DOORS[enter] = permission
    return Depends(enter)


def posting(permission: Permission | None) -> Any:  # noqa: ANN401 - what FastAPI's Depends returns
    """Return the dependency of a form: the visitor, who sent it from a page of ours."""

    def enter(request: Request, csrf: Annotated[str, Form()] = "") -> Visitor:
        visitor = visitor_of(request)
        _count(request, f"person {visitor.account}")
        _check_form(
            request,
            visitor,
            csrf,
            Bilingual(
                "the form is too old or not ours. Open the page again.",
                ja="フォームが古いか、この画面のものではありません。ページを開き直してください。",
            ),
        )
        _require(request, visitor, permission)
        return visitor

    DOORS[enter] = permission
    return Depends(enter)


def api_door(permission: Permission | None) -> Any:  # noqa: ANN401 - what FastAPI's Depends returns
    """Return the dependency of an API route: a machine by its token, or the browser's session.

    A browser's request that changes something needs `X-CSRF-Token`; a machine's needs none, since
    no browser sends a token by itself. Raises NotSignedIn, ForgedRequest, NotPermitted.
    """

    def enter(request: Request) -> Visitor:
        visitor = _machine_of(request) or _scripted(request)
        _require(request, visitor, permission)
        return visitor

    DOORS[enter] = permission
    return Depends(enter)


def is_still_in(request: Request) -> bool:
    """Tell whether who began a request that goes on would still be let in."""
    try:
        return (_machine_of(request) or visitor_of(request)) is not None
    except NotSignedIn:
        return False


def _machine_of(request: Request) -> Visitor | None:
    """Return the machine whose token was sent (RFC 6750, section 2.1); None without one.

    Raises NotSignedIn for a token that is none, whatever cookie came with it.
    """
    given = request.headers.get("Authorization")
    if given is None:
        return None
    scheme, _, secret = given.partition(" ")
    site = desk_of(request).opened.site
    token = resolve_token(site, secret.strip()) if scheme.lower() == "bearer" else None
    someone = None if token is None else _local(site, token.account, or_else=Someone(token.account))
    if token is None or someone is None:
        raise NotSignedIn("the token is unknown, ended or expired")
    _count(request, f"token {token.token_id}")
    # A machine is nobody's deputy (代決): it has the account's own right and no other.
    own = desk_of(request).opened.actors(someone)[:1]
    return Visitor(own, "", lang_of(request), token.created_at, "token", token.scopes)


def _scripted(request: Request) -> Visitor:
    """Return who is signed in where a script of our own pages sends the request."""
    visitor = visitor_of(request)
    _count(request, f"person {visitor.account}")
    if request.method not in _SAFE:
        given = request.headers.get("X-CSRF-Token", "")
        why = Bilingual(
            "the request lacks the X-CSRF-Token of this session.",
            ja="要求に、このセッションの X-CSRF-Token がありません。",
        )
        _check_form(request, visitor, given, why)
    return visitor


def _check_form(request: Request, visitor: Visitor, token: str, why: Bilingual) -> None:
    """Raise ForgedRequest for what no page of this session sent; that is on record."""
    try:
        check_origin(request)
        _check_token(token, visitor.csrf, why)
    except ForgedRequest:
        record_refusal(request, visitor.account, "forged")
        raise


def _count(request: Request, who: str) -> None:
    """Count a request; raises TooManyRequests. Following a run and leaving are always heard."""
    pace = desk_of(request).pace
    if pace is None or request.url.path.endswith(_ALWAYS_HEARD):
        return
    try:
        pace.spend(who)
    except TooManyRequests:
        structlog.get_logger("syncd.web").warning("request.paced", who=who, path=request.url.path)
        raise


def _check_token(given: str, kept: str, why: Bilingual) -> None:
    if not hmac.compare_digest(given.encode(), kept.encode()):
        raise ForgedRequest(why, ja=why.ja)


def _require(request: Request, visitor: Visitor, permission: Permission | None) -> None:
    """Hold the door's rule; None is open to whoever is signed in."""
    if permission is None:
        return
    try:
        require(visitor.opened, permission, visitor.account)
    except NotPermitted:
        record_refusal(request, visitor.account, str(permission))
        raise


def record_refusal(request: Request, account: str, why: str) -> None:
    """Put on record that somebody was refused at a door."""
    site = desk_of(request).opened.site
    ground = {"route": request.url.path, "why": why}
    record = AuditRecord(site.clock(), AuditEvent.REQUEST_REFUSED, account, "console", None, ground)
    with site.store.begin() as unit:
        unit.audit([record])


def check_origin(request: Request) -> None:
    """Raise ForgedRequest for a request that another site's page sent."""
    fetched_from = request.headers.get("Sec-Fetch-Site")
    if fetched_from is not None and fetched_from not in _SAME:
        raise ForgedRequest(
            "the request came from another site.", ja="この要求は別のサイトから来ました。"
        )
    origin = request.headers.get("Origin")
    if origin is not None and not _is_ours(request, origin):
        raise ForgedRequest(
            "the request came from another site.", ja="この要求は別のサイトから来ました。"
        )


def _is_ours(request: Request, origin: str) -> bool:
    """Tell whether an origin is this console's: by Host, or by name behind a proxy."""
    public_url = desk_of(request).public_url
    if public_url and _origin_of(origin) == _origin_of(public_url):
        return True
    return origin.partition("://")[2] == request.headers.get("Host")


def _origin_of(url: str) -> tuple[str, str | None, int | None]:
    """Return (scheme, host, port) of an address (RFC 6454, section 4); no host for no address."""
    try:
        parts = urlsplit(url)
        return parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return "", None, None


def set_cookie(desk: Desk, response: Response, signed_in: SignedIn) -> None:
    """Give the browser the session's secret; scripts never see it."""
    response.set_cookie(
        desk.cookie,
        signed_in.secret,
        httponly=True,
        secure=desk.is_secure,
        samesite="lax",
        path="/",
    )


def set_steps_cookie(desk: Desk, response: Response, secret: str) -> None:
    """Give the browser the secret of a sign-in that owes a step; no other site's page sends it."""
    response.set_cookie(
        steps_cookie(desk),
        secret,
        max_age=int(FLOW_LIVES.total_seconds()),
        httponly=True,
        secure=desk.is_secure,
        samesite="strict",
        path="/",
    )


def steps_cookie(desk: Desk) -> str:
    """Return the name of the cookie of a sign-in that is under way."""
    return f"{desk.cookie}-steps"


def sign_in_address(request: Request) -> str:
    """Return where to sign in, coming back to what was asked for."""
    target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return "/sign-in" if target == "/" else f"/sign-in?target={quote(target)}"


def safe_target(target: str) -> str:
    """Return an address of ours; anything that leads elsewhere becomes the first page."""
    try:
        parts = urlsplit(target)
    except ValueError:  # "//[" is no address at all
        return "/"
    is_ours = not parts.scheme and not parts.netloc and target.startswith("/")
    return target if is_ours and not target.startswith(("//", "/\\")) else "/"
