"""The commands, one module each; a command takes the parsed arguments and returns its exit code.

A command is imported when it is asked for: the console's web framework and the spreadsheets of
the demo take longer to import than a nightly run needs for a whole city.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType

Command = Callable[[argparse.Namespace], int]

COMMANDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "init": ("init", "run"),
        "check": ("check", "run"),
        "sync": ("sync", "run"),
        "preview": ("preview", "run"),
        "explain": ("explain", "run"),
        "cases": ("cases", "run"),
        "approve": ("votes", "run_approve"),
        "pre-approval": ("pre_approval", "run"),
        "order-texts": ("order_texts", "run"),
        "refuse": ("votes", "run_refuse"),
        "restore": ("votes", "run_restore"),
        "pack": ("pack", "run"),
        "residual": ("residual", "run"),
        "review": ("review", "run"),
        "drill": ("drill", "run"),
        "report": ("report", "run"),
        "daemon": ("daemon", "run"),
        "evidence": ("evidence", "run"),
        "user": ("users", "run"),
        "token": ("tokens", "run"),
        "demo": ("demo", "run"),
    }
)
"""The module of each command in this package, and the function in it."""


def find_command(name: str) -> Command:
    """Return what does a command."""
    module, function = COMMANDS[name]
    command: Command = getattr(import_module(f"{__name__}.{module}"), function)
    return command
