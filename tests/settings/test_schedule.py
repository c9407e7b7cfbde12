"""When something is due, missed or overdue: plain arithmetic on a cron line and a moment."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest

from syncd.core.calendar import JST
from syncd.settings.schedule import is_missed, is_overdue, last_due, next_due


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=JST)


@pytest.mark.parametrize(
    ("cron", "now", "due"),
    [
        ("0 0 * * *", "2027-04-01T00:00:00", "2027-04-01T00:00:00"),
        ("0 0 * * *", "2027-04-01T23:59:59", "2027-04-01T00:00:00"),
        ("*/5 * * * *", "2027-04-01T00:07:00", "2027-04-01T00:05:00"),
        ("0 2 * * mon", "2027-04-04T12:00:00", "2027-03-29T02:00:00"),
        ("0 0 1 4 *", "2027-03-31T12:00:00", "2026-04-01T00:00:00"),
    ],
)
def test_the_last_due_moment_is_found(cron: str, now: str, due: str):
    assert last_due(cron, at(now)) == at(due)


def test_a_night_slept_through_is_missed():
    yesterday = at("2027-03-31T00:00:01")
    assert is_missed("0 0 * * *", yesterday, at("2027-04-01T08:30:00"))
    assert not is_missed("0 0 * * *", at("2027-04-01T00:00:01"), at("2027-04-01T08:30:00"))
    assert is_missed("0 0 * * *", None, at("2027-04-01T08:30:00"))


def test_the_deadline_asks_for_a_complete_run_of_the_same_day():
    deadline = time(6, 0)
    assert not is_overdue(deadline, None, at("2027-04-01T05:59:59"))
    assert is_overdue(deadline, None, at("2027-04-01T06:00:00"))
    assert is_overdue(deadline, at("2027-03-31T23:59:00"), at("2027-04-01T06:00:00"))
    assert not is_overdue(deadline, at("2027-04-01T00:00:05"), at("2027-04-01T06:00:00"))


def test_a_moment_of_another_zone_is_the_same_moment():
    utc = at("2027-04-01T09:00:00") - timedelta(hours=0)
    assert last_due("0 0 * * *", utc.astimezone(JST)) == at("2027-04-01T00:00:00")


def test_the_next_due_moment_lies_after_now_also_at_a_due_moment():
    midnight = datetime(2027, 4, 1, tzinfo=JST)
    assert next_due("0 0 * * *", midnight) == midnight + timedelta(days=1)
    assert next_due("0 0 * * *", midnight - timedelta(seconds=1)) == midnight
