"""When a report to the commission is due, counted from the day on which any section knew.

What the law says is data with a day from which it holds (`config/citations.toml`), never a number
in this file. The day of knowing is day 1, closed days count, and a last day on a day on which the
commission is closed rolls to its next open one (domain page, section 2). Whether anything is to be
reported a person decides: here days are counted, nothing else.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from syncd.core.calendar import is_open


@dataclass(frozen=True, slots=True)
class ReportingRule:
    """What the law asks of a report, from `effective_on` on; days count the day of knowing as 1.

    `first_days` are the two ends of what the guideline calls "at once" for the first report (速報);
    `final_days` is for the final one (確報), `wrongful_days` where a wrongful purpose is suspected.
    `cites` name the provisions as people cite them, `items` what the report has to tell, in order.
    """

    effective_on: date
    first_days: tuple[int, int]
    final_days: int
    wrongful_days: int
    cites: tuple[str, ...] = ()
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ResidualPolicy:
    """What a body asks of rights that outlived their ground.

    A report is opened for a right that stood for `longer_than` after its ground ended. `rules` are
    those of the law, oldest first; `holidays` are the days on which the commission is closed
    beside weekends and the turn of the year (the body's own closed days move no legal deadline).
    """

    longer_than: timedelta = timedelta(days=1)
    rules: tuple[ReportingRule, ...] = ()
    holidays: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class ReportDeadlines:
    """The last days of the reports, all of them inclusive; `rule` is what they were counted by."""

    known_on: date
    first_from: date
    first_by: date
    final_by: date
    wrongful_by: date
    rule: ReportingRule


def rule_on(policy: ResidualPolicy, day: date) -> ReportingRule | None:
    """Return what the law asks of somebody who knew on a day; None: no rule is on file for it."""
    standing = [rule for rule in policy.rules if rule.effective_on <= day]
    return max(standing, key=lambda rule: rule.effective_on, default=None)


def deadlines_from(known_on: date, policy: ResidualPolicy) -> ReportDeadlines | None:
    """Return the last days of every report from the day of knowing; None without a rule for it."""
    rule = rule_on(policy, known_on)
    if rule is None:
        return None
    near, far = rule.first_days

    def last_day(days: int) -> date:
        return rolled(known_on + timedelta(days=days - 1), policy.holidays)

    return ReportDeadlines(
        known_on,
        last_day(near),
        last_day(far),
        last_day(rule.final_days),
        last_day(rule.wrongful_days),
        rule,
    )


def rolled(day: date, holidays: Collection[date]) -> date:
    """Return a last day, or the next open day where it falls on a closed one."""
    while not is_open(day, holidays):
        day += timedelta(days=1)
    return day
