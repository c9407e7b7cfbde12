"""Cutting many edges of one directory at once: look, remove what still stands, read back.

What a server answers is not believed where it can be asked again; where it broke off in the
middle it is asked all the same, so that what was done counts as done. What a directory cannot do
is not asked of it (ports.directory.Capability): without READ_BACK what it took over counts until
a whole read shows it, without BATCH members go one by one. Nothing is recorded here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from syncd.errors import DirectoryUnreadable, DirectoryWriteError
from syncd.flow.site import DirectorySeat
from syncd.ports.directory import GroupRemoval

Edge: TypeAlias = tuple[str, str]
"""One direct membership: the group's key and the member's native id."""

_STILL_THERE = "書き込みのあとも所属が残っています / it still stands there after the change"


def cut_edges(seat: DirectorySeat, removals: Sequence[GroupRemoval]) -> dict[Edge, str]:
    """Cut the edges; return why for each that is not cut, or of which that is not known."""
    if not seat.shows_at_once:
        return _remove(seat, removals)
    try:
        standing = _standing(seat, removals)
    except DirectoryUnreadable as failure:
        return dict.fromkeys(_edges(removals), _said(failure))
    leaving = tuple(_only(standing, removals))
    if not leaving:
        return {}
    errors = _remove(seat, leaving)
    try:
        still = _standing(seat, leaving)
    except DirectoryUnreadable as failure:
        return dict.fromkeys(_edges(leaving), _said(failure)) | errors
    return {edge: errors.get(edge, _STILL_THERE) for edge in _edges(leaving) if edge in still}


def _standing(seat: DirectorySeat, removals: Iterable[GroupRemoval]) -> set[Edge]:
    """Return which of the edges stand now; raises DirectoryUnreadable."""
    asked: dict[str, set[str]] = {}
    for removal in removals:
        asked.setdefault(removal.group, set()).update(removal.members)
    with seat.turn:
        found = seat.reader.present_members(asked)
    return {(group, member) for group, members in found.items() for member in members}


def _only(standing: set[Edge], removals: Iterable[GroupRemoval]) -> Iterator[GroupRemoval]:
    """Yield what of the removals is still to be done."""
    for removal in removals:
        members = tuple(m for m in removal.members if (removal.group, m) in standing)
        if members:
            yield GroupRemoval(removal.group, members, removal.change_id)


def _remove(seat: DirectorySeat, removals: Sequence[GroupRemoval]) -> dict[Edge, str]:
    """Have the edges removed; return the errors. Nothing is asked of a directory that broke off."""
    errors: dict[Edge, str] = {}
    writer = seat.writer()
    calls = [removals] if seat.batches else [[removal] for removal in removals]
    for at, call in enumerate(calls):
        try:
            outcomes = writer.remove_members(call)
        except DirectoryWriteError as failure:
            rest = [removal for later in calls[at:] for removal in later]
            return errors | dict.fromkeys(_edges(rest), _said(failure))
        for removal, of_group in zip(call, outcomes, strict=True):
            errors |= {(removal.group, o.member): o.error for o in of_group if o.error is not None}
    return errors


def _edges(removals: Iterable[GroupRemoval]) -> Iterator[Edge]:
    return ((removal.group, member) for removal in removals for member in removal.members)


def _said(failure: DirectoryUnreadable | DirectoryWriteError) -> str:
    return f"{failure.why}. {failure.remedy}"
