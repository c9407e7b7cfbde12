"""Changes memberships over SCIM: one PATCH for many members, or a PUT where there is no PATCH.

Promise: nobody else of a group is lost. A PATCH names whom it removes; a PUT is made of what was
read right before, with the version it was read in where the server has versions, and looked at
afterwards. What still stands after a refusal is a failure, whatever the server answered.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from connectors.scim.changes import GroupChanges
from connectors.scim.line import ScimLine, opened
from connectors.scim.options import ScimOptions
from connectors.scim.reader import standing_in
from connectors.shared.bilingual import both
from connectors.shared.http.answers import AnswerError
from connectors.shared.http.lists import PagesBrokenError
from connectors.shared.http.patience import Pause
from syncd.errors import DirectoryWriteError
from syncd.ports.directory import DirectoryContext, GroupRemoval, WriteOutcome

_NO_GROUP = both("グループがありません", "there is no such group")
_LOOK = both("サーバの担当者に伝えてください", "tell whoever runs the server")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ScimWriter:
    """The writing half of a `scim` directory."""

    name: str
    options: ScimOptions
    context: DirectoryContext
    pause: Pause = time.sleep

    def remove_members(
        self, removals: Sequence[GroupRemoval]
    ) -> tuple[tuple[WriteOutcome, ...], ...]:
        """Remove members, of each group in as few changes as the server takes."""
        return self._with_line(
            lambda line: tuple(
                self._changes(line, removal.group).remove(removal.members) for removal in removals
            )
        )

    def add_member(self, group: str, member: str, change_id: str) -> WriteOutcome:
        """Put one member back; one who is there already is no error."""
        del change_id

        def add(line: ScimLine) -> WriteOutcome:
            if standing_in(line, group) is None:
                return WriteOutcome(member, _NO_GROUP)
            return WriteOutcome(member, self._changes(line, group).add(member))

        return self._with_line(add)

    def _changes(self, line: ScimLine, group: str) -> GroupChanges:
        return GroupChanges(line, group, self.options.remove_by, self.options.chunk)

    def _with_line(self, work: Callable[[ScimLine], T]) -> T:
        """Do the work on a line; raises DirectoryWriteError where nothing can be said."""
        options, context = self.options, self.context
        patience = options.patience(context.clock, self.pause)
        try:
            with opened(options, context.base_dir, options.writing_token, patience) as line:
                line.learn()
                return work(line)
        except AnswerError as error:
            raise DirectoryWriteError(self.name, error.why, error.remedy) from None
        except PagesBrokenError as error:
            raise DirectoryWriteError(self.name, error.args[0], _LOOK) from None
