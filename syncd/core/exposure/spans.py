"""One exposure for each case: when the ground ended, when that was known, found, and over.

Pure. The window is that of `core.residual.window` (00:00 JST of the day on which the ground ended,
to the read-back that confirmed the removal), so that the ledger and the residual reports never
disagree. The time is split into three parts that always add up to the whole: until anybody told
syncd (`told_late`), until it found the right (`detection`), until it was confirmed gone
(`handling`). Promise: every case that was no error of the facts has exactly one exposure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from syncd.core.calendar import day_of
from syncd.core.cases import Case, CaseState
from syncd.core.ids import AccountId, CaseId, EntitlementId, OrgUnitCode, StaffNumber
from syncd.core.residual.window import Window, window_of

OrderKey = tuple[str, str]
"""(発令番号, 職員番号) of an order as it stands among the facts."""

_OVER = (CaseState.VERIFIED, CaseState.GONE)


@dataclass(frozen=True, slots=True)
class Exposure:
    """For how long one right stood without ground; all moments are aware.

    `lost_at` is 00:00 JST of the day on which the ground ended, or when the right was found where
    no fact tells that day. `known_at` is when the order behind it was taken in (None: no order is
    behind it, or nobody knows), never before `lost_at` and never after the end. `found_at` is when
    the case opened, within the same bounds. `ended_at` None: it still stands.
    """

    case_id: CaseId
    directory: str
    entitlement: EntitlementId
    account: AccountId
    staff_number: StaffNumber | None
    section: OrgUnitCode | None
    lost_at: datetime
    known_at: datetime | None
    found_at: datetime
    ended_at: datetime | None
    is_regranted: bool = False

    @property
    def window(self) -> Window:
        """Return when it stood."""
        return Window(self.lost_at, self.ended_at)

    @property
    def is_retroactive(self) -> bool:
        """Tell whether its order was taken in on a later day than its effect (遡及発令)."""
        return self.known_at is not None and day_of(self.known_at) > day_of(self.lost_at)

    @property
    def told_late(self) -> timedelta:
        """Return how long it stood before its order was taken in."""
        return (self.known_at or self.lost_at) - self.lost_at

    @property
    def detection(self) -> timedelta:
        """Return how long it stood, known or knowable, before it was found."""
        return self.found_at - (self.known_at or self.lost_at)

    def handling(self, now: datetime) -> timedelta:
        """Return how long it stood after it was found; up to `now` where it stands."""
        return max(timedelta(0), (self.ended_at or now) - self.found_at)

    def stood(self, now: datetime) -> timedelta:
        """Return how long it stood in all; up to `now` where it stands."""
        return self.window.stood(now)

    def minutes(self, now: datetime) -> float:
        """Return how long it stood, in minutes."""
        return self.stood(now) / timedelta(minutes=1)

    def days(self, now: datetime) -> int:
        """Return the residual days (残存日数)."""
        return self.window.days(now)


def exposures(
    cases: Iterable[Case],
    recorded: Mapping[OrderKey, Sequence[datetime]],
    came_back_from: Mapping[CaseId, Case],
) -> tuple[Exposure, ...]:
    """Return the exposure of each case but of those that were withdrawn, in their order.

    `recorded` tells when each order was taken in, and again when it changed; `came_back_from`
    gives for a case of a right that came back the one that had ended it.
    """
    found = (_exposure(case, recorded, came_back_from.get(case.case_id)) for case in cases)
    return tuple(each for each in found if each is not None)


def _exposure(
    case: Case, recorded: Mapping[OrderKey, Sequence[datetime]], before: Case | None
) -> Exposure | None:
    if case.state is CaseState.WITHDRAWN:
        return None
    ended = case.updated_at if case.state in _OVER else None
    window = window_of(case, before) or Window(case.opened_at, ended)
    lost = window.from_at
    # A clock that was set back between two steps must not make a stretch of time negative.
    ended = None if window.until_at is None else max(lost, window.until_at)
    found = _within(case.opened_at, lost, ended)
    known = _known_at(case, recorded)
    return Exposure(
        case_id=case.case_id,
        directory=case.directory,
        entitlement=case.entitlement,
        account=case.account,
        staff_number=case.staff_number,
        section=case.section,
        lost_at=lost,
        known_at=None if known is None else _within(known, lost, found),
        found_at=found,
        ended_at=ended,
        is_regranted=case.regrant_of is not None,
    )


def _within(moment: datetime, first: datetime, last: datetime | None) -> datetime:
    at = max(first, moment)
    return at if last is None else min(at, last)


def order_keys(case: Case) -> tuple[OrderKey, ...]:
    """Return the orders that a case rests on, as facts name them."""
    if case.staff_number is None:
        return ()
    return tuple((b.ref, case.staff_number) for b in case.because if b.kind == "order")


def _known_at(case: Case, recorded: Mapping[OrderKey, Sequence[datetime]]) -> datetime | None:
    """Return when the last of its orders was taken in as it stood when the case opened."""
    moments = [
        max((at for at in told if at <= case.opened_at), default=min(told))
        for told in (recorded.get(key, ()) for key in order_keys(case))
        if told
    ]
    return max(moments, default=None)
