"""権限残存報告: a report for each person, right and window, from its opening to the auditor's look.

What may follow what stands in `RESIDUAL_MOVES`; who may do it is decided here and nowhere else.
Promises: three persons stand behind a closed report (who checked the log, the 保護責任者 who
decided, the 監査責任者 who read it); "no use" is said only of a check that looked at everything;
nothing here ever says that anything leaked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from syncd.core.ids import AccountId, CaseId, EntitlementId, OrgUnitCode, StaffNumber
from syncd.core.residual.window import Window
from syncd.errors import IllegalMove


class ResidualState(StrEnum):
    """Where a report stands; permanent names.

    OPENED: a run found it. ASKED: the section was told. CHECKED: somebody looked at the access
    log. DECIDED: the 保護責任者 decided what it means. CLOSED: the 監査責任者 read it. WITHDRAWN:
    the right had its ground after all (a cancelled or corrected order).
    """

    OPENED = "opened"
    ASKED = "asked"
    CHECKED = "checked"
    DECIDED = "decided"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class ResidualEvent(StrEnum):
    """What can happen to a report."""

    ASK = "ask"
    CHECK = "check"
    SEND_BACK = "send-back"
    DECIDE = "decide"
    CLOSE = "close"
    MOVE_WINDOW = "move-window"
    WITHDRAW = "withdraw"


ENDED = frozenset({ResidualState.CLOSED, ResidualState.WITHDRAWN})
"""States that a report does not leave."""


class Method(StrEnum):
    """方法: how the access log was looked at. NO_LOG: the system keeps none that could be read."""

    ALL = "all"
    SAMPLE = "sample"
    NO_LOG = "no-log"


class Finding(StrEnum):
    """異常の有無: what the check found of use after the end of the right."""

    NONE = "none"
    FOUND = "found"
    NOT_KNOWN = "not-known"


class Outcome(StrEnum):
    """What the 保護責任者 decides. INCIDENT hands it to the body's own procedure for incidents."""

    NO_USE = "no-use"
    WORK_USE = "work-use"
    NOT_KNOWN = "not-known"
    INCIDENT = "incident"


class Filing(StrEnum):
    """What a person decided of the first report to the commission."""

    REPORT = "report"
    NO_REPORT = "no-report"


_S, _E = ResidualState, ResidualEvent

RESIDUAL_MOVES: Mapping[tuple[ResidualState, ResidualEvent], ResidualState] = MappingProxyType(
    {
        (_S.OPENED, _E.ASK): _S.ASKED,
        (_S.OPENED, _E.CHECK): _S.CHECKED,
        (_S.OPENED, _E.MOVE_WINDOW): _S.OPENED,
        (_S.OPENED, _E.WITHDRAW): _S.WITHDRAWN,
        (_S.ASKED, _E.CHECK): _S.CHECKED,
        (_S.ASKED, _E.MOVE_WINDOW): _S.ASKED,
        (_S.ASKED, _E.WITHDRAW): _S.WITHDRAWN,
        (_S.CHECKED, _E.CHECK): _S.CHECKED,
        (_S.CHECKED, _E.SEND_BACK): _S.ASKED,
        (_S.CHECKED, _E.DECIDE): _S.DECIDED,
        (_S.CHECKED, _E.MOVE_WINDOW): _S.ASKED,
        (_S.CHECKED, _E.WITHDRAW): _S.WITHDRAWN,
        (_S.DECIDED, _E.SEND_BACK): _S.ASKED,
        (_S.DECIDED, _E.CLOSE): _S.CLOSED,
        (_S.DECIDED, _E.MOVE_WINDOW): _S.ASKED,
        (_S.DECIDED, _E.WITHDRAW): _S.WITHDRAWN,
    }
)

OUTCOMES: Mapping[Finding, frozenset[Outcome]] = MappingProxyType(
    {
        Finding.NONE: frozenset({Outcome.NO_USE, Outcome.INCIDENT}),
        Finding.FOUND: frozenset({Outcome.WORK_USE, Outcome.INCIDENT}),
        Finding.NOT_KNOWN: frozenset({Outcome.NOT_KNOWN, Outcome.WORK_USE, Outcome.INCIDENT}),
    }
)
"""What may be decided on what was found: nobody decides "no use" on a check that cannot say so."""


@dataclass(frozen=True, slots=True)
class Check:
    """What somebody wrote down of the access log (アクセスログ確認記録簿).

    `focus` is 着眼点 (what was looked for), `measures` 措置 (what was done).
    """

    method: Method
    finding: Finding
    focus: str
    measures: str = ""


@dataclass(frozen=True, slots=True)
class ResidualReport:
    """One report; all moments are aware.

    `reasons` and `because` are the cause as the case told it. `until_at` None: the right still
    stands. `asked_of` are the accounts that were told. The fields of a check, a decision and a
    filing are empty until somebody made them. `known_on` is the day on which any section knew, as
    a person set it (None: nobody did). `version` counts the changes.
    """

    report_id: str
    case_id: CaseId
    directory: str
    entitlement: EntitlementId
    account: AccountId
    staff_number: StaffNumber | None
    section: OrgUnitCode | None
    reasons: tuple[str, ...]
    because: tuple[str, ...]
    from_at: datetime
    until_at: datetime | None
    state: ResidualState
    opened_at: datetime
    asked_at: datetime | None = None
    asked_of: tuple[str, ...] = ()
    method: Method | None = None
    finding: Finding | None = None
    focus: str = ""
    measures: str = ""
    checked_by: str = ""
    checked_by_number: StaffNumber | None = None
    checked_at: datetime | None = None
    outcome: Outcome | None = None
    decision: str = ""
    decided_by: str = ""
    decided_by_number: StaffNumber | None = None
    decided_for: str = ""
    decided_at: datetime | None = None
    closing_note: str = ""
    closed_by: str = ""
    closed_by_number: StaffNumber | None = None
    closed_at: datetime | None = None
    sent_back_by: str = ""
    sent_back_because: str = ""
    known_on: date | None = None
    known_set_by: str = ""
    filing: Filing | None = None
    filing_reason: str = ""
    filed_by: str = ""
    filed_at: datetime | None = None
    withdrawn_because: str = ""
    ended_at: datetime | None = None
    version: int = 1

    @property
    def window(self) -> Window:
        """Return when the right stood without ground."""
        return Window(self.from_at, self.until_at)

    @property
    def is_ended(self) -> bool:
        """Tell whether nothing more can happen to it."""
        return self.state in ENDED


def moved(
    report: ResidualReport,
    event: ResidualEvent,
    at: datetime,
    **changes: Any,  # noqa: ANN401 - dataclasses.replace
) -> ResidualReport:
    """Return the report after an event; raises IllegalMove for a move not in the table."""
    after = RESIDUAL_MOVES.get((report.state, event))
    if after is None:
        raise IllegalMove(
            f"residual report {report.report_id} is {report.state}: {event} is not possible from "
            "there. Look at it again.",
            ja=f"権限残存報告 {report.report_id} は、いまの状態ではこの操作ができません。"
            "もう一度見てください。",
        )
    if after in ENDED:
        changes.setdefault("ended_at", at)
    return replace(report, state=after, version=report.version + 1, **changes)


_NO_CHECK: Mapping[str, Any] = MappingProxyType(
    {
        "method": None,
        "finding": None,
        "focus": "",
        "measures": "",
        "checked_by": "",
        "checked_by_number": None,
        "checked_at": None,
        "outcome": None,
        "decision": "",
        "decided_by": "",
        "decided_by_number": None,
        "decided_for": "",
        "decided_at": None,
    }
)


def ended_on(report: ResidualReport, until_at: datetime) -> ResidualReport:
    """Return the report with the moment at which the removal was confirmed; the state stays."""
    return replace(report, until_at=until_at, version=report.version + 1)


def window_moved(report: ResidualReport, window: Window, at: datetime) -> ResidualReport:
    """Return the report with another window: what was checked was checked of the former one."""
    return moved(
        report,
        ResidualEvent.MOVE_WINDOW,
        at,
        from_at=window.from_at,
        until_at=window.until_at,
        **_NO_CHECK,
    )


def sent_back(report: ResidualReport, by: str, because: str, at: datetime) -> ResidualReport:
    """Return the report to be checked once more; raises IllegalMove."""
    changes = {"sent_back_by": by, "sent_back_because": because, **_NO_CHECK}
    return moved(report, ResidualEvent.SEND_BACK, at, **changes)
