"""Finds connectors by entry point (`syncd.sources`, `syncd.directories`, `syncd.notifiers` …).

syncd never imports a connector by name, so a stranger's package adds one by being installed. Two
distributions that give one name are refused, since which one would win is an accident.
"""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points
from typing import Any

from syncd.errors import ConfigurationError

SOURCES = "syncd.sources"
DIRECTORIES = "syncd.directories"
NOTIFIERS = "syncd.notifiers"
ACCESS_LOGS = "syncd.access_logs"


def load_connector(group: str, name: str) -> Any:  # noqa: ANN401 - a SourceType, DirectoryType …
    """Return what the entry point names; raises ConfigurationError with the types there are."""
    found = [point for point in entry_points(group=group) if point.name == name]
    if not found:
        known = ", ".join(sorted({point.name for point in entry_points(group=group)}))
        raise ConfigurationError(f"type {name!r} is not installed; there are: {known or 'none'}")
    if len({_origin(point) for point in found}) > 1:
        origins = " and ".join(sorted(_origin(point) for point in found))
        raise ConfigurationError(f"type {name!r} is given by {origins}; uninstall one of them")
    try:
        return found[0].load()
    except ImportError as error:
        raise ConfigurationError(
            f"type {name!r} of {_origin(found[0])} cannot be loaded: {error}"
        ) from error


def connector_versions() -> dict[str, str]:
    """Return, for each installed connector, the distribution and version that gave it."""
    groups = (SOURCES, DIRECTORIES, NOTIFIERS, ACCESS_LOGS)
    points = [point for group in groups for point in entry_points(group=group)]
    return {f"{point.group}:{point.name}": _origin(point) for point in points}


def _origin(point: EntryPoint) -> str:
    return f"{point.dist.name} {point.dist.version}" if point.dist else "an unnamed package"
