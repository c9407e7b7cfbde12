"""What happens from 内示 to the days after 1 April, told once; the tests look at what came of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime

from syncd.core.cases import Case, CaseState
from syncd.core.facts import OrderCount
from syncd.core.morning.report import MorningReport
from syncd.core.preapproval.standing import Standing
from syncd.core.residual.reports import ResidualReport
from syncd.flow.morning.report import morning_report
from syncd.flow.order_counts import state_count
from syncd.flow.preapproval.plan import look_ahead, plan_ahead
from syncd.flow.preapproval.vote import approve_ahead
from syncd.flow.vote import approve_selected
from tests.e2e.crawling import crawl
from tests.transfer_day.city import APRIL, Orders, Sent, as_notice
from tests.transfer_day.days import Days, moment

NOTICED_ON, CONFIRMED_ON = date(2027, 3, 18), date(2027, 3, 25)
EVE, RETROACTIVE_ON = date(2027, 3, 31), date(2027, 4, 5)
CHIEF = "soukatsu"
_PAGES = 80
_WORDS = re.compile(r"R9-\d{5}|8\d{6}|苗字[あかさたなはまやらわ]{5}")


@dataclass
class Story:
    """The days of the city. `asked` is what each approval found to decide, by kind of line."""

    days: Days
    orders: Orders = field(default_factory=Orders)
    sent: tuple[Sent, ...] = ()
    asked: dict[str, dict[Standing, int]] = field(default_factory=dict)
    gone: dict[str, int] = field(default_factory=dict)
    told_under_notice: dict[str, str] = field(default_factory=dict)
    removed: dict[str, int] = field(default_factory=dict)
    cases: list[Case] = field(default_factory=list)
    residual: tuple[ResidualReport, ...] = ()
    morning: MorningReport = field(init=False)
    last_report: MorningReport = field(init=False)

    def tell(self) -> None:
        """Live through all of it."""
        self.days.begin()
        self.notices_arrive()
        self.orders_are_confirmed()
        self.the_eve_brings_changes()
        self.the_feed_breaks_at_midnight()
        self.late_orders_arrive()
        self.the_morning_comes()
        self.retroactive_orders_arrive()
        with self.days.opened.site.store.begin() as unit:
            self.cases = list(unit.cases(list(CaseState)))
            self.residual = unit.residuals()

    def notices_arrive(self) -> None:
        """内示 of 15,000 orders, in half a file first; the chief approves what follows at once."""
        notices = as_notice(self.orders.planned)
        self.days.send(moment(NOTICED_ON, "09:00"), notices, broken=True)
        self.days.tick(moment(NOTICED_ON, "09:05"))
        self.told_under_notice = {f"broken: {k}": v for k, v in self._everything_told().items()}
        self._send(moment(NOTICED_ON, "09:07"), notices)
        self.days.tick(moment(NOTICED_ON, "09:10"))
        self.told_under_notice |= self._everything_told()
        self._approve_ahead("under notice", with_notices=True)

    def orders_are_confirmed(self) -> None:
        """Thirty of the moves never become orders; personnel state how many there are."""
        dated = [o for o in self.orders.confirmed if o.effective_on == APRIL]
        count = OrderCount(APRIL, "", len(dated), tolerance=200)
        state_count(self.days.opened.site, self.days.actors("jinji")[0], count)
        self._send(moment(CONFIRMED_ON, "14:00"), self.orders.confirmed)
        self.days.tick(moment(CONFIRMED_ON, "14:05"))
        self._approve_ahead("confirmed")

    def the_eve_brings_changes(self) -> None:
        """A hundred late orders and forty cancellations: the difference is approved, and only it."""
        self._send(
            moment(EVE, "10:00"),
            (*self.sent, *self.orders.late[:100], *self.orders.cancelled[:40]),
        )
        self.days.tick(moment(EVE, "10:05"))
        self._approve_ahead("on the eve")

    def the_feed_breaks_at_midnight(self) -> None:
        """Three minutes before midnight half a file is written; at 00:31 all of it comes."""
        whole = (*self.sent, *self.orders.cancelled[40:])
        self.days.send(moment(EVE, "23:57"), whole, broken=True)
        self.days.go_to(moment(APRIL, "00:00"))
        self._count("at midnight")
        self.days.tick(moment(APRIL, "00:05"))
        self._send(moment(APRIL, "00:31"), whole)
        self.days.tick(moment(APRIL, "00:35"))
        self._count("when the feed is mended")

    def late_orders_arrive(self) -> None:
        """Sixty in the night; they wait for a person until the morning."""
        self._send(moment(APRIL, "00:50"), (*self.sent, *self.orders.late[100:160]))
        self.days.tick(moment(APRIL, "00:55"))

    def the_morning_comes(self) -> None:
        """The report lies ready; forty late orders more come, and the chief decides on all."""
        self.days.go_to(moment(APRIL, "08:30"))
        self.morning = morning_report(self.days.opened.site, APRIL)
        self._send(moment(APRIL, "10:00"), (*self.sent, *self.orders.late[160:]))
        self.days.tick(moment(APRIL, "10:05"))
        self._approve_cases()
        self.days.tick(moment(APRIL, "10:10"))
        self._count("after the late orders")
        self.days.go_to(moment(RETROACTIVE_ON, "09:00"))

    def retroactive_orders_arrive(self) -> None:
        """Twenty orders that held since 1 April or since 15 March."""
        self._send(moment(RETROACTIVE_ON, "10:00"), (*self.sent, *self.orders.retroactive))
        self.days.tick(moment(RETROACTIVE_ON, "10:05"))
        self._approve_cases()
        self.days.tick(moment(RETROACTIVE_ON, "10:10"))
        self._count("after the retroactive orders")
        self.days.go_to(moment(RETROACTIVE_ON, "18:00"))
        self.last_report = morning_report(self.days.opened.site, RETROACTIVE_ON)

    def _send(self, at: datetime, sent: tuple[Sent, ...]) -> None:
        self.sent = sent
        self.days.send(at, sent)

    def _count(self, when: str) -> None:
        """Note how many rights have gone by now."""
        self.days.look()
        self.removed[when] = len(self.days.promise.gone_at)

    def _approve_ahead(self, when: str, *, with_notices: bool = False) -> None:
        site = self.days.opened.site
        plan = plan_ahead(site, APRIL, with_notices=with_notices)
        ahead = look_ahead(site, plan)
        standings = [ahead.standings.of(line) for line in plan.lines]
        self.asked[when] = {each: standings.count(each) for each in Standing}
        self.gone[when] = len(ahead.standings.gone)
        if any(ahead.standings.waits(line) for line in plan.lines):
            approve_ahead(site, self.days.actors(CHIEF), plan)

    def _approve_cases(self) -> None:
        site = self.days.opened.site
        with site.store.begin() as unit:
            waiting = [case.case_id for case in unit.cases([CaseState.OPEN])]
        approve_selected(site, self.days.actors(CHIEF), waiting)

    def _everything_told(self) -> dict[str, str]:
        """Return what leaves the daemon for those who may not see 内示, by where it was read."""
        told = {"log": self.days.log.getvalue(), "metrics": self.days.metrics()}
        told |= {f"mail {n}": text for n, text in enumerate(self.days.mails())}
        browser = self.days.browser("unyo")
        first = ("/transfer-day/ahead?on=2027-04-01", "/transfer-day/approve?on=2027-04-01")
        api = ("/api/v1/findings", "/api/v1/cases", "/api/v1/plans", "/trail/export")
        for path, answer in crawl(browser, (*first, *api), most=_PAGES, whole=False).items():
            told[path] = answer.text
        return told


def leaks(told: dict[str, str], secrets: set[str]) -> dict[str, set[str]]:
    """Return which of the secrets stand where, by the words that a text is made of."""
    found = {where: secrets & set(_WORDS.findall(text)) for where, text in told.items()}
    return {where: which for where, which in found.items() if which}
