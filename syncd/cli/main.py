"""`syncd`: parse, do one command, say what went wrong in words a person can act on.

The one broad `except` of the command line stands here: what nobody expected is a bug, exits with
1 and keeps its traceback. With `--json` stdout holds one object and nothing else.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import traceback
from collections.abc import Sequence

from syncd.bootstrap import tune_collector
from syncd.cli.commands import find_command
from syncd.cli.parser import make_parser
from syncd.errors import SourceRefused, SyncdError

_INTERRUPTED = 130
_SHOWN_FAULTS = 20


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    arguments = make_parser().parse_args(argv)
    tune_collector()
    try:
        return find_command(arguments.command)(arguments)
    except SyncdError as error:
        return _fail(arguments, error)
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # noqa: BLE001 - the command loop: what nobody expected is a bug
        traceback.print_exc()
        return _say(arguments, type(error).__name__, f"a bug in syncd: {error!r}", 1)


def _fail(arguments: argparse.Namespace, error: SyncdError) -> int:
    message = str(error)
    if isinstance(error, SourceRefused):
        faults = "".join(f"\n  {fault}" for fault in error.faults[:_SHOWN_FAULTS])
        message = f"{error.source}: {error.where}{faults}"
    return _say(arguments, type(error).__name__, message, error.exit_code)


def _say(arguments: argparse.Namespace, kind: str, message: str, code: int) -> int:
    if arguments.json:
        print(json.dumps({"error": {"type": kind, "message": message, "exit_code": code}}))  # noqa: T201 - the answer
    print(f"syncd: {message}", file=sys.stderr)  # noqa: T201 - the answer
    return code
