"""The decision: facts and memberships in, everything that is not justified out.

Pure: no clock, no I/O. The same function serves the nightly run, the preview of a coming day,
`explain` and the simulations (design, section 2).

Shape: for each affair the accounts that a sound designation justifies are one set, so the members
of a group are split by set arithmetic, and only those left over are judged rule by rule. A
property test holds that both ways agree.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date

from syncd.bilingual import Bilingual
from syncd.core.facts import AccountKind, Entitlement, Facts, ListedAccount
from syncd.core.findings import (
    Counts,
    Decision,
    Doubt,
    Fault,
    Finding,
    Notice,
    NoticeFinding,
    Reason,
    Verdict,
)
from syncd.core.ground import Ground, Judgement
from syncd.core.ids import AccountId, AffairCode, StaffNumber
from syncd.core.memberships import (
    DirectorySnapshot,
    MembershipBlock,
    Reading,
    Unread,
)
from syncd.core.notices import notices_of
from syncd.core.people import account_key, contractor_number, listed_accounts
from syncd.core.policy import Policy
from syncd.core.reach import Conveyed, Reach, leaf_of, reach_of
from syncd.core.rules import operation_exceeded
from syncd.core.standing import Sound, standing_of
from syncd.core.subject import cite_designation

Key = tuple[str, str, str]


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
    ground = Ground(facts, policy, as_of)
    standing = standing_of(ground)
    findings: list[Finding] = []
    tally: dict[Verdict, int] = defaultdict(int)
    memberships = 0
    censuses: list[Census] = []
    for reading in readings:
        if isinstance(reading, Unread):
            memberships += reading.last_known
            tally[Verdict.UNKNOWN] += reading.last_known
            continue
        census = Census(ground, standing.sound, reading, reach_of(reading, facts.entitlements))
        censuses.append(census)
        for conveyed in census.reach.conveyed:
            found, counted = census.look_at(conveyed, exceptions)
            findings.extend(found)
            memberships += counted
            tally[Verdict.JUSTIFIED] += counted - len(found)
    for finding in findings:
        tally[finding.verdict] += 1
    unread = frozenset(r.directory for r in readings if isinstance(r, Unread))
    counts = Counts(
        memberships,
        tally[Verdict.JUSTIFIED],
        tally[Verdict.STALE],
        tally[Verdict.EXCEPTED],
        tally[Verdict.UNKNOWN],
    )
    notices = notices_of(ground, standing, [c.reach for c in censuses])
    notices += _without_right(ground, standing.sound, censuses, unread)
    findings.sort(key=lambda f: f.key)
    return Decision(as_of, tuple(findings), notices, counts)


def judge_part(
    facts: Facts,
    part: DirectorySnapshot,
    policy: Policy,
    as_of: date,
    *,
    entitlements: Sequence[Entitlement],
    exceptions: Collection[Key] = (),
) -> tuple[Finding, ...]:
    """Return what `decide` would say of these rights, of which `part` shows all that conveys them.

    What is only known of whole directories (notices, counts) is left to a whole run.
    """
    ground = Ground(facts, policy, as_of)
    census = Census(ground, standing_of(ground).sound, part, reach_of(part, entitlements))
    looked = (census.look_at(conveyed, exceptions) for conveyed in census.reach.conveyed)
    return tuple(sorted((f for found, _ in looked for f in found), key=lambda f: f.key))


@dataclass(slots=True)
class Census:
    """One directory's accounts, and which of them a sound designation justifies."""

    ground: Ground
    sound: Sound
    snapshot: DirectorySnapshot
    reach: Reach
    holders: dict[AffairCode, set[AccountId]] = field(default_factory=dict)
    _staff: dict[AccountId, StaffNumber | None] = field(default_factory=dict)
    _contested: set[AccountId] = field(default_factory=set)
    _services: set[AccountId] = field(default_factory=set)
    _account: dict[StaffNumber, AccountId] = field(default_factory=dict)
    _further: dict[StaffNumber, list[AccountId]] = field(default_factory=dict)
    _justified: dict[object, set[AccountId]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Join the directory's accounts with the account list."""
        listed = listed_accounts(self.ground.facts.accounts)
        directory = self.snapshot.directory
        for name, account in self.snapshot.accounts.items():
            row = listed.get((directory, account_key(name))) if listed else None
            staff_number = account.staff_number
            if row is not None:
                staff_number = self._join(name, staff_number, row)
            self._staff[name] = staff_number
            if staff_number is None or name in self._contested:
                continue
            if self._account.setdefault(staff_number, name) is not name:
                self._further.setdefault(staff_number, []).append(name)

    def _join(
        self, name: AccountId, seen: StaffNumber | None, row: ListedAccount
    ) -> StaffNumber | None:
        if row.kind is AccountKind.SERVICE:
            if row.expires_on is None or row.expires_on >= self.ground.on:
                self._services.add(name)
            return None
        stated = contractor_number(row) if row.kind is AccountKind.CONTRACTOR else row.staff_number
        if seen is not None and stated is not None and seen != stated:
            self._contested.add(name)
        return seen or stated

    def justified(self, entitlement: Entitlement) -> set[AccountId]:
        """Return the accounts that set arithmetic alone shows to be justified."""
        key = (entitlement.affairs, entitlement.operations)
        known = self._justified.get(key)
        if known is None:
            known = self._justified[key] = self._work_out(entitlement)
        return known

    def _work_out(self, entitlement: Entitlement) -> set[AccountId]:
        allowed = set(self._services) if self.ground.people.has_roster else set()
        for affair in entitlement.affairs:
            for scope, people in self.sound.get(affair, {}).items():
                if operation_exceeded.covers(scope, entitlement.operations, self.ground.policy):
                    first = self._account
                    allowed.update([first[n] for n in people if n in first])
                    for staff_number in self._further.keys() & people:
                        allowed.update(self._further[staff_number])
        return allowed

    def look_at(self, conveyed: Conveyed, exceptions: Collection[Key]) -> tuple[list[Finding], int]:
        """Return what is not justified among the holders of a right, and how many hold it."""
        justified = self.justified(conveyed.entitlement)
        members: Sequence[AccountId] | dict[AccountId, None]
        if len(conveyed.blocks) == 1:
            members = conveyed.blocks[0].accounts
            counted = len(conveyed.blocks[0].accounts)
        else:
            unique = dict.fromkeys(a for block in conveyed.blocks for a in block.accounts)
            members, counted = unique, len(unique)
        for affair in conveyed.entitlement.affairs:
            self.holders.setdefault(affair, set()).update(members)
        left = [account for account in members if account not in justified]
        if not left:
            return [], counted
        ways = _ways(left, conveyed.blocks)
        found = []
        for account in left:
            finding = self._finding(conveyed.entitlement, account, ways[account], exceptions)
            if finding is not None:
                found.append(finding)
        return found, counted

    def accounts_of(self, staff_number: StaffNumber) -> tuple[AccountId, ...]:
        """Return the accounts of a person in this directory, the contested ones included."""
        contested = (a for a in self._contested if self._staff.get(a) == staff_number)
        first = self._account.get(staff_number)
        return (
            *(() if first is None else (first,)),
            *self._further.get(staff_number, ()),
            *contested,
        )

    def judge(self, entitlement: Entitlement, account: AccountId) -> Judgement:
        """Judge one account's right rule by rule."""
        if not self.ground.people.has_roster:
            return self.ground.judge(StaffNumber(""), entitlement)
        if account in self._services:
            return Judgement()
        if account in self._contested:
            why = Bilingual(
                "ディレクトリとアカウント一覧で職員番号が違います",
                en="the directory and the list of accounts name different staff numbers",
            )
            return Judgement(unknown_because=why, doubt=Doubt.CONTESTED_ACCOUNT)
        staff_number = self._staff.get(account)
        if staff_number is None:
            return Judgement((Fault(Reason.UNKNOWN_ACCOUNT, None),))
        return self.ground.judge(staff_number, entitlement)

    def _finding(
        self,
        entitlement: Entitlement,
        account: AccountId,
        blocks: list[MembershipBlock],
        exceptions: Collection[Key],
    ) -> Finding | None:
        judged = self.judge(entitlement, account)
        if not judged.faults and not judged.unknown_because:
            return None
        key = (self.snapshot.directory, entitlement.entitlement, account)
        verdict = Verdict.UNKNOWN
        if not judged.unknown_because:
            verdict = Verdict.EXCEPTED if key in exceptions else Verdict.STALE
        seen = self.snapshot.accounts.get(account)
        cuttable = [b for b in blocks if not b.path.primary]
        told, more = self.reach.ways(entitlement.entitlement, blocks)
        return Finding(
            directory=key[0],
            entitlement=entitlement.entitlement,
            account=account,
            staff_number=self._staff.get(account),
            verdict=verdict,
            faults=judged.faults,
            paths=told,
            member=account if seen is None else seen.native,
            groups=tuple(dict.fromkeys(leaf_of(b) for b in cuttable)),
            needs_person=judged.needs_person,
            unknown_because=judged.unknown_because,
            section=self.ground.answering_section(self._staff.get(account), entitlement),
            doubt=judged.doubt,
            more_ways=more,
        )

    def without_right(self, affair: AffairCode, people: set[StaffNumber]) -> set[StaffNumber]:
        """Return those of these people who hold no right that serves an affair here."""
        held = self.holders.get(affair, set())
        first, further = self._account.get, self._further
        left = {number for number in people if first(number) not in held}
        return {n for n in left if n not in further or held.isdisjoint(further[n])}


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


def _ways(
    accounts: list[AccountId], blocks: tuple[MembershipBlock, ...]
) -> dict[AccountId, list[MembershipBlock]]:
    """Return by which blocks each of these accounts holds the right."""
    ways: dict[AccountId, list[MembershipBlock]] = {account: [] for account in accounts}
    wanted = ways.keys()
    for block in blocks:
        for account in wanted & set(block.accounts) if len(blocks) > 1 else accounts:
            ways[account].append(block)
    return ways
