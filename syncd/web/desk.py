"""What every page and route of the console is given: the open site, and what is kept in memory."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from threading import Lock
from typing import Any

import anyio

from syncd.bootstrap import OpenSite
from syncd.core.findings import Decision
from syncd.core.foresight.preview import Preview
from syncd.core.ids import StaffNumber
from syncd.core.preapproval.line import AheadPlan
from syncd.flow.access.sign_in import Turnstile
from syncd.flow.coming import ComingDay, coming_day
from syncd.flow.foresight.foreseeing import Asked, foresee_day
from syncd.flow.foresight.gathering import known
from syncd.flow.foresight.keeping import Compared, compared
from syncd.flow.judge import judge
from syncd.flow.preapproval.plan import plan_ahead
from syncd.flow.releases import Releases, releases_on
from syncd.flow.roll import Listed, roll_of
from syncd.flow.uncertain import Learned, learn
from syncd.ports.identity import PasswordCheck, Provider
from syncd.settings.schedule import last_due
from syncd.web.pace import Pace

_TO_BEGIN = timedelta(minutes=10)
_MOST_KEPT = 8
_A_FEW = 3


@dataclass
class Desk:
    """The console's view of the site.

    `turnstile` and `checks` are for signing in; `is_secure` tells that browsers come by https.
    `next_full` gives the next moment of the schedule, where a daemon keeps one here.
    `public_url` is the address that browsers know, which may be that of a proxy before us.
    `provider` is where people sign in elsewhere, where the configuration names one.
    `pace` counts the requests of each person and machine; None counts none.
    """

    opened: OpenSite
    turnstile: Turnstile
    checks: Sequence[PasswordCheck]
    is_secure: bool
    next_full: Callable[[], datetime | None] = lambda: None
    public_url: str = ""
    provider: Provider | None = None
    pace: Pace | None = None
    sleep: Callable[[float], Awaitable[None]] = anyio.sleep
    _kept: dict[Hashable, tuple[Hashable, Any]] = field(default_factory=dict)
    _locks: dict[Hashable, Lock] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    @property
    def cookie(self) -> str:
        """Return the name of the session's cookie; browsers let `__Host-` come by https only."""
        return "__Host-syncd" if self.is_secure else "syncd"

    @property
    def language_cookie(self) -> str:
        """Return the name of the cookie that keeps the language."""
        return "__Host-lang" if self.is_secure else "lang"

    def coming(self, *, with_notices: bool = False) -> ComingDay | None:
        """Return the next transfer day; `with_notices` for those only who may see 内示."""
        today = self.opened.today()
        found: ComingDay | None = self._once(
            ("coming", with_notices),
            lambda: coming_day(self.opened.site, today, with_notices=with_notices),
        )
        return found

    def decision(self, on: date | None = None) -> Decision:
        """Return what holds on a day (today) by what the last runs learned."""
        day = on or self.opened.today()
        found: Decision = self._once(("decision", day), lambda: judge(self.opened.site, day))
        return found

    def preview(self, on: date) -> Preview:
        """Return what is foreseen for a day by what the last runs learned; 内示 counts nowhere."""
        found: Preview = self._once(("preview", on), lambda: self.foresee(on))
        return found

    def foresee(self, on: date, *, with_notices: bool = False) -> Preview:
        """Work out a preview anew; one with 内示 is never kept in memory."""
        site = self.opened.site
        terms = self.opened.settings.model.foresight.terms
        asked = Asked(on, self.opened.today(), terms, with_notices)
        return foresee_day(site, asked, known(site, on, with_notices=with_notices)).preview

    def compared(self, on: date) -> Compared:
        """Return what is foreseen for a day beside the last preview that somebody kept of it."""
        site, preview = self.opened.site, self.preview(on)
        with site.store.begin() as unit:
            last = [head.preview_id for head in unit.previews(with_notices=False, on=on, limit=1)]
        found: Compared = self._once(("compared", on, *last), lambda: compared(site, preview))
        return found

    def ahead(self, on: date, *, with_notices: bool) -> AheadPlan:
        """Return what a coming day takes, as people approve it ahead."""
        found: AheadPlan = self._once(
            ("ahead", on, with_notices),
            lambda: plan_ahead(self.opened.site, on, with_notices=with_notices),
        )
        return found

    def releases(self, on: date, *, with_notices: bool = False) -> Releases:
        """Return what sections have to do about their lists; one with 内示 is never kept here."""
        site = self.opened.site
        if with_notices:
            return releases_on(site, on, with_notices=True)
        found: Releases = self._once(
            ("releases", on), lambda: releases_on(site, on, with_notices=False)
        )
        return found

    def learned(self) -> Learned:
        """Return what holds today with what the last runs could not establish."""
        decision = self.decision()
        found: Learned = self._once("learned", lambda: learn(self.opened.site, decision))
        return found

    def roll(self) -> Mapping[StaffNumber, Listed]:
        """Return everybody whom the facts name today, sorted by フリガナ."""
        today = self.opened.today()
        found: Mapping[StaffNumber, Listed] = self._once(
            "roll", lambda: roll_of(self.opened.site, today)
        )
        return found

    def warm(self) -> None:
        """Work out what the first page shows, so that nobody waits for it; raises StoreError."""
        self.learned()
        coming = self.coming()
        if coming is not None:
            self.preview(coming.on)

    def due_at(self) -> datetime | None:
        """Return when the schedule last promised a run, allowing it some minutes to begin."""
        full = self.opened.settings.model.schedule.full
        return last_due(full, self.opened.clock() - _TO_BEGIN)

    def _once(self, what: Hashable, work_out: Callable[[], Any]) -> Any:  # noqa: ANN401 - as kept
        """Return what was worked out before, unless an input, a run or the day came since.

        A city takes seconds: two visitors never make it work the same out side by side, and who
        asks for something else waits for neither.
        """
        with self.opened.site.store.begin() as unit:
            ended = next((r.run for r in unit.runs(_A_FEW) if r.finished_at is not None), None)
            version = (unit.inputs_version(), ended, self.opened.today())
        with self._lock:
            each = self._locks.setdefault(what, Lock())
        with each:
            kept = self._kept.get(what)
            if kept is None or kept[0] != version:
                kept = (version, work_out())
            self._keep(what, kept)
            return kept[1]

    def _keep(self, what: Hashable, kept: tuple[Hashable, Any]) -> None:
        """Keep the newest few: each holds what a city had to say on a day."""
        with self._lock:
            self._kept.pop(what, None)
            self._kept[what] = kept
            while len(self._kept) > _MOST_KEPT:
                oldest = next(iter(self._kept))
                del self._kept[oldest]
                self._locks.pop(oldest, None)
