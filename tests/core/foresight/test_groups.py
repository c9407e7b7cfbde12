"""Which groups would be emptied, and what the guards would say of the day."""

from __future__ import annotations

from dataclasses import replace

from syncd.core.facts import Facts
from syncd.core.foresight.lines import GroupLine, Outlook
from syncd.core.memberships import DirectorySnapshot, Group
from syncd.core.policy import DirectoryPolicy, GuardPolicy
from tests import builders as b
from tests.core.foresight.looking import look, look_with_notices

MANY = 30


def moving(*numbers: int, among: int = 4, confirmed: bool = True) -> Facts:
    """People 1 to `among` do TAX in one section; an order moves each of `numbers`."""
    everybody = range(1, among + 1)
    return b.facts(
        *(b.roster_entry(n) for n in everybody),
        designations=[b.designation(n) for n in everybody],
        orders=[b.order(f"R9-{n}", to="20010", number=n, confirmed=confirmed) for n in numbers],
    )


def group_of(among: int = 4, **changes: object) -> DirectorySnapshot:
    everybody = range(1, among + 1)
    group: Group = replace(b.group(members=among), **changes)
    return b.snapshot(
        b.block(*everybody), accounts=[b.account(n) for n in everybody], groups=[group]
    )


def groups(known: Facts, seen: DirectorySnapshot, **more: object) -> tuple[GroupLine, ...]:
    return look(known, seen, **more).groups


def test_a_group_that_everybody_leaves_is_emptied_and_will_be_held():
    (line,) = groups(moving(1, 2, 3, 4), group_of())
    assert (line.outlook, line.held, line.stays) == (Outlook.EMPTIED, True, 0)
    assert (line.members, line.leaving, line.explained) == (4, 4, 4)


def test_a_group_that_keeps_few_is_told_and_not_held():
    (line,) = groups(moving(1, 2), group_of())
    assert (line.outlook, line.held, line.stays) == (Outlook.FEW, False, 2)


def test_a_group_that_keeps_enough_is_not_told():
    assert groups(moving(1), group_of(), few=3) == ()


def test_how_many_are_few_is_the_sites_to_say():
    assert groups(moving(1, 2), group_of(), few=1) == ()


def test_a_group_that_keeps_only_its_placeholder_is_told_so():
    seen = group_of(placeholder=True, direct_count=5)
    (line,) = groups(moving(1, 2, 3, 4), seen)
    assert (line.outlook, line.held) == (Outlook.PLACEHOLDER, False)


def test_a_group_that_will_be_given_the_placeholder_is_told_so():
    rules = {"ad": DirectoryPolicy(has_placeholder=True)}
    (line,) = groups(
        moving(1, 2, 3, 4), group_of(may_be_empty=False), under=b.policy(directories=rules)
    )
    assert (line.outlook, line.held) == (Outlook.PLACEHOLDER, False)


def test_a_group_that_may_not_be_empty_and_has_no_placeholder_is_held():
    (line,) = groups(moving(1, 2, 3, 4), group_of(may_be_empty=False))
    assert (line.outlook, line.held) == (Outlook.EMPTIED, True)


def test_what_orders_explain_trips_no_limit():
    (line,) = look(moving(*range(1, MANY), among=MANY), group_of(MANY)).limits
    assert (line.guard, line.removals, line.explained, line.limit) == ("", 0, MANY - 1, 10)


def test_what_no_order_explains_trips_the_limits_with_its_numbers():
    known = moving(*range(1, 5), among=MANY)
    ending = [replace(d, expires_on=b.APRIL - b.DAY) for d in known.designations[4:]]
    known = replace(known, designations=(*known.designations[:4], *ending))
    found = look(known, group_of(MANY))
    assert {(x.guard, x.removals, x.explained, x.limit) for x in found.limits} == {
        ("directory-limit", 26, 4, 10),
        ("group-limit", 26, 4, 10),
    }
    assert sum(loss.explained for loss in found.losses) == 4


def test_the_limit_is_that_of_the_policy():
    under = b.policy(guards=GuardPolicy(max_removals=2))
    (line,) = look(moving(1, 2), group_of(), under=under).limits
    assert line.limit == 2


def test_a_protected_account_is_told_before_the_day():
    rules = {"ad": DirectoryPolicy(protected_accounts=frozenset({"u0001"}))}
    found = look(moving(1), group_of(), under=b.policy(directories=rules))
    assert "protected-account" in {line.guard for line in found.limits}


def test_what_an_advance_notice_empties_is_marked_and_hidden_without():
    known = moving(1, 2, 3, 4, confirmed=False)
    assert groups(known, group_of()) == ()
    (line,) = look_with_notices(known, group_of()).groups
    assert line.notice
