"""What people do with a residual report: check the log, decide, read it last, send it back.

Each step moves the report in one unit with its record; what is not permitted is on record too.
Nothing here says that anything leaked: the day of knowing is set, days are counted, and whether a
report goes to the commission is a person's decision with its reason.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import TypeVar

from syncd.core.acting import acting_on
from syncd.core.audit import AuditEvent, AuditRecord
from syncd.core.calendar import day_of
from syncd.core.residual.persons import check_may_check, check_may_close, deciding
from syncd.core.residual.reports import (
    OUTCOMES,
    Check,
    Filing,
    Finding,
    Method,
    Outcome,
    ResidualEvent,
    ResidualReport,
    ResidualState,
    moved,
    sent_back,
)
from syncd.core.votes import Actor
from syncd.errors import IllegalMove, NotPermitted, UsageError
from syncd.flow.residual.reading import knowing_day, logs_of, what_logs_say
from syncd.flow.site import Site
from syncd.ports.store import Unit

T = TypeVar("T")


def check_log(site: Site, actors: Sequence[Actor], report_id: str, check: Check) -> ResidualReport:
    """Write down what the access log shows of the window (アクセスログ確認記録簿).

    Raises NotPermitted, IllegalMove, NoSuchCase, and UsageError for a check that says more than
    what was looked at can say.
    """

    def step(unit: Unit) -> ResidualReport:
        report = unit.residual(report_id)
        check_may_check(actors[0], report)
        _check_is_over(report)
        _check_says_no_more(site, unit, report, check)
        now = site.clock()
        after = moved(
            report,
            ResidualEvent.CHECK,
            now,
            method=check.method,
            finding=check.finding,
            focus=check.focus.strip(),
            measures=check.measures.strip(),
            checked_by=actors[0].account,
            checked_by_number=actors[0].identity,
            checked_at=now,
        )
        unit.update_residual(report, after)
        ground: dict[str, object] = {
            "method": str(check.method),
            "finding": str(check.finding),
            "focus": after.focus,
            "measures": after.measures,
        }
        _record(site, unit, AuditEvent.RESIDUAL_CHECKED, actors[0], report_id, ground)
        return after

    return _on_record(site, actors[0], report_id, step)


def decide(
    site: Site, actors: Sequence[Actor], report_id: str, outcome: Outcome, because: str
) -> ResidualReport:
    """Decide what the check means, as the 保護責任者 who did not check the log.

    Raises NotPermitted, IllegalMove, NoSuchCase, UsageError without a reason or for an outcome
    that the check does not bear.
    """
    _check_reason(because)

    def step(unit: Unit) -> ResidualReport:
        report = unit.residual(report_id)
        actor = deciding(actors, report, unit.case(report.case_id))
        now = site.clock()
        after = moved(
            report,
            ResidualEvent.DECIDE,
            now,
            outcome=outcome,
            decision=because.strip(),
            decided_by=actor.account,
            decided_by_number=actor.identity,
            decided_for=actor.deputy_for,
            decided_at=now,
        )
        if report.finding is None or outcome not in OUTCOMES[report.finding]:
            raise UsageError(
                f"the check says {report.finding}: {outcome} does not follow from it.",
                ja="確認の結果からは、この判断はできません。確認からやり直すには差し戻します。",
            )
        unit.update_residual(report, after)
        ground: dict[str, object] = {
            "outcome": str(outcome),
            "reason": after.decision,
            "deputy_for": actor.deputy_for,
        }
        _record(site, unit, AuditEvent.RESIDUAL_DECIDED, actor, report_id, ground)
        return after

    return _on_record(site, actors[0], report_id, step)


def close(site: Site, actors: Sequence[Actor], report_id: str, note: str = "") -> ResidualReport:
    """Read the report as the 監査責任者, who neither checked nor decided; that closes it.

    Raises NotPermitted, IllegalMove, NoSuchCase.
    """

    def step(unit: Unit) -> ResidualReport:
        report, now = unit.residual(report_id), site.clock()
        check_may_close(actors[0], report)
        after = moved(
            report,
            ResidualEvent.CLOSE,
            now,
            closing_note=note.strip(),
            closed_by=actors[0].account,
            closed_by_number=actors[0].identity,
            closed_at=now,
        )
        unit.update_residual(report, after)
        ground: dict[str, object] = {"note": after.closing_note}
        _record(site, unit, AuditEvent.RESIDUAL_CLOSED, actors[0], report_id, ground)
        return after

    return _on_record(site, actors[0], report_id, step)


def send_back(site: Site, actors: Sequence[Actor], report_id: str, because: str) -> ResidualReport:
    """Have the log checked once more: by who decides, or by the auditor after the decision.

    Raises NotPermitted, IllegalMove, NoSuchCase, UsageError without a reason.
    """
    _check_reason(because)

    def step(unit: Unit) -> ResidualReport:
        report, now = unit.residual(report_id), site.clock()
        if report.state is ResidualState.DECIDED:
            check_may_close(actors[0], report)
            actor = actors[0]
        else:
            actor = deciding(actors, report, unit.case(report.case_id))
        after = sent_back(report, actor.account, because.strip(), now)
        unit.update_residual(report, after)
        ground: dict[str, object] = {"reason": because.strip(), "deputy_for": actor.deputy_for}
        _record(site, unit, AuditEvent.RESIDUAL_SENT_BACK, actor, report_id, ground)
        return after

    return _on_record(site, actors[0], report_id, step)


def set_known_on(
    site: Site, actors: Sequence[Actor], report_id: str, day: date, because: str
) -> ResidualReport:
    """Set the day on which any section first knew, from which the deadlines are counted.

    Whoever may check or decide may set it. Raises NotPermitted, IllegalMove, NoSuchCase, and
    UsageError for a day to come or without a reason.
    """
    _check_reason(because)
    if day > day_of(site.clock()):
        raise UsageError(
            f"{day.isoformat()} is yet to come: nobody knew then.",
            ja=f"{day.isoformat()} はまだ来ていない日です。",
        )

    def step(unit: Unit) -> ResidualReport:
        report = unit.residual(report_id)
        _check_stands(report)
        actor = _checker_or_decider(actors, report, unit)
        after = replace(
            report, known_on=day, known_set_by=actor.account, version=report.version + 1
        )
        unit.update_residual(report, after)
        ground: dict[str, object] = {"known_on": day.isoformat(), "reason": because.strip()}
        _record(site, unit, AuditEvent.RESIDUAL_KNOWN_SET, actor, report_id, ground)
        return after

    return _on_record(site, actors[0], report_id, step)


def decide_filing(
    site: Site, actors: Sequence[Actor], report_id: str, filing: Filing, because: str
) -> ResidualReport:
    """Decide whether the first report goes to the commission; syncd sends nothing.

    Raises NotPermitted, IllegalMove, NoSuchCase, UsageError without a reason.
    """
    _check_reason(because)

    def step(unit: Unit) -> ResidualReport:
        report, now = unit.residual(report_id), site.clock()
        _check_stands(report)
        actor = acting_on(actors, unit.case(report.case_id))
        if knowing_day(report, unit.log_readings([report_id], with_rows=False)) is None:
            raise IllegalMove(
                f"report {report_id} shows no use: there is nothing to decide of a first report.",
                ja="利用が見つかっていないため、速報について判断することはありません。",
            )
        after = replace(
            report,
            filing=filing,
            filing_reason=because.strip(),
            filed_by=actor.account,
            filed_at=now,
            version=report.version + 1,
        )
        unit.update_residual(report, after)
        ground: dict[str, object] = {
            "filing": str(filing),
            "reason": because.strip(),
            "deputy_for": actor.deputy_for,
        }
        _record(site, unit, AuditEvent.RESIDUAL_FILING_DECIDED, actor, report_id, ground)
        return after

    return _on_record(site, actors[0], report_id, step)


def _check_is_over(report: ResidualReport) -> None:
    if report.until_at is None:
        raise IllegalMove(
            f"the right of report {report.report_id} still stands: its window has no end yet. "
            "The log is checked when the removal was confirmed.",
            ja="権限がまだ残っていて、残存の期間が終わっていません。"
            "失効を確かめてから、ログを確認してください。",
        )


def _check_stands(report: ResidualReport) -> None:
    if report.state is ResidualState.WITHDRAWN:
        raise IllegalMove(
            f"report {report.report_id} was withdrawn.", ja="この報告は取り下げられています。"
        )


def _check_says_no_more(site: Site, unit: Unit, report: ResidualReport, check: Check) -> None:
    """Hold that a check says no more than what was looked at can say; raises UsageError."""
    if not check.focus.strip():
        raise UsageError(
            "say what was looked for in the log.",
            ja="何に着目してログを見たか（着眼点）を書いてください。",
        )
    if check.finding is Finding.NONE and check.method is not Method.ALL:
        raise UsageError(
            "only a look at all lines can say that there was no use.",
            ja="「利用なし」と言えるのは、全件を見たときだけです。",
        )
    logs = [log.name for log in logs_of(site, report.directory)]
    said = what_logs_say(report, unit.log_readings([report.report_id], with_rows=False), logs)
    if said is Finding.FOUND and check.finding is not Finding.FOUND:
        raise UsageError(
            "the log shows use in the window: the check cannot say otherwise.",
            ja="読んだログに残存期間の利用があります。「あり」としてください。",
        )
    if said is Finding.NOT_KNOWN and check.finding is Finding.NONE:
        raise UsageError(
            "the log does not cover the window whole: it cannot be said that there was no use.",
            ja="ログが残存期間のすべてを示していないため、「利用なし」とは言えません。"
            "足りないログを補って読み直すか、「確かめられない」としてください。",
        )


def _checker_or_decider(actors: Sequence[Actor], report: ResidualReport, unit: Unit) -> Actor:
    try:
        check_may_check(actors[0], report)
    except NotPermitted:
        return acting_on(actors, unit.case(report.case_id))
    return actors[0]


def _check_reason(because: str) -> None:
    if not because.strip():
        raise UsageError("this needs a reason.", ja="理由を書いてください。")


def _record(
    site: Site,
    unit: Unit,
    event: AuditEvent,
    actor: Actor,
    report_id: str,
    ground: dict[str, object],
) -> None:
    now = site.clock()
    unit.audit([AuditRecord(now, event, actor.account, report_id, None, ground)])
    unit.checkpoint(now)


def _on_record(site: Site, actor: Actor, report_id: str, step: Callable[[Unit], T]) -> T:
    """Do a step in one transaction; a refusal undoes it, and is put on record in another."""
    try:
        with site.store.begin() as unit:
            return step(unit)
    except (NotPermitted, IllegalMove) as refusal:
        with site.store.begin() as unit:
            ground: dict[str, object] = {"why": type(refusal).__name__}
            event = AuditEvent.RESIDUAL_REFUSED
            record = AuditRecord(site.clock(), event, actor.account, report_id, None, ground)
            unit.audit([record])
        raise
