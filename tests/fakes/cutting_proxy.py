"""A TCP proxy on loopback that passes bytes on and cuts the line after a number of them."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable
from threading import Thread


class CuttingProxy:
    """Cuts connections after `limit` bytes from the server; None never cuts.

    `cuts` says how many connections are cut before the rest is left alone. `when_cut` is called
    just before. `host` is where the server is; `change` is laid over what it sends, for answers
    that a real one would not give now.
    """

    host = "127.0.0.1"
    change: Callable[[bytes], bytes] = bytes

    def __init__(
        self,
        port: int,
        limit: int | None,
        cuts: int | None = None,
        when_cut: Callable[[], None] = lambda: None,
        own_port: int = 0,
    ) -> None:
        self.target = port
        self.limit = limit
        self.cuts = cuts
        self.when_cut = when_cut
        self.opened = 0
        self.passed = 0
        self._lines: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", own_port))
        self.port = int(self._listener.getsockname()[1])
        Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        _end(self._listener)
        self.cut()

    def cut(self) -> None:
        """Cut the lines that are open now; new ones may come."""
        while self._lines:
            _end(self._lines.pop())

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection((self.host, self.target))
            except OSError:
                _end(client)
                continue
            self._lines += [client, server]
            self.opened += 1
            Thread(target=self._pass_on, args=(client, server), daemon=True).start()
            Thread(target=self._pass_back, args=(server, client), daemon=True).start()

    def _pass_on(self, client: socket.socket, server: socket.socket) -> None:
        try:
            while data := client.recv(65536):
                server.sendall(data)
        except OSError:
            pass
        _end(server)

    def _pass_back(self, server: socket.socket, client: socket.socket) -> None:
        is_spared = self.cuts is not None and self.opened > self.cuts
        left = None if is_spared else self.limit
        try:
            while data := server.recv(4096):
                kept = self.change(data if left is None else data[:left])
                client.sendall(kept)
                self.passed += len(kept)
                if left is not None:
                    left -= len(kept)
                    if left <= 0:
                        self.when_cut()
                        break
        except OSError:
            pass
        _end(client)
        _end(server)


def _end(line: socket.socket) -> None:
    """End a connection at once, also for the thread that still waits on it."""
    with contextlib.suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
    line.close()
