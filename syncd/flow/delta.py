"""Whether a short tick has anything to do: a changed input, or an approved removal that waits.

A tick is a reason to look, never the proof: what follows is a whole run.
"""

from __future__ import annotations

from syncd.core.cases import CaseState
from syncd.errors import SourceRefused
from syncd.flow.collect import API
from syncd.flow.site import Mode, Site, SourceSeat
from syncd.ports.store import AcceptedInput

_WAITING = (CaseState.APPROVED, CaseState.APPLYING)


def has_work(site: Site) -> bool:
    """Tell whether a run now would do something that the last one could not."""
    with site.store.begin() as unit:
        waiting = unit.cases(_WAITING)
        last = {s.source.name: unit.last_accepted(s.source.name) for s in site.sources}
        refused = {r.source for r in unit.refused_inputs()}
        pushed, run = unit.last_accepted(API), unit.last_run()
    writing = {s.name for s in site.directories.values() if s.mode is Mode.APPLY}
    if any(case.directory in writing for case in waiting):
        return True
    if pushed is not None and (run is None or run.started_at < pushed.recorded_at):
        return True
    return any(_is_new(seat, last[seat.source.name], refused) for seat in site.sources)


def _is_new(seat: SourceSeat, last: AcceptedInput | None, refused: set[str]) -> bool:
    """Tell whether an input changed; one that was refused is looked at again by the full run."""
    if seat.source.name in refused:
        return False
    try:
        sha256 = seat.source.fingerprint().sha256
    except SourceRefused:
        return True
    return last is None or last.fingerprint.sha256 != sha256
