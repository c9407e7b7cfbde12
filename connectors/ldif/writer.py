"""Changes group memberships of an LDIF export: change records always, the file where asked.

Files are replaced whole (write beside, fsync, rename), so that a crash leaves the old or the new
one and nothing between. A change record is named by its change and group: a second try writes the
same file again.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from connectors.ldif.export import Record
from connectors.ldif.options import LdifOptions
from connectors.ldif.reader import SIDECAR, find_group, load
from connectors.ldif.syntax import Line, parse_line, render_value
from connectors.shared.dn import dn_key
from connectors.shared.groups import NAMED, member_attribute
from syncd.errors import DirectoryUnreadable, DirectoryWriteError
from syncd.ports.directory import DirectoryContext, Effect, WriteOutcome

_SPELLED = {"member": "member", "uniquemember": "uniqueMember", "memberuid": "memberUid"}
_MUST_KEEP = (
    "このグループには1人以上が必要です。placeholder_member を設定するか、手で処理してください / "
    "the group must keep one member: set placeholder_member or change it by hand"
)
_NO_GROUP = "グループがありません / there is no such group"


@dataclass(frozen=True, slots=True)
class _Target:
    """A group as it stands in the file, and how its members are written there."""

    record: Record
    attribute: str
    values: dict[str, str]
    lines: dict[str, Line]

    @property
    def must_keep_one(self) -> bool:
        return bool(self.record.entry.classes() & NAMED)


@dataclass(frozen=True, slots=True)
class LdifWriter:
    """The writing half of an `ldif` directory."""

    name: str
    options: LdifOptions
    context: DirectoryContext

    @property
    def effect(self) -> Effect:
        """Return IMMEDIATE where the file itself is rewritten, else DEFERRED."""
        return Effect.IMMEDIATE if self.options.in_place else Effect.DEFERRED

    def remove_members(
        self, group: str, members: Sequence[str], change_id: str
    ) -> tuple[WriteOutcome, ...]:
        """Remove members; those who are absent already are no error."""

        def change(target: _Target, records: list[Record]) -> tuple[list[str], list[str], str]:
            keys = [self._key(target, records, member) for member in members]
            leaving = [target.values[k] for k in dict.fromkeys(keys) if k in target.values]
            if leaving and len(leaving) == len(target.values) and target.must_keep_one:
                placeholder = self.options.placeholder_member
                return (leaving, [placeholder], "") if placeholder else ([], [], _MUST_KEEP)
            return leaving, [], ""

        error = self._change(group, change_id, change)
        return tuple(WriteOutcome(member, error or None) for member in members)

    def add_member(self, group: str, member: str, change_id: str) -> WriteOutcome:
        """Put one member back; who is there already is no error."""

        def change(target: _Target, records: list[Record]) -> tuple[list[str], list[str], str]:
            key = self._key(target, records, member)
            return [], [] if key in target.values else [self._written(target, key, member)], ""

        return WriteOutcome(member, self._change(group, change_id, change) or None)

    def _key(self, target: _Target, records: list[Record], member: str) -> str:
        """Return how a member (a DN) is found among the values of the group."""
        if target.attribute != "memberuid":
            return dn_key(member)
        key = dn_key(member)
        found = (r.entry for r in records if dn_key(r.entry.dn) == key)
        return next((e.attributes["uid"][0] for e in found if "uid" in e.attributes), member)

    def _written(self, target: _Target, key: str, member: str) -> str:
        return key if target.attribute == "memberuid" else member

    def _change(
        self,
        group: str,
        change_id: str,
        change: Callable[[_Target, list[Record]], tuple[list[str], list[str], str]],
    ) -> str:
        """Make one change of one group; return what keeps it from being made, or nothing."""
        try:
            path = self.options.find(self.name, self.context.base_dir)
            with _locked(path):
                path, raw, records = load(self.name, self.options, self.context)
                record = find_group(records, group)
                if record is None:
                    return _NO_GROUP
                target = _target(record)
                leaving, coming, error = change(target, records)
                if error or not (leaving or coming):
                    return error
                self._write(path, raw, target, leaving, coming, group, change_id)
        except DirectoryUnreadable as failure:
            raise DirectoryWriteError(self.name, failure.why, failure.remedy) from failure
        except OSError as failure:
            raise DirectoryWriteError(
                self.name,
                f"{failure.filename}: {failure.strerror}",
                "フォルダーの権限と空き容量を確かめてください / check rights and space",
            ) from failure
        return ""

    def _write(  # noqa: PLR0913, PLR0917 - one change, spelled out
        self,
        path: Path,
        raw: bytes,
        target: _Target,
        leaving: list[str],
        coming: list[str],
        group: str,
        change_id: str,
    ) -> None:
        changes = path.parent / self.options.changes_dir
        changes.mkdir(parents=True, exist_ok=True)
        which = hashlib.sha256(dn_key(group).encode()).hexdigest()[:8]
        record = _change_record(target, leaving, coming)
        replace_file(changes / f"{change_id}-{which}.ldif", record)
        if not self.options.in_place:
            return
        changed = _rewritten(raw, target, leaving, coming)
        replace_file(path, changed)
        sidecar = path.with_name(path.name + SIDECAR)
        if sidecar.exists():
            line = f"{hashlib.sha256(changed).hexdigest()}  {path.name}\n"
            replace_file(sidecar, line.encode())


def _target(record: Record) -> _Target:
    attribute = member_attribute(record.entry.classes())
    values: dict[str, str] = {}
    lines: dict[str, Line] = {}
    for line in record.lines[1:]:
        name, _, value = parse_line(line)
        if name == attribute:
            key = value if attribute == "memberuid" else dn_key(value.partition("#'")[0])
            values.setdefault(key, value)
            lines.setdefault(value, line)
    return _Target(record, attribute, values, lines)


def _change_record(target: _Target, leaving: list[str], coming: list[str]) -> bytes:
    """Return one change record (RFC 2849): additions first, so that the group is never empty."""
    spelled = _SPELLED[target.attribute]
    parts = [render_value("dn", target.record.entry.dn), b"changetype: modify\n"]
    for verb, values in (("add", coming), ("delete", leaving)):
        if values:
            parts.append(f"{verb}: {spelled}\n".encode())
            parts += [render_value(spelled, value) for value in values]
            parts.append(b"-\n")
    return b"version: 1\n\n" + b"".join(parts) + b"\n"


def _rewritten(raw: bytes, target: _Target, leaving: list[str], coming: list[str]) -> bytes:
    """Return the file with only the asked member lines gone or added; other bytes stay."""
    mark = len(raw) - len(raw.removeprefix(b"\xef\xbb\xbf"))
    cuts = sorted((target.lines[v].start + mark, target.lines[v].end + mark) for v in leaving)
    newline = b"\r\n" if b"\r\n" in raw else b"\n"
    spelled = _SPELLED[target.attribute]
    added = b"".join(render_value(spelled, v).replace(b"\n", newline) for v in coming)
    insert_at = target.record.lines[-1].end + mark
    pieces, at = [], 0
    for start, end in (
        [*cuts, (insert_at, insert_at)] if not cuts or cuts[-1][1] <= insert_at else cuts
    ):
        pieces.append(raw[at:start])
        at = end
    return b"".join(pieces) + added + raw[at:]


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Keep other writers of syncd out of the file while it is read and rewritten."""
    lock = path.with_name(f".{path.name}.lock")
    with lock.open("a", encoding="utf-8") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def replace_file(path: Path, content: bytes) -> None:
    """Replace a file whole and durably; its mode and owner stay. Raises OSError."""
    spare = path.with_name(f".{path.name}.new")
    with spare.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    if path.exists():
        status = path.stat()
        spare.chmod(status.st_mode)
        if os.geteuid() == 0:
            os.chown(spare, status.st_uid, status.st_gid)
    spare.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
