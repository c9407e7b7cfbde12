"""The decision: facts and memberships in, everything that is not justified out.

Pure: no clock, no I/O. The same function serves the nightly run, the preview of a coming day,
`explain` and the simulations (design, section 2).

A run decides on what mostly was decided before. `decide_on` takes the last decision and takes over
what rests on the very same facts and memberships; a property test holds that this says what a
fresh decision says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from syncd.bilingual import Bilingual
from syncd.core.census import Census, Key, Look, look_over
from syncd.core.facts import Facts
from syncd.core.findings import Counts, Decision, Finding, Notice, NoticeFinding, Verdict
from syncd.core.ground import Ground
from syncd.core.ids import AffairCode, StaffNumber
from syncd.core.memberships import DirectorySnapshot, Reading, Unread
from syncd.core.notices import notices_of
from syncd.core.policy import Policy
from syncd.core.reach import Reach
from syncd.core.standing import Footing, Sound, footing_of
from syncd.core.subject import cite_designation


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision with what it was made from, and what was found in each directory."""

    footing: Footing
    readings: tuple[Reading, ...]
    exceptions: frozenset[Key]
    looks: Mapping[str, Look]
    decision: Decision

    @property
    def reaches(self) -> dict[str, Reach]:
        """Return what the groups of each directory that was read convey."""
        return {name: look.census.reach for name, look in self.looks.items()}

    @property
    def memberships(self) -> dict[str, int]:
        """Return how many memberships were looked at in each directory that was read."""
        return {name: look.memberships for name, look in self.looks.items()}


def decide(
    facts: Facts,
    readings: Sequence[Reading],
    policy: Policy,
    as_of: date,
    *,
    exceptions: Collection[Key] = (),
) -> Decision:
    """Return the findings for a day.

    `exceptions` are the (directory, entitlement, account) for which a dated exception stands on
    `as_of`. A directory that was not read adds the memberships last known of it as unknown.
    """
    return decide_on(footing_of(facts, policy, as_of), readings, exceptions=exceptions).decision


def decide_on(
    footing: Footing,
    readings: Sequence[Reading],
    *,
    exceptions: Collection[Key] = (),
    before: Decided | None = None,
) -> Decided:
    """Return the decision of the footing's day, taking over from `before` what is the same."""
    readings, exceptions = tuple(readings), frozenset(exceptions)
    if before is not None and (before.footing is not footing or before.exceptions != exceptions):
        before = None
    if before is not None and _show_the_same(before.readings, readings):
        return replace(before, readings=readings)
    looks = {
        r.directory: look_over(
            footing, r, exceptions, None if before is None else before.looks.get(r.directory)
        )
        for r in readings
        if isinstance(r, DirectorySnapshot)
    }
    unread = tuple(reading for reading in readings if isinstance(reading, Unread))
    decision = _summed_up(footing, tuple(looks.values()), unread)
    return Decided(footing, readings, exceptions, looks, decision)


def judge_part(
    footing: Footing,
    part: DirectorySnapshot,
    reach: Reach,
    *,
    exceptions: Collection[Key] = (),
) -> tuple[Finding, ...]:
    """Return what `decide` would say of some rights, of which `part` shows all that conveys them.

    `reach` is what the part conveys of them. What is only known of whole directories (notices,
    counts) is left to a whole run.
    """
    census = Census(footing.ground, footing.standing.sound, part, reach)
    looked = (census.look_at(conveyed, exceptions) for conveyed in reach.conveyed)
    return _sorted(f for found, _ in looked for f in found)


def _show_the_same(one: Iterable[Reading], other: Iterable[Reading]) -> bool:
    return [_shown(reading) for reading in one] == [_shown(reading) for reading in other]


def _shown(reading: Reading) -> tuple[object, ...]:
    """Return all of a reading that a decision looks at: not when it was read, nor how."""
    if isinstance(reading, Unread):
        return (reading.directory, reading.last_known)
    return (reading.directory, reading.groups, reading.blocks, reading.accounts)


def _summed_up(footing: Footing, looks: Sequence[Look], unread: Sequence[Unread]) -> Decision:
    ground, standing = footing.ground, footing.standing
    findings = _sorted(f for look in looks for found, _ in look.looked for f in found)
    tally = Counter(finding.verdict for finding in findings)
    read = sum(look.memberships for look in looks)
    lost = sum(reading.last_known for reading in unread)
    counts = Counts(
        memberships=read + lost,
        justified=read - len(findings),
        stale=tally[Verdict.STALE],
        excepted=tally[Verdict.EXCEPTED],
        unknown=tally[Verdict.UNKNOWN] + lost,
    )
    censuses = [look.census for look in looks]
    notices = notices_of(ground, standing, [census.reach for census in censuses])
    notices += _without_right(
        ground, standing.sound, censuses, frozenset(r.directory for r in unread)
    )
    return Decision(ground.on, findings, notices, counts)


def _sorted(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda finding: finding.key))


def _without_right(
    ground: Ground, sound: Sound, censuses: list[Census], unread: frozenset[str]
) -> tuple[NoticeFinding, ...]:
    """Report who is designated and holds no right, where every directory that has it was read."""
    served = {a for e in ground.facts.entitlements for a in e.affairs}
    unsure = {a for e in ground.facts.entitlements if e.directory in unread for a in e.affairs}
    found = []
    for affair in sorted(served - unsure):
        people = {n for theirs in sound.get(affair, {}).values() for n in theirs}
        for census in censuses:
            people = census.without_right(affair, people)
        found += [_not_granted(ground, affair, number) for number in sorted(people)]
    return tuple(found)


def _not_granted(ground: Ground, affair: AffairCode, number: StaffNumber) -> NoticeFinding:
    line = next(d for d in ground.designations[number] if d.affair == affair)
    return NoticeFinding(
        Notice.DESIGNATED_WITHOUT_RIGHT,
        number,
        because=(cite_designation(line),),
        detail=Bilingual(
            f"事務 {affair} に指定されていますが、対応する権限がありません",
            en=f"designated for affair {affair}, but holds no right for it",
        ),
    )
