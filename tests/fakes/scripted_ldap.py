"""An LDAP server on loopback that takes every bind and ends every search as a test says.

For what a real server does only when it is slow or broken: a time limit, a referral, nonsense.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from threading import Thread

from connectors.shared.ldap.ber import OCTETS, header, tlv

_BIND, _SEARCH = 0x60, 0x63
_BOUND, _ENTRY, _DONE, _REFERENCE = 0x61, 0x64, 0x65, 0x73


def result(tag: int, code: int) -> bytes:
    """An LDAPResult without words (RFC 4511, section 4.1.9)."""
    size = max(1, code.bit_length() // 8 + 1)
    return tlv(tag, tlv(0x0A, code.to_bytes(size, "big")) + tlv(OCTETS, b"") + tlv(OCTETS, b""))


def entry(dn: str) -> bytes:
    """An entry with one attribute."""
    values = tlv(0x31, tlv(OCTETS, b"u1"))
    attributes = tlv(0x30, tlv(0x30, tlv(OCTETS, b"uid") + values))
    return tlv(_ENTRY, tlv(OCTETS, dn.encode()) + attributes)


def done(code: int) -> bytes:
    return result(_DONE, code)


def reference() -> bytes:
    return tlv(_REFERENCE, tlv(OCTETS, b"ldap://elsewhere/dc=example,dc=jp"))


class ScriptedLdap:
    """Answers each search with the operations that `answers` returns."""

    def __init__(self, answers: Callable[[], list[bytes]]) -> None:
        self.answers = answers
        self.searches = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"ldap://127.0.0.1:{self._listener.getsockname()[1]}"
        Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client:
            while request := client.recv(65536):
                at = header(request, 0)[1]
                number, at = request[at : header(request, at)[2]], header(request, at)[2]
                if request[at] == _BIND:
                    client.sendall(tlv(0x30, number + result(_BOUND, 0)))
                elif request[at] == _SEARCH:
                    self.searches += 1
                    messages = [tlv(0x30, number + operation) for operation in self.answers()]
                    client.sendall(b"".join(messages))
