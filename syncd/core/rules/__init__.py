"""The rules of section 4 of the design, one file each, in the order in which they are reported.

A rule says whether one reason holds, since when, and on what ground. It knows no other rule, no
case and no plan. To add one: a file here, a line below, a table test.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from syncd.core.career import PersonState
from syncd.core.findings import Fault
from syncd.core.policy import Policy
from syncd.core.rules import (
    designation_ended,
    designation_not_begun,
    separated,
    suspended,
    term_expired,
    training_overdue,
    transferred,
)
from syncd.core.subject import Subject

PERSON_RULES: tuple[Callable[[PersonState, date, Policy], Fault | None], ...] = (
    separated.check,
    term_expired.check,
    suspended.check,
)
"""Hold for a person whatever the right."""

DESIGNATION_RULES: tuple[Callable[[Subject], Fault | None], ...] = (
    designation_ended.check,
    designation_not_begun.check,
    transferred.check,
    training_overdue.check,
)
"""Hold for one designation of a person; `operation_exceeded` also asks which right it is for."""
