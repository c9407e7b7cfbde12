"""Local accounts: made, listed and disabled by whoever administers the host."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from syncd.core.audit import AuditEvent, AuditRecord
from syncd.core.ids import StaffNumber
from syncd.core.sessions import User
from syncd.core.votes import Role
from syncd.errors import UsageError
from syncd.flow.site import Site

_LONGEST_NAME = 256


def add_user(  # noqa: PLR0913 - what there is to say about an account, in one call
    site: Site,
    account: str,
    password_hash: str,
    by: str,
    staff_number: StaffNumber | None = None,
    roles: frozenset[Role] = frozenset(),
    *,
    must_change: bool = False,
) -> User:
    """Make a local account; raises UsageError for a name that is taken or cannot be one.

    With `must_change` the password is good for one thing: to choose another one.
    """
    named = account.strip() == account and account.isprintable()
    if not account or not named or len(account) > _LONGEST_NAME:
        raise UsageError(
            f"an account needs a name of at most {_LONGEST_NAME} printable characters, without "
            "outer spaces.",
            ja=(
                f"アカウントの名前は、表示できる文字で {_LONGEST_NAME} 字まで、"
                "前後に空白なしにしてください。"
            ),
        )
    now = site.clock()
    user = User(
        account=account,
        staff_number=staff_number,
        password_hash=password_hash,
        roles=roles,
        must_change=must_change,
        created_at=now,
        created_by=by,
    )
    ground = {"roles": sorted(roles), "staff_number": staff_number}
    with site.store.begin() as unit:
        if unit.user(account) is not None:
            raise UsageError(
                f"there is a local account {account!r} already. 'syncd user password' gives it a "
                "new password, 'syncd user enable' opens it again.",
                ja=f"アカウント {account} はすでにあります。"
                "パスワードは syncd user password、有効に戻すのは syncd user enable です。",
            )
        unit.save_user(user)
        unit.audit([AuditRecord(now, AuditEvent.USER_ADDED, by, account, None, ground)])
    return user


def set_password(
    site: Site, account: str, password_hash: str, by: str, *, must_change: bool = False
) -> User:
    """Give an account a new password; its roles stay, its sessions end. Raises UsageError."""
    changes: dict[str, Any] = {"password_hash": password_hash, "must_change": must_change}
    return _changed(site, account, AuditEvent.USER_REKEYED, by, **changes)


def change_own_password(site: Site, account: str, password_hash: str, *, but: str = "") -> None:
    """Take the password that somebody chose for themselves; every session of theirs ends.

    So does every sign-in under way, but for the one in which they chose it. Raises UsageError.
    """
    changes: dict[str, Any] = {"password_hash": password_hash, "must_change": False}
    _changed(site, account, AuditEvent.USER_REKEYED, account, but=but, **changes)


def disable_user(site: Site, account: str, by: str) -> User:
    """Disable a local account and end its sessions at once; raises UsageError for no such one."""
    return _changed(site, account, AuditEvent.USER_DISABLED, by, disabled_at=site.clock())


def enable_user(site: Site, account: str, by: str) -> User:
    """Open a disabled account again, as it was; raises UsageError for no such one."""
    return _changed(site, account, AuditEvent.USER_ENABLED, by, disabled_at=None)


def _changed(
    site: Site,
    account: str,
    event: AuditEvent,
    by: str,
    *,
    but: str = "",
    **changes: Any,  # noqa: ANN401 - fields of User
) -> User:
    now = site.clock()
    with site.store.begin() as unit:
        user = unit.user(account)
        if user is None:
            raise UsageError(
                f"there is no local account {account!r}. 'syncd user list' has all.",
                ja=f"アカウント {account} は、このコンソールのものにはありません。",
            )
        changed = replace(user, **changes)
        unit.save_user(changed)
        unit.end_sessions(account, now)
        unit.end_pending_of(account, but=but)
        unit.audit([AuditRecord(now, event, by, account)])
    return changed
