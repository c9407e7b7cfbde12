"""Removes members from one group over SCIM, in the way that the server takes.

PATCH with a filter for each member (RFC 7644, section 3.5.2.2) is tried first. Where the server
knows no PATCH, or refuses the path, the group is read whole, and put back without them (3.5.1).
`values` is the form that Microsoft Entra sends; a server that follows the RFC would take it for
an order to remove everybody, so it is used only where the site says so, and looked at afterwards.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from scim2_models import Group, PatchOp

from connectors.scim.line import ScimLine
from connectors.scim.reader import standing_in
from connectors.scim.resources import members_of
from connectors.shared.bilingual import both
from connectors.shared.http.answers import NOTHING_KNOWN, AnswerError
from syncd.ports.directory import WriteOutcome

Way = Literal["filter", "values", "put"]
_TRIES = 5
_BAD_REQUEST = 400
_CONFLICT = 412
_NO_PATCH = frozenset({405, 501})
_NO_SUCH_PATH = frozenset({"invalidPath", "invalidFilter"})
_PATCH_SCHEMA = str(PatchOp.__schema__)
_HARMED = both(
    "ほかの会員もいなくなりました。グループを確かめ、remove_by を変えてください",
    "other members are gone too: look at the group, and change remove_by",
)


@dataclass(frozen=True, slots=True)
class _Seen:
    """A group as it was right before a change; `version` is None where the server has none."""

    members: tuple[str, ...]
    version: str | None


class GroupChanges:
    """Changes the members of one group; every method raises AnswerError where nothing is known."""

    def __init__(self, line: ScimLine, group: str, way: Way, chunk: int) -> None:
        """Change `group`, at most `chunk` members in one request."""
        self._line = line
        self._group = group
        self._chunk = chunk
        self._way: Way = way if line.able.patch else "put"
        self._harm: str | None = None

    def remove(self, members: Sequence[str]) -> tuple[WriteOutcome, ...]:
        """Remove members; return one outcome each."""
        standing = standing_in(self._line, self._group) or ()
        leaving = [member for member in dict.fromkeys(members) if member in standing]
        errors: dict[str, str] = {}
        for start in range(0, len(leaving), self._chunk):
            errors |= self._remove(leaving[start : start + self._chunk])
        if errors:
            after = standing_in(self._line, self._group) or ()
            errors = {member: error for member, error in errors.items() if member in after}
        return tuple(WriteOutcome(member, errors.get(member, self._harm)) for member in members)

    def add(self, member: str) -> str | None:
        """Put one member in; return why not, or None."""
        try:
            self._conditionally(lambda seen: self._put_in(seen, member))
        except AnswerError as error:
            if error.status in NOTHING_KNOWN:
                raise
            return error.words
        return None

    def _remove(self, members: list[str]) -> dict[str, str]:
        """Remove in one change, or in halves where the server refuses; return what it refused."""
        try:
            self._conditionally(lambda seen: self._take_out(seen, members))
        except AnswerError as error:
            if error.status in NOTHING_KNOWN:
                raise
            if error.status != _BAD_REQUEST or len(members) == 1:
                return dict.fromkeys(members, error.words)
            half = len(members) // 2
            return self._remove(members[:half]) | self._remove(members[half:])
        return {}

    def _conditionally(self, change: Callable[[_Seen], None]) -> None:
        """Make a change to the group as it is now; again where somebody else changed it."""
        for tried in range(1, _TRIES + 1):
            found = self._line.group(self._group)
            if found is None:
                return
            try:
                change(_Seen(members_of(found), self._line.version_of(found)))
            except AnswerError as error:
                if error.status != _CONFLICT or tried == _TRIES:
                    raise
            else:
                return

    def _take_out(self, seen: _Seen, members: list[str]) -> None:
        left = [member for member in members if member in seen.members]
        if left and self._way == "filter":
            self._patch_by_filter(seen, left)
        elif left and self._way == "values":
            self._patch_by_values(seen, left)
        elif left:
            self._put_without(seen, left)

    def _patch_by_filter(self, seen: _Seen, left: list[str]) -> None:
        try:
            self._line.patch(self._group, _removing(left), seen.version)
        except AnswerError as error:
            if error.status not in _NO_PATCH and error.kind not in _NO_SUCH_PATH:
                raise
            self._way = "put"
            self._put_without(seen, left)

    def _patch_by_values(self, seen: _Seen, left: list[str]) -> None:
        values = [{"value": member} for member in left]
        operation = {"op": "remove", "path": "members", "value": values}
        change = {"schemas": [_PATCH_SCHEMA], "Operations": [operation]}
        self._line.patch(self._group, change, seen.version)
        lost = self._lost(seen, left)
        if lost:
            self._harm = _HARMED
            self._line.patch(self._group, _adding(lost), None)

    def _put_without(self, seen: _Seen, left: list[str]) -> None:
        content = self._line.whole_group(self._group)
        if content is None:
            return
        leaving = set(left)
        content["members"] = [m for m in _listed(content) if m.get("value") not in leaving]
        self._line.put(self._group, content, seen.version)
        if seen.version is None and self._lost(seen, left):
            self._harm = _HARMED

    def _put_in(self, seen: _Seen, member: str) -> None:
        if member in seen.members:
            return
        if self._way != "put":
            self._line.patch(self._group, _adding([member]), seen.version)
            return
        content = self._line.whole_group(self._group)
        if content is not None:
            content["members"] = [*_listed(content), {"value": member}]
            self._line.put(self._group, content, seen.version)

    def _lost(self, seen: _Seen, left: list[str]) -> list[str]:
        """Return who is no longer in the group although nobody asked for it."""
        after = standing_in(self._line, self._group)
        if after is None:
            return []
        return [m for m in seen.members if m not in after and m not in left]


def _removing(members: Iterable[str]) -> PatchOp[Group]:
    paths = (f"members[value eq {json.dumps(member)}]" for member in members)
    return _patch_of([{"op": "remove", "path": path} for path in paths])


def _adding(members: Iterable[str]) -> PatchOp[Group]:
    values = [{"value": member} for member in members]
    return _patch_of([{"op": "add", "path": "members", "value": values}])


def _patch_of(operations: list[dict[str, Any]]) -> PatchOp[Group]:
    return PatchOp[Group].model_validate({"schemas": [_PATCH_SCHEMA], "Operations": operations})


def _listed(content: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the members as the server wrote them."""
    return [member for member in content.get("members") or () if isinstance(member, dict)]
