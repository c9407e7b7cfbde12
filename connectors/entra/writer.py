"""Changes direct members of groups in Microsoft Entra, twenty in a request, each judged alone.

Promise: a group that a rule, an on-premises AD or Exchange decides is never tried, and every one
of its lines says what to do instead. Somebody who is gone already is no error: after any refusal
the groups are read, and only who still stands there is a failure.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from connectors.entra.batch import PartReply, ask_all
from connectors.entra.faults import NOT_FOUND, NOT_GRAPH
from connectors.entra.line import GraphLine, opened
from connectors.entra.objects import (
    ask_addition,
    ask_group,
    ask_removal,
    group_of,
    is_object_id,
    is_role_assignable,
)
from connectors.entra.options import EntraOptions
from connectors.entra.reading import Reading
from connectors.entra.tokens import TokenSource
from connectors.shared.bilingual import both
from connectors.shared.http.answers import NOTHING_KNOWN, AnswerError
from connectors.shared.http.lists import PagesBrokenError
from connectors.shared.http.patience import Pause
from syncd.errors import DirectoryWriteError
from syncd.ports.directory import DirectoryContext, GroupRemoval, WriteOutcome

_NO_GROUP = both("グループがありません", "there is no such group")
_NO_MEMBER = both("そのような利用者はいません", "there is no such user")
_FORBIDDEN = 403
_ROLES = both(
    "役割を割り当てられるグループです。アプリに RoleManagement.ReadWrite.Directory を与えるか、"
    "管理センターで外してください",
    "the group is role-assignable: grant the application RoleManagement.ReadWrite.Directory, "
    "or remove the member in the admin center",
)
T = TypeVar("T")


class EntraWriter:
    """The writing half of an `entra` directory."""

    def __init__(
        self,
        name: str,
        options: EntraOptions,
        context: DirectoryContext,
        pause: Pause = time.sleep,
    ) -> None:
        """Remember where to write; connects to nothing."""
        self.name = name
        self._options = options
        self._context = context
        self._patience = options.patience(context.clock, pause)
        self._tokens = TokenSource(options, options.writing, context.base_dir, context.clock)

    def remove_members(
        self, removals: Sequence[GroupRemoval]
    ) -> tuple[tuple[WriteOutcome, ...], ...]:
        """Remove members of any number of groups together."""
        return self._with_line(lambda line: self._remove(line, removals))

    def add_member(self, group: str, member: str, change_id: str) -> WriteOutcome:
        """Put one member back; one who is there already is no error."""
        del change_id
        return self._with_line(lambda line: WriteOutcome(member, self._add(line, group, member)))

    def _remove(
        self, line: GraphLine, removals: Sequence[GroupRemoval]
    ) -> tuple[tuple[WriteOutcome, ...], ...]:
        groups = _Groups(line, [removal.group for removal in removals])
        pairs = [
            (removal.group, member)
            for removal in removals
            for member in dict.fromkeys(removal.members)
            if is_object_id(member) and groups.is_there(removal.group)
        ]
        errors = {pair: groups.unwritable(pair[0]) for pair in pairs}
        asked = [pair for pair in pairs if not errors[pair]]
        replies = ask_all(line, [ask_removal(*pair) for pair in asked])
        for pair, reply in zip(asked, replies, strict=True):
            errors[pair] = "" if reply.is_success else groups.words(pair[0], reply)
        still = self._still(line, [pair for pair in pairs if errors[pair]])
        return tuple(
            tuple(
                WriteOutcome(
                    member, errors[pair] if (pair := (one.group, member)) in still else None
                )
                for member in one.members
            )
            for one in removals
        )

    def _still(
        self, line: GraphLine, refused: Sequence[tuple[str, str]]
    ) -> frozenset[tuple[str, str]]:
        """Return those of the refused who still stand there."""
        groups = list(dict.fromkeys(group for group, _ in refused))
        standing = Reading(line, self._options).standing(groups)
        return frozenset(pair for pair in refused if pair[1] in standing[pair[0]])

    def _add(self, line: GraphLine, group: str, member: str) -> str | None:
        groups = _Groups(line, [group])
        if not groups.is_there(group):
            return _NO_GROUP
        if not is_object_id(member):
            return _NO_MEMBER
        if groups.unwritable(group):
            return groups.unwritable(group)
        (reply,) = ask_all(line, [ask_addition(line.root, group, member)])
        if reply.is_success or self._still(line, [(group, member)]):
            return None
        return groups.words(group, reply)

    def _with_line(self, work: Callable[[GraphLine], T]) -> T:
        """Do the work on a line; raises DirectoryWriteError where nothing can be said."""
        options, base_dir = self._options, self._context.base_dir
        try:
            with opened(options, base_dir, self._tokens, self._patience) as line:
                return work(line)
        except AnswerError as error:
            raise DirectoryWriteError(self.name, error.why, error.remedy) from None
        except PagesBrokenError as error:
            raise DirectoryWriteError(self.name, error.args[0], NOT_GRAPH[1]) from None


class _Groups:
    """The groups that are to be changed, as they are now."""

    def __init__(self, line: GraphLine, asked: Sequence[str]) -> None:
        keys = [key for key in dict.fromkeys(asked) if is_object_id(key)]
        replies = ask_all(line, [ask_group(key) for key in keys])
        self._found: dict[str, Mapping[str, object]] = {}
        for key, reply in zip(keys, replies, strict=True):
            if reply.status != NOT_FOUND:
                self._found[key] = _checked(reply)

    def is_there(self, key: str) -> bool:
        return key in self._found

    def unwritable(self, key: str) -> str:
        return group_of(self._found[key]).unwritable

    def words(self, key: str, reply: PartReply) -> str:
        """Return why a change was refused; raises AnswerError where nothing is known of it."""
        error = reply.error
        if error.status in NOTHING_KNOWN:
            raise error
        if error.status == _FORBIDDEN and is_role_assignable(self._found[key]):
            return f"{error.why}. {_ROLES}"
        return error.words


def _checked(reply: PartReply) -> Mapping[str, object]:
    if not reply.is_success:
        raise reply.error
    if not isinstance(reply.content, dict) or not isinstance(reply.content.get("id"), str):
        raise AnswerError(*NOT_GRAPH)
    return reply.content
