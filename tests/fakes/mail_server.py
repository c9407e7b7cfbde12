"""A mail server of our own (aiosmtpd) on loopback, with TLS by its own CA and answers we choose."""

from __future__ import annotations

import asyncio
import email
import email.policy
import socket
import ssl
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

USER, PASSWORD = "syncd", "パスワード p4ss"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class MailServer:
    """Takes mail; `answers` (by MAIL, RCPT, DATA, NOOP) overrides what it says, `once` the next time only.

    An answer that begins with 421 also closes the connection; "CUT" closes it without a word.
    """

    def __init__(
        self, folder: Path | None, security: str, *, mechanisms: str = "PLAIN LOGIN"
    ) -> None:
        self.security = security
        self.answers: dict[str, str] = {}
        self.once: dict[str, str] = {}
        self.envelopes: list[Any] = []
        self.logins: list[tuple[str, bytes]] = []
        self.connections = 0
        self.steps: list[str] = []
        self.port = free_port()
        self._open: list[SMTP] = []
        tls = None if folder is None else server_context(folder)
        left_out = {"PLAIN", "LOGIN"} - set(mechanisms.split())
        implicit = security == "tls"
        self._controller = Watched(
            self,
            hostname="127.0.0.1",
            port=self.port,
            ssl_context=tls if implicit else None,
            tls_context=None if implicit else tls,
            require_starttls=security == "starttls",
            auth_require_tls=not implicit,
            auth_exclude_mechanism=left_out,
            authenticator=self._authenticate,
            server_hostname="mx.example",
            ready_timeout=20,
        )

    def start(self) -> MailServer:
        self._controller.start()
        self.connections = 0  # the controller's own first look is not one of ours
        self.steps.clear()
        return self

    def stop(self) -> None:
        self.hang_up()
        self._controller.stop()

    def hang_up(self) -> None:
        """Close every open connection, as a server does after an idle time; wait until it is so."""

        async def cut() -> None:
            for one in self._open:
                for transport in (one.transport, one._original_transport):
                    if transport is not None:
                        transport.abort()
            self._open.clear()
            await asyncio.sleep(0.01)  # aborting ends in the next turn of the loop

        asyncio.run_coroutine_threadsafe(cut(), self._controller.loop).result(20)

    def mails(self) -> list[EmailMessage]:
        return [
            email.message_from_bytes(e.content, policy=email.policy.default)  # type: ignore[misc]
            for e in self.envelopes
        ]

    def factory(self, smtp: SMTP) -> SMTP:
        self.connections += 1
        self._open.append(smtp)
        return smtp

    def _authenticate(self, _server, _session, _envelope, mechanism: str, data) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append((mechanism, data.password))
        right = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=right, handled=False)

    def _say(self, server: SMTP, step: str, usual: str) -> str:
        self.steps.append(step)
        said = self.once.pop(step, self.answers.get(step, usual))
        if said == "CUT":
            server.transport.abort()
            return "250 never heard"
        if said.startswith("421"):
            server.loop.call_soon(server.transport.close)
        return said

    async def handle_MAIL(self, server, _session, envelope, address, options) -> str:  # noqa: N802
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return self._say(server, "MAIL", "250 2.1.0 OK")

    async def handle_RCPT(self, server, _session, envelope, address, _options) -> str:  # noqa: N802
        envelope.rcpt_tos.append(address)
        return self._say(server, "RCPT", "250 2.1.5 OK")

    async def handle_DATA(self, server, _session, envelope) -> str:  # noqa: N802
        said = self._say(server, "DATA", "250 2.0.0 OK")
        if said.startswith("2") and "never" not in said:
            self.envelopes.append(envelope)
        return said

    async def handle_NOOP(self, server, _session, _envelope, _argument) -> str:  # noqa: N802
        return self._say(server, "NOOP", "250 2.0.0 OK")


class Watched(Controller):
    """A controller that tells the server of each connection."""

    def factory(self) -> SMTP:
        return self.handler.factory(super().factory())


def server_context(folder: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "srv.crt", folder / "srv.key")
    return context
