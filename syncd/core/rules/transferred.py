"""`transferred`: the designated section is not, and stands not above, any post of the person.

Names the order that moved them: the one that closed their post in the designated section, else the
one that brought them where they are. A roster alone tells that they moved, and not when.
"""

from __future__ import annotations

from datetime import date

from syncd.core.career import Post
from syncd.core.findings import Because, Fault, Reason
from syncd.core.subject import Subject


def check(subject: Subject) -> Fault | None:
    """Return the fault where no post of the day stands in or under the designated section."""
    if any(_holds(subject, post) for post in subject.person.posts):
        return None
    on, moved_by = _moved_by(subject)
    because = (subject.line,) if moved_by is None else (moved_by, subject.line)
    return Fault(Reason.TRANSFERRED, on, because)


def _holds(subject: Subject, post: Post) -> bool:
    """Tell whether a post justifies; a renamed one also under its old code, and only that."""
    unit = subject.designation.org_unit
    return subject.chart.covers(unit, post.org_unit) or unit in post.formerly


def _moved_by(subject: Subject) -> tuple[date | None, Because | None]:
    unit, covers = subject.designation.org_unit, subject.chart.covers
    named = [c for c in subject.person.closures if c.org_unit and covers(unit, c.org_unit)]
    if named:
        return named[-1].on, named[-1].because
    opened = [p for p in subject.person.posts if p.opened_by is not None]
    if opened:
        return opened[0].since, opened[0].opened_by
    unnamed = [c for c in subject.person.closures if c.org_unit is None]
    if unnamed:
        return unnamed[-1].on, unnamed[-1].because
    return None, subject.person.roster
