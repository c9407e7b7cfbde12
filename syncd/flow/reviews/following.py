"""What a run does about reviews when it is over: it notes what is gone, and freezes what is due.

A correction is made when a complete read of its directory does not show the right any more,
whoever removed it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from syncd.core.audit import AuditEvent
from syncd.core.ids import RunId
from syncd.core.reach import Key, Reach, present
from syncd.core.reviews.questions import Standing
from syncd.flow.reviews.beginning import freeze_due
from syncd.flow.reviews.recording import ACTOR, put_on_record
from syncd.flow.site import Site


def follow_reviews(
    site: Site,
    reaches: Mapping[str, Reach],
    removed: Collection[Key],
    run: RunId,
    *,
    complete: bool,
) -> None:
    """Keep what became of corrections, and freeze a review whose day this run has read whole.

    `reaches` are the directories that were read whole in this run, `removed` the (directory,
    entitlement, account) of which it saw itself, after that read, that they are gone.
    """
    with site.store.begin() as unit:
        for review_id, standings in unit.corrections().items():
            numbers = _gone(site, standings, reaches, frozenset(removed))
            if numbers:
                unit.note_corrected(review_id, numbers, site.clock())
                ground: dict[str, object] = {"numbers": numbers}
                event = AuditEvent.REVIEW_CORRECTED
                put_on_record(site, unit, event, ACTOR, review_id, ground, run=run)
    if complete:
        freeze_due(site, run)


def _gone(
    site: Site,
    standings: Collection[Standing],
    reaches: Mapping[str, Reach],
    removed: frozenset[Key],
) -> list[int]:
    """Return the numbers of the questions whose right is there no more."""
    proving = {name for name, seat in site.directories.items() if seat.proves_complete}
    looked = [s for s in standings if s.question.directory in proving and _names(reaches, s)]
    seen = _seen(reaches, looked) - removed
    absent = {s.question.number for s in looked if s.question.key not in seen}
    return sorted(absent | {s.question.number for s in standings if s.question.key in removed})


def _names(reaches: Mapping[str, Reach], standing: Standing) -> bool:
    """Tell whether the list still names the right: of one that it does not, nothing is known."""
    reach = reaches.get(standing.question.directory)
    right = standing.question.entitlement
    return reach is not None and any(c.entitlement.entitlement == right for c in reach.conveyed)


def _seen(reaches: Mapping[str, Reach], standings: Collection[Standing]) -> frozenset[Key]:
    keys = [standing.question.key for standing in standings]
    return frozenset(key for reach in reaches.values() for key in present(reach, keys))
