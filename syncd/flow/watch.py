"""What one process remembers of its directories between runs, so that it can follow changes.

A new process remembers nothing and reads whole. Lost or refused places, restored or replaced
servers make it forget: then a whole read is due again, and nothing is passed over in silence.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from syncd.core.deltas import Missed, missed, patched
from syncd.core.memberships import DirectoryDelta, DirectorySnapshot


@dataclass(slots=True)
class Watch:
    """The memory. `known` is the last whole read of a directory with every delta laid over it.

    `changed` are the groups (keys) that changed since they were last judged. `unanswered` are
    directories that did not answer when last asked, `silent` those that tell no changes although
    they were just read whole, and why. `missed` is what a whole read showed and no delta told,
    until a run puts it on record. `owes_run`: a whole run is due and none has read since. `refused`
    is how each refused input looked when a tick last saw it.
    """

    known: dict[str, DirectorySnapshot] = field(default_factory=dict)
    changed: dict[str, set[str]] = field(default_factory=dict)
    unanswered: set[str] = field(default_factory=set)
    silent: dict[str, str] = field(default_factory=dict)
    missed: dict[str, Missed] = field(default_factory=dict)
    owes_run: bool = False
    refused: dict[str, str] = field(default_factory=dict)

    def learn(self, delta: DirectoryDelta) -> None:
        """Lay a delta over what is known; raises KeyError where nothing is."""
        self.known[delta.directory] = patched(self.known[delta.directory], delta)
        keys = self.changed.setdefault(delta.directory, set())
        keys.update(group.key for group in delta.groups)
        keys.update(delta.gone)

    def replace(self, whole: DirectorySnapshot, since: DirectoryDelta) -> Missed:
        """Begin anew from a whole read; return what the deltas before it had missed.

        `since` is what changed from the last delta until after the read.
        """
        name = whole.directory
        before = self.known.get(name)
        self.forget(name)
        self.known[name] = whole
        self.learn(since)
        return Missed(name) if before is None else missed(before, whole, since)

    def forget(self, name: str) -> None:
        """Forget a directory: only a whole read tells what it holds."""
        self.known.pop(name, None)
        self.changed.pop(name, None)
        self.silent.pop(name, None)

    def stop_following(self, name: str, why: str) -> None:
        """Note that a directory tells no changes, until the next whole read."""
        self.forget(name)
        self.silent[name] = why

    def judged(self, name: str, groups: Iterable[str]) -> None:
        """Note that changed groups were looked at."""
        self.changed.get(name, set()).difference_update(groups)
