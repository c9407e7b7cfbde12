from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from connectors.entra import EntraOptions, EntraReader, EntraWriter
from syncd.core.calendar import JST
from syncd.ports.directory import DirectoryContext
from tests.fakes.graph import SECRET, Graph


@pytest.fixture
def graph() -> Iterator[Graph]:
    """A tenant that answers every request of this test."""
    with Graph().online() as tenant:
        yield tenant


class Connect:
    """Builds halves; `waits` keeps how long they would have waited, `now` is their clock."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.waits: list[float] = []
        self.now = datetime(2027, 4, 1, tzinfo=JST)
        (folder / "secret").write_text(f"{SECRET}\n")

    def later(self, **ago: float) -> None:
        self.now += timedelta(**ago)

    def options(self, **changes: object) -> EntraOptions:
        given = {
            "tenant": "city.example",
            "client_id": "app",
            "secret_file": "secret",
            **changes,
        }
        return EntraOptions.model_validate({k: v for k, v in given.items() if v is not None})

    def context(self) -> DirectoryContext:
        return DirectoryContext("entra", self.folder, 7, lambda: self.now)

    def reader(self, **changes: object) -> EntraReader:
        return EntraReader("entra", self.options(**changes), self.context(), self.waits.append)

    def writer(self, **changes: object) -> EntraWriter:
        return EntraWriter("entra", self.options(**changes), self.context(), self.waits.append)


@pytest.fixture
def connect(tmp_path: Path) -> Connect:
    return Connect(tmp_path)
