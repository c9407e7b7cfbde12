"""Changes entries, many requests in flight on one connection (RFC 4511, sections 3.1 and 4.6).

A server makes one change after the other and waits for its disk each time; what can be saved is
the way there and back. So requests are sent on ldap3's socket before the answers to earlier ones
have come, and answers are matched by message id, for a server may answer in any order. What was
written although the connection broke is only known by reading back: that is left to callers.
"""

from __future__ import annotations

from collections.abc import Sequence

from ldap3 import Connection

from connectors.shared.ldap.ber import BrokenAnswerError, header
from connectors.shared.ldap.encoding import Modify, encode_message, encode_modify

__all__ = ["SUCCESS", "Modify", "ModifyBrokenError", "modify_all"]

SUCCESS = 0
WINDOW = 8
"""Requests in flight: enough to hide the way there and back. More only lets the threads of a
server wait for one another (measured, decision 0010), and OpenLDAP ends a session with more than
1,000 pending (olcConnMaxPendingAuth)."""
_MODIFIED = 0x67
_CHUNK = 1 << 16


class ModifyBrokenError(Exception):
    """The connection broke with changes in flight: which of them were made is not known."""


def modify_all(
    connection: Connection, changes: Sequence[Modify], window: int = WINDOW
) -> tuple[int, ...]:
    """Make all changes, each by itself; return the server's result codes, in their order.

    Many are in flight together, so no change may need another one to be made first. Raises
    ModifyBrokenError.
    """
    line = _Line(connection)
    codes = [SUCCESS] * len(changes)
    waiting: dict[int, int] = {}
    for place, change in enumerate(changes):
        if len(waiting) >= window:
            _take(line, waiting, codes)
        waiting[line.send(encode_modify(change))] = place
    while waiting:
        _take(line, waiting, codes)
    return tuple(codes)


def _take(line: _Line, waiting: dict[int, int], codes: list[int]) -> None:
    """Put the next answer where its request stands."""
    number, code = line.receive()
    if number not in waiting:
        # Number 0 is the notice with which a server takes its leave (RFC 4511, section 4.4.1).
        raise ModifyBrokenError("the server ended the connection or answered something else")
    codes[waiting.pop(number)] = code


class _Line:
    """Requests out and answers in, on the socket of a connection with nothing else in flight."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._buffer = b""

    def send(self, operation: bytes) -> int:
        """Send one request; return its message id. Raises ModifyBrokenError."""
        number: int = self._connection.server.next_message_id()
        try:
            self._connection.socket.sendall(encode_message(number, operation))
        except OSError as error:
            raise ModifyBrokenError(f"the connection broke: {error}") from error
        return number

    def receive(self) -> tuple[int, int]:
        """Return message id and result code of the next answer; raises ModifyBrokenError."""
        try:
            return _decode(self._message())
        except OSError as error:
            raise ModifyBrokenError(f"the connection broke: {error}") from error
        except (IndexError, BrokenAnswerError) as error:
            raise ModifyBrokenError(f"an answer that cannot be read: {error}") from error

    def _message(self) -> bytes:
        """Return the bytes of one whole LDAPMessage."""
        while True:
            end = _end_of(self._buffer)
            if end:
                message, self._buffer = self._buffer[:end], self._buffer[end:]
                return message
            more = self._connection.socket.recv(_CHUNK)
            if not more:
                raise ModifyBrokenError("the server closed the connection in the middle")
            self._buffer += more


def _end_of(buffer: bytes) -> int:
    """Return where the first message ends; 0 where not all of it is there yet."""
    try:
        _, _, end = header(buffer, 0)
    except IndexError:
        return 0
    return end if end <= len(buffer) else 0


def _decode(message: bytes) -> tuple[int, int]:
    """Return message id and result code of an answer; raises IndexError, BrokenAnswerError.

    Message id 0 stands for anything that is no answer to a change.
    """
    _, start, _ = header(message, 0)
    _, first, at = header(message, start)
    number = int.from_bytes(message[first:at], "big")
    kind, start, _ = header(message, at)
    _, first, end = header(message, start)
    return number if kind == _MODIFIED else 0, int.from_bytes(message[first:end], "big")
