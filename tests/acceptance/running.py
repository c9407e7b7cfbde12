"""Runs the real command in its own program."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]


@dataclass(frozen=True)
class Ran:
    """What a run left behind."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def report(self):
        return json.loads(self.stdout)


def run_syncd(folder, *arguments):
    command = [sys.executable, "-m", "syncd", "--config", str(folder / "syncd.toml"), *arguments]
    done = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY), "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)
