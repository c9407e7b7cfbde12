"""The tables `[[authorities]]`: who appoints, and of what the feeds of each may speak."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import Field, field_validator

from syncd.core.ids import normalise_code, normalise_staff_number
from syncd.core.scopes import Authority, NumberRange, Outside
from syncd.settings.base import Table

_RANGE = re.compile(r"([0-9A-Za-z_]+)(?:[-~〜～]([0-9A-Za-z_]+))?")
_SPEAK_OF_PEOPLE = ("roster", "orders")


class AuthorityTable(Table):
    """One 任命権者.

    `number_prefix` keeps its staff numbers apart where two authorities give the same number to two
    people. `sections` are patterns of 所属コード (`3*`), `staff_numbers` ranges of its own numbers
    (`2000000-2999999`); left out, there is no bound.
    """

    name: Annotated[str, Field(min_length=1)]
    number_prefix: Annotated[str, Field(pattern=r"^([A-Za-z][A-Za-z0-9]{0,7})?$")] = ""
    sections: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    staff_numbers: tuple[str, ...] = ()
    outside: Outside = Outside.REFUSE

    @field_validator("staff_numbers")
    @classmethod
    def _ranges(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        for text in given:
            found = _RANGE.fullmatch(normalise_code(text))
            if found is None:
                raise ValueError('write a number or a range, as in "2000000-2999999"')
            first, last = found[1], found[2] or found[1]
            if len(first) != len(last) or last < first:
                raise ValueError(f"{text}: the ends of a range have one length and stand in order")
        return given

    def authority(self, width: int) -> Authority:
        """Return the scope; `width` pads numbers as everywhere."""
        return Authority(
            name=self.name,
            prefix=self.number_prefix,
            sections=tuple(map(normalise_code, self.sections)),
            numbers=tuple(_range_of(text, width) for text in self.staff_numbers),
            outside=self.outside,
        )


def _range_of(text: str, width: int) -> NumberRange:
    found = _RANGE.fullmatch(normalise_code(text))
    first, last = (found[1], found[2] or found[1]) if found is not None else ("", "")
    return NumberRange(normalise_staff_number(first, width), normalise_staff_number(last, width))


def authority_faults(parsed: Mapping[str, Any]) -> Iterator[tuple[tuple[int | str, ...], str]]:
    """Yield what is wrong across `[[authorities]]`, `[[sources]]` and `[[directories]]`."""
    known = {table.get("name") for _, table in _tables(parsed, "authorities")}
    yield from _prefixes(parsed)
    for key in ("sources", "directories"):
        for place, table in _tables(parsed, key):
            name = table.get("authority")
            if isinstance(name, str) and name not in known:
                yield (*place, "authority"), "no [[authorities]] has this name; add it or mend it"
            elif known and not name and table.get("provides") in _SPEAK_OF_PEOPLE:
                yield (
                    (*place, "authority"),
                    "with [[authorities]] every source of a roster or of orders names its own",
                )
            if name and table.get("provides") in ("entitlements", "person_links"):
                yield (*place, "authority"), "rights and person links belong to no one authority"


def _prefixes(parsed: Mapping[str, Any]) -> Iterator[tuple[tuple[int | str, ...], str]]:
    seen: set[str] = set()
    for place, table in _tables(parsed, "authorities"):
        prefix = table.get("number_prefix")
        if not isinstance(prefix, str) or not prefix:
            continue
        if prefix.casefold() in seen:
            yield (
                (*place, "number_prefix"),
                "another authority has this prefix: two people could meet in one number",
            )
        seen.add(prefix.casefold())


def _tables(
    parsed: Mapping[str, Any], key: str
) -> Iterator[tuple[tuple[int | str, ...], Mapping[str, Any]]]:
    array = parsed.get(key)
    for position, table in enumerate(array if isinstance(array, list) else ()):
        if isinstance(table, dict):
            yield (key, position), table
