"""`designation-not-begun`: the day lies before 指定日."""

from __future__ import annotations

from syncd.core.findings import Fault, Reason
from syncd.core.subject import Subject


def check(subject: Subject) -> Fault | None:
    """Return the fault where the designation has not begun; nothing tells since when."""
    begins = subject.designation.designated_on
    if begins is None or subject.on >= begins:
        return None
    return Fault(Reason.DESIGNATION_NOT_BEGUN, None, (subject.line,))
