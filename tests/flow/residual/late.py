"""The small town after a retroactive order, with a real log of its tax system beside it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

from connectors.access_log import AccessLogOptions, FileAccessLog
from syncd.core.calendar import midnight
from syncd.core.findings import Reason
from syncd.core.ids import OrgUnitCode
from syncd.core.policy import Approval, ApprovalPolicy, Policy
from syncd.core.reporting import ReportingRule, ResidualPolicy
from syncd.core.residual.reports import ResidualReport, ResidualState
from syncd.core.votes import Actor, Role
from syncd.flow.site import Site
from syncd.ports.access_log import AccessLogContext
from syncd.ports.residual import LogReading
from tests.flow.town import KINDS, Town, staff, town_in, transfer

AUTO = ApprovalPolicy(dict.fromkeys(Reason, Approval.AUTO))
LAW = ReportingRule(date(2022, 4, 1), (3, 5), 30, 60, ("番号法第29条の4",), ("overview", "other"))
POLICY = Policy(order_kinds=KINDS, approval=AUTO, residual=ResidualPolicy(rules=(LAW,)))
SECTION = OrgUnitCode("12010")

OPERATOR = Actor("unyo", staff(800), frozenset({Role.OPERATOR}))
APPROVER = Actor("sato", staff(900), frozenset({Role.APPROVER}), frozenset({SECTION}))
AUDITOR = Actor("kansa", staff(950), frozenset({Role.AUDITOR}))


def at(day: int, hour: int = 9) -> datetime:
    return midnight(date(2027, 4, day)) + timedelta(hours=hour)


def late_town(folder: Path, *, order: bool = True) -> Town:
    """Return a town in which, on 10 April, an order of 1 April took a right away."""
    town = town_in(folder, policy=POLICY)
    town.sync(date(2027, 3, 31))
    if order:
        town.now = at(10)
        town.orders.records = (transfer(1, "20010"),)
        town.sync(date(2027, 4, 10))
    return town


def write_log(town: Town, *uses: str, first: str = "2027-03-31 08:00", last: str = "") -> Path:
    """Write the log of the tax system: `uses` are `moment,account`."""
    path = town.directory_path / "zeimu.csv"
    ends = last or "2027-04-30 08:00"
    rows = ["日時,利用者", f"{first}:00,system", *uses, f"{ends}:00,system", ""]
    path.write_bytes("\r\n".join(rows).encode("cp932"))
    return path


def site_of(town: Town, *, with_log: bool = True) -> Site:
    """Return the town's site, its directory's log beside it."""
    options = AccessLogOptions.model_validate(
        {
            "path": "zeimu.csv*",
            "format": "csv",
            "encoding": "cp932",
            "columns": {"at": "日時", "account": "利用者"},
            "quiet_hours": 8000,
        }
    )
    context = AccessLogContext("税務システム", "ad", town.directory_path, lambda: town.now)
    logs = (FileAccessLog(options, context),) if with_log else ()
    return replace(town.site(), access_logs=logs)


def report_of(town: Town) -> ResidualReport:
    """Return the one report that there is."""
    with town.store.begin() as unit:
        (report,) = unit.residuals(tuple(ResidualState))
    return report


def readings_of(town: Town) -> tuple[LogReading, ...]:
    """Return what logs said of the one report."""
    report = report_of(town)
    with town.store.begin() as unit:
        return unit.log_readings([report.report_id])


def events_of(town: Town) -> list[str]:
    """Return what stands on record of the one report."""
    report = report_of(town)
    with town.store.begin() as unit:
        return [json.loads(leaf)["event"] for leaf in unit.history(report.report_id)]
