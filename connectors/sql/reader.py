"""Reads an application's rights whole, at one moment of its database, or says why it cannot.

What proves a read: all statements in one transaction that sees one moment, every row fetched to
the end, on PostgreSQL no row security that could hide rows, and the control total `count` where
it is configured. The decision is docs/decisions/0013-rights-tables-over-sql.md.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from connectors.shared.bilingual import both, said
from connectors.shared.failures import SetUpError
from connectors.shared.plausible import Remedies, check_plausible
from connectors.sql.faults import SET_UP, fault_of, joined
from connectors.sql.line import reading
from connectors.sql.options import SqlOptions
from connectors.sql.rows import Asker, Standing, check_distinct, odd
from syncd.core.ids import AccountId
from syncd.core.memberships import (
    Account,
    DirectorySnapshot,
    Group,
    MembershipBlock,
    Path,
    Proof,
)
from syncd.errors import DirectoryUnreadable
from syncd.ports.directory import DirectoryContext, Progress

_METHOD = "one snapshot, all rows"
_REMEDIES = Remedies(
    both(
        "accounts の文と、読む利用者の権限を確かめてください",
        "check the statement accounts and what its user may read",
    ),
    both(
        "groups と memberships の文と、読む利用者の権限を確かめてください",
        "check the statements groups and memberships, and what their user may read",
    ),
    both(
        "accounts が全員を返すようにするか、削除済みの人の権限を消すか、"
        "max_unresolved_percent を上げてください",
        "let accounts give everybody, take the rights of deleted people away, "
        "or raise max_unresolved_percent",
    ),
)
_EMPTY = both(
    "memberships の文と、読む利用者の権限を確かめてください。本当に空なら may_be_empty = true",
    "check memberships and what its user may read; may_be_empty = true where it is empty indeed",
)


@dataclass(frozen=True, slots=True)
class SqlReader:
    """The reading half of an `sql` directory."""

    name: str
    options: SqlOptions
    context: DirectoryContext

    def read(self, progress: Progress) -> DirectorySnapshot:
        """Read every account, group and membership; raises DirectoryUnreadable."""
        with self._asked() as asker:
            read_at = self.context.clock()
            accounts = asker.accounts(self.context.staff_number_width)
            progress(self.name, len(accounts), None)
            standing = self._memberships(asker)
            names = asker.groups()
            self._check_present(asker, standing)
            counted = len(accounts) + standing.total() + len(names)
            progress(self.name, counted, counted)
        known = len(accounts)
        for group, account in standing:
            names.setdefault(group, group)
            accounts.setdefault(AccountId(account), Account(AccountId(account), account, None))
        check_distinct(self.name, names)
        missing, percent = len(accounts) - known, self.options.max_unresolved_percent
        check_plausible(self.name, known, len(names), missing, percent, _REMEDIES)
        method = f"{_METHOD}, control total" if self.options.count else _METHOD
        digest = _digest(accounts.values(), standing, names)
        proof = Proof(method, 1, counted, self.options.label, digest)
        groups, blocks = _laid_out(standing, names)
        return DirectorySnapshot(self.name, read_at, proof, accounts, groups, blocks)

    def present_members(self, asked: Mapping[str, Collection[str]]) -> dict[str, frozenset[str]]:
        """Return those who stand directly in each group now, by the whole of the memberships."""
        if not asked:
            return {}
        with self._asked() as asker:
            standing = self._memberships(asker)
        return {
            group: frozenset(member for member in members if (group, member) in standing)
            for group, members in asked.items()
        }

    def check(self) -> str:
        """Read everything and count; raises DirectoryUnreadable."""
        found = self.read(lambda _what, _done, _total: None)
        rows = sum(len(block.accounts) for block in found.blocks)
        return (
            f"{self.options.label}: {len(found.accounts)} accounts, {len(found.groups)} groups, "
            f"{rows} memberships"
        )

    def _memberships(self, asker: Asker) -> Standing:
        """Return every membership; a table that somebody emptied is no table without rights."""
        found = asker.memberships()
        if not found and not self.options.may_be_empty:
            why = both("権限が1件も見えません", "not one membership can be seen")
            raise DirectoryUnreadable(self.name, why, _EMPTY)
        return found

    def _check_present(self, asker: Asker, standing: Standing) -> None:
        """Hold `present` against the memberships: a slip in it would tell that rights are gone."""
        if not self.options.present:
            return
        by_group: dict[str, Standing] = defaultdict(Standing)
        for pair, rows in standing.items():
            by_group[pair[0]][pair] = rows
        for group, expected in by_group.items():
            if set(asker.members(group)) != set(expected):
                told = both("memberships と一致しません", "it does not agree with memberships")
                raise odd(self.name, "present", told)

    @contextmanager
    def _asked(self) -> Iterator[Asker]:
        """Open one moment of the database; every fault of it is DirectoryUnreadable."""
        try:
            with reading(self.options, self.context.base_dir) as connection:
                yield Asker(self.name, self.options, connection)
        except SetUpError as error:
            raise DirectoryUnreadable(self.name, said(error), SET_UP) from None
        except (SQLAlchemyError, ImportError, UnicodeError) as error:
            fault = fault_of(error)
            why = joined(": ", self.options.label, fault.why)
            raise DirectoryUnreadable(self.name, why, fault.remedy) from None


def _laid_out(
    standing: Standing, names: Mapping[str, str]
) -> tuple[tuple[Group, ...], tuple[MembershipBlock, ...]]:
    """Return groups and blocks in a fixed order: a database gives rows in any."""
    members: dict[str, list[AccountId]] = defaultdict(list)
    for group, account in sorted(standing):
        members[group].append(AccountId(account))
    groups = tuple(
        Group(key, names[key], may_be_empty=True, direct_count=len(members.get(key, ())))
        for key in sorted(names)
    )
    blocks = (MembershipBlock(key, Path(), tuple(each)) for key, each in members.items())
    return groups, tuple(blocks)


def _digest(accounts: Iterable[Account], standing: Standing, names: Mapping[str, str]) -> str:
    """Return a digest of what was read, whatever the order in which it came."""
    digest = hashlib.sha256()
    told = (f"{a.account}\0{a.staff_number}\0{a.enabled}" for a in accounts)
    for line in (*sorted(told), *(f"{k}\0{n}" for k, n in sorted(names.items()))):
        digest.update(f"{line}\n".encode())
    for (group, account), rows in sorted(standing.items()):
        digest.update(f"{group}\0{account}\0{rows}\n".encode())
    return digest.hexdigest()
