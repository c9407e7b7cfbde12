"""Accounts that belong to nobody in the roster: 委託, a service, and a leftover."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from syncd.core.findings import Reason
from syncd.demo.cast import Designation

SPONSOR_SECTION = "10040"
_NEXT_YEAR = date(2028, 3, 31)


@dataclass(frozen=True, slots=True)
class Guest:
    """One account. `expires_on` None: it stands in no list either.

    `before` and `after` are why its right is stale before and on 1 April; None: it is justified.
    """

    account: str
    kind: str
    right: str
    expires_on: date | None = None
    designation: Designation | None = None
    before: Reason | None = None
    after: Reason | None = None


def _contractor(number: int, affair: str, right: str, until: date) -> Guest:
    account = f"itaku{number:02}"
    scope, since = ("照会",), date(2025, 4, 1)
    line = Designation(affair, SPONSOR_SECTION, account, "（委託先）", scope, since)
    gone = Reason.SEPARATED if until < date(2027, 4, 1) else None
    return Guest(account, "委託", right, until, line, after=gone)


GUESTS = (
    Guest("svc-juki-batch", "サービス", "JUKI-VIEW", _NEXT_YEAR),
    _contractor(1, "JUKI", "JUKI-VIEW", _NEXT_YEAR),
    _contractor(2, "NHI", "NHI-VIEW", _NEXT_YEAR),
    _contractor(3, "TAX", "TAX-VIEW", date(2027, 3, 31)),
    Guest(
        "kenshu03",
        "",
        "NHI-VIEW",
        before=Reason.UNKNOWN_ACCOUNT,
        after=Reason.UNKNOWN_ACCOUNT,
    ),
)
