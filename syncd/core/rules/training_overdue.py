"""`training-overdue`: policy asks for training within N months, and there is none.

番号法 29条の2 asks for training about once a year of everyone who handles. The newly designated
have a grace of N days from 指定日.
"""

from __future__ import annotations

import calendar
from datetime import date, timedelta

from syncd.core.findings import Because, Fault, Reason
from syncd.core.subject import Subject


def check(subject: Subject) -> Fault | None:
    """Return the fault where the last training is too long ago, and the grace is over."""
    months = subject.policy.training_months
    if months is None:
        return None
    good_until = []
    if subject.trained_on is not None:
        good_until.append(months_later(subject.trained_on, months))
    designated_on = subject.designation.designated_on
    if designated_on is not None:
        good_until.append(designated_on + timedelta(days=subject.policy.training_grace_days))
    last_good = max(good_until, default=None)
    if last_good is not None and subject.on <= last_good:
        return None
    since = None if last_good is None else last_good + timedelta(days=1)
    return Fault(Reason.TRAINING_OVERDUE, since, (_last_training(subject), subject.line))


def months_later(day: date, months: int) -> date:
    """Return the same day N calendar months later, or that month's last day (民法 143条)."""
    index = day.month - 1 + months
    year, month = day.year + index // 12, index % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def good_since(on: date, months: int | None) -> date | None:
    """Return a day such that training on or after it surely still counts; None: not asked for."""
    if months is None:
        return None
    first = on.replace(day=1) - timedelta(days=1)
    for _ in range(months - 1):
        first = first.replace(day=1) - timedelta(days=1)
    while months_later(first, months) < on:
        first += timedelta(days=1)
    return first


def _last_training(subject: Subject) -> Because:
    trained_on = subject.trained_on
    return Because("training", "なし" if trained_on is None else trained_on.isoformat(), trained_on)
