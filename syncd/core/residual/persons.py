"""Who may check, decide and read a residual report: three persons, none of them its subject."""

from __future__ import annotations

from collections.abc import Sequence

from syncd.core.acting import acting_on
from syncd.core.cases import Case
from syncd.core.ids import StaffNumber
from syncd.core.residual.reports import ResidualReport
from syncd.core.votes import Actor, Role, answers_for
from syncd.errors import NotPermitted

_CHECKS = frozenset({Role.OPERATOR, Role.APPROVER, Role.CHIEF, Role.ADMIN})


def check_may_check(actor: Actor, report: ResidualReport) -> None:
    """Raise NotPermitted where somebody may not write down what the access log shows.

    Whoever keeps the systems may, and whoever answers for the section; in their own right.
    """
    _check_is_not_subject(actor, report)
    if not actor.roles & _CHECKS:
        raise NotPermitted(
            f"{actor.account} has no role that checks access logs: operator, approver, chief.",
            ja=f"{actor.account} にはアクセスログを確認する役割がありません"
            "（operator・approver・chief）。",
        )
    keeps = actor.roles & {Role.OPERATOR, Role.ADMIN}
    if not keeps and not answers_for(actor, report.section):
        raise NotPermitted(
            f"report {report.report_id} belongs to a section for which {actor.account} does not "
            "answer.",
            ja=f"報告 {report.report_id} は {actor.account} の受け持つ所属のものではありません。",
        )


def deciding(actors: Sequence[Actor], report: ResidualReport, case: Case) -> Actor:
    """Return the first capacity in which a person may decide; raises NotPermitted.

    Whoever may decide the case may (保護責任者), and never who checked the log.
    """
    for actor in actors:
        _check_is_not_subject(actor, report)
        _check_is_somebody_else(actor, report.checked_by, report.checked_by_number)
    return acting_on(actors, case)


def check_may_close(actor: Actor, report: ResidualReport) -> None:
    """Raise NotPermitted where somebody is not the 監査責任者, or checked or decided themselves."""
    _check_is_not_subject(actor, report)
    if Role.AUDITOR not in actor.roles:
        raise NotPermitted(
            f"{actor.account} is no auditor: the audit manager reads the report last.",
            ja=f"{actor.account} に auditor の役割がありません。最後に閲覧するのは監査責任者です。",
        )
    _check_is_somebody_else(actor, report.checked_by, report.checked_by_number)
    _check_is_somebody_else(actor, report.decided_by, report.decided_by_number)


def may_check(actor: Actor, report: ResidualReport) -> bool:
    """Tell whether somebody may check."""
    try:
        check_may_check(actor, report)
    except NotPermitted:
        return False
    return True


def may_decide_report(actors: Sequence[Actor], report: ResidualReport, case: Case) -> bool:
    """Tell whether a person may decide."""
    try:
        deciding(actors, report, case)
    except NotPermitted:
        return False
    return True


def may_close(actor: Actor, report: ResidualReport) -> bool:
    """Tell whether somebody may close."""
    try:
        check_may_close(actor, report)
    except NotPermitted:
        return False
    return True


def _names(actor: Actor) -> set[str]:
    return {actor.account, *actor.other_accounts, actor.deputy_for} - {""}


def _check_is_not_subject(actor: Actor, report: ResidualReport) -> None:
    """Hold that nobody acts on a report of their own right; a deputy is held for both."""
    numbers = actor.numbers | actor.principal_numbers
    if report.account in _names(actor) or report.staff_number in numbers:
        raise NotPermitted(
            f"report {report.report_id} is about {actor.account}'s own right.",
            ja=f"報告 {report.report_id} は {actor.account} 自身の権限についてのものです。",
        )


def _check_is_somebody_else(actor: Actor, before: str, number: StaffNumber | None) -> None:
    numbers = actor.numbers | actor.principal_numbers
    if before and (before in _names(actor) or number in numbers):
        raise NotPermitted(
            f"{before} has acted on this report already: the next step is somebody else's.",
            ja=f"この報告では {before} がすでに前の段階を行いました。次はほかの人が行います。",
        )
