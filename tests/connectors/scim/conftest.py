from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import pytest

from connectors.scim import ScimOptions, ScimReader, ScimWriter
from syncd.core.calendar import JST
from syncd.ports.directory import DirectoryContext
from tests.fakes.http_script import Answer, Asked, HttpScript
from tests.fakes.scim_server import TOKEN, ScimServer

NOW = datetime(2027, 4, 1, tzinfo=JST)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ScimServer]:
    """A real server with ETags and PATCH; tests put in users and groups of their own."""
    started = ScimServer(tmp_path_factory.mktemp("scim"))
    try:
        yield started.start()
    finally:
        started.stop()


class Connect:
    """Builds halves for an address; `waits` keeps how long they would have waited."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.waits: list[float] = []
        (folder / "token").write_text(f"{TOKEN}\n")

    def options(self, url: str, **changes: object) -> ScimOptions:
        given = {"url": url, "allow_plaintext": True, "token_file": "token", **changes}
        return ScimOptions.model_validate({k: v for k, v in given.items() if v is not None})

    def context(self) -> DirectoryContext:
        return DirectoryContext("saas", self.folder, 7, lambda: NOW)

    def reader(self, url: str, **changes: object) -> ScimReader:
        return ScimReader("saas", self.options(url, **changes), self.context(), self.waits.append)

    def writer(self, url: str, **changes: object) -> ScimWriter:
        return ScimWriter("saas", self.options(url, **changes), self.context(), self.waits.append)


@pytest.fixture
def connect(tmp_path: Path) -> Connect:
    return Connect(tmp_path)


Serve = Callable[..., HttpScript]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts scripted servers that stop with the test."""
    with ExitStack() as stack:

        def start(answer: Callable[[Asked], Answer], folder: Path | None = None) -> HttpScript:
            script = HttpScript(answer, folder)
            stack.callback(script.stop)
            return script

        yield start
