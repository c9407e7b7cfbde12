"""Holding a drill on an installation: look, poison a shadow in its own folder, keep the result.

Nothing of a run is held up meanwhile: no lock of the site is taken, its directories are read once
as any reader reads them, and its store is written to for the two records that keep the result.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from threading import Event

import structlog

from syncd.bootstrap import OpenSite, open_site
from syncd.core.drill.poisons import Outcome
from syncd.daemon.drill_files import DrillFiles
from syncd.errors import DirectoryUnreadable, SourceRefused, StoreError
from syncd.flow.drill.drill import drill
from syncd.flow.drill.keeping import DrillReport, record_finish, record_start
from syncd.flow.drill.looking import ReadSeat, look
from syncd.reports import drill_json
from syncd.settings.poisons import load_poisons
from syncd.store.shadows import ShadowStores

ACTOR = "syncd"
_PRIVATE = 0o700
_OWN = 0o600

Progress = Callable[[int, int], None]


def hold_drill(
    opened: OpenSite, actor: str, progress: Progress = lambda *_: None
) -> tuple[DrillReport, Path]:
    """Hold a drill; return what it showed and the file that keeps it.

    Raises ConfigurationError, SourceRefused, DirectoryUnreadable and StoreError.
    """
    site, settings = opened.site, opened.settings
    poisons, sha256 = load_poisons(settings.poison_tables())
    started_at, name = site.clock(), site.new_id()
    record_start(site.store, name, actor, started_at, sha256)
    with tempfile.TemporaryDirectory(prefix="syncd-drill-") as folder:
        files = DrillFiles(opened, Path(folder))
        readers = {
            seat.name: ReadSeat(seat.reader, seat.capabilities, seat.loss_check)
            for seat in site.directories.values()
        }
        looked = look(site.sources, readers, site.store, site.policy, started_at, files.raw_of)
        results = drill(looked, poisons, ShadowStores(Path(folder)), files, progress)
    report = DrillReport(name, actor, started_at, site.clock(), sha256, results)
    record_finish(site.store, report)
    return report, _keep(settings.base_dir / settings.model.drill.results, report)


class _StoppedError(Exception):
    """Ends a drill where the process is asked to stop; never leaves this module."""


def drill_apart(opened: OpenSite, stop: Event) -> None:
    """Hold a drill with connectors of its own, and log how it came out.

    What the daemon remembers of a directory is not asked for by a second thread. A drill that
    cannot be held leaves its record of having begun, and the log says why.
    """
    log = structlog.get_logger("syncd")

    def progress(_done: int, _of: int) -> None:
        if stop.is_set():
            raise _StoppedError

    own = open_site(opened.settings.path, lambda *_: None, clock=opened.clock)
    try:
        report, path = hold_drill(own, ACTOR, progress)
    except _StoppedError:
        log.info("drill.stopped")
    except (SourceRefused, DirectoryUnreadable) as why:
        log.warning("drill.impossible", why=type(why).__name__)
    else:
        say = log.error if report.exit_code else log.info
        counted = {str(outcome): report.count(outcome) for outcome in Outcome}
        say("drill.finished", drill=report.drill, file=str(path), **counted)
    finally:
        own.site.store.close()


def _keep(folder: Path, report: DrillReport) -> Path:
    """Write the result beside the records, for whoever collects evidence; raises StoreError."""
    path = folder / f"{report.started_at:%Y%m%dT%H%M%S}-{report.drill}.json"
    text = json.dumps(drill_json.render(report), ensure_ascii=False, indent=1)
    try:
        folder.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _OWN), "w") as out:
            out.write(text + "\n")
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}. See [drill] results.") from error
    return path
