"""Section 4 of the design, read once more from its words alone, beside the decision.

No orders and no contradictions: one roster row, the list of designated handlers, a day. What the
table says is written here a second time, plainly and slowly, without a look at the code it checks.
"""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from syncd.core.facts import Designation, EmploymentStatus, Entitlement, Facts, RosterEntry
from syncd.core.findings import Verdict
from tests import builders as b
from tests.core import worlds

PARENT = {"10000": None, "11000": "10000", "12000": "10000", "12010": "12000", "13000": "10000"}
CHART = [b.org_unit(code, parent) for code, parent in PARENT.items()]
MONTHS = 12


def _above(code: str) -> set[str]:
    found = {code}
    while (parent := PARENT[code]) is not None:
        found.add(parent)
        code = parent
    return found


def _person(row: RosterEntry, day: date) -> set[str]:
    reasons = set()
    if row.separated_on is not None and row.separated_on < day:
        reasons.add("separated")
    if row.term_ends_on is not None and row.term_ends_on < day:
        reasons.add("term-expired")
    if row.status is EmploymentStatus.SUSPENDED:
        reasons.add("suspended")
    return reasons


def _line(
    line: Designation,
    row: RosterEntry,
    right: Entitlement,
    trained: set[date],
    day: date,
    ended: date | None,
) -> set[str]:
    reasons = set()
    if line.released_on is not None and line.released_on <= day:
        reasons.add("designation-ended")
    if line.expires_on is not None and line.expires_on < day:
        reasons.add("designation-ended")
    if ended is not None and ended <= day and (line.designated_on or ended) <= ended:
        reasons.add("designation-ended")
    if line.designated_on is not None and day < line.designated_on:
        reasons.add("designation-not-begun")
    posts = {row.org_unit, *(row.concurrent_units or ())}
    if not any(post and line.org_unit in _above(post) for post in posts):
        reasons.add("transferred")
    if line.scope and not line.scope & {"全て"} and right.operations - line.scope:
        reasons.add("operation-exceeded")
    a_year_ago = day.replace(year=day.year - 1)
    graced = line.designated_on is not None and day <= line.designated_on + timedelta(days=30)
    if not graced and not any(a_year_ago <= t <= day for t in trained):
        reasons.add("training-overdue")
    return reasons


def _expected(known: Facts, right: Entitlement, day: date) -> set[frozenset[str]]:
    """Return every set of reasons that the table allows: of equally near lines, either."""
    (row,) = known.rosters[0].entries
    personal = _person(row, day)
    lines = [d for d in known.designations if d.affair in right.affairs]
    if not lines:
        return {frozenset(personal | {"not-designated"})}
    trained = {t.attended_on for t in known.training}
    ended = next((o.ends_on for o in known.review_outcomes), None)
    judged = [_line(line, row, right, trained, day, ended) for line in lines]
    fewest = min(map(len, judged))
    return {frozenset(personal | faults) for faults in judged if len(faults) == fewest}


@st.composite
def _people(draw: st.DrawFn) -> RosterEntry:
    at_work = st.sampled_from([EmploymentStatus.AT_WORK, EmploymentStatus.SUSPENDED])
    return b.roster_entry(
        1,
        draw(worlds.units),
        concurrent=draw(st.lists(worlds.units, max_size=1)),
        status=draw(at_work),
        term_ends_on=draw(worlds.maybe_day),
        separated_on=draw(worlds.maybe_day),
    )


_lines = st.builds(
    b.designation,
    st.just(1),
    st.sampled_from(["TAX", "NHI"]),
    worlds.units,
    scope=worlds.scopes,
    designated_on=worlds.maybe_day,
    released_on=worlds.maybe_day,
    expires_on=worlds.maybe_day,
)
_rights = st.builds(
    b.entitlement,
    affairs=st.sampled_from([("TAX",), ("TAX", "NHI")]),
    operations=st.sampled_from([(), ("照会",), ("照会", "更新")]),
)


@given(
    _people(),
    st.lists(_lines, max_size=3),
    st.lists(worlds.days, max_size=2),
    _rights,
    worlds.maybe_day,
)
def test_the_decision_says_what_the_table_of_the_design_says(
    row: RosterEntry,
    lines: list[Designation],
    trained: list[date],
    right: Entitlement,
    ended: date | None,
) -> None:
    known = b.facts(
        row,
        designations=lines,
        entitlements=[right],
        org_units=CHART,
        training=[b.training(1, day) for day in trained],
        review_outcomes=[b.outcome(1, right.entitlement, ended)],
    )
    verdict, reasons = b.verdict_of(known, under=b.policy(training_months=MONTHS))
    allowed = _expected(known, right, b.APRIL)
    assert frozenset(reasons) in allowed
    assert (verdict is Verdict.JUSTIFIED) is (frozenset() in allowed)
