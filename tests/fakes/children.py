"""Another process that runs a few lines against a store, to be waited for or killed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Self

_ROOT = Path(__file__).parents[2]
_PRELUDE = """
import os, sys
from pathlib import Path
from syncd.errors import AlreadyRunning
from syncd.store import open_store
from tests.fakes.readings import *

def say(word):
    print(word, flush=True)

store = open_store(sys.argv[1], Path(sys.argv[2]))
"""


class Child:
    """A running child; it speaks one word a line."""

    def __init__(self, lines: str, url: str, base_dir: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", _PRELUDE + lines, url, str(base_dir)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=_ROOT,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def hear(self) -> str:
        """Wait for the next word; an ended child says nothing."""
        return self.process.stdout.readline().strip() if self.process.stdout else ""

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()
