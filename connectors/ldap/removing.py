"""Takes members out of many groups on one connection, in as few changes as the server takes.

What a server answers to the removal of an absent value differs (noSuchAttribute,
unwillingToPerform): so the groups are read before and after, and only what still stands there is
a failure. One change takes all values out of a group, or a chunk of them; where the server
refuses it, halves of it are tried, down to single values, so that one bad value fails alone.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ldap3 import Connection

from connectors.ldap.options import LdapOptions
from connectors.ldap.standing import Standing, all_standing_values, uids_of
from connectors.shared.groups import member_value_key
from connectors.shared.ldap.modify import SUCCESS, Modify, modify_all
from connectors.shared.ldap.refusals import ABOUT_NO_VALUE, refusal_of
from syncd.ports.directory import GroupRemoval, WriteOutcome

SPELLED = {"member": "member", "uniquemember": "uniqueMember", "memberuid": "memberUid"}
NAMED = frozenset({"member", "uniquemember"})
_MANY_FORMS = "uniquemember"
"""One member may stand there several times, with different identifiers (RFC 4517, 3.3.21)."""


@dataclass(frozen=True, slots=True)
class _Leaving:
    """What leaves one group: for each member asked for, the values under which it stands there.

    `values` counts those that stand in the group, those that stay too.
    """

    removal: GroupRemoval
    attribute: str = ""
    spelled: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    values: int = 0

    @property
    def leaving(self) -> list[str]:
        """Return the values, each once, although two names may mean one member."""
        return list(dict.fromkeys(v for values in self.spelled.values() for v in values))

    def outcomes(self, errors: Mapping[tuple[str, str], str]) -> tuple[WriteOutcome, ...]:
        """Return what became of each member, by the errors of (group, value)."""
        return tuple(
            WriteOutcome(member, self._error_of(member, errors)) for member in self.removal.members
        )

    def _error_of(self, member: str, errors: Mapping[tuple[str, str], str]) -> str | None:
        places = ((self.removal.group, value) for value in self.spelled.get(member, ()))
        return next((errors[place] for place in places if place in errors), None)


def remove_all(
    connection: Connection, options: LdapOptions, removals: Sequence[GroupRemoval]
) -> tuple[tuple[WriteOutcome, ...], ...]:
    """Remove members of many groups; return what became of each.

    Raises SearchBrokenError and ModifyBrokenError: then only reading back tells what was done.
    """
    asked: dict[str, set[str]] = defaultdict(set)
    for removal in removals:
        asked[removal.group].update(removal.members)
    standing = all_standing_values(connection, tuple(asked))
    uids = uids_of(connection, options, standing, asked)
    found = [_look(standing.get(removal.group), uids, removal) for removal in removals]
    if options.placeholder_member:
        _put_placeholders(connection, options.placeholder_member, found)
    changes = [change for one in found for change in _chunks(one, options.chunk)]
    refused = _delete(connection, changes)
    errors = _still_there(connection, refused)
    return tuple(one.outcomes(errors) for one in found)


def _look(standing: Standing | None, uids: Mapping[str, str], removal: GroupRemoval) -> _Leaving:
    """Find who of those asked for stands in the group, and how they are written there."""
    if standing is None:
        return _Leaving(removal)
    attribute, values = standing
    literal = frozenset() if attribute == _MANY_FORMS else frozenset(values)
    spelled: dict[str, tuple[str, ...]] = {m: (m,) for m in removal.members if m in literal}
    others = [m for m in removal.members if m not in spelled]
    if others:  # written otherwise, or not there: the costly comparison is for these alone
        by_key: dict[str, tuple[str, ...]] = defaultdict(tuple)
        for value in values:
            by_key[member_value_key(attribute, value)] += (value,)
        named = uids if attribute == "memberuid" else {}
        spelled |= {m: by_key[named.get(m) or member_value_key(attribute, m)] for m in others}
    return _Leaving(removal, attribute, spelled, len(values))


def _put_placeholders(connection: Connection, placeholder: str, found: Sequence[_Leaving]) -> None:
    """Put the placeholder where nobody would be left; a refusal shows when the last one leaves."""
    leaving: Counter[str] = Counter()
    for one in found:
        leaving[one.removal.group] += len(one.leaving)
    emptied = {
        one.removal.group: one.attribute
        for one in found
        if one.attribute in NAMED and one.values and leaving[one.removal.group] == one.values
    }
    modify_all(
        connection,
        [Modify(group, SPELLED[kind], added=[placeholder]) for group, kind in emptied.items()],
    )


def _chunks(one: _Leaving, size: int) -> Iterator[Modify]:
    leaving = one.leaving
    for start in range(0, len(leaving), size):
        chunk = leaving[start : start + size]
        yield Modify(one.removal.group, SPELLED[one.attribute], deleted=chunk)


def _delete(connection: Connection, changes: Sequence[Modify]) -> dict[tuple[str, str], int]:
    """Make the changes; return the code for each (group, value) that the server did not take."""
    pending = list(changes)
    refused: dict[tuple[str, str], int] = {}
    while pending:
        smaller: list[Modify] = []
        for change, code in zip(pending, modify_all(connection, pending), strict=True):
            if code == SUCCESS:
                continue
            if len(change.deleted) > 1 and code not in ABOUT_NO_VALUE:
                smaller += _halves(change)
            else:
                refused |= {(change.dn, value): code for value in change.deleted}
        pending = smaller
    return refused


def _halves(change: Modify) -> tuple[Modify, Modify]:
    values, half = change.deleted, len(change.deleted) // 2
    return (
        Modify(change.dn, change.attribute, deleted=values[:half]),
        Modify(change.dn, change.attribute, deleted=values[half:]),
    )


def _still_there(
    connection: Connection, refused: dict[tuple[str, str], int]
) -> dict[tuple[str, str], str]:
    """Return what a refusal means for the values that still stand; the others are gone anyway."""
    standing = all_standing_values(connection, tuple({group for group, _ in refused}))
    return {
        (group, value): refusal_of(code)
        for (group, value), code in refused.items()
        if group in standing and value in standing[group][1]
    }
