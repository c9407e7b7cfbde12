"""Progress of long work: a bar on a terminal, records in the log elsewhere."""

from __future__ import annotations

import atexit
import sys
from types import MappingProxyType

import structlog
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from syncd.ports.directory import Progress as Report

_TENTHS = 10
_LONG = 100
_WORDS = MappingProxyType(
    {
        "sources": "入力を読む",
        "directories": "ディレクトリを読む",
        "verified": "失効を確かめる",
        "failed": "失敗",
        "decision": "判定する",
        "removals": "失効する",
        "check": "接続を試す",
    }
)


def make_progress(*, quiet: bool = False) -> Report:
    """Return what shows progress: nothing, a bar on a terminal, or records in the log."""
    if quiet:
        return lambda _what, _done, _total: None
    if sys.stderr.isatty():
        return Bars().report
    return LoggedProgress().report


class LoggedProgress:
    """Writes a record for each tenth of long work, and for its end; short work says nothing."""

    def __init__(self) -> None:
        """Start with nothing reported."""
        self._log = structlog.get_logger("syncd")
        self._last: dict[str, int] = {}

    def report(self, what: str, done: int, total: int | None) -> None:
        """Record progress; `total` None means that nobody knows how much there is."""
        if total is None or total < _LONG:
            return
        tenth = done * _TENTHS // total
        if tenth > self._last.get(what, -1) or done == total:
            self._last[what] = tenth if done < total else -1
            self._log.info("work.progressed", what=what, done=done, total=total)


class Bars:
    """A bar for each kind of work, on stderr; they go away while nothing is unfinished."""

    def __init__(self, console: Console | None = None) -> None:
        """Show nothing yet; work that broke off takes its bar away when the command ends."""
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        self._bars = Progress(
            *columns,
            console=console or Console(stderr=True),
            transient=True,
            auto_refresh=False,
            redirect_stdout=False,  # the answer must go where the user sent it
        )
        self._tasks: dict[str, TaskID] = {}
        atexit.register(self._bars.stop)

    def report(self, what: str, done: int, total: int | None) -> None:
        """Show progress; `total` None means that nobody knows how much there is."""
        if what not in self._tasks:
            self._tasks[what] = self._bars.add_task(_WORDS.get(what, what), total=total)
        self._bars.update(self._tasks[what], completed=done, total=total)
        if done == total:
            self._bars.remove_task(self._tasks.pop(what))
        if self._tasks:
            self._bars.start()
            self._bars.refresh()
        else:
            self._bars.stop()
