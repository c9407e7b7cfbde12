"""The city on 3 April: rights that outlived their ground, and a log of the tax system beside them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from syncd.bootstrap import open_site
from syncd.core.calendar import JST
from syncd.core.ids import CaseId
from syncd.core.residual.reports import ResidualReport, ResidualState
from syncd.flow.run import run
from syncd.flow.site import RunRequest
from syncd.flow.vote import approve_cases
from tests.web.conftest import Office

SECTION = "20020"
NOON = datetime(2027, 4, 3, 12, tzinfo=JST)
_LOGS = """
[[access_logs]]
name = "税務システム"
directory = "mihon"
type = "file"
path = "logs/*.csv"
format = "csv"
encoding = "cp932"
columns = { at = "日時", account = "利用者", action = "操作", target = "対象" }
quiet_hours = 8000
"""


def late_office(make_office: Callable[[], Office]) -> Office:
    """Return an office of 3 April in which one right of the tax section was removed that day."""
    office = make_office()
    text = office.city.config.read_text("utf-8")
    office.city.config.write_text(text + _LOGS, "utf-8")
    (office.city.config.parent / "logs").mkdir()
    opened = open_site(office.city.config, lambda *_: None, clock=office.clock)
    late = Office(office.city, opened, office.clock)
    office.clock.at = NOON - timedelta(hours=3)
    run(opened.site, RunRequest(office.clock.at.date(), "syncd"))
    ours = [c for c in late.cases() if c.section == SECTION and "transferred" in c.reasons]
    alone = [c for c in ours if sum(other.account == c.account for other in ours) == 1]
    case = min(alone, key=lambda c: c.account)
    approve_cases(opened.site, [opened.actor("hosaka")], [CaseId(case.case_id)])
    run(opened.site, RunRequest(office.clock.at.date(), "syncd"))
    office.clock.at = NOON
    return late


def reports(office: Office) -> tuple[ResidualReport, ...]:
    """Return every report that there is."""
    with office.opened.site.store.begin() as unit:
        return unit.residuals(tuple(ResidualState))


def ended(office: Office) -> ResidualReport:
    """Return the report whose window has its end."""
    (found,) = (r for r in reports(office) if r.until_at is not None and r.section == SECTION)
    return found


def foreign(office: Office) -> ResidualReport:
    """Return a report of another section."""
    return next(r for r in reports(office) if r.section != SECTION)


def write_log(office: Office, *uses: str, last: str = "2027-04-04 00:00:00") -> None:
    """Write the tax system's log; `uses` are `moment,action,target` of the ended right's account."""
    account = ended(office).account
    rows = [f"{at},{account},{rest}" for at, _, rest in (use.partition(",") for use in uses)]
    text = ["日時,利用者,操作,対象", "2027-03-31 08:00:00,x,起動,", *rows, f"{last},x,停止,", ""]
    path = office.city.config.parent / "logs" / "zeimu.csv"
    path.write_bytes("\r\n".join(text).encode("cp932"))
