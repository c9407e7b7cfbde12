"""Reading everything a run needs, before anything is decided or written.

Sources and directories are read with no transaction open. What fails is a value that goes on with
the rest: a refused input, an unread directory. Neither ever looks like "there is nothing".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Protocol, TypeVar

from syncd.core.audit import AuditEvent, AuditRecord
from syncd.core.authorities.spaces import in_own_numbers
from syncd.core.calendar import EVER
from syncd.core.facts import Designation, Facts, Order, Provides, Record, RosterEntry
from syncd.core.ids import RunId, StaffNumber
from syncd.core.intake import (
    ACCUMULATES,
    Volume,
    check_age,
    check_volume,
    without_advance_notices,
)
from syncd.core.memberships import DirectorySnapshot, Reading, Unread
from syncd.core.ordertexts.reading import with_texts_read
from syncd.core.people import contractor_number
from syncd.core.policy import Policy
from syncd.core.reach import reach_of
from syncd.errors import RowFault, SourceRefused
from syncd.flow.authorities import scope_of
from syncd.flow.beside import Beside
from syncd.flow.site import Site, SourceSeat
from syncd.ports.source import Fingerprint, SequencedSource, SourceReading
from syncd.ports.store import AcceptedInput, Unit

ACTOR = "syncd"
BROUGHT = "console"
API = "api"
COUNTED = "console-counts"
REVIEWED = "access-reviews"
"""The sources under whose names orders stand that people brought, or that a system pushed as JSON,
how many of them people say there are, and what access reviews settled.

No configured source may have one of them.
"""
OWN = frozenset({BROUGHT, API, COUNTED, REVIEWED})


@dataclass(frozen=True, slots=True)
class Intake:
    """What the sources gave: new readings, refusals, and how many had not changed."""

    accepted: tuple[SourceReading, ...]
    refused: tuple[tuple[Provides, SourceRefused], ...]
    unchanged: int

    @property
    def refused_kinds(self) -> frozenset[Provides]:
        """Return the kinds of facts of which some input was refused."""
        return frozenset(provides for provides, _ in self.refused)


def read_sources(
    site: Site,
    now: datetime,
    brought: tuple[SourceReading, ...] = (),
    as_of: date | None = None,
) -> Intake:
    """Read every source that changed; raises nothing for an input, however broken.

    What was brought was read already, and counts like the rest. `as_of`: the day that is asked
    about, where that is not today: its roster is not ahead of it.
    """
    with site.store.begin() as unit:
        last = {s.source.name: unit.last_accepted(s.source.name) for s in site.sources}
        doubtful = {refused.source for refused in unit.refused_inputs()}
    accepted: list[SourceReading] = []
    refused: list[tuple[Provides, SourceRefused]] = []
    beside = Beside(site, now, as_of)
    for done, seat in enumerate(site.sources):
        site.progress("sources", done, len(site.sources))
        name = seat.source.name
        try:
            again = name in doubtful or _read_otherwise(seat, last[name])
            for reading in _new(seat, last[name], site.policy, now, again=again):
                beside.check(seat, last[name], reading)
                accepted.append(reading)  # those before a refused one stay
        except SourceRefused as refusal:
            refused.append((seat.source.provides, refusal))
    site.progress("sources", len(site.sources), len(site.sources))
    given = {reading.source for reading in accepted} | {refusal.source for _, refusal in refused}
    unchanged = len(site.sources) - len(given)
    return Intake((*accepted, *brought), tuple(refused), unchanged)


def _new(
    seat: SourceSeat, last: AcceptedInput | None, policy: Policy, now: datetime, *, again: bool
) -> Iterator[SourceReading]:
    """Yield the inputs that have not been accepted, oldest first; raises SourceRefused."""
    if isinstance(seat.source, SequencedSource):
        yield from _in_sequence(seat, seat.source, last, policy, now, again=again)
        return
    fingerprint = _in_time(seat, now)
    if last is None or last.fingerprint.sha256 != fingerprint.sha256 or again:
        yield _whole(seat, last, policy)


def _read_otherwise(seat: SourceSeat, last: AcceptedInput | None) -> bool:
    """Tell whether the last input was read by another scope than the configuration now gives."""
    return last is not None and scope_of(last.fingerprint) != seat.scope


def _in_sequence(
    seat: SourceSeat,
    source: SequencedSource,
    last: AcceptedInput | None,
    policy: Policy,
    now: datetime,
    *,
    again: bool,
) -> Iterator[SourceReading]:
    """Yield every numbered input that has come since the last one; raises SourceRefused.

    What was refused for another reason than its content (a stray file, say) is made good by the
    input that was accepted last, read once more.
    """
    sequence, sha256 = (None, "") if last is None else (last.sequence, last.fingerprint.sha256)
    newest, before = None if last is None else last.fingerprint, _volume_of(last)
    while (step := source.following(sequence, sha256)) is not None:
        reading = step.read()
        _check_loss(seat, reading, before, policy)
        yield reading
        newest, before = reading.fingerprint, _volume(reading)
        sequence, sha256 = reading.sequence, reading.fingerprint.sha256
    newest = newest or source.fingerprint()
    _check_age(seat, newest, now)
    if again and last is not None and newest == last.fingerprint:
        yield source.read()


def read_seat(
    site: Site, seat: SourceSeat, last: AcceptedInput | None, now: datetime
) -> SourceReading:
    """Read a source whether it changed or not, held to all that a run holds it to.

    Raises SourceRefused.
    """
    _in_time(seat, now)
    reading = _whole(seat, last, site.policy)
    Beside(site, now).check(seat, last, reading)
    return reading


def _in_time(seat: SourceSeat, now: datetime) -> Fingerprint:
    fingerprint = seat.source.fingerprint()
    _check_age(seat, fingerprint, now)
    return fingerprint


def _check_age(seat: SourceSeat, fingerprint: Fingerprint, now: datetime) -> None:
    faults = check_age(fingerprint.modified_at, now, seat.max_age)
    if faults:
        raise SourceRefused(seat.source.name, fingerprint.where, faults)


def _whole(seat: SourceSeat, last: AcceptedInput | None, policy: Policy) -> SourceReading:
    reading = seat.source.read()
    _check_loss(seat, reading, _volume_of(last), policy)
    return reading


def _check_loss(
    seat: SourceSeat, reading: SourceReading, before: Volume | None, policy: Policy
) -> None:
    """Hold an input against the one before it; raises SourceRefused."""
    if before is None or not seat.loss_check:
        return
    # A statement that a later list lacks still stands: a shorter list loses nothing.
    most = 1.0 if reading.provides is Provides.ORDER_COUNTS else policy.guards.max_row_loss
    faults = check_volume(before, _volume(reading), most)
    if faults:
        raise SourceRefused(reading.source, reading.fingerprint.where, faults)


def _volume_of(last: AcceptedInput | None) -> Volume | None:
    return None if last is None else Volume(last.rows, last.sections, last.sequence)


def _volume(reading: SourceReading) -> Volume:
    sections = _sections(reading.records)
    return Volume(reading.rows, sections, reading.sequence, reading.follows)


def _sections(records: tuple[Record, ...]) -> dict[str, int]:
    counted: dict[str, int] = {}
    for record in records:
        if isinstance(record, RosterEntry | Designation) and record.org_unit:
            counted[record.org_unit] = counted.get(record.org_unit, 0) + 1
    return counted


def record_intake(unit: Unit, intake: Intake, run: RunId, now: datetime) -> None:
    """Make facts of what was accepted and put on record what was refused."""
    records = []
    for reading in intake.accepted:
        unit.accept(reading, now)
        ground = {
            "sha256": reading.fingerprint.sha256,
            "rows": open_rows(reading),
            "held": len(without_advance_notices(reading.held)),
            "accumulates": reading.provides in ACCUMULATES,
        }
        if reading.provides is Provides.ORDER_COUNTS:
            # A few small numbers can be guessed from their digest, and they tell of 内示.
            ground = {"accumulates": True}
        records.append(
            AuditRecord(now, AuditEvent.INPUT_ACCEPTED, ACTOR, reading.source, run, ground)
        )
    for provides, refusal in intake.refused:
        unit.refuse(refusal.source, provides, refusal.where, now, refusal.faults)
        told = without_advance_notices(refusal.faults)
        ground = {"faults": len(told), "first": _place(told)}
        records.append(
            AuditRecord(now, AuditEvent.INPUT_REFUSED, ACTOR, refusal.source, run, ground)
        )
    unit.audit(records)


def notes_of(intake: Intake) -> tuple[str, ...]:
    """Return what the sources set aside or warned of, without a word of 内示."""
    return tuple(
        f"{reading.source}: {text}"
        for reading in intake.accepted
        for text in (*map(str, without_advance_notices(reading.held)), *reading.warnings)
    )


def open_rows(reading: SourceReading) -> int:
    """Return how many rows an input holds, 内示 left out.

    Rows that repeat one another count once among orders: how often 内示 repeats must not show in
    the difference.
    """
    if reading.provides is not Provides.ORDERS:
        return reading.rows
    confirmed = sum(isinstance(record, Order) and record.confirmed for record in reading.records)
    return confirmed + len({fault.line for fault in without_advance_notices(reading.held)})


def _place(faults: tuple[RowFault, ...]) -> str:
    """Return where the first fault stands; never the value, which may be personal."""
    return f"line {faults[0].line}, {faults[0].column}" if faults else ""


def known_facts(unit: Unit, site: Site, as_of: date) -> Facts:
    """Return all that the configured sources have stated; one that was taken out states nothing.

    The clock is not asked: what was recorded is known, also after a clock was set back.
    """
    return _stated(unit.facts(EVER, as_of=as_of), site)


def facts_about(unit: Unit, site: Site, staff_number: StaffNumber) -> Facts:
    """Return what the configured sources state of one person, and of who answers for them.

    Whoever is named as 管理者 of an account of theirs lends it a section.
    """
    first = unit.facts_about([staff_number], EVER)
    listed = (one for one in first.accounts if contractor_number(one) == staff_number)
    sponsors = {account.sponsor for account in listed if account.sponsor is not None}
    if sponsors - {staff_number}:
        first = unit.facts_about({staff_number, *sponsors}, EVER)
    return _stated(first, site)


def _stated(facts: Facts, site: Site) -> Facts:
    """Return what the configured sources state: the very same facts where that is all."""
    facts = with_texts_read(in_own_numbers(facts, site.policy.authorities), site.policy)
    names = frozenset({*OWN, *(seat.source.name for seat in site.sources)})
    vanished = tuple(v for v in facts.vanished_designations if v.designation.source in names)
    stated: dict[str, Any] = {name: _stated_by(names, getattr(facts, name)) for name in _OF_SOURCES}
    if len(vanished) == len(facts.vanished_designations) and all(
        stated[name] is getattr(facts, name) for name in _OF_SOURCES
    ):
        return facts
    return replace(facts, vanished_designations=vanished, **stated)


_OF_SOURCES = (
    "rosters",
    "orders",
    "designations",
    "entitlements",
    "training",
    "org_units",
    "accounts",
    "held",
    "links",
    "order_counts",
    "review_outcomes",
)


class _Stated(Protocol):
    @property
    def source(self) -> str: ...


T = TypeVar("T", bound=_Stated)


def _stated_by(names: frozenset[str], records: tuple[T, ...]) -> tuple[T, ...]:
    stated = tuple(record for record in records if record.source in names)
    return records if len(stated) == len(records) else stated


def record_directories(
    unit: Unit, readings: tuple[Reading, ...], facts: Facts, run: RunId, now: datetime
) -> tuple[Reading, ...]:
    """Keep what was read; return the readings, the unread ones with what was last known."""
    kept: list[Reading] = []
    records = []
    for reading in readings:
        if isinstance(reading, DirectorySnapshot):
            changed = unit.record_snapshot(reading, run)
            proof = reading.proof
            ground: dict[str, object] = {
                "method": proof.method,
                "pages": proof.pages,
                "entries": proof.entries,
                "sha256": proof.sha256,
                "changed_groups": changed,
            }
            event = AuditEvent.DIRECTORY_READ
            kept.append(reading)
        else:
            ground = {"why": reading.why}
            if reading.guard:
                ground["guard"] = reading.guard
            event = AuditEvent.DIRECTORY_UNREAD
            kept.append(with_last_known(unit, reading, facts))
        records.append(AuditRecord(now, event, ACTOR, reading.directory, run, ground))
    unit.audit(records)
    return tuple(kept)


def with_last_known(unit: Unit, unread: Unread, facts: Facts) -> Unread:
    """Return an unread directory with how many memberships its last whole read held."""
    last = unit.last_snapshot(unread.directory)
    if last is None:
        return unread
    conveyed = reach_of(last, facts.entitlements).conveyed
    held = sum(len({a for block in c.blocks for a in block.accounts}) for c in conveyed)
    return replace(unread, last_known=held)
