"""Changes memberships in Active Directory, by identity: who was renamed meanwhile is still meant.

Each group is looked at before and, where something was refused, after: what a controller answers to
the removal of who is absent differs (`unwillingToPerform`, `noSuchAttribute`), so the code does
not count and only what still stands is a failure. A primary group has its members by an attribute
of theirs, which nothing here touches: that is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ldap3 import Connection

from connectors.ad.identity import native_of
from connectors.ad.members import Standing, standing_members
from connectors.ad.options import AdOptions
from connectors.ad.primary import held_by_primary
from connectors.shared.bilingual import both
from connectors.shared.ldap.attempts import attempted_change
from connectors.shared.ldap.modify import SUCCESS, Modify, modify_all
from connectors.shared.ldap.refusals import ABOUT_NO_VALUE, NO_SUCH_OBJECT, refusal_of
from syncd.ports.directory import DirectoryContext, GroupRemoval, WriteOutcome

_PRESENT = frozenset({SUCCESS, 20, 68})
"""attributeOrValueExists, entryAlreadyExists: who should stand in the group does."""
_PRIMARY = both(
    "主グループなので外せません。先にアカウントの主グループを変えてください",
    "it is the account's primary group: give the account another primary group first",
)


@dataclass(slots=True)
class _Work:
    """One removal: who stood in the group, and who leaves it (native ids), with what was said."""

    removal: GroupRemoval
    standing: Standing
    leaving: list[str]
    errors: dict[str, str] = field(default_factory=dict)

    def keep_real_errors(self, after: Standing) -> None:
        """Forget what was said of those who do not stand in the group any more."""
        self.errors = {
            native: error
            for native, error in self.errors.items()
            if native in after.natives or error is _PRIMARY
        }

    def outcomes(self) -> tuple[WriteOutcome, ...]:
        """Return one outcome a member, in order."""
        native = self.standing.native
        members = self.removal.members
        return tuple(WriteOutcome(m, self.errors.get(native(m))) for m in members)


@dataclass(frozen=True, slots=True)
class AdWriter:
    """The writing half of an `ad` directory."""

    name: str
    options: AdOptions
    context: DirectoryContext

    def remove_members(
        self, removals: Sequence[GroupRemoval]
    ) -> tuple[tuple[WriteOutcome, ...], ...]:
        """Remove members, of each group in as few changes as the server takes."""

        def remove(connection: Connection) -> tuple[tuple[WriteOutcome, ...], ...]:
            standing = self._standing(connection, [removal.group for removal in removals])
            works = [
                _work(connection, removal, found)
                for removal, found in zip(removals, standing, strict=True)
            ]
            refused = self._remove(connection, works, self.options.chunk)
            again = [work for work in refused if work.leaving]
            self._remove(connection, again, 1)
            after = self._standing(connection, [work.removal.group for work in again])
            for work, found in zip(again, after, strict=True):
                work.keep_real_errors(found)
            return tuple(work.outcomes() for work in works)

        return attempted_change(self.context, self.options, remove)

    def add_member(self, group: str, member: str, change_id: str) -> WriteOutcome:
        """Put one member back; one who is there already is no error."""
        del change_id

        def add(connection: Connection) -> WriteOutcome:
            (standing,) = self._standing(connection, [group])
            if not standing.exists:
                return WriteOutcome(member, refusal_of(NO_SUCH_OBJECT))
            native = standing.native(member)
            if native in standing.natives:
                return WriteOutcome(member)
            change = Modify(native_of(group), "member", added=[native])
            (code,) = modify_all(connection, [change])
            return WriteOutcome(member, None if code in _PRESENT else refusal_of(code))

        return attempted_change(self.context, self.options, add)

    def _standing(self, connection: Connection, groups: Sequence[str]) -> list[Standing]:
        return standing_members(connection, self.options, groups)

    def _remove(self, connection: Connection, works: list[_Work], chunk: int) -> list[_Work]:
        """Remove who leaves, so many in one change; return the groups where something is left.

        What a change about the whole group was refused for is not tried again value by value.
        """
        changes = [
            (work, work.leaving[start : start + chunk])
            for work in works
            for start in range(0, len(work.leaving), chunk)
        ]
        codes = modify_all(
            connection,
            [Modify(native_of(w.removal.group), "member", deleted=part) for w, part in changes],
        )
        refused: dict[int, _Work] = {}
        for work in works:
            work.leaving = []
        for (work, part), code in zip(changes, codes, strict=True):
            if code == SUCCESS:
                continue
            refused[id(work)] = work
            work.errors.update(dict.fromkeys(part, refusal_of(code)))
            if code not in ABOUT_NO_VALUE:
                work.leaving.extend(part)
        return list(refused.values())


def _work(connection: Connection, removal: GroupRemoval, standing: Standing) -> _Work:
    """Return what is to be done for one group, and who cannot be taken out of it this way."""
    asked = dict.fromkeys(standing.native(member) for member in removal.members)
    work = _Work(removal, standing, [native for native in asked if native in standing.natives])
    absent = [native for native in asked if native not in standing.natives]
    for native in held_by_primary(connection, standing.sid, absent):
        work.errors[native] = _PRIMARY
    return work
