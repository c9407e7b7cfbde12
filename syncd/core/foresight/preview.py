"""A preview: all that is foreseen for one day, frozen, and hashed over its canonical form."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from functools import cached_property
from operator import attrgetter
from types import MappingProxyType
from typing import Any

from syncd.core.foresight.lines import (
    Amendment,
    ArrivalLine,
    GroupLine,
    InputSeen,
    LimitLine,
    Line,
    ListLine,
    LossLine,
    OrderSeen,
    OutlivedDesignation,
    Outlook,
    Part,
    Shown,
    ShownSection,
    TrainingLine,
    TrainingState,
    UnknownLine,
)


@dataclass(frozen=True)
class Preview:
    """What is foreseen for a day. Lines stand by 建制順 and フリガナ.

    `with_notices` tells that 内示 was taken for orders: then it is for nobody but those who may see
    them, whatever it says. `spared` are losses of which the confirmed facts speak and that 内示
    undoes. `before` counts rights that are lost after the day it was made and before `on`,
    `already` those that were stale then. `unknown` holds the first of them, `unknown_counts` how
    many there are of each section and doubt. `refused` are sources whose newest input was refused,
    `unread` directories that could not be read: of both what was last good is what this rests on.
    """

    on: date
    with_notices: bool
    refused: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    losses: tuple[LossLine, ...] = ()
    spared: tuple[LossLine, ...] = ()
    unknown: tuple[UnknownLine, ...] = ()
    arrivals: tuple[ArrivalLine, ...] = ()
    lists: tuple[ListLine, ...] = ()
    training: tuple[TrainingLine, ...] = ()
    groups: tuple[GroupLine, ...] = ()
    limits: tuple[LimitLine, ...] = ()
    before: int = 0
    already: int = 0
    unknown_counts: tuple[tuple[str | None, str, int], ...] = ()
    orders: tuple[OrderSeen, ...] = ()
    amendments: tuple[Amendment, ...] = ()
    inputs: tuple[InputSeen, ...] = ()
    people: tuple[Shown, ...] = ()
    sections: tuple[ShownSection, ...] = ()

    @property
    def complete(self) -> bool:
        """Tell whether every input was good and every directory was read."""
        return not (self.refused or self.unread)

    def part(self, part: Part) -> tuple[Line, ...]:
        """Return the lines of one part."""
        lines: tuple[Line, ...] = getattr(self, part.value)
        return lines

    def counts(self) -> dict[str, int]:
        """Return how many lines each part has."""
        return {str(part): len(self.part(part)) for part in Part}

    def for_sections(self, visible: frozenset[str] | None) -> Preview:
        """Return what somebody sees who sees these sections (None: all).

        Groups and limits concern the whole body, so does how many rights went before.
        """
        if visible is None:
            return self
        seen: dict[str, Any] = {
            part.value: tuple(line for line in self.part(part) if line.section in visible)
            for part in Part
        }
        counted = tuple(each for each in self.unknown_counts if each[0] in visible)
        return replace(self, **seen, before=0, already=0, unknown_counts=counted)

    @property
    def unknown_by_doubt(self) -> tuple[tuple[str, int], ...]:
        """Return how many rights cannot be judged, by the kind of doubt."""
        counted: Counter[str] = Counter()
        for _, doubt, number in self.unknown_counts:
            counted[doubt] += number
        return tuple(sorted(counted.items()))

    @property
    def people_losing(self) -> int:
        """Return how many people lose something; an account that is nobody's counts as one."""
        return len({line.staff_number or line.account for line in self.losses})

    @property
    def lost_by_orders(self) -> int:
        """Return how many of the rights an order takes; the others a term or a list ends."""
        return sum(bool(line.orders) for line in self.losses)

    @cached_property
    def canonical(self) -> bytes:
        """Return the JSON that is kept and hashed."""
        return _CANONICAL.encode([_FORM, *(getattr(self, name) for name in _OWN)]).encode()

    @cached_property
    def digest(self) -> str:
        """Return the SHA-256 over the canonical form, as lower-case hex."""
        return hashlib.sha256(self.canonical).hexdigest()

    @cached_property
    def people_shown(self) -> Mapping[str, Shown]:
        """Return how people are shown, by staff number."""
        return {one.staff_number: one for one in self.people}

    @cached_property
    def section_names(self) -> Mapping[str, str]:
        """Return the names of sections by their codes."""
        return {one.code: one.name for one in self.sections}


def _default(value: object) -> object:
    """Return a line as the list of its values: the encoder asks for what it does not know."""
    values_of = _VALUES.get(type(value))
    if values_of is not None:
        return values_of(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(f"{value!r} has no canonical form")


_CANONICAL = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_default)


def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


_FIELDS: Mapping[type, tuple[str, ...]] = MappingProxyType(
    {
        kind: _names(kind)
        for kind in (
            *(LossLine, UnknownLine, ArrivalLine, ListLine, TrainingLine, GroupLine, LimitLine),
            *(OutlivedDesignation, OrderSeen, Amendment, InputSeen, Shown, ShownSection),
        )
    }
)
_VALUES: Mapping[type, Callable[[object], tuple[object, ...]]] = MappingProxyType(
    {kind: attrgetter(*names) for kind, names in _FIELDS.items()}
)
_OWN = _names(Preview)
_FORM = 1
"""Grows with every change of what is kept, so that no older one is read for what it is not."""


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _designations(rows: list[list[Any]]) -> tuple[OutlivedDesignation, ...]:
    return _many(OutlivedDesignation)(rows)


def _frozen(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


_READ: Mapping[tuple[type, str], Callable[[Any], Any]] = MappingProxyType(
    {
        (ListLine, "lines"): _designations,
        (ListLine, "since"): _day,
        (ListLine, "known_at"): _moment,
        (ListLine, "changed_at"): _moment,
        (OutlivedDesignation, "since"): _day,
        (OutlivedDesignation, "known_at"): _moment,
        (TrainingLine, "state"): TrainingState,
        (TrainingLine, "trained_on"): _day,
        (TrainingLine, "good_until"): _day,
        (GroupLine, "outlook"): Outlook,
        (OrderSeen, "ends_on"): _day,
    }
)


def _many(kind: type) -> Callable[[list[list[Any]]], tuple[Any, ...]]:
    """Return what reads lines of a kind; most values of most lines are as JSON has them."""
    readers = [
        (place, _READ.get((kind, field.name), _frozen))
        for place, field in enumerate(fields(kind))
        if (kind, field.name) in _READ or str(field.type).startswith("tuple")
    ]

    def read_one(row: list[Any]) -> Any:  # noqa: ANN401 - a line of the kind
        for place, reader in readers:
            row[place] = reader(row[place])
        return kind(*row)

    def read(rows: list[list[Any]]) -> tuple[Any, ...]:
        return tuple(map(read_one, rows))

    return read


_KINDS: Mapping[str, type] = MappingProxyType(
    {
        "losses": LossLine,
        "spared": LossLine,
        "unknown": UnknownLine,
        "arrivals": ArrivalLine,
        "lists": ListLine,
        "training": TrainingLine,
        "groups": GroupLine,
        "limits": LimitLine,
        "orders": OrderSeen,
        "amendments": Amendment,
        "inputs": InputSeen,
        "people": Shown,
        "sections": ShownSection,
    }
)


def preview_of(canonical: bytes) -> Preview:
    """Return the preview of its canonical form; raises ValueError for anything else."""
    values = json.loads(canonical)
    if not isinstance(values, list) or values[:1] != [_FORM]:
        raise ValueError("not the canonical form of a preview")
    given = dict(zip(_OWN, values[1:], strict=True))
    for name, kind in _KINDS.items():
        given[name] = _many(kind)(given[name])
    for name in ("unknown_counts", "refused", "unread"):
        given[name] = _frozen(given[name])
    return Preview(**{**given, "on": date.fromisoformat(given["on"])})
