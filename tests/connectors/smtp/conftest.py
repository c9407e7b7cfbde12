from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from connectors.smtp import SmtpNotifier, SmtpNotifierType, SmtpOptions
from syncd.core.calendar import JST
from syncd.ports.notifier import Message, NotifierContext
from tests.fakes.certificates import make_certificates
from tests.fakes.mail_server import PASSWORD, USER, MailServer

NOW = datetime(2027, 4, 1, 8, 30, tzinfo=JST)
HELLO = Message(
    kind="cases-digest",
    subject="決裁をお願いします / please decide (3)",
    body="案件が3件あります。\n職員番号 0000001\n",
    recipient="approver@city.example",
    object="digest:2027-04-01",
)


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mail-tls")
    make_certificates(folder)
    return folder


@pytest.fixture
def serve() -> Iterator[Callable[..., MailServer]]:
    started: list[MailServer] = []

    def start(folder: Path | None = None, security: str = "none", **more: str) -> MailServer:
        started.append(MailServer(folder, security, **more).start())
        return started[-1]

    yield start
    for server in started:
        server.stop()


@pytest.fixture
def plain(serve: Callable[..., MailServer]) -> MailServer:
    return serve()


class Connect:
    """Builds notifiers with the options a test wants to change; ends their connections."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._made: list[SmtpNotifier] = []

    def options(self, port: int, **changes: object) -> SmtpOptions:
        given = {
            "host": "127.0.0.1",
            "port": port,
            "security": "none",
            "sender": "syncd@city.example",
            "sender_name": "みほん市 権限管理",
            "helo_name": "syncd.city.example",
            "timeout_s": 20,
            **changes,
        }
        return SmtpOptions.model_validate({k: v for k, v in given.items() if v is not None})

    def to(self, port: int, **changes: object) -> SmtpNotifier:
        context = NotifierContext("mail", self.folder, lambda: NOW)
        self._made.append(SmtpNotifierType.build(self.options(port, **changes), context))
        return self._made[-1]

    def signed_in(self, server: MailServer, ca: Path, **changes: object) -> SmtpNotifier:
        (self.folder / "mail-secret").write_text(PASSWORD + "\n", encoding="utf-8")
        given = {"user": USER, "password_file": "mail-secret", "security": server.security}
        return self.to(server.port, **given | {"ca_file": ca} | changes)

    def close(self) -> None:
        for notifier in self._made:
            notifier.close()


@pytest.fixture
def connect(tmp_path: Path) -> Iterator[Connect]:
    made = Connect(tmp_path)
    yield made
    made.close()
