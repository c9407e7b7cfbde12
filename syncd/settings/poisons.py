"""Reads the table of poisons: the shipped one, and what a site adds to it.

A line that could never be tried, or that expects a guard nobody knows, is a fault of the
configuration: a drill that quietly left it out would look as if it had passed.
"""

from __future__ import annotations

import hashlib
import inspect
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError

from syncd.bilingual import Bilingual
from syncd.core.drill.poisons import GUARDS, Poison
from syncd.errors import ConfigurationError
from syncd.flow.drill.poisoning import TARGETS
from syncd.settings.base import Table


class PoisonTable(Table):
    """One `[[poisons]]` of a table of poisons."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
    ja: Annotated[str, Field(min_length=1, max_length=120)]
    en: Annotated[str, Field(min_length=1, max_length=120)]
    target: str
    mutator: str
    parameters: dict[str, str | int | float] = Field(default_factory=dict)
    expects: Annotated[tuple[str, ...], Field(min_length=1)]
    floor: Annotated[int, Field(ge=0, le=10)] = 0

    def poison(self) -> Poison:
        """Return the poison of this line."""
        return Poison(
            self.id,
            Bilingual(self.ja, en=self.en),
            self.target,
            self.mutator,
            self.parameters,
            frozenset(self.expects),
            self.floor,
        )


def load_poisons(paths: Iterable[Path]) -> tuple[tuple[Poison, ...], str]:
    """Return all poisons and the SHA-256 of the tables; raises ConfigurationError.

    A later file may not say an id again: what a result names must mean one thing.
    """
    found: dict[str, Poison] = {}
    digest = hashlib.sha256()
    faults: list[str] = []
    for path in paths:
        raw = _read(path)
        digest.update(raw)
        for number, row in enumerate(_rows(path, raw), 1):
            place = f"{path}: poisons[{number}]"
            poison = _poison(row, place, faults)
            if poison is not None and poison.id in found:
                faults.append(f"{place}: the id {poison.id!r} is there already; name another one")
            elif poison is not None:
                found[poison.id] = poison
    if faults:
        raise ConfigurationError("the table of poisons has faults:\n" + "\n".join(faults))
    return tuple(found.values()), digest.hexdigest()


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigurationError(
            f"{path}: {error.strerror}. Check [drill] poisons_file."
        ) from error


def _rows(path: Path, raw: bytes) -> list[Any]:
    try:
        rows = tomllib.loads(raw.decode("utf-8-sig")).get("poisons", [])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: not readable as TOML in UTF-8: {error}") from error
    if not isinstance(rows, list):
        raise ConfigurationError(f"{path}: write each poison under [[poisons]]")
    return rows


def _poison(row: object, place: str, faults: list[str]) -> Poison | None:
    try:
        table = PoisonTable.model_validate(row)
    except ValidationError as error:
        for fault in error.errors(include_input=False, include_url=False):
            where = ".".join(map(str, fault["loc"]))
            faults.append(f"{place}: {where}: {fault['msg']}")
        return None
    wrong = list(_wrong(table))
    faults += [f"{place} {table.id!r}: {fault}" for fault in wrong]
    return None if wrong else table.poison()


def _wrong(table: PoisonTable) -> Iterable[str]:
    """Yield what is wrong with a line beyond its shape."""
    if table.target not in TARGETS:
        yield f"target {table.target!r} is none of {', '.join(TARGETS)}"
        return
    unknown = sorted(set(table.expects) - GUARDS)
    if unknown:
        yield f"expects {', '.join(unknown)}: no such guard; there are {', '.join(sorted(GUARDS))}"
    known = TARGETS[table.target]
    if table.mutator not in known:
        there = ", ".join(sorted(known))
        yield f"mutator {table.mutator!r} does nothing to {table.target}; there are {there}"
        return
    yield from _wrong_parameters(table, known[table.mutator])


def _wrong_parameters(table: PoisonTable, mutator: Callable[..., object]) -> Iterable[str]:
    asked = {
        name: parameter
        for name, parameter in inspect.signature(mutator).parameters.items()
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY
    }
    for name in sorted(table.parameters.keys() - asked.keys()):
        yield f"parameters: {name!r} is not one of {', '.join(asked) or 'none at all'}"
    for name, parameter in asked.items():
        given = table.parameters.get(name)
        if given is None and parameter.default is inspect.Parameter.empty:
            yield f"parameters: {name!r} is missing"
        elif given is not None and type(given).__name__ not in _TYPES[str(parameter.annotation)]:
            yield f"parameters: {name!r} must be a {parameter.annotation}"
        elif name == "share" and given is not None and not 0 < float(given) <= 1:
            yield "parameters: 'share' lies above 0 and at most at 1"


_TYPES = {"str": ("str",), "int": ("int",), "float": ("int", "float")}
