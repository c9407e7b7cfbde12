"""Cutting many edges of one directory at once: look, remove what still stands, read back.

What a server answers is not believed where it can be asked again; where it broke off in the
middle it is asked all the same, so that what was done counts as done; where it cannot be asked
either, what was asked for may be gone, and only a later read tells. What a directory cannot do
is not asked of it (ports.directory.Capability): without READ_BACK what it took over counts until
a whole read shows it, without BATCH members go one by one. Nothing is recorded here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from syncd.errors import DirectoryUnreadable, DirectoryWriteError
from syncd.flow.site import DirectorySeat
from syncd.ports.directory import GroupRemoval

Edge: TypeAlias = tuple[str, str]
"""One direct membership: the group's key and the member's native id."""


@dataclass(frozen=True, slots=True)
class Uncut:
    """Why an edge was not cut; `may_be_gone` where it was asked for and nobody can say."""

    why: str
    may_be_gone: bool = False


_STAYED = Uncut("書き込みのあとも所属が残っています / it still stands there after the change")


def cut_edges(seat: DirectorySeat, removals: Sequence[GroupRemoval]) -> dict[Edge, Uncut]:
    """Cut the edges; return those that are not cut, or of which that is not known."""
    if not seat.shows_at_once:
        return _remove(seat, removals)
    try:
        standing = _standing(seat, removals)
    except DirectoryUnreadable as failure:
        return dict.fromkeys(_edges(removals), Uncut(_said(failure)))
    leaving = tuple(_only(standing, removals))
    if not leaving:
        return {}
    uncut = _remove(seat, leaving)
    try:
        still = _standing(seat, leaving)
    except DirectoryUnreadable as failure:
        unseen = Uncut(_said(failure), may_be_gone=True)
        return {edge: uncut.get(edge, unseen) for edge in _edges(leaving)}
    # Where it broke off the server may be at work on it yet (seen with slapd 2.5): it may still go.
    return {edge: uncut.get(edge, _STAYED) for edge in _edges(leaving) if edge in still}


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


def _remove(seat: DirectorySeat, removals: Sequence[GroupRemoval]) -> dict[Edge, Uncut]:
    """Have the edges removed; return the others. Nothing more is asked where it broke off."""
    uncut: dict[Edge, Uncut] = {}
    writer = seat.writer()
    calls = [removals] if seat.batches else [[removal] for removal in removals]
    for at, call in enumerate(calls):
        try:
            outcomes = writer.remove_members(call)
        except DirectoryWriteError as failure:
            why = _said(failure)
            later = [removal for rest in calls[at + 1 :] for removal in rest]
            uncut |= dict.fromkeys(_edges(call), Uncut(why, may_be_gone=True))
            return uncut | dict.fromkeys(_edges(later), Uncut(why))
        for removal, of_group in zip(call, outcomes, strict=True):
            uncut |= {
                (removal.group, o.member): Uncut(o.error) for o in of_group if o.error is not None
            }
    return uncut


def _edges(removals: Iterable[GroupRemoval]) -> Iterator[Edge]:
    return ((removal.group, member) for removal in removals for member in removal.members)


def _said(failure: DirectoryUnreadable | DirectoryWriteError) -> str:
    return f"{failure.why}. {failure.remedy}"
