"""What commands share: finding the configuration, opening the site, printing the answer."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from rich.console import RenderableType

from syncd.bootstrap import OpenSite, now, open_site
from syncd.core.access import Permission, permissions_of
from syncd.errors import ConfigurationError
from syncd.logs import configure_logs
from syncd.reports.progress import make_progress
from syncd.reports.tables import make_console

_A_PIECE = 1000


def config_path(arguments: argparse.Namespace) -> Path:
    """Return the configuration file; raises ConfigurationError where none is named or there."""
    if arguments.config is not None:
        return Path(arguments.config)
    if os.environ.get("SYNCD_CONFIG"):
        return Path(os.environ["SYNCD_CONFIG"])
    here = Path("syncd.toml")
    if here.exists():
        return here
    raise ConfigurationError(
        "no configuration: name it with --config FILE or SYNCD_CONFIG, or go to its folder. "
        "'syncd init DIR' makes one."
    )


def open_for(arguments: argparse.Namespace) -> OpenSite:
    """Open the configured site for a command; progress shows on a terminal."""
    configure_logs(as_json=False, clock=now)
    progress = make_progress(quiet=arguments.quiet or arguments.json)
    return open_site(config_path(arguments), progress)


def json_of(value: object) -> Iterator[str]:
    """Yield the text of a JSON value piece by piece: a city's answer is a hundred megabytes."""
    if isinstance(value, dict) and value:
        between = "{"
        for key, each in value.items():
            yield f"{between}{json.dumps(key, ensure_ascii=False)}: "
            yield from json_of(each)
            between = ", "
        yield "}"
    elif isinstance(value, Iterator) or (isinstance(value, list) and len(value) > _A_PIECE):
        left, between = iter(value), "["
        while piece := list(islice(left, _A_PIECE)):
            yield between + json.dumps(piece, ensure_ascii=False)[1:-1]
            between = ", "
        yield "]" if between == ", " else "[]"
    else:
        yield json.dumps(value, ensure_ascii=False)


def sees_notices(opened: OpenSite) -> bool:
    """Tell whether the account that acts may see 内示."""
    return any(Permission.SEE_ADVANCE_NOTICES in permissions_of(a) for a in opened.acting())


def answer(
    arguments: argparse.Namespace, as_json: dict[str, Any], for_people: RenderableType
) -> None:
    """Print the answer: one JSON object, or what people read."""
    if arguments.json:
        sys.stdout.writelines(json_of(as_json))
        sys.stdout.write("\n")
    elif not arguments.quiet:
        make_console().print(for_people)
