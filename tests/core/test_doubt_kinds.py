"""Every unknown names its kind, so that people see at one look what to mend."""

from __future__ import annotations

from typing import Any

import pytest

from syncd.core.doubts import with_doubts
from syncd.core.facts import HeldRow, Provides
from syncd.core.findings import Doubt
from tests import builders as b

HELD = HeldRow(Provides.ORDERS, "orders", 7, b.staff(1), "発令日が読めません", None)
GONE = b.roster(b.roster_entry(2), gone=[b.roster_entry(1)])


def doubts(known: Any, **asked: Any) -> list[Doubt | None]:
    return [finding.doubt for finding in b.decision(known, **asked).findings]


@pytest.mark.parametrize(
    ("known", "doubt"),
    [
        (b.facts(rosters=[]), Doubt.NO_ROSTER),
        (b.facts(held=[HELD]), Doubt.ROW_HELD),
        (b.facts(rosters=[GONE]), Doubt.VANISHED_PERSON),
        (
            b.facts(designations=[], vanished_designations=[b.vanished(b.designation())]),
            Doubt.VANISHED_DESIGNATION,
        ),
        (b.facts(accounts=[b.listed_account(1, number=2)]), Doubt.CONTESTED_ACCOUNT),
        (b.facts(designations=[]), None),
    ],
)
def test_what_is_unknown_names_the_kind_of_doubt(known: Any, doubt: Doubt | None) -> None:
    assert doubts(known) == [doubt]


def test_what_a_refused_input_may_have_changed_is_doubted_for_it() -> None:
    decided = with_doubts(b.decision(b.facts(designations=[])), {Provides.ROSTER})
    assert [finding.doubt for finding in decided.findings] == [Doubt.INPUT_REFUSED]
