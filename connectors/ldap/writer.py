"""Changes memberships over LDAP: one modify for each group and chunk, single values where refused.

What a server answers to the removal of an absent value differs (noSuchAttribute,
unwillingToPerform): so the group is read before and after, and only what still stands there is a
failure.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from ldap3 import MODIFY_ADD, MODIFY_DELETE, Connection
from ldap3.core.exceptions import LDAPException

from connectors.ldap.options import LdapOptions
from connectors.ldap.reader import member_key, standing_values
from connectors.shared.groups import member_value_key
from connectors.shared.ldap.connection import connected, remedy_for, writing_login
from connectors.shared.ldap.search import SearchBrokenError
from syncd.errors import DirectoryUnreadable, DirectoryWriteError
from syncd.ports.directory import DirectoryContext, GroupRemoval, WriteOutcome

_MUST_KEEP = (
    "このグループには1人以上が必要です。placeholder_member を設定するか、手で処理してください / "
    "the group must keep one member: set placeholder_member or change it by hand"
)
_MUST_KEEP_CODE = "objectClassViolation"
_SPELLED = {"member": "member", "uniquemember": "uniqueMember", "memberuid": "memberUid"}
T = TypeVar("T")
_NAMED = frozenset({"member", "uniquemember"})


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
        return self._with_connection(
            lambda connection: tuple(self._remove_from(connection, one) for one in removals)
        )

    def add_member(self, group: str, member: str, change_id: str) -> WriteOutcome:
        """Put one member back; one who is there already is no error."""
        del change_id

        def add(connection: Connection) -> WriteOutcome:
            standing = standing_values(connection, group)
            if standing is None:
                return WriteOutcome(member, "グループがありません / there is no such group")
            attribute, values = standing
            key = member_key(connection, self.options, attribute, member)
            if key in {member_value_key(attribute, value) for value in values}:
                return WriteOutcome(member)
            value = key if attribute == "memberuid" else member
            return WriteOutcome(
                member, _modify(connection, group, {_SPELLED[attribute]: [(MODIFY_ADD, [value])]})
            )

        return self._with_connection(add)

    def _remove_from(
        self, connection: Connection, removal: GroupRemoval
    ) -> tuple[WriteOutcome, ...]:
        standing = standing_values(connection, removal.group)
        if standing is None:
            return tuple(WriteOutcome(member) for member in removal.members)
        attribute, values = standing
        spelled = {member_value_key(attribute, value): value for value in values}
        keys = {m: member_key(connection, self.options, attribute, m) for m in removal.members}
        leaving = [spelled[k] for k in dict.fromkeys(keys.values()) if k in spelled]
        errors = self._remove(connection, removal.group, attribute, leaving, len(values))
        return tuple(WriteOutcome(m, errors.get(spelled.get(keys[m], ""))) for m in removal.members)

    def _remove(
        self, connection: Connection, group: str, attribute: str, leaving: list[str], size: int
    ) -> dict[str, str]:
        """Remove values chunk by chunk; return what still stands with the server's word for it."""
        placeholder = self.options.placeholder_member if attribute in _NAMED else ""
        if placeholder and len(leaving) == size:
            change = {_SPELLED[attribute]: [(MODIFY_ADD, [placeholder])]}
            _modify(connection, group, change)
        errors: dict[str, str] = {}
        for start in range(0, len(leaving), self.options.chunk):
            chunk = leaving[start : start + self.options.chunk]
            errors.update(_delete(connection, group, _SPELLED[attribute], chunk))
        if not errors:
            return {}
        after = standing_values(connection, group)
        still = set() if after is None else set(after[1])
        return {value: error for value, error in errors.items() if value in still}

    def _with_connection(self, work: Callable[[Connection], T]) -> T:
        """Do the work on a connection; raises DirectoryWriteError where nothing can be said."""
        login = writing_login(self.options)
        try:
            with connected(self.name, self.options, self.context.base_dir, login) as connection:
                return work(connection)
        except DirectoryUnreadable as error:
            raise DirectoryWriteError(self.name, error.why, error.remedy) from error
        except (SearchBrokenError, LDAPException, OSError) as error:
            raise DirectoryWriteError(self.name, str(error), remedy_for(str(error))) from error


def _delete(
    connection: Connection, group: str, attribute: str, values: list[str]
) -> dict[str, str]:
    """Delete values in one change, or in halves down to single ones where the server refuses."""
    if not values:
        return {}
    error = _modify(connection, group, {attribute: [(MODIFY_DELETE, values)]})
    if error is None:
        return {}
    if len(values) == 1:
        return {values[0]: _MUST_KEEP if error.startswith(_MUST_KEEP_CODE) else error}
    half = len(values) // 2
    return {
        **_delete(connection, group, attribute, values[:half]),
        **_delete(connection, group, attribute, values[half:]),
    }


def _modify(
    connection: Connection, group: str, changes: dict[str, list[tuple[str, list[str]]]]
) -> str | None:
    """Make one change; return the server's word for why not, or None."""
    if connection.modify(group, changes):
        return None
    result = connection.result
    return f"{result['description']} {result['message']}".strip()
