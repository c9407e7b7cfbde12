"""What a use case is given: the configured sources, directories, store and policy of one site."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from threading import RLock

from syncd.core.policy import Policy
from syncd.core.tasks import HandOver
from syncd.flow.memory import Memory
from syncd.flow.watch import Watch
from syncd.ports.access_log import AccessLog
from syncd.ports.directory import (
    Capability,
    DeltaReader,
    DirectoryReader,
    DirectoryWriter,
    Progress,
)
from syncd.ports.source import Source, SourceReading
from syncd.ports.store import Store


class Mode(StrEnum):
    """What syncd may do in a directory (design, section 5)."""

    OBSERVE = "observe"
    PROPOSE = "propose"
    APPLY = "apply"


@dataclass(frozen=True, slots=True)
class SourceSeat:
    """A source with what the site asks of it. `max_age` None: any age will do.

    `scope` tells by which scope of an authority it is read; empty where it has none.
    """

    source: Source
    max_age: timedelta | None = None
    loss_check: bool = True
    scope: str = ""


@dataclass(frozen=True, slots=True)
class DirectorySeat:
    """A directory with its mode; the writer is asked for only when something is to be written.

    With `hand_over` people make its changes: a removal becomes a task. `loss_check` False: what it
    answers is believed however much it lost since the last read.
    """

    name: str
    mode: Mode
    reader: DirectoryReader
    writer: Callable[[], DirectoryWriter]
    capabilities: frozenset[Capability] = frozenset(Capability) - {Capability.DELTA}
    turn: RLock = field(default_factory=RLock, compare=False, repr=False)
    """Whoever reads holds it: a reader that remembers is asked by one thread at a time."""
    hand_over: HandOver | None = None
    loss_check: bool = True

    @property
    def shows_at_once(self) -> bool:
        """Tell whether a removal shows as soon as it was made; else a later read tells of it."""
        return Capability.READ_BACK in self.capabilities

    @property
    def batches(self) -> bool:
        """Tell whether several members can leave in one call; else they go one by one."""
        return Capability.BATCH in self.capabilities

    @property
    def reads_whole(self) -> bool:
        """Tell whether it can be read whole; else what it holds is unknown."""
        return Capability.READ_WHOLE in self.capabilities

    @property
    def proves_complete(self) -> bool:
        """Tell whether what a read does not show is absent."""
        return Capability.PROVE_COMPLETE in self.capabilities

    @property
    def delta_reader(self) -> DeltaReader | None:
        """Return the reader where it tells what changed."""
        if Capability.DELTA in self.capabilities and isinstance(self.reader, DeltaReader):
            return self.reader
        return None


@dataclass(frozen=True, slots=True)
class Site:
    """Everything a use case needs. `clock` gives aware moments, `new_id` short unique texts.

    `stopping` tells whether somebody asked the process to stop; long work looks between steps.
    `watch` is what this process remembers of the directories, `memory` what of its last run.
    """

    sources: tuple[SourceSeat, ...]
    directories: Mapping[str, DirectorySeat]
    store: Store
    policy: Policy
    clock: Callable[[], datetime]
    new_id: Callable[[], str]
    progress: Progress
    stopping: Callable[[], bool] = lambda: False
    watch: Watch = field(default_factory=Watch)
    memory: Memory = field(default_factory=Memory)
    access_logs: tuple[AccessLog, ...] = ()


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What a run is asked to do. `actor` is the account that asked, `syncd` for the schedule.

    `acts` False: what was read becomes fact and is judged, but no case moves and nothing is
    removed. So it is for any other day than today, whose facts are no ground to act on now.
    `brought` are readings that somebody hands over for this run, beside the configured sources.
    `steps` is the id under which its progress is kept; empty: the run's own.
    """

    as_of: date
    actor: str
    kind: str = "full"
    acts: bool = True
    brought: tuple[SourceReading, ...] = ()
    steps: str = ""
