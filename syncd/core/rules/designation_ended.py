"""`designation-ended`: 解除日 has come (it ends at the start of that day) or 有効期限 is over."""

from __future__ import annotations

from datetime import timedelta

from syncd.core.findings import Fault, Reason
from syncd.core.subject import Subject


def check(subject: Subject) -> Fault | None:
    """Return the fault where the designation no longer stands on the day."""
    line = subject.designation
    ends = []
    if line.released_on is not None and line.released_on <= subject.on:
        ends.append(line.released_on)
    if line.expires_on is not None and line.expires_on < subject.on:
        ends.append(line.expires_on + timedelta(days=1))
    return Fault(Reason.DESIGNATION_ENDED, min(ends), (subject.line,)) if ends else None
