"""Guards on the input: what refuses a new input before it becomes fact (design, section 6).

A refused input leaves the last good facts in force. Parsing faults are the source's; what only
shows beside the last good input is here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from syncd.bilingual import Bilingual
from syncd.core.facts import Provides
from syncd.errors import RowFault

ACCUMULATES = frozenset(
    {Provides.ORDERS, Provides.TRAINING, Provides.ORDER_COUNTS, Provides.REVIEW_OUTCOMES}
)
"""What adds up over all inputs: a row that a later input lacks still stands."""


class InputGuard(StrEnum):
    """What can refuse an input, by permanent names; `syncd drill` shows that each does.

    MALFORMED stands for every row and file that does not parse.
    """

    MALFORMED = "malformed"
    MY_NUMBER = "my-number"
    CHECKSUM = "checksum"
    PACKAGE = "package"
    ROW_LOSS = "row-loss"
    SECTION_LOSS = "section-loss"
    SEQUENCE = "sequence"
    SCOPE = "scope"
    MAX_AGE = "max-age"
    BASE_DAY_OLDER = "base-day-older"
    BASE_DAY_AHEAD = "base-day-ahead"
    KEY_LOSS = "key-loss"
    STANDING_LOSS = "standing-loss"
    SECTION_SHIFT = "section-shift"
    ORDER_MASS = "order-mass"
    ORDER_REWRITTEN = "order-rewritten"
    ORDER_CANCELLED = "order-cancelled"


def guards_of(faults: Iterable[RowFault]) -> frozenset[InputGuard]:
    """Return which guards refused an input, by its faults."""
    return frozenset(InputGuard(f.guard) if f.guard else InputGuard.MALFORMED for f in faults)


@dataclass(frozen=True, slots=True)
class Volume:
    """How much an input holds: all rows, and rows by section where rows have one.

    `follows` is the number of the input before it, where the sender states it.
    """

    rows: int
    sections: Mapping[str, int]
    sequence: int | None = None
    follows: int | None = None


def check_volume(before: Volume, after: Volume, max_row_loss: float) -> tuple[RowFault, ...]:
    """Return what is wrong with an input beside the last good one of its source."""
    faults = []
    lost = before.rows - after.rows
    if lost > before.rows * max_row_loss:
        faults.append(
            RowFault(
                0,
                Bilingual("行数", en="rows"),
                str(after.rows),
                Bilingual(
                    f"前回の正しい入力は {before.rows} 行で、{lost} 行減っています"
                    f"（上限 {max_row_loss:.0%}）。全件が出力されているか確かめてください",
                    en=f"the last good input had {before.rows} rows, {lost} more "
                    f"(limit {max_row_loss:.0%}); see whether all were written",
                ),
                guard=InputGuard.ROW_LOSS,
            )
        )
    gone = sorted(code for code in before.sections if code and code not in after.sections)
    if gone:
        shown = "、".join(gone[:10]) + (f" ほか {len(gone) - 10}" if len(gone) > 10 else "")  # noqa: PLR2004 - how many a person reads
        faults.append(
            RowFault(
                0,
                "所属コード",
                None,
                Bilingual(
                    f"前回あった所属が1行もありません: {shown}。組織改正なら loss_check = false で"
                    "一度だけ受け入れてください",
                    en=f"no row is left of these sections: {shown}; after a reorganisation "
                    "accept it once with loss_check = false",
                ),
                guard=InputGuard.SECTION_LOSS,
            )
        )
    return (*faults, *_check_sequence(before.sequence, after))


def without_advance_notices(faults: tuple[RowFault, ...]) -> tuple[RowFault, ...]:
    """Return the faults that anybody may see: those that are not of a row of 内示."""
    return tuple(fault for fault in faults if not fault.is_advance_notice)


def _check_sequence(before: int | None, now: Volume) -> tuple[RowFault, ...]:
    after = now.sequence
    if before is None or after is None:
        return ()
    if before == (after - 1 if now.follows is None else now.follows):
        return ()
    again = after <= before
    what = Bilingual(
        f"前回は {before} なので {before + 1} のはずです。"
        f"{'繰り返されて' if again else '抜けて'}います",
        en=f"the last one was {before}: {'one is repeated' if again else 'one is missing'}",
    )
    place = Bilingual("通番", en="sequence")
    return (RowFault(0, place, str(after), what, guard=InputGuard.SEQUENCE),)


def check_age(
    modified_at: datetime, now: datetime, max_age: timedelta | None
) -> tuple[RowFault, ...]:
    """Return what is wrong with an input that is older than the site allows."""
    if max_age is None or now - modified_at <= max_age:
        return ()
    hours = int((now - modified_at).total_seconds() // 3600)
    allowed = int(max_age.total_seconds() // 3600)
    return (
        RowFault(
            0,
            Bilingual("更新日時", en="written at"),
            modified_at.isoformat(timespec="minutes"),
            Bilingual(
                f"{hours} 時間前の入力です（上限 {allowed} 時間）。出力の仕組みを確かめてください",
                en=f"it is {hours} hours old (limit {allowed}); see whether it is still written",
            ),
            guard=InputGuard.MAX_AGE,
        ),
    )
