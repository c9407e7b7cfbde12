"""An HTTP server on loopback whose answers a test writes: for faults that no real one can be made
to cause. Real sockets, and TLS where a folder with certificates is given.

`relay` makes it stand before a real server, so that a test can step in between two requests.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.fakes.mail_server import server_context
from tests.fakes.receiver import Quiet


@dataclass(frozen=True)
class Asked:
    """One request as it came in."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes = b""

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(urlsplit(self.target).query).items()}

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Answer:
    """What is sent back: `body` as JSON unless it is bytes; `cut_at` ends the line within it.

    `drip_s` sends it byte by byte with so long a pause between.
    """

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    cut_at: int | None = None
    drip: Callable[[], None] | None = None

    @property
    def content(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return b"" if self.body is None else json.dumps(self.body, ensure_ascii=False).encode()


class HttpScript:
    """Answers each request with what `answer` returns for it; `asked` keeps them in order."""

    def __init__(self, answer: Callable[[Asked], Answer], folder: Path | None = None) -> None:
        self.asked: list[Asked] = []
        script = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                headers = {k.lower(): v for k, v in self.headers.items()}
                asked = Asked(self.command, self.path, headers, body)
                script.asked.append(asked)
                self._send(answer(asked))

            def _send(self, given: Answer) -> None:
                content = given.content
                self.send_response(given.status)
                usual = {
                    "content-type": "application/scim+json",
                    "content-length": str(len(content)),
                }
                for name, value in (usual | given.headers).items():
                    self.send_header(name, value)
                self.end_headers()
                if given.drip is not None:
                    for byte in content:
                        given.drip()
                        self.wfile.write(bytes([byte]))
                    return
                self.wfile.write(content if given.cut_at is None else content[: given.cut_at])
                self.close_connection = given.cut_at is not None

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815

            def log_message(self, *_: object) -> None:
                pass

        self._server = Quiet(("127.0.0.1", 0), Handler)
        self._server.context = None if folder is None else server_context(folder)
        self.port = self._server.server_port
        self.url = f"{'http' if folder is None else 'https'}://127.0.0.1:{self.port}"
        self._thread = Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def methods(self, path: str = "") -> list[str]:
        """The methods asked for under a path, in order."""
        return [asked.method for asked in self.asked if asked.path.startswith(path)]


def relay(port: int, asked: Asked) -> Answer:
    """Ask a real server the same and return what it answered."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    kept = {k: v for k, v in asked.headers.items() if k not in ("host", "connection")}
    line.request(asked.method, asked.target, asked.body or None, kept)
    answer = line.getresponse()
    body = answer.read()
    headers = {
        name: value
        for name, value in answer.getheaders()
        if name.lower() in ("etag", "content-type")
    }
    line.close()
    return Answer(answer.status, body, {k.lower(): v for k, v in headers.items()})
