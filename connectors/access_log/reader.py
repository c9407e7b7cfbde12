"""Reads a log in one pass for all questions, and says for what parts of each nothing is known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from connectors.access_log.files import (
    FileBroken,
    OpenLog,
    find_files,
    missing_before,
    names_of,
    open_log,
)
from connectors.access_log.lines import NO_COLUMN, TOO_LONG, Line, Parse, Unreadable, parser_of
from connectors.access_log.options import AccessLogOptions
from connectors.access_log.stamps import Stamps
from connectors.access_log.tally import Scan, Tally, row_of
from syncd.core.residual.use import (
    FILE_BROKEN,
    NOTHING_READ,
    Hole,
    LogAnswer,
    LogFile,
    Question,
    Stretch,
    holes_in,
)
from syncd.errors import AccessLogUnreadable
from syncd.ports.access_log import AccessLogContext

_LOOKED_AT = 200


@dataclass(frozen=True, slots=True)
class _Head:
    """A file with the moment of its first readable line (None: none was found at its head).

    `next_at` is that of the file after it; `is_later` tells that it begins after every window.
    """

    path: Path
    first_at: datetime | None
    is_empty: bool = False
    missing_before: bool = False
    next_at: datetime | None = None
    is_later: bool = False


class FileAccessLog:
    """One configured log of files; implements `ports.access_log.AccessLog`."""

    def __init__(self, options: AccessLogOptions, context: AccessLogContext) -> None:
        """Take the options; the files are looked for when something is asked."""
        self.name = context.name
        self.directory = context.directory
        self._options = options
        self._context = context

    def check(self) -> str:
        """Look at the head of every file; raises AccessLogUnreadable."""
        heads = self._heads()
        readable = [head.first_at for head in heads if head.first_at is not None]
        if not heads:
            raise AccessLogUnreadable(self.name, f"no file matches {self._options.path}")
        bad = [h.path.name for h in heads if h.first_at is None and not h.is_empty]
        if bad:
            raise AccessLogUnreadable(self.name, f"no line can be read in {', '.join(bad[:3])}")
        since = f", from {min(readable):%Y-%m-%d %H:%M}" if readable else ""
        return f"{len(heads)} files{since}"

    def read(self, questions: Sequence[Question]) -> tuple[LogAnswer, ...]:
        """Answer every question, in order, in one pass over the files that may matter."""
        if not questions:
            return ()
        scan = Scan([Tally(question) for question in questions], self._options)
        stretches: list[Stretch] = []
        for head in _relevant(self._heads(), questions):
            if head.is_empty:
                continue
            if head.is_later:  # it begins after every window: that it is there is all it tells
                stretches.append(_only_there(head))
                continue
            found = self._scan(head, scan)
            if found is not None:
                stretches.append(found)
        return tuple(self._answer(tally, scan, stretches) for tally in scan.tallies)

    def _heads(self) -> tuple[_Head, ...]:
        """Return the files in the order of their first lines; what has none comes last."""
        paths = find_files(self._options.path, self._context.base_dir)
        found = [self._head(path) for path in paths]
        ordered = sorted(
            found,
            key=lambda h: (h.first_at is None, h.first_at or datetime.max.replace(tzinfo=UTC)),
        )
        missing = missing_before(names_of(head.path for head in ordered))
        following = [*(head.first_at for head in ordered), None][1:]
        return tuple(
            replace(head, missing_before=lacks, next_at=after)
            for head, lacks, after in zip(ordered, missing, following, strict=True)
        )

    def _head(self, path: Path) -> _Head:
        try:
            with open_log(path) as log:
                return self._first_line(path, log)
        except FileBroken:
            return _Head(path, None)

    def _first_line(self, path: Path, log: OpenLog) -> _Head:
        is_empty = True
        parse = self._parser(path)
        for number, raw in log.lines():
            is_empty = is_empty and raw is not None and not raw.strip()
            try:
                line = None if raw is None else parse(self._text(raw, number))
            except Unreadable:
                line = None
            if line is not None:
                return _Head(path, line.at)
            if number >= _LOOKED_AT:
                break
        return _Head(path, None, is_empty)

    def _parser(self, path: Path) -> Parse:
        options = self._options
        stamps = Stamps(options.zone, options.time_format, options.year, options.clock_ahead_s)
        try:
            written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        except OSError:
            written = self._context.clock()
        stamps.begin(written)
        return parser_of(options, stamps)

    def _text(self, raw: bytes, number: int) -> str:
        text = raw.decode(self._options.encoding, errors="replace")
        return text.removeprefix("\ufeff") if number == 1 else text

    def _scan(self, head: _Head, scan: Scan) -> Stretch | None:
        """Read one file and return what it covers; None where no moment could be read in it."""
        first, last = None, None
        lines, broken, digest, size, spoiled = 0, False, "", 0, scan.spoiled
        if head.first_at is None:
            scan.pending_after = None  # nobody knows when it begins
        try:
            with open_log(head.path) as log:
                try:
                    for number, line in self._lines(head.path, log, scan):
                        lines = number
                        if line is not None:
                            first, last = _wider(first, last, line.at)
                except FileBroken:
                    broken = True
                digest, size = log.sha256(), head.path.stat().st_size
        except (FileBroken, OSError):
            broken = True
        scan.settle(None if head.first_at is None else head.next_at)
        scan.files.append(LogFile(head.path.name, size, digest, lines, first, last))
        if first is None or last is None:
            # A file of headings alone says nothing; one that nobody can read may say anything.
            scan.has_unplaced |= broken or scan.spoiled > spoiled
            return None
        return Stretch(first, last, broken, head.missing_before)

    def _lines(self, path: Path, log: OpenLog, scan: Scan) -> Iterator[tuple[int, Line | None]]:
        """Yield every line of a file by its number, having counted what it says."""
        parse = self._parser(path)
        for number, raw in log.lines():
            line = None
            try:
                line = parse(self._text(_bounded(raw), number))
            except Unreadable as why:
                if str(why) == NO_COLUMN:
                    raise FileBroken(NO_COLUMN) from why
                scan.spoil(path.name, number, str(why))
            if line is not None:
                self._count(line, path.name, number, scan)
            yield number, line

    def _count(self, line: Line, file: str, number: int, scan: Scan) -> None:
        scan.settle(line.at)
        scan.reach(line.at)
        if line.account is None:
            return
        scan.told += 1
        if not scan.earliest <= line.at < scan.latest:
            return
        about = [t for t in scan.named(line.account) if t.question.window.holds(line.at)]
        if about:
            scan.judge(row_of(line.at, line.texts(), file, number), about)

    def _answer(self, tally: Tally, scan: Scan, stretches: Sequence[Stretch]) -> LogAnswer:
        window = tally.question.window
        until_at = window.until_at or window.from_at
        holes = list(holes_in(window, stretches, scan.pauses))
        if until_at > window.from_at:
            if scan.has_unplaced:
                holes.append(Hole(window.from_at, until_at, FILE_BROKEN))
            if stretches and not scan.told:
                holes.append(Hole(window.from_at, until_at, NOTHING_READ))
        return LogAnswer(
            key=tally.question.key,
            log=self.name,
            window=window,
            rows=tuple(tally.earliest()),
            uses=tally.uses,
            failed=tally.failed,
            elsewhere=tally.elsewhere,
            holes=tuple(dict.fromkeys(holes)),
            unreadable=tally.unreadable,
            bad_lines=tuple(tally.bad_lines),
            files=tuple(scan.files),
        )


def _relevant(heads: Sequence[_Head], questions: Iterable[Question]) -> Iterator[_Head]:
    """Yield the files that may matter.

    A file that is followed by another one which begins before every window lies before them all,
    and is left out; one that begins after them all only shows that the log goes on.
    """
    windows = [question.window for question in questions]
    earliest = min(window.from_at for window in windows)
    latest = max(window.until_at or window.from_at for window in windows)
    for head in heads:
        is_over = head.next_at is not None and head.next_at <= earliest
        if head.first_at is None or not is_over:
            is_later = head.first_at is not None and head.first_at >= latest
            yield replace(head, is_later=is_later)


def _only_there(head: _Head) -> Stretch:
    at = head.first_at or datetime.max.replace(tzinfo=UTC)
    return Stretch(at, at, missing_before=head.missing_before)


def _bounded(raw: bytes | None) -> bytes:
    """Return a line; raises Unreadable for one that is too long."""
    if raw is None:
        raise Unreadable(TOO_LONG)
    return raw


def _wider(
    first: datetime | None, last: datetime | None, at: datetime
) -> tuple[datetime | None, datetime | None]:
    return (at if first is None else min(first, at)), (at if last is None else max(last, at))
