"""A server that plays a script: for faults that no real server can be made to cause.

Each connection gets the first line at once and one more for every line that the client sends;
after the last the connection is closed.
"""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Sequence
from threading import Thread


class Scripted:
    """Listens on loopback until `close`; what clients sent is in `heard`.

    A line of None says nothing and waits, as a hung server does.
    """

    def __init__(self, *script: bytes | None, then_read: int = 0) -> None:
        self.script: Sequence[bytes | None] = script
        self.then_read = then_read
        self.heard: list[bytes] = []
        self._held: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()
        for held in self._held:
            held.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            Thread(target=self._play, args=(client,), daemon=True).start()

    def _play(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError), client, client.makefile("rb") as lines:
            for number, line in enumerate(self.script):
                if number:
                    self.heard.append(lines.readline())
                if line is None:
                    self._held.append(client)
                    time.sleep(60)
                    return
                client.sendall(line)
            if self.then_read:
                self.heard.append(lines.read(self.then_read))
