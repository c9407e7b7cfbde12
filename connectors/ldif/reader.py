"""Reads an LDIF export whole, or says why it cannot."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from connectors.ldif.export_file import EXPORT_AGAIN, ExportFile, find_record, load, records_of
from connectors.ldif.options import LdifOptions
from connectors.ldif.wholeness import ends_record
from connectors.shared.groups import is_group, member_attribute, member_value_key
from connectors.shared.town import snapshot_of
from syncd.core.memberships import DirectorySnapshot, Proof
from syncd.errors import DirectoryUnreadable
from syncd.ports.directory import DirectoryContext, Progress


@dataclass(frozen=True, slots=True)
class LdifReader:
    """The reading half of an `ldif` directory."""

    name: str
    options: LdifOptions
    context: DirectoryContext

    def read(self, progress: Progress) -> DirectorySnapshot:
        """Read every account, group and membership; raises DirectoryUnreadable."""
        file = load(self.name, self.options, self.context)
        records = records_of(self.name, file)
        self._check_count(len(records))
        progress(self.name, len(records), len(records))
        proof = Proof("LDIF file", 1, len(records), file.path.name, file.sha256)
        shape = self.options.shape(self.context.staff_number_width)
        entries = (record.entry for record in records)
        snapshot = snapshot_of(self.name, self.context.clock(), proof, entries, shape)
        return replace(snapshot, warnings=(*snapshot.warnings, *_doubts(file)))

    def present_members(self, asked: Mapping[str, Collection[str]]) -> dict[str, frozenset[str]]:
        """Return those who stand directly in each group by the file as it is now."""
        file = load(self.name, self.options, self.context)
        return {group: self._present(file, group, members) for group, members in asked.items()}

    def _present(self, file: ExportFile, group: str, members: Collection[str]) -> frozenset[str]:
        record = find_record(self.name, file, group)
        if record is None or not is_group(record.entry):
            return frozenset()
        attribute = member_attribute(record.entry.classes())
        values = record.entry.attributes.get(attribute, ())
        keys = {member_value_key(attribute, value) for value in values}
        return frozenset(m for m in members if member_key(self.name, file, attribute, m) in keys)

    def check(self) -> str:
        """Read the file and count; raises DirectoryUnreadable."""
        snapshot = self.read(lambda _what, _done, _total: None)
        return (
            f"{snapshot.proof.server}: {len(snapshot.accounts)} accounts, "
            f"{len(snapshot.groups)} groups"
        )

    def _check_count(self, entries: int) -> None:
        if entries < self.options.min_entries:
            raise DirectoryUnreadable(
                self.name,
                f"{entries} 項目しかありません(min_entries {self.options.min_entries}) / "
                "fewer entries than min_entries",
                EXPORT_AGAIN,
            )


def _doubts(file: ExportFile) -> tuple[str, ...]:
    """Say what a person should look at although it is no fault."""
    if ends_record(file.raw):
        return ()
    doubt = (
        "は空行で終わっていません。途中で切れていないか確かめてください / "
        "does not end with a blank line: make sure that it is not cut off"
    )
    return (f"{file.path.name} {doubt}",)


def member_key(name: str, file: ExportFile, attribute: str, member: str) -> str:
    """Return the key under which a member (a native id) stands in groups of that kind."""
    if attribute != "memberuid" or "=" not in member:
        return member_value_key(attribute, member)
    record = find_record(name, file, member)
    uids = record.entry.attributes.get("uid", ()) if record else ()
    return uids[0] if uids else member
