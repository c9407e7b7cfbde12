"""Every fault of a configuration at once: of the shape, of connectors' options, and across keys.

pydantic says what is wrong with a key. What concerns several keys is looked for here in the file
as parsed, since pydantic would tell it only after everything else was mended. No value is ever
shown: it may be a secret that stands in the wrong place.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any, TypeAlias

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from syncd.errors import ConfigurationError
from syncd.settings.authorities import authority_faults
from syncd.settings.model import ConfigurationModel, DirectoryTable, NotifierTable, SourceTable
from syncd.settings.places import Location
from syncd.settings.residual import AccessLogTable

Fault: TypeAlias = tuple[Location, str]
OptionsOf: TypeAlias = Callable[[str, str], type[BaseModel]]
"""Gives the options of a connector by table ("sources", "access_logs" …) and type.

Raises ConfigurationError for a type that is not installed.
"""

_COMMON: dict[str, type[BaseModel]] = {
    "sources": SourceTable,
    "directories": DirectoryTable,
    "notifiers": NotifierTable,
    "access_logs": AccessLogTable,
}
_NAMED_BY = {
    "authorities": "name",
    "sources": "name",
    "directories": "name",
    "notifiers": "name",
    "access_logs": "name",
    "actors": "account",
}
_SECRET = re.compile(r"(password|passwd|secret|token|api_?key)$", re.IGNORECASE)
_PASSWORD_IN_URL = re.compile(r"://[^/@\s]*:[^/@\s]+@|[?&]password=")

_IN_URL = (
    "a password stands in this address and a secret never stands in this file; take it out "
    "(for PostgreSQL use PGPASSFILE or PGPASSWORD)"
)


def find_faults(parsed: Mapping[str, Any], options_of: OptionsOf | None) -> list[Fault]:
    """Return every fault; `options_of` None leaves what belongs to connectors unlooked at."""
    found = [*_secrets(parsed, ()), *_named_twice(parsed), *_deputies(parsed)]
    found += [*_sign_in(parsed), *authority_faults(parsed), *_access_logs(parsed), *_shape(parsed)]
    if options_of is not None:
        found += _options(parsed, options_of)
    told: dict[Location, str] = {}
    for location, message in found:
        told.setdefault(location, message)
    return list(told.items())


def _shape(parsed: Mapping[str, Any]) -> Iterator[Fault]:
    try:
        ConfigurationModel.model_validate(parsed)
    except ValidationError as error:
        for detail in error.errors(include_input=False):
            yield detail["loc"], _sentence(detail)


def _options(parsed: Mapping[str, Any], options_of: OptionsOf) -> Iterator[Fault]:
    """Validate what each connector is given beside the keys that all of its kind have."""
    for key, common in _COMMON.items():
        for location, table in _tables(parsed, key):
            kind = table.get("type")
            if isinstance(kind, str):
                given = {k: v for k, v in table.items() if k not in common.model_fields}
                yield from _connector(options_of, key, kind, location, given)


def _connector(
    options_of: OptionsOf, key: str, kind: str, location: Location, given: dict[str, Any]
) -> Iterator[Fault]:
    try:
        options_of(key, kind).model_validate(given)
    except ConfigurationError as error:
        yield (*location, "type"), str(error)
    except ValidationError as error:
        for detail in error.errors(include_input=False):
            yield (*location, *detail["loc"]), _sentence(detail)


def _sentence(detail: ErrorDetails) -> str:
    """Say what is wrong in words that do not presuppose pydantic."""
    if detail["type"] == "extra_forbidden":
        return "unknown key; docs/configuration.md lists those there are"
    if detail["type"] == "missing":
        return "this key is missing; add it"
    if detail["type"] in ("model_type", "dict_type"):
        return "this must be a table of keys"
    if detail["type"] == "tuple_type":
        return "this must be a list; for tables write the name in [[double brackets]]"
    return detail["msg"].removeprefix("Value error, ").removeprefix("Input ")


def _secrets(here: object, location: Location) -> Iterator[Fault]:
    """Find passwords and the like, wherever they stand."""
    if isinstance(here, Mapping):
        for key, value in here.items():
            if isinstance(value, str) and _SECRET.search(key):
                yield (*location, key), _remedy(key)
            else:
                yield from _secrets(value, (*location, key))
    elif isinstance(here, list):
        for position, value in enumerate(here):
            yield from _secrets(value, (*location, position))
    elif isinstance(here, str) and _PASSWORD_IN_URL.search(here):
        yield location, _IN_URL


def _remedy(key: str) -> str:
    return (
        "a secret never stands in this file; put it into a file that only syncd can read and "
        f'write {key}_file = "secrets/…", or {key}_env = "…" for an environment variable'
    )


def _named_twice(parsed: Mapping[str, Any]) -> Iterator[Fault]:
    for key, naming in _NAMED_BY.items():
        seen: Counter[object] = Counter()
        for location, table in _tables(parsed, key):
            name = table.get(naming)
            if isinstance(name, str):
                seen[name] += 1
                if seen[name] > 1:
                    yield (*location, naming), "this name is taken already; give each its own"


def _deputies(parsed: Mapping[str, Any]) -> Iterator[Fault]:
    accounts = {table.get("account") for _, table in _tables(parsed, "actors")}
    for location, table in _tables(parsed, "actors"):
        principal = table.get("deputy_for")
        if principal and principal == table.get("account"):
            yield (*location, "deputy_for"), "nobody is their own deputy; name another account"
        elif principal and principal not in accounts:
            yield (*location, "deputy_for"), "no [[actors]] has this account; add it or mend it"
        begins, ends = table.get("deputy_from"), table.get("deputy_until")
        if type(begins) is date and type(ends) is date and ends < begins:
            yield (*location, "deputy_until"), "this day is before deputy_from"


def _sign_in(parsed: Mapping[str, Any]) -> Iterator[Fault]:
    console = parsed.get("console")
    name = console.get("ldap_directory") if isinstance(console, dict) else None
    known = [table.get("name") for _, table in _tables(parsed, "directories")]
    if isinstance(name, str) and name and name not in known:
        yield ("console", "ldap_directory"), "no [[directories]] has this name; add it or mend it"


def _access_logs(parsed: Mapping[str, Any]) -> Iterator[Fault]:
    known = [table.get("name") for _, table in _tables(parsed, "directories")]
    for location, table in _tables(parsed, "access_logs"):
        name = table.get("directory")
        if isinstance(name, str) and name not in known:
            yield (*location, "directory"), "no [[directories]] has this name; add it or mend it"


def _tables(parsed: Mapping[str, Any], key: str) -> Iterator[tuple[Location, dict[str, Any]]]:
    """Yield the tables of an array with their locations, passing over what is no table."""
    array = parsed.get(key)
    for position, table in enumerate(array if isinstance(array, list) else ()):
        if isinstance(table, dict):
            yield (key, position), table
