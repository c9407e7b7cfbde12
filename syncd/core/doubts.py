"""What a refused input leaves uncertain.

The last good facts stay in force, but what the refused input might have changed is unknown: it
is neither counted as justified nor removed (design, section 6).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from syncd.bilingual import Bilingual
from syncd.core.facts import Provides
from syncd.core.findings import Counts, Decision, Doubt, Finding, Reason, Verdict

_EVERYTHING = frozenset(
    {Provides.ROSTER, Provides.ORDERS, Provides.DESIGNATIONS, Provides.ENTITLEMENTS}
)
_REMOVALS = frozenset({Provides.ORG_UNITS, Provides.ACCOUNTS, Provides.PERSON_LINKS})


def with_doubts(decision: Decision, refused: Collection[Provides]) -> Decision:
    """Return the decision with everything unknown that a refused input may have changed.

    Rosters, orders and the two lists matter to every right. A refused section table, account list
    or list of person links can only have spared a right, so what stands is not touched; refused
    training likewise matters only where nothing but training is at fault.
    """
    if not refused:
        return decision
    findings = doubted(decision.findings, refused)
    counts = decision.counts
    justified = 0 if _EVERYTHING & set(refused) else counts.justified
    changed = Counts(
        memberships=counts.memberships,
        justified=justified,
        stale=sum(f.verdict is Verdict.STALE for f in findings),
        excepted=sum(f.verdict is Verdict.EXCEPTED for f in findings),
        unknown=0,
    )
    known = changed.justified + changed.stale + changed.excepted
    return replace(
        decision, findings=findings, counts=replace(changed, unknown=counts.memberships - known)
    )


def doubted(findings: Iterable[Finding], refused: Collection[Provides]) -> tuple[Finding, ...]:
    """Return findings with those unknown that a refused input may have changed."""
    return tuple(_doubt(finding, refused) for finding in findings)


def _doubt(finding: Finding, refused: Collection[Provides]) -> Finding:
    matters = _EVERYTHING | _REMOVALS
    if set(finding.reasons) <= {Reason.TRAINING_OVERDUE}:
        matters |= {Provides.TRAINING}
    doubtful = sorted(matters & set(refused))
    if finding.verdict is Verdict.UNKNOWN or not doubtful:
        return finding
    inputs = "、".join(doubtful)
    why = Bilingual(
        f"入力（{inputs}）が受け付けられていません。前回の正しい入力では {finding.verdict}",
        en=f"the input ({inputs}) is refused; on the last good one it was {finding.verdict}",
    )
    return replace(finding, verdict=Verdict.UNKNOWN, unknown_because=why, doubt=Doubt.INPUT_REFUSED)
