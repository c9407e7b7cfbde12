"""`designation-not-begun`: the day lies before 指定日."""

from __future__ import annotations

from datetime import date

import pytest

from syncd.core.rules import designation_not_begun
from tests import builders as b


@pytest.mark.parametrize(
    ("designated_on", "holds"),
    [(None, False), (b.APRIL - b.DAY, False), (b.APRIL, False), (b.APRIL + b.DAY, True)],
)
def test_it_begins_on_its_day(designated_on: date | None, holds: bool) -> None:
    fault = designation_not_begun.check(b.subject(b.designation(designated_on=designated_on)))
    assert (fault is not None) is holds


def test_nothing_tells_since_when() -> None:
    late = b.designation(designated_on=b.APRIL + b.DAY)
    found = b.decision(b.facts(designations=[late])).findings
    assert [(f.reasons, f.since) for f in found] == [(("designation-not-begun",), None)]
