"""`syncd user`: who comes into the console, with what, and how they are shown out."""

from __future__ import annotations

import argparse
import getpass
import sys
from typing import Any

from rich.text import Text

from syncd.bootstrap import OpenSite, acting_account
from syncd.cli.opening import answer, open_for
from syncd.core.ids import normalise_staff_number
from syncd.core.sessions import User
from syncd.core.votes import Role
from syncd.errors import UsageError
from syncd.flow.access.sign_in import end_everybody, end_sessions_of
from syncd.flow.access.steps import reset_factor
from syncd.flow.access.users import add_user, disable_user, enable_user, set_password
from syncd.flow.site import Site


def run(arguments: argparse.Namespace) -> int:
    """Do what was asked of the local accounts."""
    opened = open_for(arguments)
    if arguments.action == "list":
        with opened.site.store.begin() as unit:
            users = unit.users()
        return _tell(arguments, users)
    if arguments.all:
        return _sign_everybody_out(arguments, opened.site)
    if not arguments.account:
        raise UsageError(
            "name the account: syncd user add ACCOUNT",
            ja="アカウントを書いてください: syncd user add ACCOUNT",
        )
    if arguments.action in _OF_ANY_ACCOUNT:
        return _OF_ANY_ACCOUNT[arguments.action](arguments, opened.site)
    if arguments.action in _CHANGES:
        change = _CHANGES[arguments.action]
        return _tell(arguments, [change(opened.site, arguments.account, acting_account())])
    return _tell(arguments, [_key(arguments, opened)])


def _key(arguments: argparse.Namespace, opened: OpenSite) -> User:
    """Make an account or give one another password.

    What an administrator sets for somebody else is good until that person chooses another one.
    """
    site, account, by = opened.site, arguments.account, acting_account()
    hashed, must_change = opened.new_hash(account, _read_password()), account != by
    if arguments.action == "password":
        return set_password(site, account, hashed, by, must_change=must_change)
    number = arguments.staff_number
    width = opened.settings.model.organization.staff_number_width
    return add_user(
        site,
        account,
        hashed,
        by,
        None if number is None else normalise_staff_number(number, width),
        frozenset(Role(role) for role in arguments.role),
        must_change=must_change,
    )


def _sign_out(arguments: argparse.Namespace, site: Site) -> int:
    """End the sessions of an account, those of the directory and the provider too."""
    account = arguments.account
    ended = end_sessions_of(site, account, acting_account())
    answer(arguments, {"account": account, "ended": ended}, Text(f"{account}  {ended} ended"))
    return 0


def _sign_everybody_out(arguments: argparse.Namespace, site: Site) -> int:
    """End every session there is; raises UsageError where anything else was to be done to all."""
    if arguments.action != "sign-out" or arguments.account:
        raise UsageError(
            "--all stands alone, with sign-out: syncd user sign-out --all",
            ja="--all は sign-out だけに、単独で使います: syncd user sign-out --all",
        )
    ended = end_everybody(site, acting_account())
    answer(arguments, {"ended": ended}, Text(f"{ended} ended"))
    return 0


def _reset_factor(arguments: argparse.Namespace, site: Site) -> int:
    """Forget the authenticator of an account, of the directory too."""
    reset_factor(site, arguments.account, acting_account())
    answer(arguments, {"account": arguments.account}, Text(f"{arguments.account}  reset"))
    return 0


_OF_ANY_ACCOUNT = {"sign-out": _sign_out, "reset-factor": _reset_factor}
_CHANGES = {"disable": disable_user, "enable": enable_user}


def _read_password() -> str:
    """Ask twice on a terminal; else take one line of stdin. Raises UsageError."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass("password: ")
    if getpass.getpass("again: ") != password:
        raise UsageError("the two passwords differ.", ja="二つのパスワードが違います。")
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
