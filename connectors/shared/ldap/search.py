"""One paged search whose completeness is proved, or nothing (RFC 2696).

Requests are built by ldap3 and sent on its socket; answers go through `decoder`. A search counts
only when every page ended with success and the last one gave an empty cookie. Size limits, time
limits, referrals, a lost connection: `SearchBrokenError`, and what was read is thrown away.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ldap3 import DEREF_NEVER, SUBTREE, Connection
from ldap3.core.results import RESULT_CODES
from ldap3.operation.search import search_operation
from ldap3.protocol.convert import build_controls_list
from ldap3.protocol.rfc2696 import paged_search_control
from ldap3.protocol.rfc4511 import LDAPMessage, MessageID, ProtocolOp
from ldap3.utils.asn1 import encode

from connectors.shared.groups import Entry
from connectors.shared.ldap.decoder import (
    DONE,
    ENTRY,
    REFERENCE,
    BrokenAnswerError,
    Done,
    decode_done,
    decode_entry,
    header,
)

_CHUNK = 1 << 18
_SUCCESS = 0
NO_SUCH_OBJECT = 32
_UNPROVED = -1


class SearchBrokenError(Exception):
    """A search that did not end as a complete one; `code` is LDAP's, -1 without one."""

    def __init__(self, why: str, code: int = _UNPROVED) -> None:
        """Say what broke it."""
        super().__init__(why)
        self.code = code


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched for; `controls` are (OID, criticality, BER value) beside the paging."""

    base: str
    filter: str
    attributes: tuple[str, ...]
    scope: str = SUBTREE
    controls: tuple[tuple[str, bool, bytes | None], ...] = ()


@dataclass(slots=True)
class Tally:
    """How much a search has read so far."""

    pages: int = 0
    entries: int = 0


def paged_search(
    connection: Connection, query: Query, page_size: int, tally: Tally
) -> Iterator[Entry]:
    """Yield every entry; raises SearchBrokenError unless the server proved that these are all."""
    stream = _Answers(connection)
    cookie: bytes = b""
    while True:
        stream.send(query, page_size, cookie)
        done: Done | None = None
        while done is None:
            answer = stream.next()
            if isinstance(answer, Done):
                done = answer
            else:
                tally.entries += 1
                yield answer
        tally.pages += 1
        if done.code != _SUCCESS:
            word = RESULT_CODES.get(done.code, str(done.code))
            raise SearchBrokenError(f"{query.base}: {word} {done.message}".strip(), done.code)
        if done.cookie is None:
            raise SearchBrokenError(f"{query.base}: the server does not page (RFC 2696)")
        if not done.cookie:
            return
        cookie = done.cookie


class _Answers:
    """The stream of answers on one connection, message by message."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._buffer = b""
        self._at = 0
        self._message_id = 0

    def send(self, query: Query, page_size: int, cookie: bytes) -> None:
        """Send the request for one page."""
        request = search_operation(
            query.base,
            query.filter,
            query.scope,
            DEREF_NEVER,
            list(query.attributes),
            0,
            0,
            False,  # noqa: FBT003 - ldap3's own signature
            None,
            None,
            check_names=False,
        )
        self._message_id = self._connection.server.next_message_id()
        message = LDAPMessage()
        message["messageID"] = MessageID(self._message_id)
        message["protocolOp"] = ProtocolOp().setComponentByName("searchRequest", request)
        # Critical, so that a server that cannot page says so instead of answering in part.
        control = paged_search_control(criticality=True, size=page_size, cookie=cookie)
        message["controls"] = build_controls_list([control, *query.controls])
        self._connection.socket.sendall(encode(message))

    def next(self) -> Entry | Done:
        """Return the next answer to our request; raises SearchBrokenError."""
        try:
            return self._decode(self._message())
        except (IndexError, BrokenAnswerError) as error:
            raise SearchBrokenError(f"an answer that cannot be read: {error}") from error
        except OSError as error:
            raise SearchBrokenError(f"the connection broke: {error}") from error

    def _message(self) -> bytes:
        """Return the bytes of one whole LDAPMessage."""
        while True:
            try:
                _, _, end = header(self._buffer, self._at)
                if end <= len(self._buffer):
                    message = self._buffer[self._at : end]
                    self._at = end
                    return message
            except IndexError:
                pass  # not even the header is there yet
            more = self._connection.socket.recv(_CHUNK)
            if not more:
                raise SearchBrokenError("the server closed the connection in the middle")
            self._buffer = self._buffer[self._at :] + more
            self._at = 0

    def _decode(self, message: bytes) -> Entry | Done:
        _, start, _ = header(message, 0)
        _, number, at = header(message, start)
        if int.from_bytes(message[number:at], "big") != self._message_id:
            raise SearchBrokenError("the server ended the connection or answered something else")
        tag, start, end = header(message, at)
        if tag == ENTRY:
            return Entry(*decode_entry(message, start))
        if tag == DONE:
            return decode_done(message, start, end)
        if tag == REFERENCE:
            raise SearchBrokenError("the server refers to another one; referrals are not followed")
        raise BrokenAnswerError(f"operation {tag:#x}")
