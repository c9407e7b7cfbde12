"""Who stands directly in one group right now, range by range where the group is a large one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from ldap3 import Connection

from connectors.ad.entries import AdGroup, first_of, names_of, take_range
from connectors.ad.identity import DOMAIN_SCOPE, EXTENDED_DN, native_of, parse_extended
from connectors.ad.options import AdOptions
from connectors.ad.ranges import Ranges
from connectors.shared.dn import dn_key
from connectors.shared.groups import Entry
from connectors.shared.ldap.search import SearchBrokenError, read_each

_CONTROLS = (EXTENDED_DN, DOMAIN_SCOPE)
_ANEW = 5
"""How often a group that changes while its ranges are read is begun anew."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The direct members of a group: native ids, and the native id of each by its DN."""

    sid: str = ""
    exists: bool = False
    natives: frozenset[str] = frozenset()
    by_dn: dict[str, str] = field(default_factory=dict)

    def native(self, member: str) -> str:
        """Return the native id of a member, however it is named."""
        found = native_of(member)
        return self.by_dn.get(dn_key(found), found)

    def among(self, members: Collection[str]) -> frozenset[str]:
        """Return those of the members, as they were given, that stand in the group."""
        return frozenset(m for m in members if self.native(m) in self.natives)


def first_range(options: AdOptions) -> str:
    """Return how members are asked for: the server cuts them, or we do to try it out."""
    return f"member;range=0-{options.range_size - 1}" if options.range_size else "member"


def standing_members(
    connection: Connection, options: AdOptions, groups: Sequence[str]
) -> list[Standing]:
    """Return who stands in each group (by its key), many asked at once.

    Raises SearchBrokenError.
    """
    asked = ("uSNChanged", first_range(options))
    entries = read_each(connection, [native_of(group) for group in groups], asked, _CONTROLS)
    return [Standing() if entry is None else _standing(connection, entry) for entry in entries]


def _standing(connection: Connection, entry: Entry) -> Standing:
    own, ranges = names_of(entry), Ranges("member")
    take_range(ranges, entry)
    values = _completed(connection, own.native, ranges, first_of(entry, "usnchanged"))
    named = [found for found in map(parse_extended, values) if found is not None]
    if len(named) != len(values):
        raise SearchBrokenError("a member came without its identity (objectGUID)")
    natives = frozenset(n.native for n in named)
    return Standing(
        own.sid, exists=True, natives=natives, by_dn={dn_key(n.dn): n.native for n in named}
    )


def complete_ranges(connection: Connection, group: AdGroup) -> None:
    """Ask on for the members of a group until the server says that these are all."""
    if not group.ranges.done:
        native = group.named.native
        group.ranges.values = _completed(connection, native, group.ranges, group.usn)


def _completed(connection: Connection, native: str, ranges: Ranges, usn: str) -> list[str]:
    """Return all values. A group that changed meanwhile is begun anew: its ranges have moved."""
    for _ in range(_ANEW):
        while not ranges.done:
            entry = _look(connection, native, ("uSNChanged", ranges.next))
            if entry is None:
                raise SearchBrokenError("a group went away while its members were read")
            if first_of(entry, "usnchanged") != usn:
                usn = first_of(entry, "usnchanged")
                ranges = Ranges("member")
                break
            take_range(ranges, entry)
        else:
            return ranges.values
    raise SearchBrokenError("a group goes on changing while its members are read")


def _look(connection: Connection, native: str, about: tuple[str, ...]) -> Entry | None:
    """Return one entry, None where there is none (any more)."""
    return read_each(connection, [native], about, _CONTROLS)[0]
