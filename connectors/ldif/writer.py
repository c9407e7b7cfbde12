"""Changes group memberships of an LDIF export: change records always, the file where asked.

A change record is named by its change and group: a second try writes the same file again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from connectors.ldif.change import Change, Target, render_change, rewritten, target_of
from connectors.ldif.export_file import SIDECAR, ExportFile, find_record, load
from connectors.ldif.options import LdifOptions
from connectors.ldif.reader import member_key
from connectors.shared.dn import dn_key
from connectors.shared.durable import locked, replace_file
from connectors.shared.groups import is_group
from syncd.errors import DirectoryUnreadable, DirectoryWriteError
from syncd.ports.directory import DirectoryContext, GroupRemoval, WriteOutcome

_MUST_KEEP = (
    "このグループには1人以上が必要です。placeholder_member を設定するか、手で処理してください / "
    "the group must keep one member: set placeholder_member or change it by hand"
)
_NO_GROUP = "グループがありません / there is no such group"
_RIGHTS = "フォルダーの権限と空き容量を確かめてください / check rights and space"

_Plan: TypeAlias = Callable[[ExportFile, Target], Change | str]
"""What should change in a group, or why nothing may."""


@dataclass(frozen=True, slots=True)
class LdifWriter:
    """The writing half of an `ldif` directory."""

    name: str
    options: LdifOptions
    context: DirectoryContext

    def remove_members(
        self, removals: Sequence[GroupRemoval]
    ) -> tuple[tuple[WriteOutcome, ...], ...]:
        """Remove members; those who are absent already are no error."""
        return tuple(self._remove_from(removal) for removal in removals)

    def _remove_from(self, removal: GroupRemoval) -> tuple[WriteOutcome, ...]:
        group, members, change_id = removal.group, removal.members, removal.change_id

        def plan(file: ExportFile, target: Target) -> Change | str:
            keys = [member_key(self.name, file, target.attribute, member) for member in members]
            leaving = tuple(key for key in dict.fromkeys(keys) if key in target.standing)
            if not leaving or len(leaving) < len(target.standing) or not target.must_keep_one:
                return Change(leaving)
            if self.options.placeholder_member:
                return Change(leaving, (self.options.placeholder_member,))
            return _MUST_KEEP

        error = self._change(group, change_id, plan, without_group=None)
        return tuple(WriteOutcome(member, error) for member in members)

    def add_member(self, group: str, member: str, change_id: str) -> WriteOutcome:
        """Put one member back; who is there already is no error."""

        def plan(file: ExportFile, target: Target) -> Change:
            key = member_key(self.name, file, target.attribute, member)
            written = key if target.attribute == "memberuid" else member
            return Change() if key in target.standing else Change(coming=(written,))

        return WriteOutcome(member, self._change(group, change_id, plan, without_group=_NO_GROUP))

    def _change(
        self, group: str, change_id: str, plan: _Plan, *, without_group: str | None
    ) -> str | None:
        """Make one change of one group; return what keeps it from being made, or None."""
        try:
            with locked(self.options.find(self.name, self.context.base_dir)):
                file = load(self.name, self.options, self.context)
                record = find_record(self.name, file, group)
                if record is None or not is_group(record.entry):
                    return without_group
                target = target_of(record)
                change = plan(file, target)
                if isinstance(change, str):
                    return change
                if change != Change():
                    self._write(file, target, change, change_id)
        except DirectoryUnreadable as failure:
            raise DirectoryWriteError(self.name, failure.why, failure.remedy) from failure
        except OSError as failure:
            why = f"{failure.filename}: {failure.strerror}"
            raise DirectoryWriteError(self.name, why, _RIGHTS) from failure
        return None

    def _write(self, file: ExportFile, target: Target, change: Change, change_id: str) -> None:
        """Write the change record first: whatever the file shows, there is a record of why."""
        changes = file.path.parent / self.options.changes_dir
        changes.mkdir(parents=True, exist_ok=True)
        which = hashlib.sha256(dn_key(target.record.entry.dn).encode()).hexdigest()[:8]
        replace_file(changes / f"{change_id}-{which}.ldif", render_change(target, change))
        if not self.options.in_place:
            return
        content = file.encoded(rewritten(file.raw, target, change))
        replace_file(file.path, content)
        sidecar = file.path.with_name(file.path.name + SIDECAR)
        if sidecar.exists():
            line = f"{hashlib.sha256(content).hexdigest()}  {file.path.name}\n"
            replace_file(sidecar, line.encode())
