"""What a directory was seen to hold: accounts, groups, and who stands in which group by what path.

A snapshot exists only when the read was complete and proved so; a failed read is an `Unread`, a
value that carries its reason and is never empty (design, section 6). The shape is made for the
decision: accounts of one group and path stand together in one block, so that a city's half
million memberships are a few thousand tuples of short strings that are shared with `accounts`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeAlias

from syncd.core.calendar import midnight
from syncd.core.ids import AccountId, StaffNumber, shown_group


@dataclass(frozen=True, slots=True)
class Account:
    """One account of a directory. `native` is what the directory calls it (a DN, an object id)."""

    account: AccountId
    native: str
    staff_number: StaffNumber | None
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Path:
    """How a membership is conveyed: `through` names the groups between, nearest the account first.

    Empty `through` is a direct membership. `primary` marks AD's and POSIX's primary group.
    """

    through: tuple[str, ...] = ()
    primary: bool = False

    def __str__(self) -> str:
        """Render as section 4 of the design words it."""
        through = " > ".join(map(shown_group, self.through))
        nested = f"nested through {through}" if through else ""
        if self.primary:
            return f"primary group, {nested}" if nested else "primary group"
        return nested or "direct"


@dataclass(frozen=True, slots=True)
class Group:
    """One group. `key` is its DN as the directory gives it; `name` its short name.

    A directory that knows groups by an identity of their own writes it behind the DN, as
    `CN=tax,DC=example;<GUID=...>`, so that a renamed group is still found; `aliases` are further
    names by which a list may mean it. A `protected` group loses nobody without two persons, as
    those of AD that rule the domain. One of the accounts (native ids) in `must_keep`, where there
    are any, always stays in it. `unwritable` says why no member of it can be removed here and what
    to do instead (a rule or another directory decides); empty where one can.

    `may_be_empty` is False where the schema asks for at least one member (RFC 4519, groupOfNames
    and groupOfUniqueNames). `direct_count` counts every direct member value, people or not;
    `placeholder` says whether the configured placeholder member stands in it. `subgroups` are the
    keys of the groups of the same snapshot that stand directly in it: the edges of nesting.
    """

    key: str
    name: str
    may_be_empty: bool
    direct_count: int
    placeholder: bool = False
    subgroups: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    protected: bool = False
    must_keep: tuple[str, ...] = ()
    unwritable: str = ""


@dataclass(frozen=True, slots=True)
class MembershipBlock:
    """The accounts that stand in `group` (its key) by one `path`."""

    group: str
    path: Path
    accounts: tuple[AccountId, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """Why a read counts as complete: pages and entries read, and the server's final word.

    `exported_on` is the day of a list that people exported; None where the server itself was asked.
    """

    method: str
    pages: int
    entries: int
    server: str
    sha256: str = ""
    exported_on: date | None = None


@dataclass(frozen=True, slots=True)
class DirectorySnapshot:
    """A complete read of one directory at `read_at`.

    `members_unresolved` are member values that name no account in `people_base` (another base, a
    deleted entry): they are reported as unknown accounts by the decision, under their raw value.
    """

    directory: str
    read_at: datetime
    proof: Proof
    accounts: Mapping[AccountId, Account]
    groups: tuple[Group, ...]
    blocks: tuple[MembershipBlock, ...]
    warnings: tuple[str, ...] = field(default=())

    @property
    def holds_at(self) -> datetime:
        """Return the moment for which it surely holds: a list's day counts from its midnight."""
        day = self.proof.exported_on
        return self.read_at if day is None else midnight(day)


@dataclass(frozen=True, slots=True)
class Unread:
    """A directory that could not be read whole, and why; what it holds is unknown.

    `last_known` is how many memberships its last complete read held: so many are now unknown.
    `guard` names the guard that did not believe the answer (`core.reread`), where there was one.
    """

    directory: str
    at: datetime
    why: str
    remedy: str
    last_known: int = 0
    guard: str = ""


@dataclass(frozen=True, slots=True)
class DirectoryDelta:
    """What changed since the last whole read or delta of the same reader; `method` says how told.

    Every group whose blocks may differ is in `groups` with all its blocks, also where only a
    group nested in it changed. `gone` are keys of groups that no longer exist. `accounts` are new
    or changed ones. `read_at` is the moment for which it holds, on `server`.
    """

    directory: str
    read_at: datetime
    method: str
    server: str
    groups: tuple[Group, ...] = ()
    blocks: tuple[MembershipBlock, ...] = ()
    gone: tuple[str, ...] = ()
    accounts: Mapping[AccountId, Account] = field(default_factory=dict)
    accounts_gone: tuple[AccountId, ...] = ()


Reading: TypeAlias = DirectorySnapshot | Unread
