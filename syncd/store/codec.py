"""Facts as compact JSON arrays: what identifies a row, and how it is written and read back.

Source and line stand beside the payload and not in it: an unchanged row that moved down in its
file is the same fact. Decoding is positional because a city has a hundred thousand rows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from syncd.core.facts import (
    AccountKind,
    Designation,
    EmploymentStatus,
    Entitlement,
    ListedAccount,
    Order,
    OrderCount,
    OrgUnit,
    PersonLink,
    Provides,
    ReviewOutcome,
    RosterEntry,
    TrainingRecord,
)
from syncd.core.memberships import Proof

R = TypeVar("R")
Row = list[Any]

_STATUS = {str(status): status for status in EmploymentStatus}
_ACCOUNT_KIND = {str(kind): kind for kind in AccountKind}
_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Codec(Generic[R]):
    """One kind of fact. `key` names what a later input may replace or let vanish."""

    key: Callable[[R], str]
    encode: Callable[[R], Row]
    decode: Callable[[Row, str, int], R]
    section: Callable[[R], str | None] = lambda _record: None
    accumulates: bool = False


def dumps(value: object) -> str:
    """Return compact JSON text."""
    return _COMPACT.encode(value)


def encode_date(day: date | None) -> str | None:
    """Return a day as ISO text."""
    return None if day is None else day.isoformat()


@lru_cache(maxsize=16384)
def decode_date(text: str | None) -> date | None:
    """Return a stored day."""
    return None if text is None else date.fromisoformat(text)


def encode_proof(proof: Proof) -> str:
    """Return why a read counts as complete, as stored."""
    day = encode_date(proof.exported_on)
    return dumps([proof.method, proof.pages, proof.entries, proof.server, proof.sha256, day])


def decode_proof(text: str) -> Proof:
    """Return a stored proof; one of before lists were read has no day."""
    method, pages, entries, server, sha256, *day = json.loads(text)
    return Proof(method, pages, entries, server, sha256, decode_date(day[0]) if day else None)


def _key(*parts: object) -> str:
    # Keys are normalised without white space (core.ids), so a tab parts them for certain.
    return "\t".join("" if part is None else str(part) for part in parts)


def names_of_order(key: str) -> tuple[str, str]:
    """Return the order number and the staff number that the key of an order names."""
    number, staff_number = key.split("\t")[:2]
    return number, staff_number


def names_of_designation(key: str) -> str:
    """Return the section that the key of a designation names."""
    return key.split("\t")[1]


def _encode_roster(r: RosterEntry) -> Row:
    return [
        r.staff_number,
        r.name,
        r.kana,
        r.employment_type,
        r.org_unit,
        r.org_unit_name,
        r.title,
        r.concurrent_units,
        r.status,
        r.status_word,
        encode_date(r.hired_on),
        encode_date(r.term_ends_on),
        encode_date(r.separated_on),
    ]


def _decode_roster(v: Row, source: str, line: int) -> RosterEntry:
    return RosterEntry(
        v[0],
        v[1],
        v[2],
        v[3],
        v[4],
        v[5],
        v[6],
        None if v[7] is None else tuple(v[7]),
        _STATUS[v[8]],
        v[9],
        decode_date(v[10]),
        decode_date(v[11]),
        decode_date(v[12]),
        source,
        line,
    )


def _encode_order(r: Order) -> Row:
    return [
        r.order_number,
        encode_date(r.effective_on),
        r.kind,
        r.staff_number,
        r.name,
        r.org_unit,
        r.title,
        encode_date(r.ends_on),
        r.target,
        r.confirmed,
        *([r.text] if r.text else ()),
    ]


def _decode_order(v: Row, source: str, line: int) -> Order:
    effective_on, ends_on = decode_date(v[1]), decode_date(v[7])
    return Order(
        *(v[0], effective_on, v[2], v[3], v[4], v[5], v[6], ends_on, v[8], v[9]),
        source=source,
        line=line,
        text=v[_ORDER_TEXT] if len(v) > _ORDER_TEXT else "",
    )


def _encode_designation(r: Designation) -> Row:
    return [
        r.affair,
        r.affair_name,
        r.org_unit,
        r.staff_number,
        r.name,
        sorted(r.scope),
        encode_date(r.designated_on),
        encode_date(r.released_on),
        encode_date(r.expires_on),
        r.designated_by,
    ]


def _decode_designation(v: Row, source: str, line: int) -> Designation:
    designated, released, expires = decode_date(v[6]), decode_date(v[7]), decode_date(v[8])
    return Designation(
        v[0],
        v[1],
        v[2],
        v[3],
        v[4],
        _words(tuple(v[5])),
        designated,
        released,
        expires,
        v[9],
        source,
        line,
    )


@lru_cache(maxsize=4096)
def _words(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(words)


def _encode_entitlement(r: Entitlement) -> Row:
    sets = sorted(r.affairs), sorted(r.operations)
    return [r.entitlement, r.directory, r.groups, r.name, *sets]


def _decode_entitlement(v: Row, source: str, line: int) -> Entitlement:
    affairs, operations = frozenset(v[4]), frozenset(v[5])
    return Entitlement(v[0], v[1], tuple(v[2]), v[3], affairs, operations, source, line)


def _encode_training(r: TrainingRecord) -> Row:
    return [r.staff_number, r.course, encode_date(r.attended_on)]


def _decode_training(v: Row, source: str, line: int) -> TrainingRecord:
    return TrainingRecord(v[0], v[1], date.fromisoformat(v[2]), source, line)


def _encode_org_unit(r: OrgUnit) -> Row:
    days = encode_date(r.starts_on), encode_date(r.ends_on)
    return [r.code, r.name, r.parent, r.rank, *days, r.successors]


def _decode_org_unit(v: Row, source: str, line: int) -> OrgUnit:
    return OrgUnit(
        v[0], v[1], v[2], v[3], decode_date(v[4]), decode_date(v[5]), tuple(v[6]), source, line
    )


def _encode_account(r: ListedAccount) -> Row:
    return [r.directory, r.account, r.staff_number, r.kind, r.sponsor, encode_date(r.expires_on)]


def _decode_account(v: Row, source: str, line: int) -> ListedAccount:
    return ListedAccount(
        v[0], v[1], v[2], _ACCOUNT_KIND[v[3]], v[4], decode_date(v[5]), source, line
    )


def _encode_link(r: PersonLink) -> Row:
    days = encode_date(r.starts_on), encode_date(r.ends_on)
    return [r.staff_number, r.person, *days, r.authority, r.person_authority]


def _decode_link(v: Row, source: str, line: int) -> PersonLink:
    return PersonLink(v[0], v[1], decode_date(v[2]), decode_date(v[3]), v[4], v[5], source, line)


def _encode_count(r: OrderCount) -> Row:
    return [encode_date(r.effective_on), r.kind, r.count, r.tolerance, r.stated_by]


def _decode_count(v: Row, source: str, line: int) -> OrderCount:
    return OrderCount(date.fromisoformat(v[0]), v[1], v[2], v[3], v[4], source, line)


def _encode_outcome(r: ReviewOutcome) -> Row:
    key = r.directory, r.entitlement, r.account
    return [*key, encode_date(r.ends_on), r.review_id, r.stated_by]


def _decode_outcome(v: Row, source: str, line: int) -> ReviewOutcome:
    return ReviewOutcome(v[0], v[1], v[2], decode_date(v[3]), v[4], v[5], source, line)


ORDER_CONFIRMED = 9
_ORDER_TEXT = 10
"""Where the payload of an order says whether it is confirmed."""

CODECS: Mapping[Provides, Codec[Any]] = MappingProxyType(
    {
        Provides.ROSTER: Codec(
            lambda r: r.staff_number, _encode_roster, _decode_roster, lambda r: r.org_unit
        ),
        Provides.ORDERS: Codec(
            lambda r: _key(r.order_number, r.staff_number),
            _encode_order,
            _decode_order,
            accumulates=True,
        ),
        Provides.DESIGNATIONS: Codec(
            lambda r: _key(r.affair, r.org_unit, r.staff_number, r.designated_on),
            _encode_designation,
            _decode_designation,
            lambda r: r.org_unit,
        ),
        Provides.ENTITLEMENTS: Codec(
            lambda r: _key(r.directory, r.entitlement), _encode_entitlement, _decode_entitlement
        ),
        Provides.TRAINING: Codec(
            lambda r: _key(r.staff_number, r.course, r.attended_on),
            _encode_training,
            _decode_training,
            accumulates=True,
        ),
        Provides.ORG_UNITS: Codec(
            lambda r: _key(r.code, r.starts_on), _encode_org_unit, _decode_org_unit
        ),
        Provides.ACCOUNTS: Codec(
            lambda r: _key(r.directory, r.account), _encode_account, _decode_account
        ),
        Provides.PERSON_LINKS: Codec(
            lambda r: _key(r.staff_number, r.person, r.starts_on), _encode_link, _decode_link
        ),
        Provides.ORDER_COUNTS: Codec(
            lambda r: _key(r.effective_on, r.kind), _encode_count, _decode_count, accumulates=True
        ),
        Provides.REVIEW_OUTCOMES: Codec(
            lambda r: _key(r.directory, r.entitlement, r.account),
            _encode_outcome,
            _decode_outcome,
            accumulates=True,
        ),
    }
)
