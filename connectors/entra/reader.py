"""Reads a tenant of Microsoft Entra whole and proved, tells what changed since, or says why not."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from typing import TypeVar

from connectors.entra.faults import GONE, LOST
from connectors.entra.known import Known, Telling, difference
from connectors.entra.line import GraphLine, opened
from connectors.entra.objects import is_object_id
from connectors.entra.options import EntraOptions
from connectors.entra.reading import Reading
from connectors.entra.tokens import TokenSource
from connectors.shared.bilingual import both
from connectors.shared.http.answers import AnswerError
from connectors.shared.http.lists import PagesBrokenError, settled
from connectors.shared.http.patience import Pause
from connectors.shared.object_groups import Resolving, digest_of, snapshot_of_objects
from connectors.shared.plausible import Remedies
from syncd.core.memberships import DirectoryDelta, DirectorySnapshot, Proof
from syncd.errors import DeltaLost, DirectoryUnreadable
from syncd.ports.directory import DirectoryContext, Progress

_METHOD = "Microsoft Graph, every @odata.nextLink to its end"
_NEXT_RUN = both(
    "次の実行でやり直します。続くようなら Microsoft のサービス正常性を確かめてください",
    "the next run tries again; if it goes on, look at the service health of Microsoft",
)
_SEE = both(
    "アプリの権限(User.Read.All、GroupMember.Read.All)と管理者の同意を確かめてください",
    "check the permissions User.Read.All and GroupMember.Read.All and the consent to them",
)
_UNRESOLVED = both(
    "アプリから全員が見えるようにするか、max_unresolved_percent を上げてください",
    "let the application see everybody, or raise max_unresolved_percent",
)
_REMEDIES = Remedies(_SEE, _SEE, _UNRESOLVED)
_READ_FIRST = both("すべての読取りが先に要ります", "a whole read is due first")
_FORGOTTEN = both("差分の起点が失われました", "Graph no longer knows where we stood")
T = TypeVar("T")


class EntraReader:
    """The reading half of an `entra` directory; remembers its last whole read in memory."""

    def __init__(
        self,
        name: str,
        options: EntraOptions,
        context: DirectoryContext,
        pause: Pause = time.sleep,
    ) -> None:
        """Remember where to read; connects to nothing."""
        self.name = name
        self._options = options
        self._context = context
        self._patience = options.patience(context.clock, pause)
        self._tokens = TokenSource(options, options.reading, context.base_dir, context.clock)
        self._known: Known | None = None

    def read(self, progress: Progress) -> DirectorySnapshot:
        """Read every user, group and membership; raises DirectoryUnreadable."""
        known, snapshot = self._with_line(lambda line: self._read(line, progress))
        self._known = known
        return snapshot

    def changes(self) -> DirectoryDelta:
        """Return what changed since; raises DeltaLost, DirectoryUnreadable."""
        return self._with_line(self._changes)

    def present_members(self, asked: Mapping[str, Collection[str]]) -> dict[str, frozenset[str]]:
        """Return those who stand directly in each group right now."""

        def look(line: GraphLine) -> dict[str, frozenset[str]]:
            groups = [group for group in asked if is_object_id(group)]
            standing = Reading(line, self._options).standing(groups)
            return {
                group: standing.get(group, frozenset()) & frozenset(members)
                for group, members in asked.items()
            }

        return self._with_line(lambda line: settled(self.name, _NEXT_RUN, lambda: look(line)))

    def check(self) -> str:
        """Ask for a token, read everything once and count; raises DirectoryUnreadable."""

        def look(line: GraphLine) -> str:
            known, found = self._read(line, lambda _what, _done, _total: None)
            fixed = sum(1 for group in known.groups.values() if group.unwritable)
            return (
                f"{line.host}: {len(found.accounts)} accounts, {len(found.groups)} groups, "
                f"{fixed} of them not writable, {'delta' if known.links else 'no delta'}"
            )

        return self._with_line(look)

    def _with_line(self, work: Callable[[GraphLine], T]) -> T:
        options, base_dir = self._options, self._context.base_dir
        try:
            with opened(options, base_dir, self._tokens, self._patience) as line:
                return work(line)
        except AnswerError as error:
            raise DirectoryUnreadable(self.name, error.why, error.remedy) from None

    def _read(self, line: GraphLine, progress: Progress) -> tuple[Known, DirectorySnapshot]:
        reading = Reading(line, self._options)
        read_at = self._context.clock()
        place = self._known.links if self._known else None
        known = settled(
            self.name,
            _NEXT_RUN,
            lambda: reading.whole(place, lambda done: progress(self.name, done, None)),
        )
        proof = Proof(
            _METHOD,
            reading.pages,
            len(known.users) + len(known.groups),
            line.host,
            digest_of(known.users, known.groups),
        )
        how = Resolving(
            self.name,
            read_at,
            self._context.staff_number_width,
            self._options.max_unresolved_percent,
            _REMEDIES,
        )
        return known, snapshot_of_objects(how, proof, known.users.values(), known.groups.values())

    def _changes(self, line: GraphLine) -> DirectoryDelta:
        before = self._known
        if before is None or before.links is None:
            raise DeltaLost(self.name, _FORGOTTEN, _READ_FIRST)
        links, read_at = before.links, self._context.clock()
        try:
            looked = Reading(line, self._options).changes(before, links)
        except AnswerError as error:
            if error.status == GONE or error.kind in LOST:
                self._known = None
                raise DeltaLost(self.name, _FORGOTTEN, _READ_FIRST) from None
            raise
        except PagesBrokenError as error:
            raise DirectoryUnreadable(self.name, error.args[0], _NEXT_RUN) from None
        how = Telling(self.name, read_at, line.host, self._context.staff_number_width)
        delta = difference(how, before, looked)
        self._known = looked.known
        return delta
