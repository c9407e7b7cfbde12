"""朝の報告: what became of every right of a day, and the exposure ledger of a stretch of days."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from syncd.core.access import Permission
from syncd.core.calendar import FIRST_DAY
from syncd.core.morning.lines import MorningLine, Outcome
from syncd.core.morning.report import MorningReport
from syncd.errors import UsageError
from syncd.flow.morning.ledger import exposure_ledger
from syncd.flow.morning.report import morning_report
from syncd.reports import morning_words
from syncd.reports.morning import days_csv, ledger_csv
from syncd.reports.words import Lang
from syncd.web.desk import Desk
from syncd.web.gate import desk_of, door
from syncd.web.pages.cuts import MOST_ROWS, cut
from syncd.web.render import page
from syncd.web.visitor import Visitor

router = APIRouter()
_STRETCH = timedelta(days=30)
_LONGEST = timedelta(days=1100)


@router.get("/transfer-day/morning")
def show_report(
    request: Request,
    visitor: Annotated[Visitor, door(Permission.READ)],
    on: date | None = None,
    start: Annotated[int, Query(ge=0, le=MOST_ROWS)] = 0,
    everything: bool = False,  # noqa: FBT001, FBT002 - a link's flag
) -> Response:
    """Show the report of a day (today): the counts, what needs somebody first, then every right."""
    report = _report(request, visitor, on)
    numbers = {line.case.staff_number for line in report.lines}
    with desk_of(request).opened.site.store.begin() as unit:
        sections = {section.code: section.name for section in unit.sections()}
        cards = unit.cards(number for number in numbers if number is not None)
    ordered = sorted(report.lines, key=_urgency)
    context = {
        "report": report,
        "exposed": report.exposed,
        "shown": cut(ordered, request, start=start, everything=everything),
        "cards": cards,
        "section_names": sections,
        **_words(visitor.lang),
    }
    return page(request, "morning.html", visitor, context)


@router.get("/transfer-day/morning/ledger")
def give_ledger(
    request: Request,
    visitor: Annotated[Visitor, door(Permission.READ)],
    on: date | None = None,
) -> Response:
    """Give every right of the report as a line of アクセス権限管理台帳, in CSV."""
    report = _report(request, visitor, on)
    return _csv(f"ledger-{report.on.isoformat()}", ledger_csv(report, visitor.lang))


@router.get("/transfer-day/exposure")
def show_exposure(
    request: Request,
    visitor: Annotated[Visitor, door(Permission.READ)],
    from_on: date | None = None,
    until_on: date | None = None,
    form: str = "",
) -> Response:
    """Show how much exposure fell on each day of a stretch; `form=csv` gives it as a file."""
    desk = desk_of(request)
    last = until_on or desk.opened.today()
    first = from_on or last - _STRETCH
    _check_day(desk, last)
    if not timedelta(0) <= last - first <= _LONGEST:
        raise UsageError(
            "choose a first day that is not after the last, and three years at most.",
            ja="初日は最終日より前にし、三年までにしてください。",
        )
    ledger = exposure_ledger(desk.opened.site, first, last, visitor.visible)
    if form == "csv":
        name = f"exposure-{first.isoformat()}-{last.isoformat()}"
        return _csv(name, days_csv(ledger.days, visitor.lang))
    return page(request, "exposure.html", visitor, {"ledger": ledger, **_words(visitor.lang)})


def _report(request: Request, visitor: Visitor, on: date | None) -> MorningReport:
    desk = desk_of(request)
    day = on or desk.opened.today()
    _check_day(desk, day)
    return morning_report(desk.opened.site, day, visitor.visible)


def _check_day(desk: Desk, day: date) -> None:
    if not FIRST_DAY <= day <= desk.opened.today():
        raise UsageError(
            f"{day.isoformat()} has not come: a report tells of today or of a day before.",
            ja=f"{day.isoformat()} はまだ来ていません。報告は今日か、それより前の日のものです。",
        )


def _urgency(line: MorningLine) -> tuple[int, str, str, str]:
    """Return where a right stands: what failed first, then what waits, what is done last."""
    case = line.case
    return (_PLACES[line.outcome], case.section or "~", case.directory, case.account)


_PLACES = {
    outcome: place
    for place, outcome in enumerate(
        (
            Outcome.FAILED,
            Outcome.WAITING,
            Outcome.REMOVED,
            Outcome.EXCEPTED,
            Outcome.GONE,
            Outcome.WITHDRAWN,
            Outcome.VERIFIED,
        )
    )
}


def _words(lang: Lang) -> dict[str, Any]:
    return {
        "outcome": lambda o: morning_words.outcome_word(o, lang),
        "waits": lambda w: morning_words.waits_word(w, lang),
        "failing": lambda f: morning_words.failing_word(f, lang),
        "approval": lambda line: morning_words.approval_word(line, lang),
        "approved_by": lambda by: morning_words.approved_word(by, lang),
        "stood": lambda t: morning_words.time_word(t, lang),
    }


def _csv(name: str, content: bytes) -> Response:
    saved = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response(content, media_type="text/csv; charset=utf-8", headers=saved)
