"""`/healthz`, `/readyz` and `/metrics` on loopback: plain, read-only, without personal data."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from syncd.errors import ConfigurationError

_TEXT = "text/plain; charset=utf-8"
_JSON = "application/json"


class HealthServer:
    """Answers in threads of its own until it is stopped."""

    def __init__(
        self, listen: str, registry: CollectorRegistry, not_ready: Callable[[], list[str]]
    ) -> None:
        """Bind to `host:port` (port 0 takes a free one); `not_ready` gives the reasons, if any.

        Raises ConfigurationError where the port cannot be had.
        """
        host, _, port = listen.rpartition(":")
        handler = _handler(registry, not_ready)
        try:
            self._server = _server_of(host)((host.strip("[]"), int(port)), handler)
        except OSError as error:
            raise ConfigurationError(
                f"[daemon] listen = {listen!r}: {error.strerror}. "
                "Is another syncd daemon running? Else choose a free port."
            ) from error
        self._server.daemon_threads = True
        self._thread = Thread(target=self._server.serve_forever, name="health", daemon=True)

    @property
    def port(self) -> int:
        """Return the port that was bound."""
        return int(self._server.server_address[1])

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Stop answering and give the port back."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _server_of(host: str) -> type[ThreadingHTTPServer]:
    return _ServerOnIPv6 if ":" in host else ThreadingHTTPServer


class _ServerOnIPv6(ThreadingHTTPServer):
    """The same for `[::1]`."""

    address_family = socket.AF_INET6


def _handler(
    registry: CollectorRegistry, not_ready: Callable[[], list[str]]
) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """One request; never logs, since a scrape every few seconds says nothing."""

        def do_GET(self) -> None:
            """Answer one of the three paths."""
            if self.path == "/healthz":
                self._send(200, b"ok\n", _TEXT)
            elif self.path == "/readyz":
                reasons = not_ready()
                body = json.dumps({"ready": not reasons, "reasons": reasons}).encode()
                self._send(503 if reasons else 200, body, _JSON)
            elif self.path == "/metrics":
                self._send(200, generate_latest(registry), CONTENT_TYPE_LATEST)
            else:
                self._send(404, b"not found\n", _TEXT)

        def _send(self, status: int, body: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    return Handler
