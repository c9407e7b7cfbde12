"""Reads users, groups and direct members of a tenant whole, and those that changed.

Groups are read before users, so that whoever joins meanwhile is among the users; a group in a
group that the list did not show means that the list moved. Where changes will be told from is
asked for before anything is read, so that nothing falls between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from connectors.entra.batch import Part, PartReply, ask_all
from connectors.entra.chain import Raw, by_id, read_chain
from connectors.entra.faults import EXPIRED_PAGE, NOT_FOUND
from connectors.entra.known import Known, Links, Looked
from connectors.entra.line import GraphLine
from connectors.entra.objects import (
    ask_group,
    ask_members,
    ask_user,
    delta_path,
    group_of,
    groups_path,
    hides_members,
    is_group,
    stranger_of,
    user_of,
    users_path,
)
from connectors.entra.options import EntraOptions
from connectors.shared.bilingual import both
from connectors.shared.http.answers import AnswerError
from connectors.shared.http.lists import PagesBrokenError, PagesMovedError
from connectors.shared.object_groups import ObjectGroup, ObjectUser

_NO_DELTA = frozenset({400, 404, 405, 501})
_ROUND = 200
_HIDDEN = (
    both("会員を隠しているグループがあります", "a group hides its members"),
    both(
        "アプリに Member.Read.Hidden を与え、may_read_hidden = true にしてください",
        "grant the application Member.Read.Hidden, and say may_read_hidden = true",
    ),
)
_EXPIRED = both("続きのページの期限が切れました", "the link to the next page has expired")
Told = Callable[[int], None]


class Reading:
    """Reads over one open line; raises AnswerError and PagesBrokenError."""

    def __init__(self, line: GraphLine, options: EntraOptions) -> None:
        """Read over a line."""
        self._line = line
        self._options = options
        self.pages = 0

    def whole(self, place: Links | None, told: Told) -> Known:
        """Read everything; changes go on from the place there is, or from now."""
        links = place or self._links()
        self.pages = 0
        raws = by_id(self._chain(groups_path(self._options)))
        told(len(raws))
        members = self._members_of(raws, lambda done: told(len(raws) + done))
        if any(raw["id"] not in raws for each in members.values() for raw in each if is_group(raw)):
            raise PagesMovedError(
                both("読取り中にグループが増えました", "a group came while it was read")
            )
        groups = {key: self._group(raw, members[key]) for key, raw in raws.items()}
        people = by_id(self._chain(users_path(self._options)))
        users = {key: user_of(raw, self._options) for key, raw in people.items()}
        told(2 * len(raws) + len(users))
        return Known({**_strangers(members.values()), **users}, groups, links)

    def changes(self, before: Known, links: Links) -> Looked:
        """Return what is known after the changes since.

        What a delta tells is looked at again, each group and user by itself.
        """
        told_users, users_link = self._delta(links.users)
        told_groups, groups_link = self._delta(links.groups)
        users, groups = dict(before.users), dict(before.groups)
        for key, raw in self._each(told_users, lambda one: ask_user(one, self._options)).items():
            if raw is None:
                users.pop(key, None)
            else:
                users[key] = user_of(raw, self._options)
        found = self._each(told_groups, ask_group)
        there = {key: raw for key, raw in found.items() if raw is not None}
        members = self._members_of(there, lambda _done: None)
        for key in found:
            groups.pop(key, None)
        groups |= {key: self._group(raw, members[key]) for key, raw in there.items()}
        everybody = {**_strangers(members.values()), **users}
        known = Known(everybody, groups, Links(users_link, groups_link))
        return Looked(known, frozenset(told_users), frozenset(told_groups))

    def standing(self, group_ids: Sequence[str]) -> dict[str, frozenset[str]]:
        """Return the ids of the direct members of groups; of one that is not there, none."""
        first = self._first_pages(group_ids)
        return {
            key: frozenset() if page is None else self._ids_of(page) for key, page in first.items()
        }

    def _ids_of(self, page: Raw) -> frozenset[str]:
        return frozenset(raw["id"] for raw in self._follow(page))

    def _group(self, raw: Raw, members: Sequence[Raw]) -> ObjectGroup:
        """Return a group; one that hides its members from us is no empty one."""
        if not members and hides_members(raw) and not self._options.may_read_hidden:
            raise AnswerError(*_HIDDEN)
        return group_of(raw, members)

    def _links(self) -> Links | None:
        """Return where changes will be told; None in a cloud that tells of none."""
        try:
            links = [
                self._delta(delta_path(kind, self._options))[1] for kind in ("users", "groups")
            ]
        except AnswerError as error:
            if error.status in _NO_DELTA:
                return None
            raise
        return Links(*links)

    def _delta(self, address: str) -> tuple[list[str], str]:
        """Return the ids that a delta names, each once, and where the next one begins."""
        chain = read_chain(self._page, self._page(address))
        if not chain.delta_link:
            raise PagesBrokenError(both("差分が途中で終わりました", "a delta ends without a link"))
        return list(dict.fromkeys(raw["id"] for raw in chain.objects)), chain.delta_link

    def _chain(self, path: str) -> tuple[Raw, ...]:
        return self._follow(self._page(path))

    def _follow(self, first: Raw) -> tuple[Raw, ...]:
        return read_chain(self._page, first).objects

    def _page(self, address: str) -> Raw:
        self.pages += 1
        try:
            return self._line.get(address)
        except AnswerError as error:
            if error.kind == EXPIRED_PAGE:
                raise PagesMovedError(_EXPIRED) from None
            raise

    def _members_of(self, groups: Iterable[str], told: Told) -> dict[str, tuple[Raw, ...]]:
        """Return the direct members of groups that were there a moment ago."""
        keys, found = list(groups), {}
        for start in range(0, len(keys), _ROUND):
            for key, page in self._first_pages(keys[start : start + _ROUND]).items():
                if page is None:
                    raise PagesMovedError(
                        both("読取り中にグループが消えました", "a group went while it was read")
                    )
                found[key] = self._follow(page)
            told(len(found))
        return found

    def _first_pages(self, groups: Sequence[str]) -> dict[str, Raw | None]:
        replies = ask_all(self._line, [ask_members(key, self._options) for key in groups])
        self.pages += len(replies)
        return {key: _content(reply) for key, reply in zip(groups, replies, strict=True)}

    def _each(self, ids: Sequence[str], ask: Callable[[str], Part]) -> dict[str, Raw | None]:
        """Return objects by their id, each asked for by itself; None where one is gone."""
        replies = ask_all(self._line, [ask(one) for one in ids])
        found = {one: _content(reply) for one, reply in zip(ids, replies, strict=True)}
        if any(raw is not None and raw.get("id") != one for one, raw in found.items()):
            raise PagesBrokenError(both("別の項目が返りました", "another object came"))
        return found


def _content(reply: PartReply) -> Mapping[str, object] | None:
    """Return the object of a part; None where there is none; raises AnswerError."""
    if reply.status == NOT_FOUND:
        return None
    if not reply.is_success:
        raise reply.error
    if not isinstance(reply.content, dict):
        raise PagesBrokenError(both("一覧のない応答です", "an answer has no list"))
    return reply.content


def _strangers(members: Iterable[Iterable[Raw]]) -> dict[str, ObjectUser]:
    found = (stranger_of(raw) for each in members for raw in each)
    return {one.id: one for one in found if one is not None}
