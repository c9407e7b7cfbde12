"""The example's seat in syncd's contract suite; run it from a checkout of syncd (README.md)."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from syncd_example_directory import JsonDirectoryType

from syncd.ports.directory import Capability
from tests.contract.directories import ACCOUNTS, SEEDS, Kind, Seat


class JsonSeat(Seat):
    def __init__(self, folder: Path) -> None:
        self.path = folder / "rights.json"
        self.reset()
        super().__init__(JsonDirectoryType, folder, {"path": "rights.json"}, {"path": "gone.json"})

    def reset(self) -> None:
        groups = {name: sorted(members) for name, members in SEEDS.items()}
        self.path.write_text(json.dumps({"accounts": dict(ACCOUNTS), "groups": groups}))

    def group(self, name: str) -> str:
        return name

    def member(self, account: str) -> str:
        return account

    def standing(self, name: str) -> set[str]:
        return set(json.loads(self.path.read_text())["groups"][name])

    def grant(self, name: str, account: str) -> None:
        self._set(name, self.standing(name) | {account})

    def revoke(self, name: str, account: str) -> None:
        self._set(name, self.standing(name) - {account})

    def _set(self, name: str, members: set[str]) -> None:
        content = json.loads(self.path.read_text())
        content["groups"][name] = sorted(members)
        self.path.write_text(json.dumps(content))


@contextmanager
def build(folder: Path) -> Iterator[JsonSeat]:
    yield JsonSeat(folder)


KINDS = (Kind("example-json", build, frozenset(Capability) - {Capability.DELTA}),)
