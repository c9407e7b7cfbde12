"""What every command of the command line knows, and how a day is written there."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

from syncd.reports.words import Lang

_DEFAULT = argparse.SUPPRESS


def add_common(parser: argparse.ArgumentParser, *, first: bool) -> None:
    """Add what every command knows; after the command nothing given means nothing changed."""
    parser.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        default=None if first else _DEFAULT,
        help="設定ファイル（なければ SYNCD_CONFIG、次に ./syncd.toml）",
    )
    parser.add_argument("--json", action="store_true", default=False if first else _DEFAULT)
    parser.add_argument("--quiet", action="store_true", default=False if first else _DEFAULT)
    parser.add_argument(
        "--lang", type=Lang, choices=list(Lang), default=Lang.JA if first else _DEFAULT
    )


def day(text: str) -> date:
    """Return a day as it is written on the command line."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no day; write 2027-04-01") from None
