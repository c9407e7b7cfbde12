"""The feeds of an appointing authority: their numbers made keys, rows outside its scope kept out.

A row outside the scope refuses the input or is set aside, as the authority says; it never acts.
What is set aside makes somebody's rights unknown only where the feed may speak of that person: by
naming others no feed can hold their cases up.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from syncd.bilingual import Bilingual
from syncd.core.authorities.rows import Outlier, keyed, outliers
from syncd.core.facts import Order, PersonLink, Provides, Record
from syncd.core.ids import StaffNumber
from syncd.core.intake import InputGuard
from syncd.core.my_number import shown
from syncd.core.policy import Policy
from syncd.core.scopes import Authorities, Authority, Outside, begins_like_a_key
from syncd.errors import RowFault, SourceRefused
from syncd.flow.site import SourceSeat
from syncd.ports.source import Fingerprint, SequencedSource, Source, SourceReading

_MARK = "+"
"""Stands between the digest of the bytes and that of the scope they were read by."""
_DIGITS = 16
_FAULTS_AT_MOST = 1_000


def scoped(seat: SourceSeat, policy: Policy) -> SourceSeat:
    """Return the seat of a source that is held to its authority's scope, where it has one."""
    source, authorities = seat.source, policy.authorities
    authority = authorities.source(source.name)
    is_links = source.provides is Provides.PERSON_LINKS
    if authority is None and not is_links:
        return seat
    scope = _digest_of(authorities, authority)
    kind = _ScopedSequence if isinstance(source, SequencedSource) else ScopedSource
    return replace(seat, source=kind(source, policy, authority, scope), scope=scope)


def scope_of(fingerprint: Fingerprint) -> str:
    """Return by which scope an input was read; empty for one that has none."""
    return fingerprint.sha256.partition(_MARK)[2]


def _digest_of(authorities: Authorities, authority: Authority | None) -> str:
    """Return what changes where a change of the configuration must let an input be read again."""
    known = sorted(authorities.prefixes)
    if authority is None:
        known += sorted(f"{a.name}={a.prefix}" for a in authorities.by_name.values())
    return hashlib.sha256(repr((authority, known)).encode()).hexdigest()[:_DIGITS]


@dataclass(slots=True)
class ScopedSource:
    """A source whose readings hold nothing but what its authority may say."""

    inner: Source
    policy: Policy
    authority: Authority | None
    scope: str
    name: str = field(init=False)
    provides: Provides = field(init=False)

    def __post_init__(self) -> None:
        """Take the name and the kind of the source itself."""
        self.name, self.provides = self.inner.name, self.inner.provides

    def fingerprint(self) -> Fingerprint:
        """Return what tells this input, and this scope, from the ones before; see the port."""
        return self._marked(self.inner.fingerprint())

    def read(self) -> SourceReading:
        """Read the whole input; raises SourceRefused for rows outside the scope too."""
        reading = self.inner.read()
        reading = replace(reading, fingerprint=self._marked(reading.fingerprint))
        if self.authority is None:
            return _links_keyed(reading, self.policy.authorities)
        return _within(reading, self.authority, self.policy)

    def _marked(self, fingerprint: Fingerprint) -> Fingerprint:
        return replace(fingerprint, sha256=f"{fingerprint.sha256}{_MARK}{self.scope}")


class _ScopedSequence(ScopedSource):
    """The same for a source of numbered inputs."""

    __slots__ = ()

    def following(self, sequence: int | None, sha256: str) -> Source | None:
        """Return the input after the one accepted last; see the port."""
        inner = self.inner
        if not isinstance(inner, SequencedSource):
            return None
        found = inner.following(sequence, sha256.partition(_MARK)[0])
        return (
            None if found is None else ScopedSource(found, self.policy, self.authority, self.scope)
        )


def _within(reading: SourceReading, authority: Authority, policy: Policy) -> SourceReading:
    """Return a reading without what lies outside the scope, its numbers made keys."""
    prefixes, kinds = policy.authorities.prefixes, policy.order_kinds
    kept: list[Record] = []
    faults: list[RowFault] = []
    for record in reading.records:
        found = outliers(record, authority, prefixes, kinds)
        if found:
            faults += _faults(record, found, authority, prefixes)
        else:
            kept.append(keyed(record, authority))
    if faults and authority.outside is Outside.REFUSE:
        raise SourceRefused(
            reading.source, reading.fingerprint.where, tuple(faults[:_FAULTS_AT_MOST])
        )
    held = (*(_held_keyed(fault, authority, prefixes) for fault in reading.held), *faults)
    return replace(reading, records=tuple(kept), held=held)


def _faults(
    record: Record, found: Iterable[Outlier], authority: Authority, prefixes: frozenset[str]
) -> list[RowFault]:
    notice = isinstance(record, Order) and not record.confirmed
    number = getattr(record, "staff_number", None)
    who = None if number is None else _owned(number, authority, prefixes)
    return [
        RowFault(
            record.line,
            each.column,
            shown(each.value),
            each.why,
            staff_number=who,
            is_advance_notice=notice,
            may_be_confirmed=not notice and who is not None,
            guard=InputGuard.SCOPE,
        )
        for each in found
    ]


def _owned(
    number: StaffNumber, authority: Authority, prefixes: frozenset[str]
) -> StaffNumber | None:
    """Return the key of a number of which the feed may speak; None for any other."""
    if begins_like_a_key(number, prefixes) or not authority.speaks_of_number(number):
        return None
    return authority.key(number)


def _held_keyed(fault: RowFault, authority: Authority, prefixes: frozenset[str]) -> RowFault:
    if fault.staff_number is None:
        return fault
    number = StaffNumber(fault.staff_number)
    owned = _owned(number, authority, prefixes)
    return replace(
        fault,
        staff_number=owned,
        may_be_confirmed=fault.may_be_confirmed and owned is not None,
    )


def _links_keyed(reading: SourceReading, authorities: Authorities) -> SourceReading:
    """Return person links with keys for numbers, by the authorities that the rows name."""
    records: list[Record] = []
    faults: list[RowFault] = []
    for record in reading.records:
        if not isinstance(record, PersonLink):
            continue
        unknown = _unknown(record, authorities.by_name)
        if unknown:
            faults += unknown
            continue
        records.append(
            replace(
                record,
                staff_number=_key(record.staff_number, record.authority, authorities),
                person=_key(record.person, record.person_authority, authorities),
            )
        )
    if faults:
        raise SourceRefused(reading.source, reading.fingerprint.where, tuple(faults))
    return replace(reading, records=tuple(records))


def _key(number: StaffNumber, name: str, authorities: Authorities) -> StaffNumber:
    authority = authorities.by_name.get(name)
    return number if authority is None else authority.key(number)


def _unknown(link: PersonLink, known: Mapping[str, Authority]) -> list[RowFault]:
    why = Bilingual(
        f"[[authorities]] にない任命権者です（ある名前: {'、'.join(known) or 'なし'}）",
        en=f"no such name under [[authorities]] (there are: {', '.join(known) or 'none'})",
    )
    given = (("任命権者", link.authority), ("本人任命権者", link.person_authority))
    return [
        RowFault(link.line, column, shown(name), why)
        for column, name in given
        if name and name not in known
    ]
