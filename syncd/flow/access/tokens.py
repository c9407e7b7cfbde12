"""Tokens of machine clients: made and ended on record, shown once, kept as hashes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from syncd.core.access import Permission
from syncd.core.audit import AuditEvent, AuditRecord
from syncd.core.sessions import TOUCH_EVERY
from syncd.core.tokens import LONGEST, PREFIX, Token
from syncd.errors import UsageError
from syncd.flow.access.sign_in import hash_secret
from syncd.flow.site import Site

_LONGEST_NAME = 256


@dataclass(frozen=True, slots=True)
class TokenWish:
    """What a token is to be: for which machine, with whose roles, for what, for how many days."""

    name: str
    account: str
    scopes: frozenset[Permission]
    days: int


@dataclass(frozen=True, slots=True)
class MadeToken:
    """A new token with its secret, which is shown once and kept nowhere."""

    secret: str
    token: Token


def make_token(site: Site, new_secret: Callable[[], str], wish: TokenWish, by: str) -> MadeToken:
    """Make a token; `new_secret` gives 256 random bits as text. Raises UsageError."""
    _check(wish)
    now, secret = site.clock(), PREFIX + new_secret()
    token = Token(
        token_id=site.new_id(),
        secret_hash=hash_secret(secret),
        name=wish.name,
        account=wish.account,
        scopes=wish.scopes,
        created_at=now,
        created_by=by,
        expires_at=now + timedelta(days=wish.days),
    )
    ground = {
        "name": token.name,
        "account": token.account,
        "scopes": sorted(token.scopes),
        "expires_at": token.expires_at.isoformat(),
    }
    with site.store.begin() as unit:
        unit.add_token(token)
        unit.audit([AuditRecord(now, AuditEvent.TOKEN_MADE, by, token.token_id, None, ground)])
    return MadeToken(secret, token)


def _check(wish: TokenWish) -> None:
    for what, text in (("name", wish.name), ("account", wish.account)):
        if not text.strip() or not text.isprintable() or len(text) > _LONGEST_NAME:
            raise UsageError(
                f"a token needs a {what} of at most {_LONGEST_NAME} printable characters.",
                ja=f"トークンの {what} は、表示できる文字で {_LONGEST_NAME} 字までにしてください。",
            )
    if not wish.scopes:
        raise UsageError(
            "a token needs at least one --scope: it may do that and nothing else.",
            ja="トークンには --scope が一つ以上要ります。できるのは、そこに書いたことだけです。",
        )
    if not 1 <= wish.days <= LONGEST.days:
        raise UsageError(
            f"a token lives from 1 to {LONGEST.days} days: give --days.",
            ja=f"トークンの期間は1日から{LONGEST.days}日までです。--days で指定してください。",
        )


def resolve_token(site: Site, secret: str) -> Token | None:
    """Return the token of a secret where it may still be used; a use each minute is noted.

    One that has ended or expired and is used all the same goes on record: somebody still has it.
    """
    if not secret.startswith(PREFIX):
        return None
    now = site.clock()
    with site.store.begin() as unit:
        token = unit.token(hash_secret(secret))
        if token is None:
            return None
        if not token.is_live(now):
            ground = {"token": token.token_id, "why": "ended" if token.ended_at else "expired"}
            event = AuditEvent.REQUEST_REFUSED
            unit.audit([AuditRecord(now, event, token.account, "console", None, ground)])
            return None
        if token.used_at is None or now - token.used_at >= TOUCH_EVERY:
            unit.touch_token(token.token_id, now)
            token = replace(token, used_at=now)
        return token


def end_token(site: Site, token_id: str, by: str) -> None:
    """End a token at once; raises UsageError where there is none that stands."""
    now = site.clock()
    with site.store.begin() as unit:
        if not unit.end_token(token_id, now):
            raise UsageError(
                f"there is no token {token_id!r} that could be ended. 'syncd token list' has all.",
                ja=f"終えられるトークン {token_id} はありません。",
            )
        unit.audit([AuditRecord(now, AuditEvent.TOKEN_ENDED, by, token_id)])
