"""The stream of answers on one connection, cut into messages (RFC 4511, section 4.1.1).

A city is 48,000 messages and 23 MB, so they are taken from the socket in large pieces and cut in
one loop, without decoding any of them. An answer that goes on is waited for as long as the
connection's timeout says; whatever breaks is `SearchBrokenError`.
"""

from __future__ import annotations

from ldap3 import Connection

from connectors.shared.ldap.ber import BrokenAnswerError, header
from connectors.shared.ldap.decoder import ENTRY

_CHUNK = 1 << 18
_LONG = 0x80
_INTEGER = 0x02
_SMALLEST = 8
_UNPROVED = -1


class SearchBrokenError(Exception):
    """A search that did not end as a complete one; `code` is LDAP's, -1 without one."""

    def __init__(self, why: str, code: int = _UNPROVED) -> None:
        """Say what broke it."""
        super().__init__(why)
        self.code = code


class Stream:
    """Requests out and answers in, on the socket of a connection with nothing else in flight."""

    def __init__(self, connection: Connection) -> None:
        """Begin with nothing sent."""
        self._connection = connection
        self._buffer = b""
        self._at = 0

    def next_number(self) -> int:
        """Return the number of the next message."""
        number: int = self._connection.server.next_message_id()
        return number

    def send(self, messages: bytes) -> None:
        """Send whole messages; raises SearchBrokenError."""
        try:
            self._connection.socket.sendall(messages)
        except OSError as error:
            raise SearchBrokenError(f"the connection broke: {error}") from error

    def answers(self, number: int) -> list[bytes]:
        """Return the operations that have come in answer to a message, at least one.

        If one is no entry, it is the last. Raises SearchBrokenError, also for anything that
        answers another message.
        """
        found: list[bytes] = []
        try:
            while not found:
                found = self._cut(number)
                if not found:
                    self._receive()
        except (IndexError, BrokenAnswerError) as error:
            raise SearchBrokenError(f"an answer that cannot be read: {error}") from error
        except OSError as error:
            raise SearchBrokenError(f"the connection broke: {error}") from error
        return found

    def answer(self) -> tuple[int, bytes]:
        """Return the next message's number and operation, whatever it answers."""
        try:
            while True:
                end = self._end()
                if end:
                    break
                self._receive()
            number, start = _number(self._buffer, header(self._buffer, self._at)[1])
            operation = self._buffer[start:end]
            self._at = end
        except (IndexError, BrokenAnswerError) as error:
            raise SearchBrokenError(f"an answer that cannot be read: {error}") from error
        except OSError as error:
            raise SearchBrokenError(f"the connection broke: {error}") from error
        return number, operation

    def _cut(self, wanted: int) -> list[bytes]:
        """Cut whole messages off the buffer, up to the first that is no entry."""
        buffer, at, size = self._buffer, self._at, len(self._buffer)
        octets = wanted.to_bytes(wanted.bit_length() // 8 + 1, "big")
        expected = bytes((_INTEGER, len(octets))) + octets
        step = len(expected)
        found: list[bytes] = []
        while size - at >= _SMALLEST:
            length, start = buffer[at + 1], at + 2
            if length & _LONG:
                if size - start < length & ~_LONG:
                    break
                _, start, end = header(buffer, at)
            else:
                end = start + length
            if end > size:
                break
            if buffer.startswith(expected, start):
                operation = buffer[start + step : end]
            else:
                number, start = _number(buffer, start)
                if number != wanted:
                    raise SearchBrokenError(
                        "the server ended the connection or answered something else"
                    )
                operation = buffer[start:end]
            found.append(operation)
            at = end
            if operation[0] != ENTRY:
                break
        self._at = at
        return found

    def _end(self) -> int:
        """Return where the message at hand ends; 0 where not all of it is there yet."""
        try:
            end = header(self._buffer, self._at)[2]
        except IndexError:
            return 0
        return end if end <= len(self._buffer) else 0

    def _receive(self) -> None:
        """Take more from the socket: at least as much as the message at hand still lacks."""
        rest = self._buffer[self._at :]
        try:
            lacking = header(rest, 0)[2] - len(rest)
        except IndexError:
            lacking = 1
        pieces = [rest]
        while lacking > 0:
            more = self._connection.socket.recv(_CHUNK)
            if not more:
                raise SearchBrokenError("the server closed the connection in the middle")
            pieces.append(more)
            lacking -= len(more)
        self._buffer = b"".join(pieces)
        self._at = 0


def _number(data: bytes, at: int) -> tuple[int, int]:
    """Return the message id at an offset and where the operation begins."""
    _, start, end = header(data, at)
    return int.from_bytes(data[start:end], "big"), end
