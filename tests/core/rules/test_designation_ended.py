"""`designation-ended`: 解除日 has come, or 有効期限 is over."""

from __future__ import annotations

from datetime import date

import pytest

from syncd.core.rules import designation_ended
from tests import builders as b

BEFORE, AFTER = b.APRIL - b.DAY, b.APRIL + b.DAY


@pytest.mark.parametrize(
    ("released_on", "expires_on", "since"),
    [
        (None, None, None),
        (AFTER, None, None),
        (b.APRIL, None, b.APRIL),
        (BEFORE, None, BEFORE),
        (None, AFTER, None),
        (None, b.APRIL, None),
        (None, BEFORE, b.APRIL),
        (BEFORE, BEFORE, BEFORE),
        (AFTER, BEFORE, b.APRIL),
    ],
)
def test_it_ends_at_the_start_of_release_and_after_the_end_of_expiry(
    released_on: date | None, expires_on: date | None, since: date | None
) -> None:
    line = b.designation(released_on=released_on, expires_on=expires_on)
    fault = designation_ended.check(b.subject(line))
    assert (None if fault is None else fault.since) == since


def test_it_names_the_line() -> None:
    fault = designation_ended.check(b.subject(b.designation(released_on=b.APRIL)))
    assert fault is not None
    assert [str(c) for c in fault.because] == ["designation TAX/12010"]
