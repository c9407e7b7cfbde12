import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.acceptance.make_city import make_city

REPOSITORY = Path(__file__).parents[2]


@dataclass(frozen=True)
class Ran:
    """One run of the real command in its own program."""

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


@pytest.fixture(scope="session")
def city(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mihon") / "city"
    return make_city(folder), folder


@pytest.fixture(scope="session")
def ran(city):
    _, folder = city
    return run_syncd(folder, "sync", "--dry-run", "--json", "--as-of", "2027-04-01")


@pytest.fixture
def syncd_in():
    """Return a function that runs syncd in a folder."""
    return run_syncd
