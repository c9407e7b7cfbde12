"""`ldif` on a file: rewritten in place, or with change records that somebody else carries out."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from connectors.ldif import LdifDirectoryType
from syncd.ports.directory import Capability
from tests.contract.directories import SEEDS, Kind, Seat
from tests.contract.directories.ldap import SEED
from tests.fakes.slapd import GROUPS, PEOPLE, group, ldif_group, person


class LdifSeat(Seat):
    may_be_empty = False

    def __init__(self, folder: Path, *, in_place: bool) -> None:
        self.path = folder / "export.ldif"
        self.reset()
        given = {"people_base": PEOPLE, "groups_base": GROUPS, "in_place": in_place}
        super().__init__(
            LdifDirectoryType,
            folder,
            {**given, "path": "export.ldif"},
            {**given, "path": "missing.ldif"},
        )

    def reset(self) -> None:
        self.path.write_text(SEED, encoding="utf-8")

    def group(self, name: str) -> str:
        return group(name)

    def member(self, account: str) -> str:
        return person(account)

    def standing(self, name: str) -> set[str]:
        lines = self._record(name).splitlines()
        return {_first(line) for line in lines if line.startswith("member:")}

    def grant(self, name: str, account: str) -> None:
        self._write(name, self.standing(name) | {account})

    def revoke(self, name: str, account: str) -> None:
        self._write(name, self.standing(name) - {account})

    def nest(self, name: str, inside: str) -> None:
        self._write(name, self.standing(name) | {inside})

    def unnest(self, name: str, inside: str) -> None:
        self._write(name, self.standing(name) - {inside})

    def _record(self, name: str) -> str:
        """The record of a group, its folded lines joined (RFC 2849)."""
        whole = self.path.read_text(encoding="utf-8").replace("\n ", "")
        (found,) = (r for r in whole.split("\n\n") if f"dn:: {_coded(group(name))}" in r)
        return found

    def _write(self, name: str, accounts: set[str]) -> None:
        record = self._record(name)
        whole = self.path.read_text(encoding="utf-8").replace("\n ", "")
        members = [group(each) if each in SEEDS else person(each) for each in sorted(accounts)]
        new = ldif_group(name, members)
        self.path.write_text(whole.replace(record + "\n\n", new), encoding="utf-8")


def _coded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _first(line: str) -> str:
    """The account of a member line."""
    _, _, value = line.partition(":")
    dn = base64.b64decode(value[1:]).decode() if value.startswith(":") else value
    return dn.split(",")[0].partition("=")[2]


@contextmanager
def in_place(folder: Path) -> Iterator[LdifSeat]:
    yield LdifSeat(folder, in_place=True)


@contextmanager
def by_records(folder: Path) -> Iterator[LdifSeat]:
    yield LdifSeat(folder, in_place=False)


_ABLE = frozenset(Capability) - {Capability.DELTA}
KINDS = (
    Kind("ldif", in_place, _ABLE, nests=True),
    Kind("ldif-records", by_records, _ABLE - {Capability.READ_BACK}, nests=True),
)
