"""A receiver of webhooks (the standard library's HTTP server) that checks each signature itself.

The check is written from the specification (Standard Webhooks 1.0.0), not with syncd's code.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from tests.fakes.mail_server import server_context


@dataclass
class Post:
    """One request as it came in, and how it was answered."""

    path: str
    headers: dict[str, str]
    content: bytes
    status: int

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.content)

    def is_signed_by(self, key: bytes) -> bool:
        ident, moment = self.headers["webhook-id"], self.headers["webhook-timestamp"]
        signed = ident.encode() + b"." + moment.encode() + b"." + self.content
        expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        given = [one.split(",", 1) for one in self.headers["webhook-signature"].split(" ")]
        return any(v == "v1" and hmac.compare_digest(text, expected) for v, text in given)


class Receiver:
    """Answers every POST with `status`, `answer_headers` and `answer`, after `delay_s`."""

    def __init__(self, folder: Path | None) -> None:
        self.posts: list[Post] = []
        self.requests = 0
        self.status = 204
        self.answer = b""
        self.answer_headers: dict[str, str] = {}
        self.delay_s = 0.0
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                receiver.requests += 1
                content = self.rfile.read(int(self.headers["content-length"]))
                headers = {k.lower(): v for k, v in self.headers.items()}
                receiver.posts.append(Post(self.path, headers, content, receiver.status))
                time.sleep(receiver.delay_s)
                self.send_response(receiver.status)
                usual = {"Content-Length": str(len(receiver.answer))}
                for name, value in (usual | receiver.answer_headers).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(receiver.answer)

            def log_message(self, *_: object) -> None:
                pass

        self._server = Quiet(("127.0.0.1", 0), Handler)
        self._server.context = None if folder is None else server_context(folder)
        self.port = self._server.server_port
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def start(self) -> Receiver:
        self._thread.start()
        return self

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class Quiet(ThreadingHTTPServer):
    """Shakes hands in the thread of the request, and says nothing of clients that hang up."""

    context = None
    daemon_threads = True

    def finish_request(self, request, client_address) -> None:
        if self.context is None:
            super().finish_request(request, client_address)
            return
        with self.context.wrap_socket(request, server_side=True) as secured:
            super().finish_request(secured, client_address)

    def handle_error(self, _request, _client_address) -> None:
        pass
