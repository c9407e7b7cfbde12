"""Changes entries, many requests in flight on one connection (RFC 4511, sections 3.1 and 4.6).

A server makes one change after the other and waits for its disk each time; what can be saved is
the way there and back. So requests are sent on ldap3's socket before the answers to earlier ones
have come, and answers are matched by message id, for a server may answer in any order. What was
written although the connection broke is only known by reading back: that is left to callers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ldap3 import Connection

from connectors.shared.ldap.decoder import BrokenAnswerError, header
from connectors.shared.ldap.encoding import Modify, encode_message, encode_modify

__all__ = ["SUCCESS", "Answer", "Line", "Modify", "ModifyBrokenError", "modify_all"]

SUCCESS = 0
WINDOW = 64
"""Requests in flight. OpenLDAP ends a session with more than 1,000 pending (its
olcConnMaxPendingAuth); measured, nothing is gained beyond some dozens."""
MODIFIED, EXTENDED = 0x67, 0x78
_CHUNK = 1 << 16
_VALUE = 0x8B  # [11] responseValue of an ExtendedResponse


class ModifyBrokenError(Exception):
    """The connection broke with changes in flight: which of them were made is not known."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: to which message, of which kind, LDAP's result code, the value it carries."""

    number: int
    kind: int
    code: int
    value: bytes = b""


def modify_all(
    connection: Connection, changes: Sequence[Modify], window: int = WINDOW
) -> tuple[int, ...]:
    """Make all changes, each by itself; return the server's result codes, in their order.

    Many are in flight together, so no change may need another one to be made first. Raises
    ModifyBrokenError.
    """
    line = Line(connection)
    codes = [SUCCESS] * len(changes)
    waiting: dict[int, int] = {}
    for place, change in enumerate(changes):
        if len(waiting) >= window:
            _take(line, waiting, codes)
        waiting[line.send(encode_modify(change))] = place
    while waiting:
        _take(line, waiting, codes)
    return tuple(codes)


def _take(line: Line, waiting: dict[int, int], codes: list[int]) -> None:
    """Put the next answer where its request stands."""
    answer = line.receive()
    if answer.number not in waiting or answer.kind != MODIFIED:
        raise line.broken_by(answer)
    codes[waiting.pop(answer.number)] = answer.code


class Line:
    """Requests out and answers in, on the socket of one connection."""

    def __init__(self, connection: Connection) -> None:
        """Work on a bound connection on which nothing is in flight."""
        self._connection = connection
        self._buffer = b""

    def send(self, operation: bytes, controls: bytes = b"") -> int:
        """Send one request; return its message id. Raises ModifyBrokenError."""
        number: int = self._connection.server.next_message_id()
        try:
            self._connection.socket.sendall(encode_message(number, operation, controls))
        except OSError as error:
            raise ModifyBrokenError(f"the connection broke: {error}") from error
        return number

    def receive(self) -> Answer:
        """Return the next answer, to whichever request; raises ModifyBrokenError."""
        try:
            return _decode(self._message())
        except OSError as error:
            raise ModifyBrokenError(f"the connection broke: {error}") from error
        except (IndexError, BrokenAnswerError) as error:
            raise ModifyBrokenError(f"an answer that cannot be read: {error}") from error

    def broken_by(self, answer: Answer) -> ModifyBrokenError:
        """Return what an answer to nothing that was asked means.

        Number 0 is the notice with which a server takes its leave (RFC 4511, section 4.4.1).
        """
        if answer.number == 0:
            return ModifyBrokenError("the server ended the connection")
        return ModifyBrokenError("the server answered something that was not asked")

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


def _decode(message: bytes) -> Answer:
    """Return an answer; raises IndexError, BrokenAnswerError."""
    _, start, _ = header(message, 0)
    _, first, at = header(message, start)
    number = int.from_bytes(message[first:at], "big")
    kind, start, end = header(message, at)
    _, first, at = header(message, start)
    code = int.from_bytes(message[first:at], "big")
    return Answer(number, kind, code, _value(message, at, end) if kind == EXTENDED else b"")


def _value(message: bytes, at: int, end: int) -> bytes:
    """Return the value of an ExtendedResponse (RFC 4511, section 4.12), if it has one."""
    while at < end:
        tag, start, at = header(message, at)
        if tag == _VALUE:
            return message[start:at]
    return b""
