"""`syncd pack`: hand files over to another network as one signed package."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import cast

from syncd.bootstrap import now
from syncd.cli.opening import answer, config_path
from syncd.core.facts import FED, Provides
from syncd.errors import ConfigurationError, UsageError
from syncd.plugins import SOURCES, load_connector
from syncd.ports.handover import PackageMaker, Packing
from syncd.settings.load import Settings, load_settings
from syncd.settings.tables import load_status_words, shipped

_WIDTH = 7


def run(arguments: argparse.Namespace) -> int:
    """Make keys, or the next package; raises SourceRefused and UsageError."""
    maker = cast("PackageMaker", load_connector(SOURCES, "package"))
    if arguments.new_key is not None:
        return _make_keys(arguments, maker)
    path = maker.pack(_packing(arguments), arguments.out)
    answer(arguments, {"package": str(path)}, str(path))
    return 0


def _make_keys(arguments: argparse.Namespace, maker: PackageMaker) -> int:
    private: Path = arguments.new_key
    public = private.with_name(f"{private.name}.pub")
    maker.make_keys(private, public)
    answer(arguments, {"key": str(private), "sender_key": str(public)}, f"{private}\n{public}")
    return 0


def _packing(arguments: argparse.Namespace) -> Packing:
    missing = [
        f"--{name.replace('_', '-')}"
        for name in ("key", "sender", "valid_on", "out")
        if getattr(arguments, name) is None
    ]
    if missing or not arguments.files:
        needed = ", ".join([*missing, *([] if arguments.files else ["KIND=FILE"])])
        raise UsageError(f"syncd pack needs {needed}.", ja=f"syncd pack には {needed} が要ります。")
    settings = _settings(arguments)
    return Packing(
        sender=arguments.sender,
        valid_on=arguments.valid_on,
        made_at=now(),
        key=arguments.key,
        files=_files(arguments.files),
        staff_number_width=_width(settings),
        status_words=_status_words(settings),
        options={} if settings is None else _options(settings),
    )


def _files(given: list[str]) -> dict[Provides, Path]:
    """Return the files by kind of fact; raises UsageError."""
    files: dict[Provides, Path] = {}
    for each in given:
        kind, _, path = each.partition("=")
        if kind not in FED or not path or kind in files:
            known = ", ".join(sorted(FED))
            raise UsageError(
                f"{each!r}: write KIND=FILE, each kind once, of: {known}.",
                ja=f"「{each}」: 種類=ファイル と書いてください。種類は一度ずつ: {known}。",
            )
        files[Provides(kind)] = Path(path)
    return files


def _settings(arguments: argparse.Namespace) -> Settings | None:
    """Return the configuration where there is one: it may tell how tables are read."""
    try:
        config = config_path(arguments)
    except ConfigurationError:
        return None
    return load_settings(config)


def _width(settings: Settings | None) -> int:
    return _WIDTH if settings is None else settings.model.organization.staff_number_width


def _status_words(settings: Settings | None) -> dict[str, str]:
    if settings is None:
        return load_status_words(shipped("employment-status.toml"))
    return settings.status_words()


def _options(settings: Settings) -> dict[Provides, dict[str, object]]:
    """Return how the tables of packages and files are read, by kind of fact."""
    ours = {"path", "sender", "sender_key"}
    return {
        table.provides: {k: v for k, v in table.options.items() if k not in ours}
        for table in settings.model.sources
        if table.type in ("file", "package")
    }
