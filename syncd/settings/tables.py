"""The tables of `config/`: words of 発令区分 and 在職区分, and closed days. A site adds its own."""

from __future__ import annotations

import sysconfig
import tomllib
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

from syncd.core.ids import normalise_code
from syncd.core.policy import Aspect, OrderEffect, OrderKind
from syncd.errors import ConfigurationError

_PACKAGES = Path(__file__).resolve().parents[2]
_SHARE = Path("share", "syncd", "config")


def shipped(name: str) -> Path:
    """Return a file of `config/`; raises ConfigurationError where the installation lost it."""
    return _shipped(name, Path.is_file)


def shipped_folder(name: str) -> Path:
    """Return a folder of `config/`; raises ConfigurationError where the installation lost it."""
    return _shipped(name, Path.is_dir)


def _shipped(name: str, is_there: Callable[[Path], bool]) -> Path:
    """Find what ships: beside the package in a checkout, else where a wheel puts it."""
    user_scheme = sysconfig.get_preferred_scheme("user")
    places = (
        _PACKAGES / "config",
        Path(sysconfig.get_path("data")) / _SHARE,
        Path(sysconfig.get_path("data", user_scheme)) / _SHARE,
        _PACKAGES / _SHARE,
    )
    for place in places:
        if is_there(place / name):
            return place / name
    raise ConfigurationError(
        f"{name} is in none of {', '.join(str(place) for place in places)}; install syncd again"
    )


def load_order_kinds(paths: Iterable[Path]) -> dict[str, OrderKind]:
    """Return what each word of 発令区分 does; later files win. Raises ConfigurationError."""
    kinds: dict[str, OrderKind] = {}
    for path in paths:
        for number, row in enumerate(_read(path).get("kinds", ()), 1):
            kinds.update(_order_kinds(row, path, number))
    return kinds


def _order_kinds(row: dict[str, Any], path: Path, number: int) -> dict[str, OrderKind]:
    try:
        effect = OrderEffect(row["effect"])
        also_ends = frozenset(Aspect(word) for word in row.get("also_ends", ()))
        words = [normalise_code(word) for word in row["words"]]
    except (KeyError, ValueError, TypeError) as error:
        raise ConfigurationError(
            f"{path}: kinds[{number}]: {error}. Each needs words = [...] and effect = one of "
            f"{', '.join(OrderEffect)}; also_ends holds any of {', '.join(Aspect)}."
        ) from error
    post_kind = row.get("post_kind", "")
    appoints = bool(row.get("appoints", False))
    return {word: OrderKind(word, effect, post_kind, appoints, also_ends) for word in words}


def load_status_words(path: Path) -> dict[str, str]:
    """Return the words of 在職区分 and the employment status each stands for."""
    return {normalise_code(word): status for status, words in _read(path).items() for word in words}


def load_closed_days(paths: Iterable[Path]) -> frozenset[date]:
    """Return the closed days, one a line as 2027-04-29; # begins a comment."""
    days: set[date] = set()
    for path in paths:
        for number, line in enumerate(_text(path).splitlines(), 1):
            day = line.partition("#")[0].strip()
            if day:
                days.add(_day(day, path, number))
    return frozenset(days)


def _day(text: str, path: Path, number: int) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ConfigurationError(
            f"{path}: line {number}: {text!r} is no day; write it as 2027-04-29"
        ) from error


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror}. Check the path.") from error


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(_text(path))
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path}: not readable as TOML: {error}") from error
