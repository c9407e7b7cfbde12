"""`syncd user add|list|password|disable|enable|sign-out`: who comes into the console."""

from __future__ import annotations

import argparse
import getpass
import sys
from typing import Any

from rich.text import Text

from syncd.bootstrap import acting_account
from syncd.cli.opening import answer, open_for
from syncd.core.ids import normalise_staff_number
from syncd.core.sessions import User
from syncd.core.votes import Role
from syncd.errors import UsageError
from syncd.flow.sign_in import end_sessions_of
from syncd.flow.users import add_user, disable_user, enable_user, set_password
from syncd.identity.local import hash_password


def run(arguments: argparse.Namespace) -> int:
    """Do what was asked of the local accounts."""
    opened = open_for(arguments)
    if arguments.action == "list":
        with opened.site.store.begin() as unit:
            users = unit.users()
        return _tell(arguments, users)
    if not arguments.account:
        raise UsageError(
            "name the account: syncd user add ACCOUNT",
            ja="アカウントを書いてください: syncd user add ACCOUNT",
        )
    site, account, by = opened.site, arguments.account, acting_account()
    if arguments.action == "sign-out":  # those of the directory and the provider too
        ended = end_sessions_of(site, account, by)
        answer(arguments, {"account": account, "ended": ended}, Text(f"{account}  {ended} ended"))
        return 0
    if arguments.action == "password":
        return _tell(arguments, [set_password(site, account, hash_password(_read_password()), by)])
    if arguments.action != "add":
        change = {"disable": disable_user, "enable": enable_user}[arguments.action]
        return _tell(arguments, [change(site, account, by)])
    number = arguments.staff_number
    width = opened.settings.model.organization.staff_number_width
    user = add_user(
        site,
        account,
        hash_password(_read_password()),
        by,
        None if number is None else normalise_staff_number(number, width),
        frozenset(Role(role) for role in arguments.role),
    )
    return _tell(arguments, [user])


def _read_password() -> str:
    """Ask twice on a terminal; else take one line of stdin. Raises UsageError."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass("password: ")
    if getpass.getpass("again: ") != password:
        raise UsageError("the two passwords differ.", ja="二つの合言葉が違います。")
    return password


def _tell(arguments: argparse.Namespace, users: list[User] | tuple[User, ...]) -> int:
    lines = [f"{u.account}  {', '.join(sorted(u.roles)) or '-'}{_state(u)}" for u in users]
    answer(arguments, {"users": [_json(u) for u in users]}, Text("\n".join(lines)))
    return 0


def _state(user: User) -> str:
    return "" if user.disabled_at is None else "  (disabled)"


def _json(user: User) -> dict[str, Any]:
    return {
        "account": user.account,
        "staff_number": user.staff_number,
        "roles": sorted(user.roles),
        "disabled": user.disabled_at is not None,
    }
