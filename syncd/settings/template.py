"""What `syncd init` writes: a commented configuration that works as it stands."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from syncd.errors import UsageError

_PRIVATE = 0o700


def init_site(directory: Path) -> tuple[Path, ...]:
    """Write the template into a folder and return the files; raises UsageError if any is there."""
    template = files("syncd.settings") / "site"
    targets = dict(_walk(template, directory))
    there = [path for path in targets if path.exists()]
    if there:
        raise UsageError(
            f"{there[0]} is there already; name a new folder: syncd init DIR",
            ja=f"{there[0]} がすでにあります。新しいフォルダを指定してください: syncd init DIR",
        )
    for folder in ("secrets", "var"):
        (directory / folder).mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
    for path, source in targets.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(source.read_bytes())
    return tuple(targets)


def _walk(source: Traversable, target: Path) -> list[tuple[Path, Traversable]]:
    found: list[tuple[Path, Traversable]] = []
    for entry in sorted(source.iterdir(), key=lambda e: e.name):
        if entry.is_dir():
            found += _walk(entry, target / entry.name)
        else:
            found.append((target / entry.name, entry))
    return found
