"""A directory: what holds groups that convey rights. Reading and writing are different types.

A stranger's package adds one with an entry point in `syncd.directories` that names a
`DirectoryType`. Contract, held by `tests/contract/test_directory_contract.py`:

- `capabilities` says what a configured directory can do; the engine asks for nothing else.
- `read` returns a snapshot only when the read was complete and proved so (every page, result code
  success, no size limit, no referral left unfollowed); everything else raises
  `DirectoryUnreadable`. It never returns part of a directory, and never an empty one for a failure.
- member and group identifiers in and out are those of the snapshot (`Account.native`, `Group.key`).
- a group that stands in another one is a member of it like any other, under its own `Group.key`:
  it can be asked for and removed (syncd cuts such edges, and puts accounts back, never groups).
- `remove_members` and `add_member` are idempotent: removing what is absent and adding what is
  present is no error whatever the server answers. One bad value fails alone.
- a server's answer is not believed: callers read back with `present_members`.
- a delta is a hint: what `changes` tells is looked at, and never proves that something is absent.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import ClassVar, Protocol, TypeAlias, runtime_checkable

from pydantic import BaseModel

from syncd.core.memberships import DirectoryDelta, DirectorySnapshot
from syncd.core.tasks import HandOver

Progress: TypeAlias = Callable[[str, int, int | None], None]
"""Called as progress(what, done, total or None) while something long goes on."""


class Capability(StrEnum):
    """What a configured directory can do; permanent names (shown by `syncd check`).

    The engine honours what is not there: without READ_WHOLE the directory is unknown as a whole.
    Without PROVE_COMPLETE what a read does not show is not taken for absent. Without READ_BACK a
    removal counts as handed over, until a whole read shows it. Without BATCH values are removed
    one by one. Without WRITE it cannot be in mode `apply`, and without RESTORE nothing can be put
    back. With DELTA the reader is a `DeltaReader`.
    """

    READ_WHOLE = "read-whole"
    PROVE_COMPLETE = "prove-complete"
    DELTA = "delta"
    WRITE = "write"
    BATCH = "batch"
    READ_BACK = "read-back"
    RESTORE = "restore"


@dataclass(frozen=True, slots=True)
class WriteOutcome:
    """What became of one member value: `error` is None where the server took it."""

    member: str
    error: str | None = None


@dataclass(frozen=True, slots=True)
class GroupRemoval:
    """Members (native ids) that should no longer stand directly in `group`.

    `change_id` is stable over retries of the same change; a writer of files names its file by it,
    so that a repeated call does not write a second one.
    """

    group: str
    members: tuple[str, ...]
    change_id: str


class DirectoryReader(Protocol):
    """Reads one configured directory; cannot write."""

    name: str

    def read(self, progress: Progress) -> DirectorySnapshot:
        """Read every account, group and membership; raises DirectoryUnreadable."""
        ...

    def present_members(self, asked: Mapping[str, Collection[str]]) -> Mapping[str, frozenset[str]]:
        """Return, for each group asked for, those of the members that stand directly in it now.

        Groups and members are keys and native ids. A group that no longer exists has no members.
        Raises DirectoryUnreadable.
        """
        ...

    def check(self) -> str:
        """Connect, bind and look at the bases; return one line for a person.

        Raises DirectoryUnreadable with what is wrong and what to do.
        """
        ...


@runtime_checkable
class DeltaReader(DirectoryReader, Protocol):
    """A reader that can tell what changed since it last read (capability DELTA).

    It remembers its last whole read in memory, and its place in the server's changes. `read` keeps
    that place where there is one (and only else takes a new one, before it reads): so `changes`
    before and after a whole read leave no gap, and what a delta missed can be told from what
    changed meanwhile. `changes` names everything that changed since that place, also what `read`
    has shown already. Both are asked by one thread at a time.
    """

    def changes(self) -> DirectoryDelta:
        """Return what changed since the last `read` or `changes` of this object.

        Raises DeltaLost where nothing was read before, or the server no longer knows where we
        stood (a refused cookie, a restored or replaced server): then a whole read is due, and
        `changes` goes on raising until there was one. Raises DirectoryUnreadable.
        """
        ...


class DirectoryWriter(Protocol):
    """Changes group memberships of one configured directory, and nothing else of it."""

    name: str

    def remove_members(
        self, removals: Sequence[GroupRemoval]
    ) -> tuple[tuple[WriteOutcome, ...], ...]:
        """Remove direct members; for each removal one outcome a member, in order.

        Raises DirectoryWriteError where nothing can be said of what is left (the connection
        broke); some of it may then have been done, which only reading back tells.
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
    def capabilities(options: BaseModel) -> frozenset[Capability]:
        """Return what a directory with these options can do; connects to nothing."""
        ...

    @staticmethod
    def build_reader(options: BaseModel, context: DirectoryContext) -> DirectoryReader:
        """Return the reader; connects to nothing yet; raises ConfigurationError."""
        ...

    @staticmethod
    def build_writer(options: BaseModel, context: DirectoryContext) -> DirectoryWriter:
        """Return the writer; connects to nothing yet; raises ConfigurationError."""
        ...


@runtime_checkable
class HandedOverType(Protocol):
    """A kind of directory that only people can change: a removal becomes a task (`core.tasks`).

    Its writer is never asked. What it holds is a list that people export: the snapshot's proof
    carries the day of the list, and a list from before a report says nothing about it.
    """

    @staticmethod
    def hand_over(options: BaseModel) -> HandOver:
        """Return who does the tasks of a directory with these options, and how."""
        ...
