"""From what is known to the preview of a day, in the series that was asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from syncd.core.cases import exceptions_on
from syncd.core.decide import Decided, decide_on
from syncd.core.facts import Facts
from syncd.core.findings import Decision
from syncd.core.foresight.foresee import Terms, View, foresee, with_marks
from syncd.core.foresight.losses import as_if_confirmed
from syncd.core.foresight.preview import Preview
from syncd.core.standing import footing_of
from syncd.flow.foresight.gathering import Gathered, Seen
from syncd.flow.site import Site


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to foresee. `today` is the day on which they ask.

    Only who may see 内示 may ask `with_notices`: whoever takes the question makes sure of it.
    """

    on: date
    today: date
    terms: Terms = field(default_factory=Terms)
    with_notices: bool = False


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A preview with the decisions it was made from; `noticed` only where 内示 was asked for.

    What they stood on is left to go: for a city that is a third of the memory.
    """

    preview: Preview
    openly: Decision
    noticed: Decision | None = None


def foresee_day(site: Site, asked: Asked, known: Gathered) -> Foreseen:
    """Return the preview of a day; with 内示 what rests on it is marked, line by line."""
    openly = decide_day(site, known, known.facts, asked.on)
    preview = foresee(_view(openly, known, known.openly), asked.terms, asked.today)
    if not asked.with_notices or known.noticed is None:
        return Foreseen(preview, openly.decision)
    noticed = decide_day(site, known, as_if_confirmed(known.facts), asked.on)
    other = foresee(_view(noticed, known, known.noticed), asked.terms, asked.today)
    return Foreseen(with_marks(other, preview), openly.decision, noticed.decision)


def decide_day(site: Site, known: Gathered, facts: Facts, on: date) -> Decided:
    """Return what holds on a day by the last good inputs and reads."""
    standing = exceptions_on(known.cases.values(), on)
    return decide_on(footing_of(facts, site.policy, on), known.snapshots, exceptions=standing)


def _view(decided: Decided, known: Gathered, seen: Seen) -> View:
    return View(decided, known.cases, seen.moments, seen.inputs, known.refused, known.unread)
