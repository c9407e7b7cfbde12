"""The kinds of directory on which the contract suite runs, and what each lends it: a `Seat`.

A kind of this repository is a file here with a `KINDS` tuple.
A stranger's connector plugs in the same way from a package of its own, without a change here:

    SYNCD_CONTRACT_KINDS=our_package.seat python -m pytest tests/contract/test_directory_contract.py

where the module `our_package.seat` has `KINDS` (docs/connectors.md shows a whole one; several are
separated by commas). With the variable set the suite runs on those kinds alone.

Tests are parametrised over the kinds that declare the capabilities they are about (`kinds_with`),
so that nothing is ever skipped. The world is the same everywhere: accounts u1 to u8 with staff
numbers 1 to 8 and `nobody` without one; groups with the direct members of `SEEDS`.
"""

from __future__ import annotations

import importlib
import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from syncd.core.calendar import JST
from syncd.core.ids import AccountId
from syncd.core.memberships import DirectorySnapshot
from syncd.ports.directory import (
    Capability,
    DirectoryContext,
    DirectoryReader,
    DirectoryType,
    DirectoryWriter,
)

NOW = datetime(2027, 4, 1, tzinfo=JST)
ACCOUNTS: Mapping[str, str | None] = {**{f"u{n}": str(n) for n in range(1, 9)}, "nobody": None}
SEEDS: Mapping[str, frozenset[str]] = {
    "tax": frozenset({"u1", "u2", "u4"}),
    "other": frozenset({"u1", "u5"}),
    "one": frozenset({"u3"}),
}
_OURS = ("ad", "entra", "fake", "ldap", "ldif", "manual", "scim")
_VARIABLE = "SYNCD_CONTRACT_KINDS"


class Seat(ABC):
    """One configured directory with both halves, and hands of its own to look and change.

    `dead_reader` and `dead_writer` are configured alike but for a place where nothing is (no
    server listens, no such file). Names of groups and accounts are those of the seeds; `group`,
    `member` and `account` say what the directory calls them. `standing`, `grant` and `revoke` use
    the server's own tool or API, never the code under test.
    """

    reader: DirectoryReader
    writer: DirectoryWriter
    dead_reader: DirectoryReader
    dead_writer: DirectoryWriter
    may_be_empty: bool = True
    """Whether the server lets the last member of a group go."""
    secrets: tuple[str, ...] = ()
    """What no message may ever hold: the password with which it was configured."""

    def __init__(
        self,
        kind: type[DirectoryType],
        folder: Path,
        given: Mapping[str, object],
        dead: Mapping[str, object],
    ) -> None:
        """Take the options as the configuration would give them; `folder` is where it stands."""
        self.kind = kind
        self.context = DirectoryContext("kikan", folder, 7, lambda: NOW)
        self.given, self.dead = (kind.Options.model_validate(each) for each in (given, dead))
        self.renew()

    def renew(self) -> None:
        """Build the halves anew, so that nothing is remembered of an earlier test."""
        self.reader = self.kind.build_reader(self.given, self.context)
        self.writer = self.kind.build_writer(self.given, self.context)
        self.dead_reader = self.kind.build_reader(self.dead, self.context)
        self.dead_writer = self.kind.build_writer(self.dead, self.context)

    @property
    def declared(self) -> frozenset[Capability]:
        """What the code under test says that it can do."""
        return self.kind.capabilities(self.given)

    def reset(self) -> None:
        """Put the seeds back; who may not be the last to go is granted before others leave."""
        for name, seeded in SEEDS.items():
            standing = self.standing(name)
            for account in sorted(seeded - standing):
                self.grant(name, account)
            for account in sorted(standing - seeded):
                self.revoke(name, account)

    def read(self) -> DirectorySnapshot:
        return self.reader.read(lambda *_: None)

    def account(self, name: str) -> AccountId:
        """The id by which a snapshot knows an account."""
        return AccountId(name)

    @abstractmethod
    def group(self, name: str) -> str:
        """The key of a group; also of one that does not exist."""

    @abstractmethod
    def member(self, account: str) -> str:
        """The native id of an account; also of one that does not exist."""

    @abstractmethod
    def standing(self, name: str) -> set[str]:
        """The accounts that stand directly in a group, as the server itself tells."""

    @abstractmethod
    def grant(self, name: str, account: str) -> None:
        """Put an account into a group behind the connector's back."""

    @abstractmethod
    def revoke(self, name: str, account: str) -> None:
        """Take an account out of a group behind the connector's back."""

    def nest(self, name: str, inside: str) -> None:
        """Put the group `inside` into another one behind the connector's back."""
        raise NotImplementedError

    def unnest(self, name: str, inside: str) -> None:
        """Take it out again, where it still stands there."""
        raise NotImplementedError


@dataclass(frozen=True)
class Kind:
    """A way to build a seat: `build(folder)` starts what it needs and stops it at the end.

    `capabilities` are those that the seat must turn out to declare: written down here once more,
    so that a capability is not lost by accident.
    """

    name: str
    build: Callable[[Path], AbstractContextManager[Seat]]
    capabilities: frozenset[Capability]
    nests: bool = False
    """Whether groups can stand in groups: then its seat has `nest` and `unnest`."""


def all_kinds() -> dict[str, Kind]:
    """Every kind by its name: those of this repository, or else those of a stranger alone."""
    strangers = [name for name in os.environ.get(_VARIABLE, "").split(",") if name]
    ours = sorted(path.stem for path in Path(__file__).parent.glob("[a-z]*.py"))
    modules = strangers or [f"{__name__}.{name}" for name in ours]
    return {kind.name: kind for name in modules for kind in importlib.import_module(name).KINDS}


def kinds_with(*needed: Capability, lacking: Capability | None = None) -> list[str]:
    """The names of the kinds that declare all of `needed`, and not `lacking`."""
    return [
        kind.name
        for kind in all_kinds().values()
        if set(needed) <= kind.capabilities and lacking not in kind.capabilities
    ]
