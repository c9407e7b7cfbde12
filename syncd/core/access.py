"""Who may do and see what in the console and over HTTP: one table, no exceptions elsewhere.

What a person may decide about a single case is `votes.check_may_decide`; here it is only said
which doors a role opens at all. 内示 opens to `personnel` and to people named for it, nobody else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType

from syncd.core.votes import Actor, Role
from syncd.errors import NotPermitted


class Permission(StrEnum):
    """One door; permanent names, which tokens carry as scopes."""

    READ = "read"
    DECIDE = "decide"
    HANDLE_TASKS = "handle-tasks"
    DELEGATE = "delegate"
    START_SYNC = "start-sync"
    BRING_ORDERS = "bring-orders"
    SEE_ADVANCE_NOTICES = "see-advance-notices"
    READ_TRAIL = "read-trail"
    TEST_CONNECTIONS = "test-connections"
    HOLD_REVIEWS = "hold-reviews"
    ADMINISTER = "administer"


_P = Permission

PERMISSIONS: Mapping[Role, frozenset[Permission]] = MappingProxyType(
    {
        Role.OPERATOR: frozenset(
            {
                *(_P.READ, _P.HANDLE_TASKS, _P.START_SYNC, _P.READ_TRAIL),
                *(_P.TEST_CONNECTIONS, _P.HOLD_REVIEWS),
            }
        ),
        Role.APPROVER: frozenset({_P.READ, _P.DECIDE, _P.DELEGATE, _P.HANDLE_TASKS}),
        Role.PERSONNEL: frozenset(
            {
                *(_P.READ, _P.HANDLE_TASKS, _P.START_SYNC),
                *(_P.BRING_ORDERS, _P.SEE_ADVANCE_NOTICES),
            }
        ),
        Role.AUDITOR: frozenset({_P.READ, _P.READ_TRAIL}),
        Role.CHIEF: frozenset(
            {
                *(_P.READ, _P.DECIDE, _P.DELEGATE, _P.HANDLE_TASKS, _P.READ_TRAIL),
                _P.HOLD_REVIEWS,
            }
        ),
        Role.ADMIN: frozenset(
            {
                *(_P.READ, _P.HANDLE_TASKS, _P.START_SYNC, _P.READ_TRAIL),
                *(_P.TEST_CONNECTIONS, _P.HOLD_REVIEWS, _P.ADMINISTER),
            }
        ),
    }
)


def permissions_of(actor: Actor, scopes: Iterable[Permission] | None = None) -> frozenset[_P]:
    """Return every door that is open to an actor; a token's `scopes` can only close some."""
    opened = frozenset(p for role in actor.roles for p in PERMISSIONS[role])
    if actor.named_for_advance_notices and opened:
        opened |= {_P.SEE_ADVANCE_NOTICES}
    return opened if scopes is None else opened & frozenset(scopes)


def require(opened: Iterable[Permission], permission: Permission, account: str) -> None:
    """Raise NotPermitted where a door is closed to an account."""
    if permission in opened:
        return
    roles = "、".join(sorted(str(r) for r, p in PERMISSIONS.items() if permission in p))
    raise NotPermitted(
        f"{account} may not do this ({permission}). It needs one of these roles: {roles}. "
        "An administrator gives roles under [[actors]] in the configuration.",
        ja=(
            f"{account} にはこの操作（{permission}）が許されていません。必要な役割: {roles}。"
            "役割は管理者が設定の [[actors]] で与えます。"
        ),
    )
