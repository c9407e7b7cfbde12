from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from connectors.webhook import WebhookNotifier, WebhookNotifierType, WebhookOptions
from syncd.core.calendar import JST
from syncd.ports.notifier import Message, NotifierContext
from tests.fakes.certificates import make_certificates
from tests.fakes.receiver import Receiver

NOW = datetime(2027, 4, 1, 8, 30, tzinfo=JST)
KEY = bytes(range(32))
SECRET = "whsec_" + base64.b64encode(KEY).decode()
HELLO = Message(
    kind="cases-digest",
    subject="決裁をお願いします / please decide (3)",
    body="案件が3件あります。\n職員番号 0000001\n",
    recipient="approver",
    object="digest:2027-04-01",
)


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hook-tls")
    make_certificates(folder)
    return folder


@pytest.fixture
def serve() -> Iterator[Callable[..., Receiver]]:
    started: list[Receiver] = []

    def start(folder: Path | None = None) -> Receiver:
        started.append(Receiver(folder).start())
        return started[-1]

    yield start
    for receiver in started:
        receiver.stop()


@pytest.fixture
def plain(serve: Callable[..., Receiver]) -> Receiver:
    return serve()


class Connect:
    """Builds notifiers with the options a test wants to change."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "secret").write_text(SECRET + "\n")

    def options(self, **changes: object) -> WebhookOptions:
        given = {"url": "https://127.0.0.1/in", "secret_file": "secret", **changes}
        return WebhookOptions.model_validate({k: v for k, v in given.items() if v is not None})

    def to(self, port: int, *, scheme: str = "http", **changes: object) -> WebhookNotifier:
        given = {"url": f"{scheme}://127.0.0.1:{port}/in/s3cr3t-path?t=tok3n", "timeout_s": 20}
        context = NotifierContext("hook", self.folder, lambda: NOW)
        return WebhookNotifierType.build(self.options(**given | changes), context)


@pytest.fixture
def connect(tmp_path: Path) -> Connect:
    return Connect(tmp_path)
