"""Loading the table of 発令内容: each pattern compiles, and its examples come out as they say."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from syncd.core.facts import Order, OrgUnit
from syncd.core.ids import OrderNumber, OrgUnitCode, StaffNumber, normalise_code
from syncd.core.order_patterns import (
    Meaning,
    TextPattern,
    TextTable,
    compile_sentence,
    normalised,
)
from syncd.core.ordertexts.reading import TextReader
from syncd.core.policy import OrderKind
from syncd.errors import ConfigurationError
from syncd.settings.base import Table

_ON = date(2027, 4, 1)


class _Order(Table):
    """One order that a sentence gives; `section`, `title` and `ends` are places of the pattern."""

    kind: str
    section: str = ""
    title: str = ""
    ends: str = ""


class _Told(Table):
    """One order as an example must come out."""

    kind: str
    section: str = ""
    title: str = ""
    ends: date | None = None


class _Example(Table):
    """A text and the orders it gives."""

    text: str
    orders: tuple[_Told, ...] = ()


class _Pattern(Table):
    """One `[[texts]]`."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9-]+$")]
    pattern: str
    orders: tuple[_Order, ...] = ()
    examples: Annotated[tuple[_Example, ...], Field(min_length=1)]


class _File(Table):
    titles: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    texts: tuple[_Pattern, ...] = ()


def load_order_texts(paths: Iterable[Path], kinds: Mapping[str, OrderKind]) -> TextTable:
    """Return the table; a later file's pattern takes the place of one with the same id.

    Raises ConfigurationError for a file that cannot be read, a pattern that does not compile and
    an example that comes out otherwise.
    """
    found: dict[str, TextPattern] = {}
    examples: dict[str, tuple[Path, _Pattern]] = {}
    titles: set[str] = set()
    for path in paths:
        file = _read(path)
        titles.update(normalised(title) for title in file.titles)
        for row in file.texts:
            found[row.id] = _pattern(row, path, kinds)
            examples[row.id] = (path, row)
    table = TextTable(tuple(found.values()), frozenset(titles))
    for path, row in examples.values():
        for example in row.examples:
            _try(example, table, kinds, f"{path}: {row.id}")
    return table


def _read(path: Path) -> _File:
    try:
        return _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror}. Check the path.") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path}: not readable as TOML: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ConfigurationError(f"{path}: {place}: {first['msg']}") from error


def _pattern(row: _Pattern, path: Path, kinds: Mapping[str, OrderKind]) -> TextPattern:
    place = f"{path}: {row.id}"
    try:
        sentence = compile_sentence(row.pattern)
    except ValueError as error:
        raise ConfigurationError(f"{place}: {error}") from error
    for order in row.orders:
        if normalise_code(order.kind) not in kinds:
            raise ConfigurationError(f"{place}: the kind {order.kind!r} is in no table of kinds.")
        for named in (order.section, order.title, order.ends):
            if named and named not in sentence.groupindex:
                raise ConfigurationError(f"{place}: the pattern has no place {{{named}}}.")
    meanings = tuple(
        Meaning(normalise_code(order.kind), order.section, order.title, order.ends)
        for order in row.orders
    )
    return TextPattern(row.id, sentence, meanings)


def _try(
    example: _Example,
    table: TextTable,
    kinds: Mapping[str, OrderKind],
    place: str,
) -> None:
    """Read an example with the whole table; the sections that it names exist for it."""
    names = sorted({told.section for told in example.orders if told.section})
    rows = [OrgUnit(OrgUnitCode(n), n, None, None, None, None, ()) for n in names]
    order = Order(
        *(OrderNumber("1"), _ON, "", StaffNumber("1"), "", None, "", None, None),
        confirmed=True,
        text=example.text,
    )
    read = TextReader(table, kinds, rows).read(order)
    if read.why:
        raise ConfigurationError(f"{place}: the example {example.text!r}: {read.why}")
    came = [(o.kind, o.org_unit or "", o.title, o.ends_on) for o in read.orders]
    told = [(normalise_code(t.kind), t.section, t.title, t.ends) for t in example.orders]
    if came != told:
        raise ConfigurationError(f"{place}: the example {example.text!r} gives {came}.")
