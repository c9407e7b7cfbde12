"""The directories in memory on which the flow is tested: a fake passes the real thing's suite."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from syncd.ports.directory import Capability
from tests.contract.directories import ACCOUNTS, NOW, SEEDS, Kind, Seat
from tests.fakes.directory import FakeDeltaDirectory, FakeDirectory, dn

_WHOLE = frozenset(Capability) - {Capability.DELTA}
_ONLY_READS = _WHOLE - {Capability.WRITE, Capability.BATCH, Capability.RESTORE}


class FakeSeat(Seat):
    def __init__(self, kind: type[FakeDirectory], able: frozenset[Capability]) -> None:
        self.fake, self.able = kind, able
        self.groups: dict[str, list[str]] = {}
        self.reset()
        self.renew()

    def renew(self) -> None:
        self.reader = self.writer = self._build("", self.groups)
        self.dead_reader = self.dead_writer = self._build("it is out of reach", {})

    def _build(self, fault: str, groups: dict[str, list[str]]) -> FakeDirectory:
        built = self.fake("kikan", lambda: NOW)
        built.accounts = {a: n and n.zfill(7) for a, n in ACCOUNTS.items()}
        built.groups, built.capabilities = groups, self.able
        built.unreadable = built.unwritable = fault
        built.may_be_empty = True
        return built

    @property
    def declared(self) -> frozenset[Capability]:
        return self.reader.capabilities

    def reset(self) -> None:
        for name, members in SEEDS.items():
            self.groups[self.group(name)] = [dn(account) for account in sorted(members)]

    def group(self, name: str) -> str:
        return f"cn={name},ou=groups"

    def member(self, account: str) -> str:
        return dn(account)

    def standing(self, name: str) -> set[str]:
        members = self.groups[self.group(name)]
        return {member.split(",")[0].partition("=")[2] for member in members}

    def grant(self, name: str, account: str) -> None:
        self.groups[self.group(name)].append(dn(account))

    def revoke(self, name: str, account: str) -> None:
        self.groups[self.group(name)].remove(dn(account))

    def nest(self, name: str, inside: str) -> None:
        self.groups[self.group(name)].append(self.group(inside))

    def unnest(self, name: str, inside: str) -> None:
        if inside in self.standing(name):
            self.groups[self.group(name)].remove(self.group(inside))


@contextmanager
def _build(kind: type[FakeDirectory], able: frozenset[Capability], _: Path) -> Iterator[FakeSeat]:
    yield FakeSeat(kind, able)


def _kind(name: str, fake: type[FakeDirectory], able: frozenset[Capability]) -> Kind:
    def build(folder: Path) -> AbstractContextManager[Seat]:
        return _build(fake, able, folder)

    return Kind(name, build, able, nests=True)


KINDS = (
    _kind("fake", FakeDirectory, _WHOLE),
    _kind("fake-delta", FakeDeltaDirectory, frozenset(Capability)),
    _kind("fake-reading", FakeDirectory, _ONLY_READS),
    _kind("fake-without-restore", FakeDirectory, _WHOLE - {Capability.RESTORE}),
)
