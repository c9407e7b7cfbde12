"""Giving a poison to one input of a shadow; what cannot be poisoned says why.

A file is poisoned as bytes, so that parsing is drilled as well: `raw` mutators take the site's own
file, and rows that lie are written as a file and parsed again. Other sources are poisoned as rows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from syncd.bilingual import Bilingual
from syncd.core.calendar import day_of
from syncd.core.drill.answers import ANSWER_MUTATORS
from syncd.core.drill.poisons import Poison
from syncd.core.drill.raw import RAW_MUTATORS
from syncd.core.drill.rows import ROW_MUTATORS, Around
from syncd.core.facts import FED, Provides, Record, RosterEntry
from syncd.core.memberships import DirectorySnapshot
from syncd.errors import SourceRefused
from syncd.flow.drill.ports import FileParser
from syncd.flow.drill.shadow import Looked, LookedSource, Told, told_of
from syncd.ports.source import SourceReading


class NotApplicable(Exception):  # noqa: N818 - it says what is the case, and is no error
    """The site has nothing for a poison to change; `told` says why."""

    def __init__(self, told: Bilingual) -> None:
        """Say why, in both languages."""
        super().__init__(str(told))
        self.told = told


@dataclass(frozen=True, slots=True)
class Dose:
    """A poison given: to which source or directory, what the shadow is then told, how much."""

    target: str
    told: Told
    changed: int


def poisoned(poison: Poison, looked: Looked, parser: FileParser) -> Dose:
    """Return what a shadow is told under a poison; raises NotApplicable."""
    if poison.target == "clock":
        return _clock(looked, days=int(poison.parameters["days"]))
    if poison.target == "directory":
        return _directory(poison, looked)
    return _source(poison, looked, parser)


def _clock(looked: Looked, *, days: int) -> Dose:
    """Let the run's clock be wrong by some days; without a directory it could do no harm."""
    _whole_answers(looked)
    told = told_of(looked)
    return Dose("clock", replace(told, at=told.at + timedelta(days=days)), abs(days))


# --- sources -------------------------------------------------------------------------------------


def _source(poison: Poison, looked: Looked, parser: FileParser) -> Dose:
    one = _source_of(poison, looked)
    name = one.reading.source
    says, changed = _saying(poison, one, looked, parser)
    told = told_of(looked)
    return Dose(name, replace(told, sources={**told.sources, name: says}), changed)


def _source_of(poison: Poison, looked: Looked) -> LookedSource:
    """Return the largest source of the kind: there a lie weighs most."""
    theirs = [one for one in looked.sources if one.reading.provides == poison.target]
    if not theirs:
        raise NotApplicable(
            Bilingual(
                f"the site has no input of {poison.target}",
                ja=f"この設定に {poison.target} の入力がありません",
            )
        )
    return max(theirs, key=lambda one: one.reading.rows)


def _saying(
    poison: Poison, one: LookedSource, looked: Looked, parser: FileParser
) -> tuple[SourceReading | SourceRefused, int]:
    """Return what the source says under the poison, and how many rows that changed."""
    if poison.mutator in _READING_MUTATORS:
        said, changed = _READING_MUTATORS[poison.mutator](one, looked, **poison.parameters)
        return said, int(changed)
    if poison.mutator in ROW_MUTATORS:
        return _rows(poison, one, looked, parser)
    return _raw(poison, one, looked, parser)


def _rows(
    poison: Poison, one: LookedSource, looked: Looked, parser: FileParser
) -> tuple[SourceReading | SourceRefused, int]:
    before = one.reading.records
    mutate = ROW_MUTATORS[poison.mutator]
    after = mutate(before, _around(looked), **poison.parameters) if before else before
    if after == before:
        raise NotApplicable(
            Bilingual("there is nothing in it to change", ja="変えるところがありません")
        )
    reading = _as_new(one.reading, after)
    changed = len(set(before) ^ set(after)) if len(before) == len(after) else 0
    changed = changed // 2 or abs(len(after) - len(before)) or len(before)
    if one.raw is None:
        return reading, changed
    return _parsed(lambda: parser.parse_rows(reading), one), changed


def _around(looked: Looked) -> Around:
    rosters = (o.reading.records for o in looked.sources if o.reading.provides is Provides.ROSTER)
    rows = (row for records in rosters for row in records)
    people = dict.fromkeys(row.staff_number for row in rows if isinstance(row, RosterEntry))
    return Around(day_of(looked.at), tuple(people))


def _as_new(reading: SourceReading, records: tuple[Record, ...]) -> SourceReading:
    """Return a reading with other rows as the next one that its source gives."""
    sha256 = hashlib.sha256(repr(records).encode()).hexdigest()
    following = None if reading.sequence is None else reading.sequence + 1
    return replace(
        reading,
        records=records,
        rows=len(records),
        fingerprint=replace(reading.fingerprint, sha256=sha256),
        held=(),
        sequence=following,
        follows=reading.sequence,
    )


def _raw(
    poison: Poison, one: LookedSource, looked: Looked, parser: FileParser
) -> tuple[SourceReading | SourceRefused, int]:
    if one.raw is None:
        raise NotApplicable(
            Bilingual(
                f"the source {one.reading.source} is no file, so no bytes of it go astray",
                ja=f"{one.reading.source} はファイルではなく、バイト列が壊れることがありません",
            )
        )
    if poison.mutator == "swap-files":
        raw = _file_of(looked, other=str(poison.parameters["other"]))
    else:
        raw = RAW_MUTATORS[poison.mutator](one.raw, **poison.parameters)
    if raw == one.raw:
        raise NotApplicable(Bilingual("the bytes stay the same", ja="バイト列が変わりません"))
    return _parsed(lambda: parser.parse_own(one.reading.source, raw), one), one.reading.rows


def _file_of(looked: Looked, *, other: str) -> bytes:
    """Return the bytes of the largest file of another kind: two files that changed places."""
    files = [o for o in looked.sources if o.reading.provides == other and o.raw is not None]
    if not files:
        raise NotApplicable(
            Bilingual(f"there is no file of {other}", ja=f"{other} のファイルがありません")
        )
    return max(files, key=lambda one: one.reading.rows).raw or b""


def _parsed(parse: Any, one: LookedSource) -> SourceReading | SourceRefused:  # noqa: ANN401 - a call without arguments
    try:
        reading: SourceReading = parse()
    except SourceRefused as refusal:
        return refusal
    return replace(
        reading, fingerprint=replace(reading.fingerprint, where=one.reading.fingerprint.where)
    )


def _shift_base_day(one: LookedSource, _: Looked, *, days: int) -> tuple[SourceReading, int]:
    base_on = one.reading.base_on
    if base_on is None:
        raise NotApplicable(Bilingual("it has no base day", ja="基準日がありません"))
    reading = _as_new(one.reading, one.reading.records)
    sha256 = hashlib.sha256(f"{reading.fingerprint.sha256} {days}".encode()).hexdigest()
    moved = replace(reading.fingerprint, sha256=sha256)
    day = base_on + timedelta(days=days)
    return replace(reading, base_on=day, fingerprint=moved), reading.rows


def _grow_stale(one: LookedSource, looked: Looked, *, hours: int) -> tuple[SourceReading, int]:
    if one.max_age is None:
        name = one.reading.source
        raise NotApplicable(
            Bilingual(
                f"max_age is not set for {name}: no age of it is refused",
                ja=f"{name} に max_age がなく、古さでは拒否しません",
            )
        )
    reading = _as_new(one.reading, one.reading.records)
    written = looked.at - one.max_age - timedelta(hours=hours)
    old = replace(reading.fingerprint, modified_at=written)
    return replace(reading, fingerprint=old), reading.rows


def _move_sequence(one: LookedSource, _: Looked, *, by: int) -> tuple[SourceReading, int]:
    sequence = one.reading.sequence
    if sequence is None or not one.loss_check:
        raise NotApplicable(
            Bilingual("its sender counts no inputs", ja="送り主が通番を付けていません")
        )
    reading = _as_new(one.reading, one.reading.records[:-1])
    return replace(reading, sequence=sequence + by, follows=None), reading.rows


def _swap_feeds(one: LookedSource, looked: Looked) -> tuple[SourceReading, int]:
    """Let a source give what another one of its kind gives: two feeds that changed places."""
    others = [
        other
        for other in looked.sources
        if other.reading.provides is one.reading.provides
        and other.reading.source != one.reading.source
    ]
    if not others:
        kind = one.reading.provides
        raise NotApplicable(
            Bilingual(f"there is one feed of {kind} only", ja=f"{kind} の入力は一つだけです")
        )
    other = max(others, key=lambda o: o.reading.rows).reading
    reading = replace(other, source=one.reading.source)
    return _as_new(reading, reading.records), one.reading.rows


_READING_MUTATORS: Mapping[str, Any] = {
    "swap-feeds": _swap_feeds,
    "shift-base-day": _shift_base_day,
    "grow-stale": _grow_stale,
    "move-sequence": _move_sequence,
}


# --- directories ---------------------------------------------------------------------------------


def _whole_answers(looked: Looked) -> Mapping[str, DirectorySnapshot]:
    """Return the directories of which everything is known; raises NotApplicable for none."""
    whole = {
        name: one.answer
        for name, one in looked.directories.items()
        if isinstance(one.answer, DirectorySnapshot) and one.answer.accounts
    }
    if not whole:
        raise NotApplicable(
            Bilingual("no directory can be read whole", ja="すべて読めるディレクトリがありません")
        )
    return whole


def _directory(poison: Poison, looked: Looked) -> Dose:
    whole, told = _whole_answers(looked), told_of(looked)
    if poison.mutator == "swap-directories":
        return _swapped(whole, told, **poison.parameters)
    name = max(whole, key=lambda n: (len(whole[n].accounts), n))
    after = ANSWER_MUTATORS[poison.mutator](whole[name], **poison.parameters)
    if after == whole[name]:
        raise NotApplicable(
            Bilingual("there is nothing in it to change", ja="変えるところがありません")
        )
    changed = max(1, _differing(whole[name], after))
    return Dose(name, replace(told, answers={**told.answers, name: after}), changed)


def _swapped(whole: Mapping[str, DirectorySnapshot], told: Told) -> Dose:
    if len(whole) < 2:  # noqa: PLR2004 - two to be swapped
        raise NotApplicable(
            Bilingual("the site has one directory only", ja="ディレクトリが一つしかありません")
        )
    one, other = sorted(whole, key=lambda n: (-len(whole[n].accounts), n))[:2]
    answers = {
        **told.answers,
        one: replace(whole[other], directory=one),
        other: replace(whole[one], directory=other),
    }
    return Dose(f"{one}, {other}", replace(told, answers=answers), len(whole[one].accounts))


def _differing(before: DirectorySnapshot, after: DirectorySnapshot) -> int:
    accounts = sum(after.accounts.get(name) != a for name, a in before.accounts.items())
    blocks = set(before.blocks) - set(after.blocks)
    return max(accounts, sum(len(block.accounts) for block in blocks) if blocks else 0)


_OF_SOURCES: Mapping[str, Callable[..., Any]] = {
    **ROW_MUTATORS,
    **RAW_MUTATORS,
    **_READING_MUTATORS,
    "swap-files": _file_of,
}
TARGETS: Mapping[str, Mapping[str, Callable[..., Any]]] = MappingProxyType(
    {
        **{str(kind): _OF_SOURCES for kind in FED},
        "directory": {**ANSWER_MUTATORS, "swap-directories": _swapped},
        "clock": {"shift-clock": _clock},
    }
)
"""What can be poisoned, and by what; the parameters of a mutator are its keyword arguments."""
