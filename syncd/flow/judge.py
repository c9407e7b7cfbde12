"""What holds on a day on what the last runs learned: the decision without reading anything anew."""

from __future__ import annotations

from datetime import date

from syncd.core.cases import CaseState, exceptions_on
from syncd.core.decide import decide
from syncd.core.findings import Decision
from syncd.flow.collect import known_facts
from syncd.flow.site import Site


def judge(site: Site, as_of: date) -> Decision:
    """Return the decision for a day over the stored facts and the last complete reads."""
    with site.store.begin() as unit:
        facts = known_facts(unit, site, as_of)
        found = (unit.last_snapshot(name) for name in site.directories)
        snapshots = tuple(snapshot for snapshot in found if snapshot is not None)
        standing = exceptions_on(unit.cases([CaseState.EXCEPTED]), as_of)
    return decide(facts, snapshots, site.policy, as_of, exceptions=standing)
