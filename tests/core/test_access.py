"""The table of doors: what each role opens, read from the other side."""

from __future__ import annotations

import pytest

from syncd.core.access import Permission, permissions_of, require
from syncd.core.votes import Actor, Role
from syncd.errors import NotPermitted

ALLOWED = {
    Permission.READ: set(Role),
    Permission.HANDLE_TASKS: set(Role) - {Role.AUDITOR},
    Permission.DECIDE: {Role.APPROVER, Role.CHIEF},
    Permission.DELEGATE: {Role.APPROVER, Role.CHIEF},
    Permission.START_SYNC: {Role.OPERATOR, Role.PERSONNEL, Role.ADMIN},
    Permission.BRING_ORDERS: {Role.PERSONNEL},
    Permission.SEE_ADVANCE_NOTICES: {Role.PERSONNEL},
    Permission.READ_TRAIL: {Role.OPERATOR, Role.AUDITOR, Role.CHIEF, Role.ADMIN},
    Permission.TEST_CONNECTIONS: {Role.OPERATOR, Role.ADMIN},
    Permission.HOLD_REVIEWS: {Role.OPERATOR, Role.CHIEF, Role.ADMIN},
    Permission.ADMINISTER: {Role.ADMIN},
}


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("permission", list(Permission))
def test_a_role_opens_exactly_its_doors(role: Role, permission: Permission):
    opened = permissions_of(Actor("x", roles=frozenset({role})))
    assert (permission in opened) is (role in ALLOWED[permission])


def test_an_auditor_opens_nothing_that_changes_anything():
    opened = permissions_of(Actor("x", roles=frozenset({Role.AUDITOR})))
    assert opened == {Permission.READ, Permission.READ_TRAIL}


def test_nobody_without_a_role_opens_anything():
    assert permissions_of(Actor("x", named_for_advance_notices=True)) == frozenset()


def test_who_is_named_sees_advance_notices():
    actor = Actor("x", roles=frozenset({Role.OPERATOR}), named_for_advance_notices=True)
    assert Permission.SEE_ADVANCE_NOTICES in permissions_of(actor)


def test_scopes_can_only_close_doors():
    chief = Actor("x", roles=frozenset({Role.CHIEF}))
    assert permissions_of(chief, [Permission.READ, Permission.ADMINISTER]) == {Permission.READ}


def test_a_closed_door_says_which_roles_open_it():
    with pytest.raises(NotPermitted, match="approver、chief"):
        require(frozenset({Permission.READ}), Permission.DECIDE, "kansa")
