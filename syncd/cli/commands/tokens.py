"""`syncd token add|list|end`: tokens of machine clients of the HTTP API."""

from __future__ import annotations

import argparse
from typing import Any

from rich.text import Text

from syncd.bootstrap import acting_account, new_secret
from syncd.cli.opening import answer, open_for
from syncd.core.access import Permission
from syncd.core.tokens import Token
from syncd.errors import UsageError
from syncd.flow.access.tokens import TokenWish, end_token, make_token


def run(arguments: argparse.Namespace) -> int:
    """Do what was asked of the tokens."""
    site = open_for(arguments).site
    if arguments.action == "add":
        scopes = frozenset(Permission(scope) for scope in arguments.scope)
        wish = TokenWish(arguments.what or "", arguments.account or "", scopes, arguments.days)
        made = make_token(site, new_secret, wish, acting_account())
        shown = (
            f"{made.secret}\n{_line(made.token)}\nこのトークンは二度と表示されません / shown once"
        )
        as_json = {"secret": made.secret, "token": _json(made.token)}
        answer(arguments, as_json, Text(shown))
        return 0
    if arguments.action == "end":
        if not arguments.what:
            raise UsageError(
                "name the token: syncd token end ID",
                ja="トークンの番号を書いてください: syncd token end ID",
            )
        end_token(site, arguments.what, acting_account())
    with site.store.begin() as unit:
        tokens = unit.tokens()
    lines = "\n".join(_line(token) for token in tokens)
    answer(arguments, {"tokens": [_json(token) for token in tokens]}, Text(lines))
    return 0


def _line(token: Token) -> str:
    until = f"{token.expires_at:%Y-%m-%d %H:%M}"
    ended = "" if token.ended_at is None else "  (ended)"
    scopes = ",".join(sorted(token.scopes))
    return f"{token.token_id}  {token.name}  {token.account}  {scopes}  -> {until}{ended}"


def _json(token: Token) -> dict[str, Any]:
    return {
        "token_id": token.token_id,
        "name": token.name,
        "account": token.account,
        "scopes": sorted(token.scopes),
        "created_at": token.created_at.isoformat(),
        "created_by": token.created_by,
        "expires_at": token.expires_at.isoformat(),
        "used_at": None if token.used_at is None else token.used_at.isoformat(),
        "ended_at": None if token.ended_at is None else token.ended_at.isoformat(),
    }
