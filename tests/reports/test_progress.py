"""Long work shows a bar on a terminal and records in the log elsewhere, and never in the answer."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from structlog.testing import capture_logs

from syncd.reports.progress import Bars, LoggedProgress
from syncd.settings.template import init_site


def test_long_work_leaves_a_record_for_each_tenth_and_its_end():
    with capture_logs() as records:
        progress = LoggedProgress()
        for done in range(1001):
            progress.report("removals", done, 1000)
    assert [record["done"] for record in records] == list(range(0, 1001, 100))
    assert {record["event"] for record in records} == {"work.progressed"}


def test_short_work_and_work_of_unknown_length_leave_no_records():
    with capture_logs() as records:
        LoggedProgress().report("sources", 3, 4)
        LoggedProgress().report("decision", 0, None)
    assert records == []


def test_a_bar_shows_what_is_done_and_goes_away_at_the_end():
    screen = io.StringIO()
    bars = Bars(Console(file=screen, force_terminal=True, width=80))
    bars.report("removals", 1, 3)
    assert "失効する" in screen.getvalue()
    assert "1/3" in screen.getvalue()
    bars.report("removals", 3, 3)
    assert screen.getvalue().endswith("\x1b[?25h") or "\x1b[2K" in screen.getvalue()


def test_on_a_terminal_the_bar_is_on_stderr_and_the_answer_on_stdout(tmp_path: Path):
    init_site(tmp_path / "site")
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "syncd", "--config", str(tmp_path / "site" / "syncd.toml")]
    child = subprocess.Popen([*command, "check"], stdout=subprocess.PIPE, stderr=theirs)
    os.close(theirs)
    shown = b""
    while chunk := read_some(ours):
        shown += chunk
    answer, _ = child.communicate(timeout=60)
    os.close(ours)
    assert child.returncode == 0
    assert "接続を試す" in shown.decode()
    assert "roster" in answer.decode()
    assert "接続を試す" not in answer.decode()


def read_some(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux says EIO when the other side is closed
        return b""
