"""The web server: uvicorn in a thread of the daemon, bound before it says that it runs."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from datetime import datetime
from threading import Event, Thread
from urllib.parse import urlsplit

import structlog
import uvicorn

from syncd.bootstrap import OpenSite
from syncd.errors import ConfigurationError, SyncdError
from syncd.settings.model import ConsoleTable
from syncd.web.app import create_app
from syncd.web.desk import Desk
from syncd.web.pace import Pace

_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_GRACE_S = 5
_WARM_EVERY_S = 5.0


class WebServer:
    """The console over HTTP; answers from `start` until `stop`."""

    def __init__(
        self,
        opened: OpenSite,
        console: ConsoleTable,
        next_full: Callable[[], datetime | None] = lambda: None,
    ) -> None:
        """Bind the port; `next_full` tells when the next full run is due, where one is.

        Raises ConfigurationError where the port cannot be had or a file is missing.
        """
        turnstile, checks = opened.turnstile(console), opened.password_checks(console)
        self._socket = _bind(console.listen)
        desk = Desk(
            opened,
            turnstile,
            checks,
            console.is_secure,
            next_full,
            public_url=console.public_url,
            provider=opened.provider(console),
            pace=Pace(console.requests_per_minute, time.monotonic),
        )
        self._server = uvicorn.Server(
            uvicorn.Config(
                create_app(desk, _hosts(console)),
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=bool(console.trusted_proxies),
                forwarded_allow_ips=list(console.trusted_proxies),
                ssl_certfile=_file(opened, console.certificate_file),
                ssl_keyfile=_file(opened, console.key_file),
                timeout_graceful_shutdown=_GRACE_S,
                h11_max_incomplete_event_size=64 * 1024,
            )
        )
        self._desk = desk
        self._stopping = Event()
        self._thread = Thread(target=self._serve, name="console", daemon=True)
        self._warmer = Thread(target=self._keep_warm, name="console-warmth", daemon=True)

    @property
    def port(self) -> int:
        """Return the port that was bound."""
        return int(self._socket.getsockname()[1])

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()
        self._warmer.start()

    def stop(self) -> None:
        """Stop answering; requests that are going on have a few seconds to end."""
        self._stopping.set()
        self._server.should_exit = True
        self._thread.join()
        self._warmer.join()
        self._socket.close()

    def _keep_warm(self) -> None:
        """Work out after each run what the first page shows; the first visitor need not wait."""
        while True:
            try:
                self._desk.warm()
            except SyncdError as error:  # told on the page too; the next round tries again
                structlog.get_logger("syncd.web").warning("warmth.failed", why=str(error))
            if self._stopping.wait(_WARM_EVERY_S):
                return

    def _serve(self) -> None:
        self._server.run(sockets=[self._socket])


def _bind(listen: str) -> socket.socket:
    host, _, port = listen.rpartition(":")
    host = host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, int(port)))
        bound.listen()  # who comes before the server runs waits, and is not turned away
    except OSError as error:
        bound.close()
        raise ConfigurationError(
            f"[console] listen = {listen!r}: {error.strerror}. "
            "Is another syncd daemon running? Else choose a free port."
        ) from error
    return bound


def _hosts(console: ConsoleTable) -> tuple[str, ...]:
    """Return the names that the console answers to; any other Host is refused."""
    public = urlsplit(console.public_url).hostname
    own = console.listen.rpartition(":")[0]
    return tuple(dict.fromkeys([*((public,) if public else ()), own, *_LOOPBACK]))


def _file(opened: OpenSite, name: str | None) -> str | None:
    if name is None:
        return None
    path = opened.settings.base_dir / name
    if not path.is_file():
        raise ConfigurationError(f"[console]: {path} is missing.")
    return str(path)
