"""The commands, one module each; a command takes the parsed arguments and returns its exit code."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from syncd.cli.commands import (
    cases,
    check,
    daemon,
    demo,
    evidence,
    explain,
    init,
    sync,
    tokens,
    users,
    votes,
)

COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "init": init.run,
    "check": check.run,
    "sync": sync.run,
    "preview": sync.run_preview,
    "explain": explain.run,
    "cases": cases.run,
    "approve": votes.run_approve,
    "refuse": votes.run_refuse,
    "restore": votes.run_restore,
    "daemon": daemon.run,
    "evidence": evidence.run,
    "user": users.run,
    "token": tokens.run,
    "demo": demo.run,
}
