"""Local accounts: made, listed and disabled by whoever administers the host."""

from __future__ import annotations

from dataclasses import replace

from syncd.core.audit import AuditEvent, AuditRecord
from syncd.core.ids import StaffNumber
from syncd.core.sessions import User
from syncd.core.votes import Role
from syncd.errors import UsageError
from syncd.flow.site import Site


def add_user(
    site: Site,
    account: str,
    password_hash: str,
    by: str,
    staff_number: StaffNumber | None = None,
    roles: frozenset[Role] = frozenset(),
) -> User:
    """Make a local account, or give one that is there a new password and roles.

    Every session of it ends at once. Raises UsageError for a name that cannot be one.
    """
    if not account.strip() or account != account.strip() or len(account) > 256:  # noqa: PLR2004 - a name
        raise UsageError("an account needs a name of at most 256 characters, without outer spaces.")
    now = site.clock()
    user = User(
        account=account,
        staff_number=staff_number,
        password_hash=password_hash,
        roles=roles,
        must_change=False,
        created_at=now,
        created_by=by,
    )
    ground = {"roles": sorted(roles), "staff_number": staff_number}
    with site.store.begin() as unit:
        unit.save_user(user)
        unit.end_sessions(account, now)
        unit.audit([AuditRecord(now, AuditEvent.USER_ADDED, by, account, None, ground)])
    return user


def disable_user(site: Site, account: str, by: str) -> User:
    """Disable a local account and end its sessions at once; raises UsageError for no such one."""
    now = site.clock()
    with site.store.begin() as unit:
        user = unit.user(account)
        if user is None:
            raise UsageError(f"there is no local account {account!r}. 'syncd user list' has all.")
        disabled = replace(user, disabled_at=now)
        unit.save_user(disabled)
        unit.end_sessions(account, now)
        unit.audit([AuditRecord(now, AuditEvent.USER_DISABLED, by, account)])
    return disabled
