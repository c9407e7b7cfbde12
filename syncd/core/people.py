"""Who is who on a day: the rosters and the orders read together, and what they disagree about.

A person has one reading where roster and orders agree, and two where they do not; the decision
asks both (design, section 3; decision record 0004). People are worked out when first asked for,
since most of a city's staff hold no right at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass, replace
from datetime import date

from syncd.bilingual import Bilingual, english, japanese
from syncd.core.cards import Card, sortable_kana
from syncd.core.career import PRIMARY, Career, PersonState, Post
from syncd.core.facts import (
    AccountKind,
    EmploymentStatus,
    Facts,
    HeldRow,
    ListedAccount,
)
from syncd.core.findings import Because
from syncd.core.ids import AccountId, OrgUnitCode, StaffNumber
from syncd.core.orders import HeldOrder, OrderInForce, contradictory, orders_in_force
from syncd.core.org import OrgChart
from syncd.core.policy import OrderEffect, Policy
from syncd.core.roster_rows import RosterRow, hired_on_of, rosters_of, rows_of

_OF_FURTHER_POSTS = frozenset({OrderEffect.OPENS_FURTHER, OrderEffect.CLOSES_FURTHER})
_LEAVES_PRIMARY = frozenset({OrderEffect.CLOSES_PRIMARY})


@dataclass(frozen=True, slots=True)
class Person:
    """A person on the day: every reading of the facts, and what cannot be known.

    `unknown_because` is set where nothing can be said of the person at all. `vanished_because` is
    set where an earlier roster named them and the newest does not. `other_numbers` are further
    staff numbers that the person links give them on the day.
    """

    staff_number: StaffNumber
    readings: tuple[PersonState, ...]
    unknown_because: str = ""
    vanished_because: str = ""
    conflict: tuple[Because, ...] = ()
    other_numbers: tuple[StaffNumber, ...] = ()

    @property
    def is_plain(self) -> bool:
        """Tell whether one reading says all there is to say."""
        return len(self.readings) == 1 and not (
            self.unknown_because or self.vanished_because or self.conflict
        )


class People(Mapping[StaffNumber, Person]):
    """Everybody whom a roster, an order, the account list or a held row names, as of one day."""

    def __init__(self, facts: Facts, policy: Policy, on: date, chart: OrgChart) -> None:
        """Choose the rosters of the day and resolve the orders; people follow when asked for."""
        self.on = on
        self.unheard: tuple[str, ...] = ()
        self.nameless = _nameless(facts.held, on)
        self._policy = policy
        self._chart = chart
        rosters = rosters_of(facts.rosters, on)
        self.has_roster = bool(rosters)
        self._base_on = max((r.base_on for r in rosters), default=on)
        self._rows = rows_of(rosters)
        self._orders, self.held_orders = orders_in_force(facts.orders, policy.order_kinds)
        self._held = _held_by_person(facts.held, self.held_orders, on)
        self._contractors = _contractors(facts.accounts)
        self._people: dict[StaffNumber, Person | None] = {}

    def __getitem__(self, staff_number: StaffNumber) -> Person:
        """Return the person; raises KeyError for a number that nothing ever named."""
        person = self._people.get(staff_number)
        if person is None:
            if staff_number not in self:
                raise KeyError(staff_number)
            person = self._people[staff_number] = self._work_out(staff_number)
        return person

    def __contains__(self, staff_number: object) -> bool:
        """Tell whether anything names this number, a row that had to be held included."""
        return any(staff_number in named for named in self._naming())

    def __iter__(self) -> Iterator[StaffNumber]:
        """Yield every number that is named."""
        return iter({number: None for named in self._naming() for number in named})

    def __len__(self) -> int:
        """Return how many numbers are named."""
        return len(set().union(*self._naming()))

    def _naming(self) -> tuple[Mapping[StaffNumber, object], ...]:
        """Return all that names people: of whom only a held row speaks is unknown, not nobody."""
        return (self._rows, self._orders, self._contractors, self._held)

    def card(self, staff_number: StaffNumber) -> Card:
        """Return how lists show a person; of whom no roster or order has a name, only the number.

        Where the facts have two readings the first is shown, as `explain` does.
        """
        rows, orders = self._rows.get(staff_number, ()), self._orders.get(staff_number, ())
        name, kana = "", ""
        if rows:
            name, kana = rows[0].entry.name, sortable_kana(rows[0].entry.kana)
        elif orders:
            name = orders[-1].order.name
        person = self.get(staff_number)
        posts = person.readings[0].posts if person is not None and person.readings else ()
        if not posts:
            unit = rows[0].entry.org_unit if rows else None
            return Card(staff_number, name, kana, unit, rows[0].entry.title if rows else "")
        return Card(staff_number, name, kana, posts[0].org_unit, posts[0].title)

    def plain_units(self, staff_number: StaffNumber) -> frozenset[OrgUnitCode] | None:
        """Return the sections in and above the posts of somebody plainly at work, else None.

        Plain is who stands in one roster, at work within all dates, with no order to fold and
        nothing held: what their row says is what a full reading would say.
        """
        rows = self._rows.get(staff_number, ())
        if len(rows) != 1 or staff_number in self._orders or staff_number in self._held:
            return None
        entry, on = rows[0].entry, self.on
        if (
            rows[0].vanished
            or entry.status is not EmploymentStatus.AT_WORK
            or (entry.separated_on is not None and entry.separated_on < on)
            or (entry.term_ends_on is not None and entry.term_ends_on < on)
            or (entry.hired_on is not None and entry.hired_on > on)
            or entry.org_unit is None
        ):
            return None
        units = self._chart.lineage(entry.org_unit)
        for code in entry.concurrent_units or ():
            units |= self._chart.lineage(code)
        return units

    def named_units(self) -> set[OrgUnitCode]:
        """Return every section code that the rosters and orders of the day name."""
        entries = [row.entry for rows in self._rows.values() for row in rows if not row.vanished]
        named = {code for entry in entries for code in entry.concurrent_units or ()}
        named.update(entry.org_unit for entry in entries if entry.org_unit is not None)
        orders = (o for theirs in self._orders.values() for o in theirs)
        named.update(
            o.order.org_unit for o in orders if o.order.org_unit and o.begins_on == self.on
        )
        return named

    def hired_on(self, staff_number: StaffNumber) -> date | None:
        """Return 採用日 of the person's roster row."""
        return hired_on_of(self._rows.get(staff_number, ()))

    def lists(self, staff_number: StaffNumber) -> bool:
        """Tell whether a newest roster has the person."""
        rows = self._rows.get(staff_number, ())
        return bool(rows) and not rows[0].vanished

    def further_posts_by_orders(self, staff_number: StaffNumber) -> Person | None:
        """Return what orders alone say of somebody whom they give further posts and no primary one.

        None where they say anything else: then that no roster has the person means something.
        """
        orders = [o for o in self._orders.get(staff_number, ()) if o.begins_on <= self.on]
        state = self._fold(staff_number, (), orders)
        if staff_number in self._held or _has_ended(state, self.on) or state.contradictions:
            return None
        if not orders or any(o.kind.effect not in _OF_FURTHER_POSTS for o in orders):
            return None
        return Person(staff_number, (state,))

    def takes_for_contractor(self, staff_number: StaffNumber) -> bool:
        """Tell whether the person is read as a 委託 account: one is listed, and no roster row."""
        return staff_number in self._contractors and staff_number not in self._rows

    def contradictable(self) -> Iterable[StaffNumber]:
        """Yield the people whom an order in force names: only they can be contradicted."""
        return iter(self._orders)

    def orders_on(self, day: date) -> Iterator[OrderInForce]:
        """Yield the orders in force whose effect begins on a day."""
        return (o for theirs in self._orders.values() for o in theirs if o.begins_on == day)

    def orders_in_force(self, authority: str = "") -> Iterator[OrderInForce]:  # noqa: ARG002 - one voice
        """Yield every order in force, whatever its day."""
        return (o for theirs in self._orders.values() for o in theirs)

    def as_of(self, day: date) -> People:
        """Return the same people on a day near this one, by the same rosters and held rows."""
        other = copy(self)
        other.on, other._people = day, {}  # noqa: SLF001 - a copy of our own
        return other

    def vanished(self) -> Iterable[StaffNumber]:
        """Yield the people who are missing from the newest roster and were in an earlier one."""
        return (number for number, rows in self._rows.items() if rows[0].vanished)

    def _work_out(self, staff_number: StaffNumber) -> Person:
        rows = self._rows.get(staff_number, ())
        orders = [o for o in self._orders.get(staff_number, ()) if o.begins_on <= self.on]
        contractor = self._contractors.get(staff_number)
        if contractor is not None and not rows:
            return self._contractor(staff_number, contractor)
        person = self._employee(staff_number, rows, orders)
        if self._held.get(staff_number):
            person = replace(person, unknown_because=self._held[staff_number])
        if rows and rows[0].vanished and not _has_ended(person.readings[0], self.on):
            base_on = rows[0].base_on.isoformat()
            why = Bilingual(
                f"職員名簿（基準日 {base_on}）にいた人が最新の名簿にいません",
                en=f"the roster of {base_on} named this person, and the newest does not",
            )
            person = replace(person, vanished_because=why)
        return person

    def _employee(
        self, staff_number: StaffNumber, rows: tuple[RosterRow, ...], orders: list[OrderInForce]
    ) -> Person:
        base_on = rows[0].base_on if rows else self._base_on
        before = [o for o in orders if o.begins_on <= base_on]
        after = [o for o in orders if o.begins_on > base_on]
        by_roster = self._fold(staff_number, rows, after)
        readings = [by_roster]
        conflict: list[Because] = list(by_roster.contradictions)
        if before:
            by_orders, said = self._fold_orders(staff_number, rows, before, after)
            if said is None:
                readings = [by_orders]
                conflict = list(by_orders.contradictions)
            else:
                readings.append(by_orders)
                conflict += said
        if contradictory(orders):
            readings.append(self._fold(staff_number, rows, _other_way_round(after)))
            conflict += [o.because for o in orders]
        return Person(staff_number, tuple(readings), conflict=tuple(dict.fromkeys(conflict)))

    def _fold(
        self, staff_number: StaffNumber, rows: tuple[RosterRow, ...], orders: list[OrderInForce]
    ) -> PersonState:
        career = _start(staff_number, rows)
        career.apply_all(orders)
        return career.on(self.on, hired_on_of(rows))

    def _fold_orders(
        self,
        staff_number: StaffNumber,
        rows: tuple[RosterRow, ...],
        before: list[OrderInForce],
        after: list[OrderInForce],
    ) -> tuple[PersonState, list[Because] | None]:
        """Fold all orders; also return the orders that contradict the roster (None: they agree)."""
        base_on = rows[0].base_on if rows else self._base_on
        career = _start(staff_number, rows)
        roster_primary, career.primary = career.primary, None
        career.apply_all(before)
        left_primary = (
            any(o.kind.effect in _LEAVES_PRIMARY for o in before) and career.primary is None
        )
        if (career.primary is None and not left_primary) or self._is_abolished(career.primary):
            career.primary = roster_primary
        if rows:
            career.term_ends_on = rows[0].entry.term_ends_on
        said = self._disagreement(staff_number, rows, career, before, base_on)
        career.apply_all(after)
        return career.on(self.on, hired_on_of(rows)), said

    def _is_abolished(self, post: Post | None) -> bool:
        """Tell whether a post's section was closed for good; then an old order says nothing."""
        return post is not None and self._chart.is_abolished(post.org_unit)

    def _disagreement(
        self,
        staff_number: StaffNumber,
        rows: tuple[RosterRow, ...],
        career: Career,
        before: list[OrderInForce],
        base_on: date,
    ) -> list[Because] | None:
        """Return the orders up to 基準日 where they and the roster say different things of it."""
        by_roster = _start(staff_number, rows)
        silent = bool(rows) and rows[0].entry.concurrent_units is None
        if silent:
            by_roster.further = list(career.further)
        roster_says = self._gist(by_roster.on(base_on), base_on, listed=bool(rows))
        orders_say = self._gist(career.on(base_on), base_on, listed=True)
        roster_has_left = roster_says[0] or (bool(rows) and rows[0].vanished)
        if roster_says == orders_say or (orders_say[0] and roster_has_left):
            return None
        return [o.because for o in before]

    def _gist(self, state: PersonState, on: date, *, listed: bool) -> tuple[object, ...]:
        """Return what is compared: has left, primary section, further sections, on leave."""
        current = self._chart.current
        primary = [current(p.org_unit) for p in state.posts if p.kind == PRIMARY]
        further = {current(p.org_unit) for p in state.posts if p.kind != PRIMARY}
        has_left = not listed or _has_left(state, on)
        return (has_left, primary, further, state.leave is not None)

    def _contractor(self, staff_number: StaffNumber, account: ListedAccount) -> Person:
        """Read a 委託 account as its 管理者 is read: what is doubtful of one is so of the other."""
        because = Because("account", account.account, None, account.source, account.line)
        sponsor = self._sponsor(account)
        state = PersonState(
            staff_number,
            last_day=account.expires_on,
            last_day_because=because,
            roster=because,
        )
        person = Person(staff_number, (state,), unknown_because=self._held.get(staff_number, ""))
        if sponsor is None:
            return person
        return replace(
            person,
            readings=tuple(_in_section_of(state, theirs) for theirs in sponsor.readings),
            unknown_because=person.unknown_because or sponsor.unknown_because,
            vanished_because=sponsor.vanished_because,
            conflict=sponsor.conflict,
        )

    def _sponsor(self, account: ListedAccount) -> Person | None:
        """Return the employee who answers for an account; contractors may name one another."""
        asked: set[StaffNumber] = set()
        number = account.sponsor
        while number is not None and number not in self._rows and number in self._contractors:
            if number in asked:
                return None
            asked.add(number)
            number = self._contractors[number].sponsor
        return None if number is None else self.get(number)


def _in_section_of(state: PersonState, sponsor: PersonState) -> PersonState:
    return replace(
        state,
        posts=tuple(post for post in sponsor.posts if post.kind == PRIMARY),
        closures=sponsor.closures,
    )


def contractor_number(account: ListedAccount) -> StaffNumber:
    """Return the number under which the list of designated handlers names a 委託 account."""
    return account.staff_number or StaffNumber(account.account)


def account_key(account: str) -> str:
    """Return an account's name as a key: directories compare user names without regard to case."""
    return account.casefold()


def _start(staff_number: StaffNumber, rows: tuple[RosterRow, ...]) -> Career:
    if not rows:
        return Career(staff_number)
    career = Career.from_roster(rows[0].entry, rows[0].base_on)
    for other in rows[1:]:
        if other.entry.status == "at-work" and other.entry.org_unit is not None:
            career.further.append(Post(other.entry.org_unit, kind="併任"))
    return career


def _has_left(state: PersonState, on: date) -> bool:
    return state.last_day is not None and state.last_day < on


def _has_ended(state: PersonState, on: date) -> bool:
    return _has_left(state, on) or (state.term_ends_on is not None and state.term_ends_on < on)


def _other_way_round(orders: list[OrderInForce]) -> list[OrderInForce]:
    """Return the orders with those of one day and number swapped: the other of two readings."""
    turned = list(reversed(orders))
    return sorted(turned, key=lambda o: o.begins_on)


def _held_by_person(
    rows: Iterable[HeldRow], orders: Iterable[HeldOrder], on: date
) -> dict[StaffNumber, str]:
    held: dict[StaffNumber, str] = {}
    for row in rows:
        if row.staff_number and (row.from_on is None or row.from_on <= on):
            held[row.staff_number] = _held_because(
                f"{row.source} {row.line} 行目", f"line {row.line} of {row.source}", row.why
            )
    for order in orders:
        if order.on is not None and order.on <= on:
            number = order.order.order_number
            held[order.order.staff_number] = _held_because(
                f"発令 {number} ", f"order {number}", order.why
            )
    return held


def _nameless(rows: Iterable[HeldRow], on: date) -> str:
    """Return why nobody can be called a stranger: a roster has a person without a number."""
    for row in rows:
        if not row.staff_number and (row.from_on is None or row.from_on <= on):
            return _held_because(
                f"{row.source} {row.line} 行目", f"line {row.line} of {row.source}", row.why
            )
    return ""


def _held_because(ja: str, en: str, why: str) -> Bilingual:
    return Bilingual(f"{ja}は保留: {japanese(why)}", en=f"{en} is held: {english(why)}")


def _contractors(accounts: Iterable[ListedAccount]) -> dict[StaffNumber, ListedAccount]:
    return {contractor_number(a): a for a in accounts if a.kind is AccountKind.CONTRACTOR}


def listed_accounts(
    accounts: Iterable[ListedAccount],
) -> dict[tuple[str, str], ListedAccount]:
    """Return the account list by (directory, account key)."""
    return {(a.directory, account_key(AccountId(a.account))): a for a in accounts}
