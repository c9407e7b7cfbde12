"""Orders that an HR system pushes as JSON: every fault at once, or the whole list as a reading.

The fields are the canonical columns of orders (design, section 3) by their English names; dates
are ISO 8601. My Numbers are refused unseen, wherever they stand (番号法). `line` counts from 1.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from syncd.core.calendar import FIRST_DAY, LAST_DAY
from syncd.core.facts import Order, Provides
from syncd.core.ids import (
    OrderNumber,
    OrgUnitCode,
    StaffNumber,
    normalise_code,
    normalise_staff_number,
)
from syncd.core.my_number import candidates, hold_my_numbers, shown
from syncd.errors import RowFault, SourceRefused
from syncd.flow.collect import API
from syncd.ports.source import Fingerprint, SourceReading

_TEXTS = ("order_number", "kind", "staff_number", "name", "org_unit", "title", "target")
_DAYS = ("effective_on", "ends_on")
FIELDS = (*_TEXTS, *_DAYS, "confirmed")
"""The fields of an order; all others are faults."""

_ABOUT_ANOTHER = ("取消", "訂正")
_STAFF_NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]*")
# Control characters and lone surrogates; private use (外字) may stand in a name and in no key.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_GAIJI = re.compile("[\ue000-\uf8ff\ufffd]")
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_NO_END = "9999-12-31"  # what personnel systems write for a day that does not come
_SHOWN_AT_MOST = 40
_WHERE = "JSON"


def read_orders(
    orders: Sequence[object], staff_number_width: int, at: datetime, source: str = API
) -> SourceReading:
    """Return a list of orders as a reading; raises SourceRefused with every fault.

    `at` is when they were pushed. Equal orders count once in the records and each in `rows`.
    """
    held = tuple(_my_numbers(orders))
    if held:
        raise SourceRefused(source, _WHERE, held)
    parsed = [
        _Row(index, row, staff_number_width, source).read() for index, row in enumerate(orders, 1)
    ]
    faults = tuple(fault for _, found in parsed for fault in found)
    if faults:
        raise SourceRefused(source, _WHERE, faults)
    distinct: dict[Order, Order] = {}
    for order, _ in parsed:
        distinct.setdefault(replace(order, line=0), order)
    return SourceReading(
        source=source,
        provides=Provides.ORDERS,
        fingerprint=Fingerprint(hashlib.sha256(canonical(orders)).hexdigest(), at, _WHERE),
        base_on=None,
        rows=len(orders),
        records=tuple(distinct.values()),
    )


def canonical(orders: Sequence[object]) -> bytes:
    """Return the list as the bytes that are kept of it: JSON with sorted keys, in ASCII."""
    return json.dumps(orders, separators=(",", ":"), sort_keys=True).encode()


def _my_numbers(orders: Sequence[object]) -> Iterator[RowFault]:
    """Find My Numbers field by field, and over all fields together; nothing of them is shown."""
    by_field: dict[str, list[str]] = {}
    for name, text in _texts_in(orders):
        by_field.setdefault(name, []).extend(candidates(text))
    expected = "個人番号と思われる値があります。個人番号を除いて送り直してください"
    tripping = [name for name, numbers in sorted(by_field.items()) if hold_my_numbers(numbers)]
    for name in tripping:
        yield RowFault(0, name if name in FIELDS else "", None, expected)
    if not tripping and hold_my_numbers(n for numbers in by_field.values() for n in numbers):
        yield RowFault(0, "", None, expected)


def _texts_in(orders: Sequence[object]) -> Iterator[tuple[str, str]]:
    """Yield every text and number with the name of its field, at any depth; keys are texts too."""
    waiting: list[tuple[str, object]] = [("", row) for row in orders]
    while waiting:
        name, value = waiting.pop()
        if isinstance(value, dict):
            waiting += [("", key) for key in value]
            waiting += [(str(key), below) for key, below in value.items()]
        elif isinstance(value, list):
            waiting += [(name, below) for below in value]
        elif isinstance(value, str | int | float) and not isinstance(value, bool):
            yield name, str(value)


class _Row:
    """Reads one order; a reader that finds a fault notes it and returns a stand-in."""

    def __init__(self, line: int, given: object, width: int, source: str) -> None:
        self._line = line
        self._given: dict[str, Any] = given if isinstance(given, dict) else {}
        self._is_order = isinstance(given, dict)
        self._width = width
        self._source = source
        self._faults: list[RowFault] = []

    def read(self) -> tuple[Order, tuple[RowFault, ...]]:
        """Return the order and its faults; with any fault the order means nothing."""
        if not self._is_order:
            self._fault("", None, "発令を1件ずつ {…} で書いてください")
        for name in sorted(self._given.keys() - set(FIELDS)):
            self._fault("", name, f"この項目はありません。使える項目: {', '.join(FIELDS)}")
        order = self._order()
        who = order.staff_number if shown(order.staff_number) else None
        advance = self._given.get("confirmed", True) is not True
        marked = (
            replace(f, staff_number=who or None, is_advance_notice=advance) for f in self._faults
        )
        return order, tuple(marked)

    def _order(self) -> Order:
        kind = self._key("kind", needed=True)
        refers = kind in _ABOUT_ANOTHER
        return Order(
            order_number=OrderNumber(self._key("order_number", needed=True)),
            effective_on=self._day("effective_on", needed=not refers),
            kind=kind,
            staff_number=self._staff(),
            name=self._text("name"),
            org_unit=OrgUnitCode(self._key("org_unit")) or None,
            title=self._text("title"),
            ends_on=self._day("ends_on"),
            target=OrderNumber(self._key("target", needed=refers)) or None,
            confirmed=self._is_confirmed(),
            source=self._source,
            line=self._line,
        )

    def _fault(self, column: str, value: object, expected: str) -> None:
        is_plain = isinstance(value, str | int | float)
        sayable = str(value).encode(errors="replace").decode() if is_plain else None
        text = None if sayable is None else shown(sayable)
        if text and len(text) > _SHOWN_AT_MOST:
            text = f"{text[:_SHOWN_AT_MOST]}…"
        self._faults.append(RowFault(self._line, column, text, expected))

    def _text(self, name: str, *, needed: bool = False) -> str:
        """Return a text as received, without outer white space; null is blank."""
        value = self._given.get(name)
        if isinstance(value, str) and _CONTROL.search(value):
            self._fault(name, None, "制御文字を除いてください")
        elif isinstance(value, str) and value.strip():
            return value.strip()
        elif value is not None and not isinstance(value, str):
            self._fault(name, value, '文字列にしてください（例 "0012"）')
        elif needed and self._is_order:
            self._fault(name, None, "値が必要です")
        return ""

    def _key(self, name: str, *, needed: bool = False) -> str:
        found = normalise_code(self._text(name, needed=needed))
        if _GAIJI.search(found):
            self._fault(name, None, "番号やコードに外字は使えません")
            return ""
        return found

    def _staff(self) -> StaffNumber:
        found = self._key("staff_number", needed=True)
        if found and not _STAFF_NUMBER.fullmatch(found):
            self._fault("staff_number", found, "半角の英数字にしてください")
            return StaffNumber("")
        return normalise_staff_number(found, self._width) if found else StaffNumber("")

    def _day(self, name: str, *, needed: bool = False) -> date | None:
        text = self._text(name, needed=needed)
        if not text or (name == "ends_on" and text == _NO_END):
            return None
        try:
            day = date.fromisoformat(text) if _ISO_DAY.fullmatch(text) else date.min
        except ValueError:
            day = date.min  # told below, as any other text that is no day
        if FIRST_DAY <= day <= LAST_DAY:
            return day
        self._fault(name, text, "日付にしてください（例 2027-04-01）")
        return None

    def _is_confirmed(self) -> bool:
        value = self._given.get("confirmed", True)
        if isinstance(value, bool):
            return value
        self._fault("confirmed", value, "true（確定）か false（内示）にしてください")
        return False


def decode_orders(content: bytes, source: str = API) -> Sequence[object]:
    """Return the list in the bytes of a push; raises SourceRefused where there is none."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        fault = RowFault(0, "", None, "JSON として読めません。発令の配列 […] を送ってください")
        raise SourceRefused(source, _WHERE, (fault,)) from error
    if not isinstance(found, list):
        fault = RowFault(0, "", None, "発令の配列 […] を送ってください")
        raise SourceRefused(source, _WHERE, (fault,))
    return found
