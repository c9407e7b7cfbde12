"""The frozen set: every right that any account held on a day, the justified ones too.

Pure. What could not be read is stated as missing: it never looks like a system without rights.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from syncd.core.cards import Card
from syncd.core.census import Census
from syncd.core.decide import Decided
from syncd.core.facts import Entitlement, ListedAccount
from syncd.core.findings import Because, Finding, Verdict
from syncd.core.ids import AccountId, StaffNumber
from syncd.core.memberships import DirectorySnapshot
from syncd.core.people import account_key, listed_accounts
from syncd.core.reach import Conveyed
from syncd.core.reviews.questions import Question, ReviewedSystem

_Listed = Mapping[tuple[str, str], ListedAccount]


@dataclass(frozen=True, slots=True)
class FrozenSet:
    """What a review asks about, in the order of its numbers, and the systems it was read from.

    `cards` are how the people in it were shown on the day.
    """

    systems: tuple[ReviewedSystem, ...]
    questions: tuple[Question, ...]
    cards: tuple[Card, ...]


def frozen_set(decided: Decided, directories: Iterable[str]) -> FrozenSet:
    """Return the set of a decision; `directories` are all that are configured."""
    read = {r.directory: r for r in decided.readings if isinstance(r, DirectorySnapshot)}
    systems = tuple(
        _system(name, read.get(name), decided.memberships.get(name, 0))
        for name in sorted(directories)
    )
    findings = {finding.key: finding for finding in decided.decision.findings}
    listed = listed_accounts(decided.footing.ground.facts.accounts)
    held = (
        (look.census, conveyed, account)
        for _, look in sorted(decided.looks.items())
        for conveyed in sorted(look.census.reach.conveyed, key=_right)
        for account in _holders(conveyed)
    )
    cards = _Cards()
    questions = tuple(
        cards.question(number, census, conveyed.entitlement, account, findings, listed)
        for number, (census, conveyed, account) in enumerate(held, 1)
    )
    return FrozenSet(systems, questions, cards.seen)


def _system(name: str, snapshot: DirectorySnapshot | None, memberships: int) -> ReviewedSystem:
    if snapshot is None:
        return ReviewedSystem(name, None)
    proof = snapshot.proof
    return ReviewedSystem(name, snapshot.read_at, proof.method, proof.sha256, memberships)


def _right(conveyed: Conveyed) -> str:
    return conveyed.entitlement.entitlement


def _holders(conveyed: Conveyed) -> Sequence[AccountId]:
    return sorted({account for block in conveyed.blocks for account in block.accounts})


class _Cards:
    """Where people stood on the day; each is looked up once, since most hold several rights."""

    def __init__(self) -> None:
        self._known: dict[StaffNumber, Card] = {}

    @property
    def seen(self) -> tuple[Card, ...]:
        """Return everybody of whom a question is."""
        return tuple(self._known.values())

    def question(
        self,
        number: int,
        census: Census,
        right: Entitlement,
        account: AccountId,
        findings: Mapping[tuple[str, str, str], Finding],
        listed: _Listed,
    ) -> Question:
        """Return the question about one right of one account."""
        directory = census.snapshot.directory
        finding = findings.get((directory, right.entitlement, account))
        person = census.holder(account)
        card = None if person is None else self._card(census, person)
        row = listed.get((directory, account_key(account)))
        return Question(
            number=number,
            directory=directory,
            entitlement=right.entitlement,
            right_name=right.name,
            account=account,
            staff_number=person,
            section=census.ground.answering_section(person, right),
            unit=None if card is None else card.section,
            title="" if card is None else card.title,
            kind="" if row is None else str(row.kind),
            designation=_cited(_grounds(census, right, account, finding)),
            verdict=Verdict.JUSTIFIED if finding is None else finding.verdict,
            reasons=() if finding is None else tuple(str(r) for r in finding.reasons),
            path="" if finding is None else finding.path,
        )

    def _card(self, census: Census, person: StaffNumber) -> Card:
        known = self._known.get(person)
        if known is None:
            known = self._known[person] = census.ground.people.card(person)
        return known


def _grounds(
    census: Census, right: Entitlement, account: AccountId, finding: Finding | None
) -> Iterable[Because]:
    if finding is not None:
        return finding.because
    return census.judge(right, account).justified_by


def _cited(because: Iterable[Because]) -> str:
    """Return the designation line among the grounds."""
    return next((each.ref for each in because if each.kind == "designation"), "")
