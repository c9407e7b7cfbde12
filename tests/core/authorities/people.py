"""Two authorities for tests: 市長 with the plain numbers, 教育委員会 with the prefix E."""

from __future__ import annotations

from datetime import date
from typing import Any

from syncd.core.facts import PersonLink, Roster, RosterEntry
from syncd.core.policy import Policy
from syncd.core.scopes import Authorities, Authority, NumberRange
from tests import builders as b

MAYOR = Authority("市長", sections=("1*",))
BOARD = Authority("教育委員会", "E", sections=("3*",))
SHARED_BOARD = Authority(
    "教育委員会", sections=("3*",), numbers=(NumberRange("2000000", "2999999"),)
)
SCHOOL = "30010"


def policy(board: Authority = BOARD, **changes: Any) -> Policy:
    """市長 speaks by `roster` and `orders`, 教育委員会 by `board` and `board-orders`."""
    authorities = Authorities(
        by_name={MAYOR.name: MAYOR, board.name: board},
        of_source={
            "roster": MAYOR.name,
            "orders": MAYOR.name,
            "board": board.name,
            "board-orders": board.name,
        },
        of_directory={"board-ad": board.name},
        roster_sources=frozenset({"roster", "board"}),
    )
    return b.policy(authorities=authorities, **changes)


def link(number: int | str, person: int | str, **changes: Any) -> PersonLink:
    fields: dict[str, Any] = {
        "staff_number": b.staff(number),
        "person": b.staff(person),
        "starts_on": None,
        "ends_on": None,
        "source": "links",
        "line": 2,
    }
    return PersonLink(**{**fields, **changes})


def at_board(number: int | str, org_unit: str | None = SCHOOL, **changes: Any) -> RosterEntry:
    return b.roster_entry(number, org_unit, source="board", **changes)


def city(*people: RosterEntry, **changes: Any) -> Roster:
    return b.roster(*people, **changes)


def board(*people: RosterEntry, **changes: Any) -> Roster:
    return b.roster(*people, source="board", **changes)


HIRED = date(2027, 4, 1)
LAST = date(2027, 3, 31)
