"""What was found so far for each question, while a log goes by: rows, counts, unreadable lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from connectors.access_log.accounts import Accounts
from connectors.access_log.options import AccessLogOptions
from connectors.access_log.shown import shown
from syncd.core.residual.use import MOST_ROWS, BadLine, LogFile, Question, UseRow, is_pause

_MOST_BAD = 20
_MOST_KNOWN = 50_000


@dataclass(slots=True, eq=False)
class Tally:
    """The answer to one question, under way."""

    question: Question
    rows: list[UseRow] = field(default_factory=list)
    uses: int = 0
    failed: int = 0
    elsewhere: int = 0
    unreadable: int = 0
    bad_lines: list[BadLine] = field(default_factory=list)

    def add(self, row: UseRow) -> None:
        """Count a use; the earliest are kept, whatever order the lines come in."""
        self.uses += 1
        self.rows.append(row)
        if len(self.rows) >= 2 * MOST_ROWS:
            self.rows = self.earliest()

    def earliest(self) -> list[UseRow]:
        """Return the rows that are kept, in the order of time."""
        return sorted(self.rows, key=lambda row: (row.at, row.file, row.number))[:MOST_ROWS]

    def touches(self, before: datetime | None, after: datetime | None) -> bool:
        """Tell whether something between two moments (None: nobody knows) may be in the window."""
        window = self.question.window
        is_too_early = after is not None and after <= window.from_at
        is_too_late = (
            before is not None and window.until_at is not None and before >= window.until_at
        )
        return not (is_too_early or is_too_late)


@dataclass(slots=True)
class Scan:
    """All that one pass over a log gathers.

    `has_unplaced` tells that a file was there in which no moment could be read. `reached` is the
    latest moment seen so far, `pauses` the long stretches without a line; `told` counts the lines
    that say something of a sign-in, `spoiled` those that cannot be read, `pending` those of them
    since the last line whose moment is known.
    """

    tallies: Sequence[Tally]
    options: AccessLogOptions
    files: list[LogFile] = field(default_factory=list)
    pauses: list[tuple[datetime, datetime]] = field(default_factory=list)
    reached: datetime | None = None
    told: int = 0
    spoiled: int = 0
    has_unplaced: bool = False
    pending: int = 0
    pending_named: list[BadLine] = field(default_factory=list)
    pending_after: datetime | None = None
    accounts: Accounts[Tally] = field(init=False)
    earliest: datetime = field(init=False)
    latest: datetime = field(init=False)
    normal: timedelta = field(init=False)
    known: dict[str, tuple[Tally, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Learn whose accounts are asked about, and when at all."""
        windows = [tally.question.window for tally in self.tallies]
        self.earliest = min(window.from_at for window in windows)
        self.latest = max(window.until_at or window.from_at for window in windows)
        self.normal = timedelta(hours=self.options.quiet_hours)
        self.accounts = Accounts(self.options.domains)
        for tally in self.tallies:
            for account in sorted(tally.question.accounts):
                self.accounts.add(account, tally)

    def spoil(self, file: str, number: int, why: str) -> None:
        """Take note of a line that cannot be read."""
        self.pending += 1
        self.spoiled += 1
        if len(self.pending_named) < _MOST_BAD:
            self.pending_named.append(BadLine(file, number, why))

    def settle(self, after: datetime | None) -> None:
        """Count the unreadable lines before a moment for every window that they may lie in."""
        if self.pending:
            for tally in self.tallies:
                if tally.touches(self.pending_after, after):
                    tally.unreadable += self.pending
                    left = _MOST_BAD - len(tally.bad_lines)
                    tally.bad_lines += self.pending_named[:left]
            self.pending, self.pending_named = 0, []
        if after is not None:
            self.pending_after = after

    def reach(self, at: datetime) -> None:
        """Take note of how far the log goes, and of a stretch without a line before that."""
        reached = self.reached
        if reached is None:
            self.reached = at
        elif at > reached:
            if is_pause(reached, at, self.normal):
                self.pause(reached, at)
            self.reached = at

    def named(self, text: str) -> tuple[Tally, ...]:
        """Return who asks about the account that a log names; the same names come again."""
        found = self.known.get(text)
        if found is None:
            if len(self.known) >= _MOST_KNOWN:
                self.known.clear()
            found = self.known[text] = tuple(dict.fromkeys(self.accounts.named(text)))
        return found

    def pause(self, before: datetime, after: datetime) -> None:
        """Take note of a long stretch without a line, where somebody asks about it."""
        if any(tally.touches(before, after) for tally in self.tallies):
            self.pauses.append((before, after))

    def judge(self, row: UseRow, about: Iterable[Tally]) -> None:
        """Count a line that lies in a window for every question that it answers."""
        for tally in about:
            if self._failed(row.result):
                tally.failed += 1
            elif self._is_elsewhere(row.target, tally.question.entitlement):
                tally.elsewhere += 1
            else:
                tally.add(row)

    def _failed(self, result: str) -> bool:
        word, options = result.strip().casefold(), self.options
        if any(word == each.casefold() for each in options.failure):
            return True
        if options.failure or not options.success:
            return False
        return not any(word == each.casefold() for each in options.success)

    def _is_elsewhere(self, target: str, entitlement: str) -> bool:
        """Tell whether a line plainly says that it is about other rights than the one asked of."""
        word = target.strip().casefold()
        for known, rights in self.options.entitlements.items():
            if known.strip().casefold() == word:
                return entitlement not in rights
        return False


def row_of(at: datetime, texts: Mapping[str, str], file: str, number: int) -> UseRow:
    """Return a row as it may be kept."""
    said = {name: shown(texts.get(name, "")) for name in ("account", "action", "target", "result")}
    return UseRow(at=at, **said, file=shown(file), number=number)
