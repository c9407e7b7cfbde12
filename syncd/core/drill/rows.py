"""What can be done to the rows of an input so that they lie: small primitives with parameters.

Each takes the rows and what is known of the site, and returns rows. Which rows are hit follows
from their order alone: the same table on the same input does the same again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

from syncd.core.facts import EmploymentStatus, Order, Record
from syncd.core.ids import OrderNumber, StaffNumber
from syncd.core.my_number import has_right_check_digit

Rows = tuple[Record, ...]
_DAYS_FROM_TODAY = ("separated_on", "term_ends_on", "released_on", "expires_on", "designated_on")
_NUMBERS_HELD = 20
_FIRST_NUMBER = 10_000_000_000


@dataclass(frozen=True, slots=True)
class Around:
    """What a mutator may know of the site: the day, and who stands in the rosters, in order."""

    today: date
    people: tuple[StaffNumber, ...]


def drop_share(rows: Rows, _: Around, *, share: float) -> Rows:
    """Lose a share of the rows, from the end: a transfer that broke off."""
    return rows[: len(rows) - round(len(rows) * share)]


def drop_section(rows: Rows, _: Around) -> Rows:
    """Lose every row of the smallest of several sections."""
    counted = Counter(str(unit) for row in rows if (unit := getattr(row, "org_unit", None)))
    if len(counted) < 2:  # noqa: PLR2004 - of one section alone nothing would be left
        return rows
    smallest = min(counted, key=lambda unit: (counted[unit], unit))
    return tuple(row for row in rows if getattr(row, "org_unit", None) != smallest)


def shift_staff_numbers(rows: Rows, _: Around) -> Rows:
    """Let every staff number slip by a digit, as a column that was cut one place too late."""
    return tuple(_changed(row, staff_number=_slipped(row)) for row in rows)


def _slipped(row: Record) -> StaffNumber | None:
    number = getattr(row, "staff_number", None)
    return None if number is None else StaffNumber(number[1:] + number[0])


def shift_days(rows: Rows, _: Around, *, days: int) -> Rows:
    """Move every date of every row."""
    return tuple(
        _changed(row, **{name: day + timedelta(days=days) for name, day in _days(row).items()})
        for row in rows
    )


def _days(row: Record) -> dict[str, date]:
    return {f.name: day for f in fields(row) if isinstance(day := getattr(row, f.name), date)}


def end_all(rows: Rows, around: Around, *, field: str, days: int = -1, share: float = 1.0) -> Rows:
    """Let rows end: in a share of them `field` becomes the day that lies `days` from today."""
    if field not in _DAYS_FROM_TODAY:
        raise ValueError(f"field must be one of {', '.join(_DAYS_FROM_TODAY)}")
    many = round(len(rows) * share)
    day = around.today + timedelta(days=days)
    return (*(_changed(row, **{field: day}) for row in rows[:many]), *rows[many:])


def end_units(rows: Rows, around: Around) -> Rows:
    """Say of every section that it ended yesterday and went into no other."""
    ended = {"ends_on": around.today - timedelta(days=1), "successors": ()}
    return tuple(_changed(row, **ended) for row in rows)


def separate_all(rows: Rows, _: Around) -> Rows:
    """Say 退職 of everybody in 在職区分."""
    status = {"status": EmploymentStatus.SEPARATED, "status_word": "退職"}
    return tuple(_changed(row, **status) for row in rows)


def blank(rows: Rows, _: Around, *, field: str) -> Rows:
    """Empty a column."""
    return tuple(_changed(row, **{field: None}) for row in rows)


def rotate(rows: Rows, _: Around, *, field: str, share: float) -> Rows:
    """Let one column slip by a share of the rows: what stands in it belongs to somebody else."""
    values = [getattr(row, field, None) for row in rows]
    by = max(1, round(len(values) * share))
    moved = (*values[by:], *values[:by])
    return tuple(_changed(row, **{field: value}) for row, value in zip(rows, moved, strict=True))


def swap_columns(rows: Rows, _: Around, *, first: str, second: str) -> Rows:
    """Write two columns under each other's heading."""
    return tuple(
        _changed(row, **{first: getattr(row, second, None), second: getattr(row, first, None)})
        for row in rows
    )


def replace_words(rows: Rows, _: Around, *, field: str, word: str) -> Rows:
    """Write one word into a column of every row."""
    return tuple(_changed(row, **{field: word}) for row in rows)


def contradict(rows: Rows, _: Around, *, field: str, word: str) -> Rows:
    """Write every row twice, and something else the second time."""
    return (*rows, *(_changed(row, **{field: word}) for row in rows))


def add_orders(rows: Rows, around: Around, *, kind: str, share: float) -> Rows:
    """Add an order of one kind, effective today, for a share of all people."""
    people = around.people[: round(len(around.people) * share)]
    return (*rows, *(_order(n, kind, around.today, who) for n, who in enumerate(people, 1)))


def cancel_all(rows: Rows, around: Around) -> Rows:
    """Add a cancellation (取消) of every order."""
    orders = [row for row in rows if isinstance(row, Order) and row.effective_on is not None]
    return (
        *rows,
        *(
            replace(_order(n, "取消", around.today, o.staff_number), target=o.order_number)
            for n, o in enumerate(orders, 1)
        ),
    )


def _order(number: int, kind: str, on: date, who: StaffNumber) -> Order:
    name = OrderNumber(f"DRILL-{number:06}")
    return Order(name, on, kind, who, "", None, "", None, None, confirmed=True)


def hold_my_numbers(rows: Rows, _: Around) -> Rows:
    """Put numbers that are made like My Numbers where names stand. They belong to nobody known."""
    made = (_with_check_digit(_FIRST_NUMBER + n) for n in range(max(len(rows), _NUMBERS_HELD)))
    return tuple(
        _changed(rows[at % len(rows)], name=number, line=at + 1) for at, number in enumerate(made)
    )


def _with_check_digit(eleven: int) -> str:
    return next(
        number for digit in range(10) if has_right_check_digit(number := f"{eleven}{digit}")
    )


def _changed(row: Record, **values: Any) -> Record:  # noqa: ANN401 - the fields of seven records
    own = {field.name for field in fields(row)}
    return replace(row, **{name: value for name, value in values.items() if name in own})


ROW_MUTATORS: Mapping[str, Callable[..., Rows]] = MappingProxyType(
    {
        "drop-share": drop_share,
        "drop-section": drop_section,
        "shift-staff-numbers": shift_staff_numbers,
        "shift-days": shift_days,
        "end-all": end_all,
        "end-units": end_units,
        "separate-all": separate_all,
        "blank": blank,
        "rotate": rotate,
        "swap-columns": swap_columns,
        "replace-words": replace_words,
        "contradict": contradict,
        "add-orders": add_orders,
        "cancel-all": cancel_all,
        "my-numbers": hold_my_numbers,
    }
)
