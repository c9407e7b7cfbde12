"""What every page and route of the console is given: the open site, and what is kept in memory."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from threading import Lock

import anyio

from syncd.bootstrap import OpenSite
from syncd.core.findings import Decision
from syncd.flow.judge import judge
from syncd.flow.sign_in import Turnstile
from syncd.flow.today import ComingDay, coming_day
from syncd.ports.identity import PasswordCheck, Provider
from syncd.web.pace import Pace


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
    _coming: tuple[tuple[int, date], ComingDay | None] | None = None
    _decision: tuple[tuple[int, str, date], Decision] | None = None
    _lock: Lock = field(default_factory=Lock)

    @property
    def cookie(self) -> str:
        """Return the name of the session's cookie; browsers let `__Host-` come by https only."""
        return "__Host-syncd" if self.is_secure else "syncd"

    @property
    def language_cookie(self) -> str:
        """Return the name of the cookie that keeps the language."""
        return "__Host-lang" if self.is_secure else "lang"

    def coming(self) -> ComingDay | None:
        """Return the next transfer day; worked out again only where an input or the day changed."""
        today = self.opened.today()
        with self.opened.site.store.begin() as unit:
            key = (unit.inputs_version(), today)
        with self._lock:
            if self._coming is None or self._coming[0] != key:
                self._coming = (key, coming_day(self.opened.site, today))
            return self._coming[1]

    def decision(self) -> Decision:
        """Return what holds today; worked out again only after a new input, run or day."""
        today = self.opened.today()
        with self.opened.site.store.begin() as unit:
            last = unit.last_complete_run()
            key = (unit.inputs_version(), "" if last is None else last.run, today)
        with self._lock:
            if self._decision is None or self._decision[0] != key:
                self._decision = (key, judge(self.opened.site, today))
            return self._decision[1]
