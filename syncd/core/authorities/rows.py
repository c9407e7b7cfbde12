"""Which rows of a feed lie outside its authority's scope, column by column, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from syncd.bilingual import Bilingual
from syncd.core.facts import (
    AccountKind,
    Designation,
    EmploymentStatus,
    ListedAccount,
    Order,
    OrgUnit,
    Record,
    RosterEntry,
    TrainingRecord,
)
from syncd.core.ids import OrgUnitCode, StaffNumber
from syncd.core.policy import OrderEffect, OrderKind
from syncd.core.scopes import Authority, begins_like_a_key

_NAMES_NO_OWN_SECTION = frozenset(
    {OrderEffect.CLOSES_PRIMARY, OrderEffect.ENDS_EMPLOYMENT, OrderEffect.CANCELS}
)
"""Where 所属コード is no post of this authority: 出向 names where somebody goes."""
_NOT_HERE = (EmploymentStatus.AWAY, EmploymentStatus.SEPARATED)
Personal = RosterEntry | Order | Designation | TrainingRecord | ListedAccount


class Outlier(NamedTuple):
    """A value outside the scope: its column, the value, and why."""

    column: str
    value: str
    why: str


def outliers(
    record: Record,
    authority: Authority,
    prefixes: frozenset[str],
    kinds: Mapping[str, OrderKind],
) -> tuple[Outlier, ...]:
    """Return what of a record (its own numbers, without prefix) its feed may not speak of."""
    numbers = (_number(n, column, authority, prefixes) for n, column in _numbers(record))
    sections = (
        _outside_sections(code, column, authority)
        for code, column in _sections(record, kinds)
        if not authority.speaks_of_section(code)
    )
    return (*(n for n in numbers if n is not None), *sections)


def keyed(record: Record, authority: Authority) -> Record:
    """Return a record with its staff numbers as keys."""
    if not authority.prefix:
        return record
    if isinstance(record, ListedAccount):
        # A contractor without a number is known by the account, which another's may be called too.
        known = record.staff_number
        if known is None and record.kind is AccountKind.CONTRACTOR:
            known = StaffNumber(record.account)
        return replace(
            record,
            staff_number=_key(known, authority),
            sponsor=_key(record.sponsor, authority),
        )
    if isinstance(record, RosterEntry | Order | Designation | TrainingRecord):
        return replace(record, staff_number=authority.key(record.staff_number))
    return record


def _key(number: StaffNumber | None, authority: Authority) -> StaffNumber | None:
    return None if number is None else authority.key(number)


def _numbers(record: Record) -> Iterator[tuple[StaffNumber, str]]:
    if isinstance(record, Personal) and record.staff_number is not None:
        yield record.staff_number, "職員番号"
    if isinstance(record, ListedAccount) and record.sponsor is not None:
        yield record.sponsor, "管理者"


def _number(
    number: StaffNumber, column: str, authority: Authority, prefixes: frozenset[str]
) -> Outlier | None:
    if begins_like_a_key(number, prefixes):
        why = Bilingual(
            "任命権者の接頭辞で始まる番号は使えません(別の人の番号と区別できません)",
            en="a number must not begin with the prefix of an authority: it could be another's",
        )
        return Outlier(column, number, why)
    if not authority.speaks_of_number(number):
        why = Bilingual(
            f"「{authority.name}」の職員番号の範囲の外です",
            en=f"outside the staff numbers of {authority.name}",
        )
        return Outlier(column, number, why)
    return None


def _sections(record: Record, kinds: Mapping[str, OrderKind]) -> Iterable[tuple[OrgUnitCode, str]]:
    if isinstance(record, RosterEntry):
        if record.org_unit is not None and record.status not in _NOT_HERE:
            yield record.org_unit, "所属コード"
        yield from ((code, "兼務所属コード") for code in record.concurrent_units or ())
    elif isinstance(record, Order):
        kind = kinds.get(record.kind)
        elsewhere = kind is not None and kind.effect in _NAMES_NO_OWN_SECTION
        if record.org_unit is not None and not elsewhere:
            yield record.org_unit, "所属コード"
    elif isinstance(record, Designation):
        yield record.org_unit, "所属コード"
    elif isinstance(record, OrgUnit):
        yield record.code, "所属コード"


def _outside_sections(code: OrgUnitCode, column: str, authority: Authority) -> Outlier:
    why = Bilingual(
        f"「{authority.name}」の所属ではありません。その任命権者の入力で渡すか、"
        "[[authorities]] の sections を直してください",
        en=f"no section of {authority.name}: let its own authority's feed say so, or mend "
        "sections under [[authorities]]",
    )
    return Outlier(column, code, why)
