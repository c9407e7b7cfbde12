"""What cannot be said today, and why: the half of the promise that must never look fine.

Three grounds: a directory whose newest reads failed, an input that was refused, and verdicts that
the facts do not allow. Each is told with its number, and since when where that is known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from syncd.core.doubts import with_doubts
from syncd.core.findings import Decision, Doubt, Verdict
from syncd.core.ids import OrgUnitCode
from syncd.core.memberships import Unread
from syncd.flow.collect import known_facts, with_last_known
from syncd.flow.site import Site
from syncd.ports.listing import UnreadDirectory
from syncd.ports.store import RefusedInput


@dataclass(frozen=True, slots=True)
class Learned:
    """What the last runs learned as of a day, with what they could not.

    `unread` gives for each directory how many memberships its last whole read held.
    """

    decision: Decision
    unread: tuple[tuple[UnreadDirectory, int], ...]
    refused: tuple[RefusedInput, ...]


@dataclass(frozen=True, slots=True)
class Uncertain:
    """What one visitor is told. `rights` None: how many others stand is not theirs to know.

    `doubts` counts verdicts by kind. `everything` tells that a refused input puts in doubt even
    what would otherwise be justified.
    """

    unread: tuple[tuple[UnreadDirectory, int], ...]
    refused: tuple[RefusedInput, ...]
    doubts: Mapping[Doubt, int]
    everything: bool
    rights: int | None

    def __bool__(self) -> bool:
        """Tell whether anything at all is uncertain."""
        return bool(self.unread or self.refused or self.doubts)


def learn(site: Site, decision: Decision) -> Learned:
    """Return a decision with the inputs and directories that failed; raises StoreError."""
    with site.store.begin() as unit:
        found = [u for u in unit.unread_directories() if u.directory in site.directories]
        names = {seat.source.name for seat in site.sources}
        refused = tuple(r for r in unit.refused_inputs() if r.source in names)
        facts = known_facts(unit, site, decision.as_of) if found else None
        unread = []
        for each in found:
            reading = Unread(each.directory, each.since, each.why, "")
            held = 0 if facts is None else with_last_known(unit, reading, facts).last_known
            unread.append((each, held))
    return Learned(decision, tuple(unread), refused)


def uncertain(learned: Learned, visible: frozenset[OrgUnitCode] | None) -> Uncertain:
    """Return what a visitor of these sections (None: of all) is told of what is unknown."""
    doubted = with_doubts(learned.decision, {r.provides for r in learned.refused})
    unread = {each.directory for each, _ in learned.unread}
    unknown = [
        finding
        for finding in doubted.findings
        if finding.verdict is Verdict.UNKNOWN
        and finding.directory not in unread
        and (visible is None or finding.section in visible)
    ]
    counted = Counter(f.doubt for f in unknown if f.doubt is not None)
    everything = doubted.counts.justified < learned.decision.counts.justified
    held = sum(number for _, number in learned.unread)
    rights = doubted.counts.unknown if everything else held + len(unknown)
    if everything and visible is None:
        # What would be justified is no finding: it is what all other grounds leave of the whole.
        counted[Doubt.INPUT_REFUSED] += rights - held - len(unknown)
    return Uncertain(
        unread=learned.unread,
        refused=learned.refused,
        doubts={doubt: counted[doubt] for doubt in Doubt if counted[doubt]},
        everything=everything,
        rights=rights if visible is None else None,
    )
