"""A directory kept in one JSON file: {"accounts": {"u1": "1"}, "groups": {"tax": ["u1"]}}."""

import fcntl
import hashlib
import json
from collections.abc import Collection, Mapping, Sequence

from pydantic import BaseModel, Field

from syncd.core.ids import AccountId, normalise_staff_number
from syncd.core.memberships import Account, DirectorySnapshot, Group, MembershipBlock, Path, Proof
from syncd.errors import DirectoryUnreadable, DirectoryWriteError
from syncd.ports.directory import Capability, DirectoryContext, GroupRemoval, Progress, WriteOutcome

_MEND = "path と権限、ファイルを確かめてください / check path, rights and the file"
_Outcomes = tuple[tuple[WriteOutcome, ...], ...]


class JsonOptions(BaseModel, extra="forbid", frozen=True):
    path: str  # relative to the configuration file


class _Content(BaseModel, extra="forbid", strict=True):  # anything odd or empty refuses the file
    accounts: dict[str, str | None] = Field(min_length=1)
    groups: dict[str, list[str]] = Field(min_length=1)


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len(dict(pairs)) < len(pairs):  # json lets the last of two groups win and loses the other
        raise ValueError
    return dict(pairs)


class JsonReader:
    def __init__(self, options: JsonOptions, context: DirectoryContext) -> None:
        self.name, self.context = context.name, context
        self.path = context.base_dir / options.path

    def _load(self) -> tuple[_Content, str]:
        try:
            raw = self.path.read_bytes()
            content = _Content.model_validate(json.loads(raw, object_pairs_hook=_once))
        except (OSError, ValueError, RecursionError) as error:  # unknown and never empty
            why = f"読めません / it cannot be read ({type(error).__name__})"
            raise DirectoryUnreadable(self.name, why, _MEND) from None  # and quotes no names
        return content, hashlib.sha256(raw).hexdigest()

    def read(self, progress: Progress) -> DirectorySnapshot:
        content, digest = self._load()
        accounts, width = {}, self.context.staff_number_width
        strangers = {member: None for each in content.groups.values() for member in each}
        for name, number in (strangers | content.accounts).items():
            staff_number = normalise_staff_number(number, width) if number else None
            accounts[AccountId(name)] = Account(AccountId(name), name, staff_number)
        held = {key: tuple(map(AccountId, dict.fromkeys(m))) for key, m in content.groups.items()}
        groups = tuple(Group(k, k, may_be_empty=True, direct_count=len(m)) for k, m in held.items())
        blocks = tuple(MembershipBlock(key, Path(), m) for key, m in held.items())
        progress(self.name, len(accounts), len(accounts))
        proof = Proof("one whole JSON file", 1, len(accounts) + len(groups), self.path.name, digest)
        return DirectorySnapshot(self.name, self.context.clock(), proof, accounts, groups, blocks)

    def present_members(self, asked: Mapping[str, Collection[str]]) -> dict[str, frozenset[str]]:
        groups = self._load()[0].groups
        return {key: frozenset(m) & frozenset(groups.get(key, ())) for key, m in asked.items()}

    def check(self) -> str:
        return f"{self.path.name}: {len(self._load()[0].groups)} groups"


class JsonWriter(JsonReader):
    def _change(self, edits: Sequence[tuple[str, Collection[str], list[str]]]) -> Collection[str]:
        try:
            with self.path.with_suffix(".lock").open("a") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                content, new = self._load()[0], self.path.with_suffix(".new")
                for key, leaving, coming in edits:
                    kept = [m for m in content.groups.get(key, ()) if m not in leaving]
                    content.groups |= {key: kept + coming} if key in content.groups else {}
                new.write_text(content.model_dump_json(indent=1), encoding="utf-8")
                new.replace(self.path)  # the old file or the new one, nothing between
        except (DirectoryUnreadable, OSError):
            raise DirectoryWriteError(self.name, "変更できません / not changed", _MEND) from None
        return content.groups

    def remove_members(self, removals: Sequence[GroupRemoval]) -> _Outcomes:
        self._change([(each.group, each.members, []) for each in removals])  # gone already is fine
        return tuple(tuple(map(WriteOutcome, each.members)) for each in removals)

    def add_member(self, group: str, member: str, change_id: str) -> WriteOutcome:
        known = self._change([(group, {member}, [member])])
        return WriteOutcome(member, None if group in known else "グループなし / no such group")


class JsonDirectoryType:
    Options, build_reader, build_writer = JsonOptions, JsonReader, JsonWriter

    @staticmethod
    def capabilities(_options: JsonOptions) -> frozenset[Capability]:
        return frozenset(Capability) - {Capability.DELTA}  # it cannot tell what changed
