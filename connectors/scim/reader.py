"""Reads users and groups over SCIM whole and proved, or says why it cannot.

Groups are read before users, so that whoever joins meanwhile is among the users. A group that
the list shows without members is asked for by itself: some servers leave members out of lists.
A list that moves while it is read is begun again, a bounded number of times.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from connectors.scim.line import ScimLine, opened
from connectors.scim.options import ScimOptions
from connectors.scim.paging import read_pages
from connectors.scim.resources import groups as listed_groups
from connectors.scim.resources import members_of
from connectors.scim.resources import users as listed_users
from connectors.shared.bilingual import both
from connectors.shared.http.answers import AnswerError
from connectors.shared.http.lists import PagesBrokenError, PagesMovedError, settled
from connectors.shared.http.patience import Pause
from connectors.shared.object_groups import (
    ObjectGroup,
    Resolving,
    digest_of,
    snapshot_of_objects,
)
from connectors.shared.plausible import Remedies
from syncd.core.memberships import DirectorySnapshot, Proof
from syncd.errors import DirectoryUnreadable
from syncd.ports.directory import DirectoryContext, Progress

_METHOD = "SCIM pages, each overlapping the one before (RFC 7644, 3.4.2.4)"
_ASK_FEWER = both(
    "サーバの担当者に伝えてください。page_size を変えると読めることもあります",
    "tell whoever runs the server; another page_size may help",
)
_MEMBERS_LEFT_OUT = (
    both("グループの一覧が会員を省いています", "the list of groups leaves members out"),
    both('members = "each" にしてください', 'say members = "each"'),
)
_SEE = both(
    "トークンで見える範囲を確かめてください", "make sure that the token may see all of them"
)
_UNRESOLVED = both(
    "トークンで全員が見えるようにするか、削除済みの人をグループから外すか、"
    "max_unresolved_percent を上げてください",
    "let the token see everybody, take deleted people out of the groups, "
    "or raise max_unresolved_percent",
)
_REMEDIES = Remedies(_SEE, _SEE, _UNRESOLVED)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ScimReader:
    """The reading half of a `scim` directory."""

    name: str
    options: ScimOptions
    context: DirectoryContext
    pause: Pause = time.sleep

    def read(self, progress: Progress) -> DirectorySnapshot:
        """Read every user, group and membership; raises DirectoryUnreadable."""
        return self._with_line(lambda line: self._read(line, progress))

    def present_members(self, asked: Mapping[str, Collection[str]]) -> dict[str, frozenset[str]]:
        """Return those who stand directly in each group right now."""

        def look(line: ScimLine) -> dict[str, frozenset[str]]:
            return {
                group: frozenset(standing_in(line, group) or ()) & frozenset(members)
                for group, members in asked.items()
            }

        return self._with_line(look)

    def check(self) -> str:
        """Read everything once and count; raises DirectoryUnreadable."""

        def look(line: ScimLine) -> str:
            line.learn()
            found = self._read(line, lambda _what, _done, _total: None)
            way = "PATCH" if line.able.patch else "PUT"
            etag = "ETag" if line.able.etag else "no ETag"
            counts = f"{len(found.accounts)} accounts, {len(found.groups)} groups"
            return f"{line.host}: {counts}, {way}, {etag}"

        return self._with_line(look)

    def _with_line(self, work: Callable[[ScimLine], T]) -> T:
        options, context = self.options, self.context
        token = (options.token_file, options.token_env)
        patience = options.patience(context.clock, self.pause)
        try:
            with opened(options, context.base_dir, token, patience) as line:
                return work(line)
        except AnswerError as error:
            raise DirectoryUnreadable(self.name, error.why, error.remedy) from None
        except PagesBrokenError as error:
            raise DirectoryUnreadable(self.name, error.args[0], _ASK_FEWER) from None

    def _read(self, line: ScimLine, progress: Progress) -> DirectorySnapshot:
        return settled(self.name, _ASK_FEWER, lambda: self._pass(line, progress))

    def _pass(self, line: ScimLine, progress: Progress) -> DirectorySnapshot:
        read_at = self.context.clock()
        found = read_pages(
            partial(line.page, listed_groups(self.options)),
            self.options.page_size,
            lambda done, _total: progress(self.name, done, None),
        )
        groups = {group.id: self._confirmed(line, group) for group in found.resources.values()}
        people = read_pages(
            partial(line.page, listed_users(self.options)),
            self.options.page_size,
            lambda done, _total: progress(self.name, len(groups) + done, None),
        )
        users = people.resources
        pages, entries = found.pages + people.pages, len(users) + len(groups)
        proof = Proof(_METHOD, pages, entries, line.host, digest_of(users, groups))
        how = Resolving(
            self.name,
            read_at,
            self.context.staff_number_width,
            self.options.max_unresolved_percent,
            _REMEDIES,
        )
        return snapshot_of_objects(how, proof, users.values(), groups.values())

    def _confirmed(self, line: ScimLine, group: ObjectGroup) -> ObjectGroup:
        """Return a group of the list with its members; one without any is asked by itself."""
        each = self.options.members == "each"
        if group.members and not each:
            return group
        alone = standing_in(line, group.id)
        if alone is None:
            raise PagesMovedError(
                both("読取り中にグループが消えました", "a group went while it was read")
            )
        if alone and not each:
            raise DirectoryUnreadable(self.name, *_MEMBERS_LEFT_OUT)
        return replace(group, members=alone)


def standing_in(line: ScimLine, group_id: str) -> tuple[str, ...] | None:
    """Return the ids of a group's direct members now; None where there is no such group."""
    found = line.group(group_id)
    return None if found is None else members_of(found)
