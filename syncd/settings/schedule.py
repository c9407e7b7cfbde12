"""When something is due: pure functions of a cron line and a moment, in JST.

APScheduler parses the line and computes moments; its day numbers are not cron's, which is why the
configuration takes day names only.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from apscheduler.triggers.cron import CronTrigger

from syncd.core.calendar import JST, midnight

MIDNIGHT = "0 0 * * *"
"""When the day begins: the moment at which orders, terms and designations take effect."""
_SPANS = (timedelta(hours=2), timedelta(days=2), timedelta(days=400))
_TICK = timedelta(microseconds=1)


def trigger_of(cron: str) -> CronTrigger:
    """Return the trigger of five cron fields in JST; raises ValueError for other lines."""
    return CronTrigger.from_crontab(cron, timezone=JST)


def last_due(cron: str, at: datetime) -> datetime | None:
    """Return the newest due moment at or before `at`; None if there was none for a year."""
    trigger = trigger_of(cron)
    for span in _SPANS:
        found: datetime | None = None
        due: datetime | None = trigger.get_next_fire_time(None, at - span)
        while due is not None and due <= at:
            found = due
            due = trigger.get_next_fire_time(None, due + _TICK)
        if found is not None:
            return found
    return None


def next_due(cron: str, at: datetime) -> datetime | None:
    """Return the first due moment after `at`."""
    found: datetime | None = trigger_of(cron).get_next_fire_time(None, at + _TICK)
    return found


def is_missed(cron: str, last_complete_at: datetime | None, at: datetime) -> bool:
    """Tell whether a due moment passed with no complete run begun since: the host was asleep."""
    due = last_due(cron, at)
    return due is not None and (last_complete_at is None or last_complete_at < due)


def is_overdue(deadline: time, last_complete_at: datetime | None, at: datetime) -> bool:
    """Tell whether today's deadline passed with no complete run of today (the dead man)."""
    today = midnight(at.astimezone(JST).date())
    due = datetime.combine(today.date(), deadline, JST)
    return at >= due and (last_complete_at is None or last_complete_at < today)
