"""A directory: what holds groups that convey rights. Reading and writing are different types.

A stranger's package adds one with an entry point in `syncd.directories` that names a
`DirectoryType`. Contract, held by `tests/contract/test_directory_contract.py`:

- `read` returns a snapshot only when the read was complete and proved so (every page, result code
  success, no size limit, no referral left unfollowed); everything else raises
  `DirectoryUnreadable`. It never returns part of a directory, and never an empty one for a failure.
- member and group identifiers in and out are those of the snapshot (`Account.native`, `Group.key`).
- `remove_members` and `add_member` are idempotent: removing what is absent and adding what is
  present is no error whatever the server answers. One bad value fails alone.
- a server's answer is not believed: callers read back with `present_members`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import ClassVar, Protocol, TypeAlias

from pydantic import BaseModel

from syncd.core.memberships import DirectorySnapshot

Progress: TypeAlias = Callable[[str, int, int | None], None]
"""Called as progress(what, done, total or None) while something long goes on."""


class Effect(StrEnum):
    """When a write shows in the directory: at once, or after people carry it over (LDIF)."""

    IMMEDIATE = "immediate"
    DEFERRED = "deferred"


@dataclass(frozen=True, slots=True)
class WriteOutcome:
    """What became of one member value: `error` is None where the server took it."""

    member: str
    error: str | None = None


class DirectoryReader(Protocol):
    """Reads one configured directory; cannot write."""

    name: str

    def read(self, progress: Progress) -> DirectorySnapshot:
        """Read every account, group and membership; raises DirectoryUnreadable."""
        ...

    def present_members(self, group: str, members: Collection[str]) -> frozenset[str]:
        """Return those of `members` (native ids) that stand directly in `group` right now.

        A group that no longer exists has no members. Raises DirectoryUnreadable.
        """
        ...

    def check(self) -> str:
        """Connect, bind and look at the bases; return one line for a person.

        Raises DirectoryUnreadable with what is wrong and what to do.
        """
        ...


class DirectoryWriter(Protocol):
    """Changes group memberships of one configured directory, and nothing else of it."""

    name: str
    effect: Effect

    def remove_members(
        self, group: str, members: Sequence[str], change_id: str
    ) -> tuple[WriteOutcome, ...]:
        """Remove direct members (native ids) from `group`; one outcome each, in order.

        `change_id` is stable over retries of the same change; a deferred writer names its change
        file by it, so that a repeated call does not write a second one. Raises
        DirectoryWriteError only where nothing can be said of any value (no connection).
        """
        ...

    def add_member(self, group: str, member: str, change_id: str) -> WriteOutcome:
        """Put one member back (restore); raises DirectoryWriteError as `remove_members`."""
        ...


@dataclass(frozen=True, slots=True)
class DirectoryContext:
    """What a directory is told about the installation.

    `base_dir` is the folder of the configuration file, to which relative paths refer.
    `staff_number_width` pads staff numbers. `clock` gives the aware time for `read_at`.
    """

    name: str
    base_dir: Path
    staff_number_width: int
    clock: Callable[[], datetime]


class DirectoryType(Protocol):
    """What the entry point names: a kind of directory, its options, how to build both halves."""

    Options: ClassVar[type[BaseModel]]

    @staticmethod
    def build_reader(options: BaseModel, context: DirectoryContext) -> DirectoryReader:
        """Return the reader; connects to nothing yet; raises ConfigurationError."""
        ...

    @staticmethod
    def build_writer(options: BaseModel, context: DirectoryContext) -> DirectoryWriter:
        """Return the writer; connects to nothing yet; raises ConfigurationError."""
        ...
