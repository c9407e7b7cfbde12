"""Changes memberships over LDAP, those of many groups on one connection.

How members leave is `removing`. A connection that breaks is opened once more, to the next server
where there is one, and the groups are looked at again: what was done before it broke is not done
twice. Where that breaks too, nothing can be said of what is left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ldap3 import Connection

from connectors.ldap.options import LdapOptions
from connectors.ldap.removing import SPELLED, remove_all
from connectors.ldap.standing import member_key, standing_values
from connectors.shared.groups import member_value_key
from connectors.shared.ldap.attempts import attempted_change
from connectors.shared.ldap.modify import SUCCESS, Modify, modify_all
from connectors.shared.ldap.refusals import NO_SUCH_OBJECT, refusal_of
from syncd.ports.directory import DirectoryContext, GroupRemoval, WriteOutcome


@dataclass(frozen=True, slots=True)
class LdapWriter:
    """The writing half of an `ldap` directory."""

    name: str
    options: LdapOptions
    context: DirectoryContext

    def remove_members(
        self, removals: Sequence[GroupRemoval]
    ) -> tuple[tuple[WriteOutcome, ...], ...]:
        """Remove members, of each group in as few changes as the server takes."""
        return attempted_change(
            self.context, self.options, lambda line: remove_all(line, self.options, removals)
        )

    def add_member(self, group: str, member: str, change_id: str) -> WriteOutcome:
        """Put one member back; one who is there already is no error."""
        del change_id

        def add(connection: Connection) -> WriteOutcome:
            standing = standing_values(connection, group)
            if standing is None:
                return WriteOutcome(member, refusal_of(NO_SUCH_OBJECT))
            attribute, values = standing
            key = member_key(connection, self.options, attribute, member)
            if key in {member_value_key(attribute, value) for value in values}:
                return WriteOutcome(member)
            value = key if attribute == "memberuid" else member
            change = Modify(group, SPELLED[attribute], added=[value])
            (code,) = modify_all(connection, [change])
            return WriteOutcome(member, None if code == SUCCESS else refusal_of(code))

        return attempted_change(self.context, self.options, add)
