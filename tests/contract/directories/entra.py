"""`entra` on Microsoft Graph in memory (tests/fakes/graph.py), looked at from its inside."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from connectors.entra import EntraDirectoryType
from syncd.ports.directory import Capability
from tests.contract.directories import ACCOUNTS, SEEDS, Kind, Seat
from tests.fakes.graph import SECRET, Graph, object_id


class EntraSeat(Seat):
    secrets = (SECRET,)

    def __init__(self, graph: Graph, folder: Path) -> None:
        self.graph = graph
        self.ids = {name: graph.add_user(name, number) for name, number in ACCOUNTS.items()}
        self.groups = {
            name: graph.add_group(name, tuple(self.ids[a] for a in sorted(members)))
            for name, members in SEEDS.items()
        }
        (folder / "secret").write_text(f"{SECRET}\n")
        given = {"tenant": "city.example", "client_id": "app", "secret_file": "secret"}
        dead = {"login_url": "https://127.0.0.1:1", "graph_url": "https://127.0.0.1:1"}
        super().__init__(EntraDirectoryType, folder, given, {**given, **dead})

    def group(self, name: str) -> str:
        return self.groups.get(name, object_id(998))

    def member(self, account: str) -> str:
        return self.ids.get(account, object_id(999))

    def standing(self, name: str) -> set[str]:
        names = {native: account for account, native in self.ids.items()}
        return {names[member] for member in self.graph.members[self.group(name)]}

    def grant(self, name: str, account: str) -> None:
        self.graph.grant(self.group(name), self.member(account))

    def revoke(self, name: str, account: str) -> None:
        self.graph.revoke(self.group(name), self.member(account))

    def nest(self, name: str, inside: str) -> None:
        self.graph.grant(self.group(name), self.group(inside))

    def unnest(self, name: str, inside: str) -> None:
        if self.group(inside) in self.graph.members[self.group(name)]:
            self.graph.revoke(self.group(name), self.group(inside))


@contextmanager
def build(folder: Path) -> Iterator[EntraSeat]:
    with Graph().online() as graph:
        yield EntraSeat(graph, folder)


KINDS = (Kind("entra", build, frozenset(Capability), nests=True),)
