"""`scim` on a real scim2-server: with PATCH, and with PUT alone; looked at with plain HTTP."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from connectors.scim import ScimDirectoryType
from syncd.ports.directory import Capability
from tests.contract.directories import ACCOUNTS, SEEDS, Kind, Seat
from tests.fakes.scim_server import TOKEN, ScimServer


class ScimSeat(Seat):
    secrets = (TOKEN,)

    def __init__(self, server: ScimServer, folder: Path, remove_by: str) -> None:
        self.server = server
        self.ids = {name: server.add_user(name, number) for name, number in ACCOUNTS.items()}
        self.groups = {
            name: server.add_group(name, [self.ids[account] for account in sorted(members)])
            for name, members in SEEDS.items()
        }
        (folder / "token").write_text(f"{TOKEN}\n")
        given = {
            "url": server.url,
            "allow_plaintext": True,
            "token_file": "token",
            "page_size": 4,
            "remove_by": remove_by,
        }
        super().__init__(ScimDirectoryType, folder, given, {**given, "url": "http://127.0.0.1:1"})

    def group(self, name: str) -> str:
        return self.groups.get(name, f"no-{name}")

    def member(self, account: str) -> str:
        return self.ids.get(account, f"no-{account}")

    def standing(self, name: str) -> set[str]:
        names = {native: account for account, native in self.ids.items()}
        return {names[member] for member in self.server.members(self.group(name))}

    def grant(self, name: str, account: str) -> None:
        self.server.grant(self.group(name), self.member(account))

    def revoke(self, name: str, account: str) -> None:
        self.server.revoke(self.group(name), self.member(account))

    def nest(self, name: str, inside: str) -> None:
        self.server.grant(self.group(name), self.group(inside))

    def unnest(self, name: str, inside: str) -> None:
        if self.group(inside) in self.server.members(self.group(name)):
            self.server.revoke(self.group(name), self.group(inside))


@contextmanager
def _build(remove_by: str, config: Mapping[str, object], folder: Path) -> Iterator[ScimSeat]:
    (folder / "server").mkdir()
    server = ScimServer(folder / "server", config)
    try:
        yield ScimSeat(server.start(), folder, remove_by)
    finally:
        server.stop()


def _kind(name: str, remove_by: str, config: Mapping[str, object]) -> Kind:
    def build(folder: Path) -> AbstractContextManager[Seat]:
        return _build(remove_by, config, folder)

    return Kind(name, build, frozenset(Capability) - {Capability.DELTA}, nests=True)


KINDS = (
    _kind("scim", "filter", {}),
    _kind("scim-put", "put", {}),
    _kind("scim-put-without-etags", "put", {"etag": {"supported": False}}),
)
