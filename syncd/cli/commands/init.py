"""`syncd init DIR`: a commented configuration that works, with small samples to try it on."""

from __future__ import annotations

import argparse

from syncd.cli.opening import answer
from syncd.settings.template import init_site


def run(arguments: argparse.Namespace) -> int:
    """Write the files; what is there already is never overwritten."""
    written = init_site(arguments.directory)
    config = arguments.directory / "syncd.toml"
    lines = [f"{path}" for path in written]
    lines.append(f"次は / next: syncd --config {config} check")
    answer(arguments, {"written": [str(path) for path in written]}, "\n".join(lines))
    return 0
