"""Guards on the input that look into it: whom it names, who still stands, what its orders move.

A file whose staff numbers slipped by a digit has all its rows and all its sections; only beside
the last good input does it show that nobody of before is in it. What a day can honestly change
stays far below the limits: 1 April moves a third of the staff, and no more than half may go, end
or move at once. `loss_check = false` accepts such an input once.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from syncd.bilingual import Bilingual
from syncd.core.facts import (
    Designation,
    EmploymentStatus,
    Entitlement,
    Facts,
    ListedAccount,
    Order,
    OrgUnit,
    PersonLink,
    Provides,
    Record,
    RosterEntry,
)
from syncd.core.ids import StaffNumber
from syncd.core.intake import InputGuard
from syncd.core.policy import OrderEffect, OrderKind, Policy
from syncd.errors import RowFault

_FEW_ORDERS = 10
_WORKING = frozenset({EmploymentStatus.AT_WORK, EmploymentStatus.SUSPENDED})
_TAKING = frozenset(
    {
        OrderEffect.OPENS_PRIMARY,
        OrderEffect.CLOSES_PRIMARY,
        OrderEffect.CLOSES_FURTHER,
        OrderEffect.SUSPENDS,
        OrderEffect.ENDS_EMPLOYMENT,
        OrderEffect.CANCELS,
        OrderEffect.CORRECTS,
    }
)
"""Effects that can take a right away. An appointment (採用 and its like) takes none."""


@dataclass(frozen=True, slots=True)
class Before:
    """What is known of one source before its next input, as of the day.

    `records` are those of its last good input (of a roster, the one that counts on the day);
    `base_on` is that roster's 基準日, and `people` who stands in the rosters of any source.
    """

    records: tuple[Record, ...]
    base_on: date | None
    people: frozenset[StaffNumber]


def before_of(facts: Facts, source: str, provides: Provides, today: date) -> Before:
    """Return what facts say of one source."""
    rosters = [r for r in facts.rosters if r.base_on <= today]
    people = frozenset(entry.staff_number for r in rosters for entry in r.entries)
    if provides is Provides.ROSTER:
        theirs = [r for r in rosters if r.source == source]
        newest = max(theirs, key=lambda r: (r.base_on, r.recorded_at), default=None)
        if newest is None:
            return Before((), None, people)
        return Before(newest.entries, newest.base_on, people)
    stated: Mapping[Provides, tuple[Record, ...]] = {
        Provides.ORDERS: facts.orders,
        Provides.DESIGNATIONS: facts.designations,
        Provides.ENTITLEMENTS: facts.entitlements,
        Provides.ACCOUNTS: facts.accounts,
        Provides.ORG_UNITS: facts.org_units,
        Provides.PERSON_LINKS: facts.links,
    }
    records = tuple(r for r in stated.get(provides, ()) if r.source == source)
    return Before(records, None, people)


def check_base_day(
    before: date | None, after: date | None, today: date, max_days_ahead: int
) -> tuple[RowFault, ...]:
    """Return what is wrong with a roster's 基準日 beside that of the roster in force today."""
    if after is None:
        return ()
    column = "基準日"
    if after > today + timedelta(days=max_days_ahead):
        told = Bilingual(
            f"今日より {max_days_ahead} 日をこえて先です。年を確かめてください",
            en=f"more than {max_days_ahead} days ahead of today; see whether the year is right",
        )
        return (RowFault(0, column, str(after), told, guard=InputGuard.BASE_DAY_AHEAD),)
    if before is not None and after < before:
        told = Bilingual(
            f"いま有効な名簿は {before} のものです。古い名簿が送られていないか確かめてください",
            en=f"the roster in force is of {before}; see whether an old one was sent again",
        )
        return (RowFault(0, column, str(after), told, guard=InputGuard.BASE_DAY_OLDER),)
    return ()


def check_turnover(
    before: Before, after: Collection[Record], policy: Policy, today: date
) -> tuple[RowFault, ...]:
    """Return what an input changes at once beyond the limit, beside the last good one."""
    limit = policy.guards.max_turnover
    orders = tuple(r for r in after if isinstance(r, Order))
    if orders:
        known = tuple(r for r in before.records if isinstance(r, Order))
        return (
            *_rewritten(known, orders, policy.guards.max_row_loss),
            *_cancelled(known, orders, policy.order_kinds, limit),
            *_mass(known, orders, before.people, policy.order_kinds, limit),
        )
    return (
        *_lost(before.records, after, limit),
        *_ended(before.records, after, limit, today),
        *_shifted(before.records, after, limit),
        *_unlinked(before.records, after, today),
    )


def _unlinked(before: Iterable[Record], after: Iterable[Record], today: date) -> Iterator[RowFault]:
    """Refuse person links that are gone without a last day: one person would become two."""
    named = {(r.staff_number, r.person) for r in after if isinstance(r, PersonLink)}
    gone = sum(
        (r.staff_number, r.person) not in named and not _over(today, r.ends_on)
        for r in before
        if isinstance(r, PersonLink)
    )
    if gone:
        told = Bilingual(
            f"前回の正しい入力にあった対応 {gone} 件が、終了日のないまま消えています。"
            "終わったものには終了日を書いてください",
            en=f"{gone} links of the last good input are gone without a last day; where one "
            "ended, write its 「終了日」",
        )
        yield RowFault(0, "終了日", None, told, guard=InputGuard.KEY_LOSS)


# --- lists: whom they name, and who still stands in them -----------------------------------------


def _lost(before: Iterable[Record], after: Iterable[Record], limit: float) -> Iterator[RowFault]:
    known = {key for record in before if (key := _key(record)) is not None}
    left = known - {key for record in after if (key := _key(record)) is not None}
    if len(left) > max(1, len(known) * limit):  # the only line of a list may well change
        told = Bilingual(
            f"前回の正しい入力にあった {len(known)} 件のうち {len(left)} 件がありません"
            f"（上限 {limit:.0%}）。職員番号やコードがずれていないか確かめてください",
            en=f"{len(left)} of the {len(known)} that the last good input named are missing "
            f"(limit {limit:.0%}); see whether numbers or codes have slipped",
        )
        place = Bilingual("番号とコード", en="keys")
        yield RowFault(0, place, None, told, guard=InputGuard.KEY_LOSS)


def _key(record: Record) -> Hashable:
    """Return what a line is about; an entitlement is what it conveys as well."""
    match record:
        case RosterEntry():
            return record.staff_number
        case Designation():
            return (record.affair, record.staff_number)
        case Entitlement():
            groups = frozenset(record.groups)
            return (record.directory, record.entitlement, groups, record.affairs)
        case ListedAccount():
            return (record.directory, record.account, record.staff_number)
        case OrgUnit():
            return record.code
    return None


def _ended(
    before: Collection[Record], after: Collection[Record], limit: float, today: date
) -> Iterator[RowFault]:
    stood = sum(_stands(record, today) for record in before)
    stands = sum(_stands(record, today) for record in after)
    if stood - stands > stood * limit:
        told = Bilingual(
            f"今日有効な行が {stood} 行から {stands} 行に減っています（上限 {limit:.0%}）。"
            "日付の列や在職区分がずれていないか確かめてください",
            en=f"{stands} rows hold today where {stood} did (limit {limit:.0%}); see whether "
            "dates or the employment status have slipped",
        )
        place = Bilingual("有効な行", en="rows in force")
        yield RowFault(0, place, str(stands), told, guard=InputGuard.STANDING_LOSS)


def _shifted(before: Iterable[Record], after: Iterable[Record], limit: float) -> Iterator[RowFault]:
    """Refuse a roster in which more people changed their section than any 1 April moves."""
    units = {r.staff_number: r.org_unit for r in before if isinstance(r, RosterEntry)}
    both = [r for r in after if isinstance(r, RosterEntry) and r.staff_number in units]
    moved = sum(r.org_unit != units[r.staff_number] for r in both)
    if moved > max(1, len(both) * limit):
        told = Bilingual(
            f"前回の名簿にもいる {len(both)} 人のうち {moved} 人の所属が違います"
            f"（上限 {limit:.0%}）。所属の列がずれていないか確かめてください",
            en=f"{moved} of the {len(both)} people of the last roster stand in another section "
            f"(limit {limit:.0%}); see whether the column has slipped",
        )
        yield RowFault(0, "所属コード", None, told, guard=InputGuard.SECTION_SHIFT)


def _stands(record: Record, today: date) -> bool:
    """Tell whether a line says that something holds today."""
    match record:
        case RosterEntry():
            return record.status in _WORKING and not _over(
                today, record.separated_on, record.term_ends_on
            )
        case Designation():
            released = record.released_on is not None and record.released_on <= today
            begun = record.designated_on is None or record.designated_on <= today
            return begun and not released and not _over(today, record.expires_on)
        case ListedAccount():
            return not _over(today, record.expires_on)
        case OrgUnit():
            return not _over(today, record.ends_on)
    return False


def _over(today: date, *last_days: date | None) -> bool:
    return any(day is not None and day < today for day in last_days)


# --- orders: what they move at once --------------------------------------------------------------

_Name = tuple[str, str]


def _rewritten(known: Iterable[Order], orders: Iterable[Order], limit: float) -> Iterator[RowFault]:
    """Refuse known orders that come again with another 発令日: a correction is one of its own."""
    days = _days(known)
    again = {name: found for name, found in _days(orders).items() if name in days}
    moved = [name for name, found in again.items() if found.isdisjoint(days[name])]
    if len(moved) > max(_FEW_ORDERS, len(again) * limit):
        told = Bilingual(
            f"前からある発令 {len(again)} 件のうち {len(moved)} 件の発令日が違います"
            f"（上限 {limit:.0%}）。日付の列がずれていないか確かめてください",
            en=f"{len(moved)} of {len(again)} known orders come with another day "
            f"(limit {limit:.0%}); see whether the dates have slipped",
        )
        yield RowFault(0, "発令日", None, told, guard=InputGuard.ORDER_REWRITTEN)


def _cancelled(
    known: Iterable[Order],
    orders: Iterable[Order],
    kinds: Mapping[str, OrderKind],
    limit: float,
) -> Iterator[RowFault]:
    """Refuse new cancellations of more than half of all orders that are known."""
    before = tuple(known)
    told_before = {_told(order) for order in before}
    named = {(order.order_number, order.staff_number) for order in before if order.confirmed}
    void = {
        (order.target, order.staff_number)
        for order in orders
        if order.confirmed and _cancels(order, kinds) and _told(order) not in told_before
    } & named
    if len(void) > max(_FEW_ORDERS, len(named) * limit):
        told = Bilingual(
            f"前からある発令 {len(named)} 件のうち {len(void)} 件が一度に取り消されます"
            f"（上限 {limit:.0%}）。取消が誤って入っていないか確かめてください",
            en=f"{len(void)} of {len(named)} known orders are cancelled at once "
            f"(limit {limit:.0%}); see whether the cancellations came in by mistake",
        )
        place = Bilingual("取消", en="cancellations")
        yield RowFault(0, place, str(len(void)), told, guard=InputGuard.ORDER_CANCELLED)


def _cancels(order: Order, kinds: Mapping[str, OrderKind]) -> bool:
    kind = kinds.get(order.kind)
    return kind is not None and kind.effect is OrderEffect.CANCELS


def _days(orders: Iterable[Order]) -> dict[_Name, set[date]]:
    days: dict[_Name, set[date]] = {}
    for order in orders:
        if order.confirmed and order.effective_on is not None:
            name = (order.order_number, order.staff_number)
            days.setdefault(name, set()).add(order.effective_on)
    return days


def _mass(
    known: Iterable[Order],
    orders: Iterable[Order],
    people: frozenset[StaffNumber],
    kinds: Mapping[str, OrderKind],
    limit: float,
) -> Iterator[RowFault]:
    """Refuse new orders that take posts from more people at once than any 1 April does."""
    before = {_told(order) for order in known}
    moved = {
        order.staff_number
        for order in orders
        if order.confirmed and _takes(order, kinds) and _told(order) not in before
    } & people
    if len(moved) > max(_FEW_ORDERS, len(people) * limit):
        told = Bilingual(
            f"新しい発令が、職員 {len(people)} 人のうち {len(moved)} 人の職を一度に動かします"
            f"（上限 {limit:.0%}）。発令区分や取消が誤って入っていないか確かめてください",
            en=f"new orders move {len(moved)} of {len(people)} people at once "
            f"(limit {limit:.0%}); see whether kinds or cancellations came in by mistake",
        )
        place = Bilingual("動く人数", en="people moved")
        yield RowFault(0, place, str(len(moved)), told, guard=InputGuard.ORDER_MASS)


def _takes(order: Order, kinds: Mapping[str, OrderKind]) -> bool:
    kind = kinds.get(order.kind)
    return kind is not None and kind.effect in _TAKING and not kind.appoints


def _told(order: Order) -> tuple[str, str, str, date | None]:
    return (order.order_number, order.staff_number, order.kind, order.effective_on)
