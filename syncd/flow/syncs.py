"""Runs that people ask for: a file brought along, its control total, the run, its progress.

A request is kept in the store and worked off by the daemon, so that it survives both the browser
and the process. Whoever works requests off holds an exclusive right; a request that is `running`
when somebody else gets that right belonged to a process that died, and is done again from its
start: a run repeats nothing that was done.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import astuple, replace
from datetime import date
from typing import TypeAlias

from syncd.bilingual import Bilingual
from syncd.core.audit import AuditEvent, AuditRecord
from syncd.core.calendar import day_of
from syncd.core.intake import without_advance_notices
from syncd.core.votes import Actor
from syncd.errors import AlreadyRunning, NoSuchCase, RowFault, SourceRefused, SyncdError, UsageError
from syncd.flow.feed import pinned, read_as_checked
from syncd.flow.rehearse import rehearse
from syncd.flow.report import RunReport
from syncd.flow.run import run
from syncd.flow.site import RunRequest, Site
from syncd.ports.source import SourceReading
from syncd.ports.syncs import CheckedFeed, RequestedSync, SyncState, Upload

ParseUpload: TypeAlias = Callable[[Upload], SourceReading]
"""Reads a brought file as the site's own orders are read; raises SourceRefused."""

MOST_BYTES = 20 * 1024 * 1024
_LONGEST_NAME = 200
_RIGHT = "requested-runs"
_BROKE_OFF = Bilingual(
    "the run broke off in a way that nobody foresaw; the log says where.",
    ja="突合が予期しないところで途切れました。どこでかはログにあります。",
)


def hold(site: Site, actor: Actor, file_name: str, content: bytes, expected_rows: int) -> Upload:
    """Return what somebody brings, kept nowhere yet; raises UsageError for nothing or too much."""
    if not content or len(content) > MOST_BYTES:
        raise UsageError(
            f"the file must hold something, and {MOST_BYTES // 2**20} MB at most.",
            ja=f"ファイルは空でなく、{MOST_BYTES // 2**20} MB までにしてください。",
        )
    return Upload(
        upload_id=site.new_id(),
        account=actor.account,
        at=site.clock(),
        file_name="".join(c if c.isprintable() else "?" for c in file_name[-_LONGEST_NAME:]),
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
        expected_rows=expected_rows,
    )


def bring(site: Site, upload: Upload, parse: ParseUpload) -> None:
    """Keep a file that could be read whole; nothing of it counts before a run is asked for.

    Raises SourceRefused with every fault; then no byte of the file is kept: what is refused may
    hold My Numbers.
    """
    read_brought(upload, parse)
    # Not the stated number: it tells how many 内示 there are, and auditors do not see those.
    ground = {"sha256": upload.sha256}
    event = AuditEvent.FILE_BROUGHT
    record = AuditRecord(upload.at, event, upload.account, upload.upload_id, None, ground)
    with site.store.begin() as unit:
        unit.save_upload(upload)
        unit.audit([record])


def read_brought(upload: Upload, parse: ParseUpload) -> SourceReading:
    """Read a brought file whole; raises SourceRefused with every fault.

    A file that does not hold as many orders as stated is refused: the number is the control
    total that tells a cut file from a whole one.
    """
    reading = parse(upload)
    if reading.rows != upload.expected_rows:
        fault = RowFault(
            0,
            Bilingual("件数", en="count"),
            str(reading.rows),
            Bilingual(
                f"{upload.expected_rows} 件あるはずと申告されました。全件が入っているか、"
                "申告の件数が正しいかを確かめてください",
                en=f"{upload.expected_rows} were stated; see whether all of them are in it, "
                "and whether the number is right",
            ),
        )
        raise SourceRefused(reading.source, upload.file_name, (fault,))
    return reading


def foresee(site: Site, actor: Actor, reading: SourceReading, as_of: date) -> RunReport:
    """Return who would lose what on a day with these orders; nothing is kept of it."""
    if reading.source in {seat.source.name for seat in site.sources}:
        return rehearse(pinned(site, reading), RunRequest(as_of, actor.account))
    return rehearse(site, RunRequest(as_of, actor.account, brought=(reading,)))


def find_upload(site: Site, upload_id: str) -> Upload:
    """Return a brought file; raises NoSuchCase."""
    with site.store.begin() as unit:
        upload = unit.upload(upload_id)
    if upload is None:
        raise NoSuchCase(
            f"there is no brought file {upload_id}.",
            ja=f"持ち込まれたファイル {upload_id} はありません。",
        )
    return upload


def ask_for_sync(
    site: Site,
    actor: Actor,
    *,
    upload_id: str | None = None,
    feed: CheckedFeed | None = None,
    key: str | None = None,
) -> RequestedSync:
    """Ask for a run of today; with the same `key` again, return the first request.

    With `feed` the run goes on only where that source still holds what was checked. Raises
    IdempotencyConflict, and NoSuchCase for a file that nobody brought.
    """
    if upload_id is not None:
        find_upload(site, upload_id)
    now = site.clock()
    today = day_of(now)
    bound = [] if feed is None else [astuple(feed)]
    asked = json.dumps([today.isoformat(), upload_id, *bound], separators=(",", ":"))
    wanted = RequestedSync(
        sync_id=site.new_id(),
        requested_by=actor.account,
        requested_at=now,
        as_of=today,
        request_hash=hashlib.sha256(asked.encode()).hexdigest(),
        idempotency_key=key,
        upload_id=upload_id,
        feed=feed,
    )
    with site.store.begin() as unit:
        kept = unit.request_sync(wanted)
        if kept is wanted:
            ground = {"as_of": today.isoformat(), "upload": upload_id}
            if feed is not None:  # without its number: that tells how many 内示 there are
                ground |= {"source": feed.source, "sha256": feed.sha256}
            event = AuditEvent.SYNC_REQUESTED
            unit.audit([AuditRecord(now, event, actor.account, kept.sync_id, None, ground)])
    return kept


def work_off(site: Site, parse: ParseUpload) -> RequestedSync | None:
    """Do the oldest requested run, if any; None where there is none or another run goes on."""
    try:
        with site.store.exclusive(_RIGHT):
            with site.store.begin() as unit:
                row = unit.unfinished_sync()
                if row is None:
                    return None
                row = replace(row, state=SyncState.RUNNING, started_at=site.clock())
                unit.update_sync(row)
            return _do(site, row, parse)
    except AlreadyRunning:
        return None


def _do(site: Site, row: RequestedSync, parse: ParseUpload) -> RequestedSync:
    # Holds unless something better is known: what nobody foresaw must not be tried for ever.
    ended = replace(row, state=SyncState.FAILED, exit_code=1, error=_BROKE_OFF)
    try:
        bound = site if row.feed is None else pinned(site, read_as_checked(site, row.feed))
        report = run(bound, _request(site, row, parse))
        ended = replace(row, state=SyncState.DONE, run=report.run, exit_code=report.exit_code)
        if site.stopping() and not report.complete:
            ended = row  # still running: whoever comes next does the rest
    except AlreadyRunning:
        ended = replace(row, state=SyncState.WAITING, started_at=None)
        raise
    except SyncdError as why:
        ended = replace(ended, exit_code=why.exit_code, error=_told(why))
    finally:
        if ended.state in (SyncState.DONE, SyncState.FAILED):
            ended = replace(ended, finished_at=site.clock())
        _finish(site, ended)
    return ended


def _request(site: Site, row: RequestedSync, parse: ParseUpload) -> RunRequest:
    """Return the run that was asked for; one that comes a day late acts on nothing (0005)."""
    brought = _brought(site, row, parse)
    acts = row.as_of == day_of(site.clock())
    return RunRequest(
        row.as_of,
        row.requested_by,
        "requested",
        acts=acts,
        brought=brought,
        steps=row.sync_id,
    )


def _brought(site: Site, row: RequestedSync, parse: ParseUpload) -> tuple[SourceReading, ...]:
    if row.upload_id is None:
        return ()
    return (read_brought(find_upload(site, row.upload_id), parse),)


def _told(why: SyncdError) -> Bilingual:
    """Return what went wrong; the values of a refused file stay on the page that checks it."""
    if isinstance(why, SourceRefused):
        seen = len(without_advance_notices(why.faults))
        return Bilingual(f"{why.where}: {seen} faults", ja=f"{why.where}: 誤り {seen} 件")
    return why.told


def _finish(site: Site, row: RequestedSync) -> None:
    with site.store.begin() as unit:
        unit.update_sync(row)
