"""Reads the list that a system's owner exports, whole and young enough, or says why it cannot."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from connectors.manual.listing import FaultyListError, Listed, parse_list
from connectors.manual.options import ManualOptions
from connectors.shared.bilingual import both, said
from connectors.shared.tables.integrity import integrity_faults
from connectors.shared.tables.place import FileBytes, NotWholeError, read_newest
from syncd.bilingual import english, japanese
from syncd.core.ids import AccountId, normalise_group
from syncd.core.memberships import (
    Account,
    DirectorySnapshot,
    Group,
    MembershipBlock,
    Path,
    Proof,
)
from syncd.errors import DirectoryUnreadable, RowFault
from syncd.ports.directory import DirectoryContext, Progress

_TOKYO = ZoneInfo("Asia/Tokyo")
_MOST_TOLD = 5
_EXPORT_AGAIN = both("一覧を出力し直してください", "export the list again")


@dataclass(frozen=True, slots=True)
class ManualReader:
    """The reading half of a `manual` directory."""

    name: str
    options: ManualOptions
    context: DirectoryContext

    def read(self, progress: Progress) -> DirectorySnapshot:
        """Read every account and what it holds; raises DirectoryUnreadable."""
        file, listed = self._load()
        progress(self.name, listed.rows, listed.rows)
        day = listed.exported_on
        proof = Proof(
            "exported list", 1, listed.rows, f"{file.path.name} ({day})", file.sha256, day
        )
        return DirectorySnapshot(
            directory=self.name,
            read_at=self.context.clock(),
            proof=proof,
            accounts=_accounts(listed),
            groups=self._groups(listed),
            blocks=_blocks(listed),
            warnings=tuple(listed.notes),
        )

    def present_members(self, asked: Mapping[str, Collection[str]]) -> dict[str, frozenset[str]]:
        """Return those who stand in each group by the list as it is now."""
        _, listed = self._load()
        return {
            group: frozenset(m for m in members if m in _holders(listed, group))
            for group, members in asked.items()
        }

    def check(self) -> str:
        """Read the list and count; raises DirectoryUnreadable."""
        file, listed = self._load()
        return (
            f"{file.path.name} ({listed.exported_on}): {len(listed.accounts)} accounts, "
            f"{len(self._groups(listed))} groups"
        )

    def _load(self) -> tuple[FileBytes, Listed]:
        if not self.options.path:
            raise DirectoryUnreadable(
                self.name,
                both("一覧がありません", "no list is configured"),
                both(
                    "システムの所管に一覧の出力を頼み、path に書いてください",
                    "ask the system's owner for a list, and name it in path",
                ),
            )
        try:
            file = read_newest(self.options.path, self.context.base_dir)
        except NotWholeError as error:
            raise DirectoryUnreadable(self.name, said(error), _EXPORT_AGAIN) from error
        required = self.options.integrity == "required"
        wrong = integrity_faults(file.path, file.sha256, required=required)
        if wrong:
            raise self._refused(file, wrong)
        try:
            listed = parse_list(
                file.raw, file.path.name, self.options, self.context.staff_number_width
            )
        except FaultyListError as error:
            raise self._refused(file, error.faults) from error
        self._check_age(file, listed.exported_on)
        return file, listed

    def _check_age(self, file: FileBytes, day: date) -> None:
        """Raise DirectoryUnreadable for a list that is too old, or of a day that has not come."""
        today = self.context.clock().astimezone(_TOKYO).date()
        name, most = file.path.name, self.options.max_age
        if day > today:
            why = both(
                f"{name} の日付 {day} はまだ来ていません", f"{name} is of {day}, yet to come"
            )
            raise DirectoryUnreadable(self.name, why, _EXPORT_AGAIN)
        if today - day > most:
            ja = f"{name} は {day} のもので、{most // timedelta(days=1)} 日より古くなっています"
            en = f"{name} is of {day}, older than {most // timedelta(days=1)} days"
            raise DirectoryUnreadable(self.name, both(ja, en), _EXPORT_AGAIN)

    def _refused(self, file: FileBytes, faults: tuple[RowFault, ...]) -> DirectoryUnreadable:
        told = [fault.told for fault in faults[:_MOST_TOLD]]
        more = len(faults) - len(told)
        ja = "; ".join(map(japanese, told)) + (f" ほか {more} 件" if more else "")
        en = "; ".join(map(english, told)) + (f" and {more} more" if more else "")
        return DirectoryUnreadable(
            self.name, both(f"{file.path.name}: {ja}", f"{file.path.name}: {en}"), _EXPORT_AGAIN
        )

    def _groups(self, listed: Listed) -> tuple[Group, ...]:
        names = {normalise_group(name): name for name in self.options.groups} | listed.groups
        return tuple(
            Group(name, name, may_be_empty=True, direct_count=len(listed.holders.get(key, ())))
            for key, name in names.items()
        )


def _accounts(listed: Listed) -> dict[AccountId, Account]:
    return {name: Account(name, name, number) for name, number in listed.accounts.items()}


def _blocks(listed: Listed) -> tuple[MembershipBlock, ...]:
    return tuple(
        MembershipBlock(listed.groups[key], Path(), tuple(holders))
        for key, holders in listed.holders.items()
    )


def _holders(listed: Listed, group: str) -> Collection[str]:
    return listed.holders.get(normalise_group(group), ())
