"""Who asked for the end of a right: whoever answered in a review that it is not needed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from syncd.core.findings import Finding
from syncd.core.ground import Ground
from syncd.core.people import account_key


def asked_by(ground: Ground, findings: Iterable[Finding]) -> Mapping[tuple[str, str, str], str]:
    """Return by key the account that asked, of the findings that rest on somebody's answer.

    Whoever asked approves nothing of it (design, section 5). For silence nobody asked.
    """
    if not ground.facts.review_outcomes:
        return {}
    resting = [f for f in findings if any(because.kind == "review" for because in f.because)]
    if not resting:
        return {}
    stated = {
        (str(o.directory), str(o.entitlement), account_key(o.account)): o.stated_by
        for o in ground.facts.review_outcomes
    }
    found = {f.key: stated.get((*f.key[:2], account_key(f.account)), "") for f in resting}
    return {key: account for key, account in found.items() if account}
