"""One directory looked at on a day's ground: which memberships stand, and findings of the others.

For each affair the accounts that a sound designation justifies are one set, so the members of a
group are split by set arithmetic, and only those left over are judged rule by rule. A property
test holds that both ways agree.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from copy import copy
from dataclasses import dataclass, field

from syncd.bilingual import Bilingual
from syncd.core.facts import AccountKind, Entitlement, ListedAccount, ReviewOutcome
from syncd.core.findings import Doubt, Fault, Finding, Reason, Verdict
from syncd.core.ground import Ground, Judgement
from syncd.core.ids import AccountId, AffairCode, EntitlementId, StaffNumber
from syncd.core.memberships import DirectorySnapshot, MembershipBlock
from syncd.core.nesting import Way
from syncd.core.people import account_key, contractor_number, listed_accounts
from syncd.core.reach import Conveyed, Reach, leaf_of, reach_of
from syncd.core.rules import operation_exceeded, reviewed
from syncd.core.standing import Footing, Sound

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class _Held:
    """By what ways accounts hold a right (`more`: not all are told), and standing in which groups.

    Standing there by a primary group is not counted: that is no edge that can be cut.
    """

    ways: tuple[Way, ...]
    more: bool
    groups: tuple[str, ...]


def _held_by(blocks: Sequence[MembershipBlock], reach: Reach, right: EntitlementId) -> _Held:
    ways, more = reach.ways(right, blocks)
    return _Held(ways, more, tuple(dict.fromkeys(leaf_of(b) for b in blocks if not b.path.primary)))


@dataclass(slots=True)
class Census:
    """One directory's accounts, and which of them a sound designation justifies."""

    ground: Ground
    sound: Sound
    snapshot: DirectorySnapshot
    reach: Reach
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
        plain = not self.ground.kin.links and self.ground.policy.authorities.are_plain(directory)
        for name, account in self.snapshot.accounts.items():
            row = listed.get((directory, account_key(name))) if listed else None
            staff_number = account.staff_number
            if not plain and staff_number is not None:
                staff_number = self._known_as(staff_number)
            if row is not None:
                staff_number = self._join(name, staff_number, row)
            self._staff[name] = staff_number
            if staff_number is None or name in self._contested:
                continue
            if self._account.setdefault(staff_number, name) is not name:
                self._further.setdefault(staff_number, []).append(name)

    def _known_as(self, shown: StaffNumber) -> StaffNumber:
        """Return the number under which somebody is known whose number the directory shows."""
        ground, directory = self.ground, self.snapshot.directory
        return ground.kin.canonical(ground.policy.authorities.key_in_directory(directory, shown))

    def again(self, snapshot: DirectorySnapshot, reach: Reach) -> Census:
        """Return the census of another read that shows the same accounts."""
        other = copy(self)
        other.snapshot, other.reach = snapshot, reach
        return other

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
        ended = self.ground.ended(conveyed.entitlement)
        left = [a for a in members if a not in justified or (ended and account_key(a) in ended)]
        if not left:
            return [], counted
        found = []
        for account, held in self._held(left, conveyed):
            finding = self._finding(conveyed.entitlement, account, held, exceptions)
            if finding is not None:
                found.append(finding)
        return found, counted

    def _held(
        self, accounts: list[AccountId], conveyed: Conveyed
    ) -> Iterator[tuple[AccountId, _Held]]:
        """Yield how each of these accounts holds a right; most hold it as many others do."""
        right = conveyed.entitlement.entitlement
        if len(conveyed.blocks) == 1:
            held = _held_by(conveyed.blocks, self.reach, right)
            yield from ((account, held) for account in accounts)
            return
        known: dict[tuple[int, ...], _Held] = {}
        for account, blocks in _ways(accounts, conveyed.blocks).items():
            key = tuple(map(id, blocks))
            if key not in known:
                known[key] = _held_by(blocks, self.reach, right)
            yield account, known[key]

    def accounts_of(self, staff_number: StaffNumber) -> tuple[AccountId, ...]:
        """Return the accounts of a person in this directory, the contested ones included."""
        contested = (a for a in self._contested if self._staff.get(a) == staff_number)
        first = self._account.get(staff_number)
        return (
            *(() if first is None else (first,)),
            *self._further.get(staff_number, ()),
            *contested,
        )

    def holder(self, account: AccountId) -> StaffNumber | None:
        """Return the person to whom an account belongs; None where nothing tells."""
        return self._staff.get(account)

    def judge(self, entitlement: Entitlement, account: AccountId) -> Judgement:
        """Judge one account's right rule by rule."""
        if not self.ground.people.has_roster:
            return self.ground.judge(StaffNumber(""), entitlement)
        ended = self.ground.ended(entitlement).get(account_key(account))
        if account in self._services:
            return Judgement() if ended is None else Judgement((_unlisted(ended),))
        if account in self._contested:
            why = Bilingual(
                "ディレクトリとアカウント一覧で職員番号が違います",
                en="the directory and the list of accounts name different staff numbers",
            )
            return Judgement(unknown_because=why, doubt=Doubt.CONTESTED_ACCOUNT)
        staff_number = self._staff.get(account)
        if staff_number is None:
            return Judgement((Fault(Reason.UNKNOWN_ACCOUNT, None),))
        return self.ground.judge(staff_number, entitlement, ended)

    def _finding(
        self,
        entitlement: Entitlement,
        account: AccountId,
        held: _Held,
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
        staff_number = self._staff.get(account)
        return Finding(
            directory=key[0],
            entitlement=entitlement.entitlement,
            account=account,
            staff_number=staff_number,
            verdict=verdict,
            faults=judged.faults,
            paths=held.ways,
            member=account if seen is None else seen.native,
            groups=held.groups,
            needs_person=judged.needs_person,
            unknown_because=judged.unknown_because,
            section=self.ground.answering_section(staff_number, entitlement),
            doubt=judged.doubt,
            more_ways=held.more,
        )

    def without_right(self, affair: AffairCode, people: set[StaffNumber]) -> set[StaffNumber]:
        """Return those of these people who hold no right that serves an affair here."""
        first, further = self._account, self._further
        idle = {first[number] for number in people if number in first}
        for number in further.keys() & people:
            idle.update(further[number])
        for block in self.reach.serving.get(affair, ()):
            idle.difference_update(block.accounts)
        return {
            number
            for number in people
            if number not in first
            or (first[number] in idle and idle.issuperset(further.get(number, ())))
        }


@dataclass(frozen=True, slots=True)
class Look:
    """A whole directory looked at: of each right what was found, and how many hold it.

    `looked` follows the sequence of `census.reach.conveyed`.
    """

    census: Census
    looked: tuple[tuple[list[Finding], int], ...]

    @property
    def memberships(self) -> int:
        """Return how many memberships were looked at; an account counts once for each right."""
        return sum(counted for _, counted in self.looked)


def look_over(
    footing: Footing,
    snapshot: DirectorySnapshot,
    exceptions: Collection[Key],
    before: Look | None = None,
) -> Look:
    """Return what is not justified in a directory.

    `before` is a look on the same footing and with the same exceptions: a right that the same
    accounts hold by the same blocks is not looked at again, while groups stand in groups as they
    did.
    """
    reach = reach_of(snapshot, footing.ground.facts.entitlements)
    if (
        before is None
        or before.census.snapshot.accounts != snapshot.accounts
        or before.census.reach.nesting.shape != reach.nesting.shape
    ):
        census = Census(footing.ground, footing.standing.sound, snapshot, reach)
        looked = tuple(census.look_at(conveyed, exceptions) for conveyed in reach.conveyed)
        return Look(census, looked)
    census = before.census.again(snapshot, reach)
    was = zip(before.census.reach.conveyed, before.looked, strict=True)
    return Look(
        census,
        tuple(
            looked if same == conveyed else census.look_at(conveyed, exceptions)
            for conveyed, (same, looked) in zip(reach.conveyed, was, strict=True)
        ),
    )


def _unlisted(ended: ReviewOutcome) -> Fault:
    """Return why a listed service account has a right no more: nothing else gave it."""
    return Fault(Reason.UNKNOWN_ACCOUNT, ended.ends_on, (reviewed.cite_review(ended),))


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
