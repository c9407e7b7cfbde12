"""Hands removals over to people; writes nothing, anywhere.

What was handed over shows only when somebody did it, and in a later list.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.manual.reader import ManualReader
from connectors.shared.bilingual import both
from syncd.errors import DirectoryUnreadable, DirectoryWriteError
from syncd.ports.directory import GroupRemoval, WriteOutcome

_NOT_BACK = both(
    "このシステムの権限は元に戻せません。新しく申請してください",
    "rights of this system are not put back from here: apply for the right anew",
)


@dataclass(frozen=True, slots=True)
class ManualWriter:
    """The writing half of a `manual` directory."""

    name: str
    reader: ManualReader

    def remove_members(
        self, removals: Sequence[GroupRemoval]
    ) -> tuple[tuple[WriteOutcome, ...], ...]:
        """Take removals as handed over; raises DirectoryWriteError without a list to go by."""
        try:
            self.reader.check()
        except DirectoryUnreadable as failure:
            raise DirectoryWriteError(self.name, failure.why, failure.remedy) from failure
        return tuple(tuple(WriteOutcome(m) for m in removal.members) for removal in removals)

    def add_member(self, group: str, member: str, change_id: str) -> WriteOutcome:  # noqa: ARG002 - the port's
        """Return why nobody is put back; raises DirectoryWriteError without a list to go by."""
        self.remove_members(())
        return WriteOutcome(member, _NOT_BACK)
