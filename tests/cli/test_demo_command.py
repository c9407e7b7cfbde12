"""`syncd demo` as its first user sees it: in an empty folder, to its end, in less than 30 seconds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def demo(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "syncd", "demo", "--dir", str(folder / "demo"), *more]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=False, cwd=folder
    )


def test_the_demo_tells_the_whole_story_twice_and_its_commands_work(tmp_path: Path):
    for _ in range(2):
        done = demo(tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
    for word in ("異動", "承認待ち", "失効確認済み", "チェックポイント", "残存 0"):
        assert word in done.stdout
    said = [line.split("#")[0].split() for line in done.stdout.splitlines() if " --config " in line]
    assert len(said) == 4
    for _, *arguments in said:
        command = [sys.executable, "-m", "syncd", *arguments]
        again = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert (again.returncode, again.stderr) == (0, ""), again.stderr


def test_the_demo_replaces_nothing_that_it_did_not_make(tmp_path: Path):
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "mine.txt").write_text("keep me")
    assert demo(tmp_path).returncode == 2
    assert (tmp_path / "demo" / "mine.txt").read_text() == "keep me"
