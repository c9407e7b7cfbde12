"""When a right was held, put together from the groups that convey it."""

from __future__ import annotations

from datetime import datetime, timedelta

from syncd.core.calendar import midnight
from syncd.core.facts import Entitlement
from syncd.core.ids import AccountId, EntitlementId
from syncd.flow.holdings import held_rights
from syncd.ports.listing import Stretch
from tests.flow.town import APRIL


def at(hours: float) -> datetime:
    return midnight(APRIL) + timedelta(hours=hours)


def right(name: str, *groups: str, directory: str = "ad") -> Entitlement:
    return Entitlement(EntitlementId(name), directory, groups, "税の更新", frozenset(), frozenset())


def seen(group: str, since: float, until: float | None, *, first: bool = False) -> Stretch:
    gone_at = None if until is None else at(until)
    return Stretch("ad", f"cn={group},ou=groups", group, AccountId("u1"), at(since), gone_at, first)


def told(stretches: list[Stretch], *rights: Entitlement) -> list[tuple[object, ...]]:
    return [
        (r.entitlement, r.first_seen_at, r.gone_at, r.since_first_read)
        for r in held_rights(stretches, rights)
    ]


def test_a_group_named_in_short_or_by_its_dn_conveys_its_right():
    for named in ("Tax", "CN=tax, OU=groups"):
        assert told([seen("tax", 1, 2)], right("TAX", named)) == [("TAX", at(1), at(2), False)]
    assert told([seen("tax", 1, 2)], right("TAX", "tax", directory="other")) == []


def test_a_right_that_passes_from_group_to_group_is_one_stretch():
    stretches = [seen("a", 1, 3, first=True), seen("b", 3, 5), seen("a", 9, None)]
    assert told(stretches, right("TAX", "a", "b")) == [
        ("TAX", at(1), at(5), True),
        ("TAX", at(9), None, False),
    ]


def test_of_two_groups_at_once_the_longer_stay_counts():
    assert told([seen("a", 1, None), seen("b", 2, 3)], right("TAX", "a", "b")) == [
        ("TAX", at(1), None, False)
    ]
    assert told([seen("a", 1, 9), seen("b", 2, 3)], right("TAX", "a", "b")) == [
        ("TAX", at(1), at(9), False)
    ]


def test_one_group_may_convey_several_rights():
    rights = (right("VIEW", "a"), right("EDIT", "a"))
    assert [row[0] for row in told([seen("a", 1, 2)], *rights)] == ["EDIT", "VIEW"]
