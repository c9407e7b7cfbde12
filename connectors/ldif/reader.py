"""Reads an LDIF export whole, or says why it cannot."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from connectors.ldif.export import Record, parse_export
from connectors.ldif.options import LdifOptions
from connectors.ldif.syntax import LdifError
from connectors.shared.dn import dn_key
from connectors.shared.groups import is_group, member_attribute, snapshot_of
from syncd.core.memberships import DirectorySnapshot, Proof
from syncd.errors import DirectoryUnreadable
from syncd.ports.directory import DirectoryContext, Progress

SIDECAR = ".sha256"
_EXPORT_AGAIN = "書き出しをやり直してください / export the directory again"


@dataclass(frozen=True, slots=True)
class LdifReader:
    """The reading half of an `ldif` directory."""

    name: str
    options: LdifOptions
    context: DirectoryContext

    def read(self, progress: Progress) -> DirectorySnapshot:
        """Read every account, group and membership; raises DirectoryUnreadable."""
        path, raw, records = load(self.name, self.options, self.context)
        progress(self.name, len(records), len(records))
        proof = Proof(
            method="LDIF file",
            pages=1,
            entries=len(records),
            server=path.name,
            sha256=hashlib.sha256(raw).hexdigest(),
        )
        shape = self.options.shape(self.context.staff_number_width)
        entries = (record.entry for record in records)
        snapshot = snapshot_of(self.name, self.context.clock(), proof, entries, shape)
        self._check_filled(snapshot)
        return snapshot

    def present_members(self, group: str, members: Collection[str]) -> frozenset[str]:
        """Return those who stand directly in the group by the file as it is now."""
        _, _, records = load(self.name, self.options, self.context)
        record = find_group(records, group)
        if record is None:
            return frozenset()
        attribute = member_attribute(record.entry.classes())
        values = record.entry.attributes.get(attribute, ())
        uids = self._uids(records) if attribute == "memberuid" else {}
        keys = {value if uids else dn_key(value.partition("#'")[0]) for value in values}
        return frozenset(
            m for m in members if (uids.get(dn_key(m), m) if uids else dn_key(m)) in keys
        )

    def check(self) -> str:
        """Read the file and count; raises DirectoryUnreadable."""
        snapshot = self.read(lambda _what, _done, _total: None)
        return (
            f"{snapshot.proof.server}: {len(snapshot.accounts)} accounts, "
            f"{len(snapshot.groups)} groups"
        )

    def _uids(self, records: list[Record]) -> dict[str, str]:
        return {
            dn_key(r.entry.dn): r.entry.attributes["uid"][0]
            for r in records
            if "uid" in r.entry.attributes
        }

    def _check_filled(self, snapshot: DirectorySnapshot) -> None:
        for what, found, option in (
            ("人 / accounts", len(snapshot.accounts), "people_base"),
            ("グループ / groups", len(snapshot.groups), "groups_base"),
        ):
            if not found:
                raise DirectoryUnreadable(
                    self.name,
                    f"{what} が一つもありません / none found",
                    f"{option} と書き出しの範囲を確かめてください / check {option} and the export",
                )
        if snapshot.proof.entries < self.options.min_entries:
            raise DirectoryUnreadable(
                self.name,
                f"{snapshot.proof.entries} 項目しかありません"
                f"（min_entries {self.options.min_entries}） / fewer entries than min_entries",
                _EXPORT_AGAIN,
            )


def load(
    name: str, options: LdifOptions, context: DirectoryContext
) -> tuple[Path, bytes, list[Record]]:
    """Return the file, its bytes and its records; raises DirectoryUnreadable."""
    path = options.find(name, context.base_dir)
    try:
        raw = path.read_bytes()
        _check_sidecar(name, path, raw, required=options.integrity == "required")
        return path, raw, parse_export(raw)
    except OSError as error:
        why = f"{path.name}: {error.strerror}"
        raise DirectoryUnreadable(name, why, "ファイルの権限を確かめてください") from error
    except LdifError as error:
        raise DirectoryUnreadable(name, f"{path.name} {error}", _EXPORT_AGAIN) from error


def find_group(records: list[Record], group: str) -> Record | None:
    """Return the record of a group by its key (its DN)."""
    key = dn_key(group)
    return next((r for r in records if is_group(r.entry) and dn_key(r.entry.dn) == key), None)


def _check_sidecar(name: str, path: Path, raw: bytes, *, required: bool) -> None:
    """Hold the file against `<file>.sha256`, as `sha256sum` writes it."""
    sidecar = path.with_name(path.name + SIDECAR)
    if not sidecar.exists():
        if required:
            why = f"{sidecar.name} がありません / is missing"
            raise DirectoryUnreadable(name, why, _EXPORT_AGAIN)
        return
    stated = sidecar.read_text(encoding="utf-8").split()[:1]
    if stated != [hashlib.sha256(raw).hexdigest()]:
        why = f"{path.name} が {sidecar.name} と一致しません / does not match its checksum"
        raise DirectoryUnreadable(name, why, _EXPORT_AGAIN)
