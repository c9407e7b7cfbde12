"""Groups that rule a directory lose nobody without two persons, and never their last administrator."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.core.guards import Census, Guard, Guarded, guard
from syncd.core.memberships import Group, Path
from syncd.core.plan import Plan
from syncd.core.policy import DirectoryPolicy
from tests import builders as b

KEY = "CN=Domain Admins,DC=example;<GUID=00000000-0000-4000-8000-000000000001>"
LINES = [b.plan_line(n, KEY, explained=True) for n in range(1, 6)]
MEMBERS = [line.member for line in LINES]


def guarded(lines: list, group: Group, **protected: frozenset[str]) -> Guarded:
    policy = b.policy(directories={"ad": DirectoryPolicy(**protected)})
    return guard(Plan.of(lines), Census({"ad": 1000}, {("ad", KEY): group}, {}), policy)


def admins(**changes: object) -> Group:
    return replace(b.group(KEY, members=100), **changes)


def kinds(found: Guarded) -> list[Guard]:
    return [trip.guard for trip in found.trips]


def test_a_group_that_the_directory_marks_waits_for_two_persons() -> None:
    found = guarded(LINES, admins(protected=True))
    assert kinds(found) == [Guard.PROTECTED_GROUP]
    assert (found.free.lines, found.held.lines) == ((), Plan.of(LINES).lines)
    assert not guarded(LINES, admins()).trips


@pytest.mark.parametrize(
    "name", ["domain admins", "DOMÄNEN-ADMINS", "cn=domain admins,dc=example", "S-1-5-21-1-2-3-512"]
)
def test_a_site_may_name_a_protected_group_by_any_of_its_names(name: str) -> None:
    names = ("CN=Domain Admins,DC=example", "S-1-5-21-1-2-3-512")
    group = admins(name="Domänen-Admins", aliases=names)
    found = guarded(LINES, group, protected_groups=frozenset({name}))
    assert kinds(found) == [Guard.PROTECTED_GROUP]


@given(st.sets(st.sampled_from(MEMBERS), min_size=1), st.sets(st.sampled_from(MEMBERS), min_size=1))
def test_the_last_administrator_who_can_sign_in_is_in_no_plan_that_anybody_can_release(
    leaving: set[str], keep: set[str]
) -> None:
    lines = [line for line in LINES if line.member in leaving]
    found = guarded(lines, admins(protected=True, must_keep=tuple(sorted(keep))))
    released = {line.member for plan in (found.free, found.held) for line in plan.lines}
    assert keep - released
    assert (Guard.LAST_ADMINISTRATOR in kinds(found)) == (keep <= leaving)


def test_why_it_is_kept_is_told_in_both_languages_and_without_the_identity() -> None:
    found = guarded(LINES, admins(must_keep=tuple(MEMBERS)))
    (trip,) = (t for t in found.trips if t.guard is Guard.LAST_ADMINISTRATOR)
    assert not trip.overridable
    assert "管理者" in trip.told.ja
    assert "administrator" in trip.told.en
    assert "GUID" not in str(trip)


def test_a_path_names_groups_as_people_read_them() -> None:
    assert str(Path((KEY,))) == "nested through CN=Domain Admins,DC=example"
    assert str(Path((KEY,), primary=True)) == (
        "primary group, nested through CN=Domain Admins,DC=example"
    )
