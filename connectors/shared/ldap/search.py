"""Searches whose completeness is proved, or nothing.

A search counts only when it ended with success: then no limit cut it and everything that matches
was sent (RFC 4511, section 4.5.2). Asked in pages (RFC 2696), every page must end so, and the
last with an empty cookie. Size limits, time limits, referrals, a lost connection:
`SearchBrokenError`, and what was read is thrown away.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ldap3 import BASE, SUBTREE, Connection
from ldap3.core.results import RESULT_CODES

from connectors.shared.groups import Entry
from connectors.shared.ldap.ber import BrokenAnswerError
from connectors.shared.ldap.decoder import (
    DONE,
    ENTRY,
    REFERENCE,
    Done,
    decode_done,
    decode_entry,
)
from connectors.shared.ldap.encoding import encode_message
from connectors.shared.ldap.request import encode_control, encode_page, encode_search
from connectors.shared.ldap.stream import SearchBrokenError, Stream

__all__ = ["NO_SUCH_OBJECT", "Query", "SearchBrokenError", "Tally", "paged_search"]

NO_SUCH_OBJECT = 32
_SUCCESS = 0
_WINDOW = 64
"""Base searches in flight; OpenLDAP ends a session with 1,000 (olcConnMaxPendingAuth)."""


Control: TypeAlias = tuple[str, bool, bytes | None]
"""A control of a request: OID, criticality, BER value (RFC 4511, section 4.1.11)."""


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched for; `controls` go with it beside the paging."""

    base: str
    filter: str
    attributes: tuple[str, ...]
    scope: str = SUBTREE
    controls: tuple[Control, ...] = ()

    def encoded(self) -> bytes:
        """Return the request as it is sent."""
        return encode_search(self.base, self.scope, self.filter, self.attributes)


@dataclass(slots=True)
class Tally:
    """How much a search has read so far."""

    pages: int = 0
    entries: int = 0


def paged_search(
    connection: Connection, query: Query, page_size: int, tally: Tally
) -> Iterator[Entry]:
    """Yield every entry; raises SearchBrokenError unless the server proved that these are all."""
    for entries in raw_search(connection, query, page_size, tally):
        yield from decoded(entries)


def decoded(entries: Sequence[bytes], members: Sequence[str] = ()) -> Iterator[Entry]:
    """Yield entries as they came decoded; raises SearchBrokenError."""
    try:
        for entry in entries:
            yield decode_entry(entry, members)
    except (IndexError, BrokenAnswerError) as error:
        raise SearchBrokenError(f"an answer that cannot be read: {error}") from error


def raw_search(
    connection: Connection, query: Query, page_size: int | None, tally: Tally
) -> Iterator[list[bytes]]:
    """Yield every entry as it came, many at a time; in one go where `page_size` is None.

    Raises SearchBrokenError unless the server proved that these are all.
    """
    stream = Stream(connection)
    request = query.encoded()
    cookie: bytes = b""
    while True:
        number = stream.next_number()
        controls = [encode_control(*control) for control in query.controls]
        if page_size is not None:
            controls.append(encode_page(page_size, cookie))
        stream.send(encode_message(number, request, controls))
        done: Done | None = None
        while done is None:
            answers = stream.answers(number)
            done = ending(answers)
            tally.entries += len(answers)
            yield answers
        tally.pages += 1
        check_success(query, done)
        if page_size is None:
            return
        if done.cookie is None:
            raise SearchBrokenError(f"{query.base}: the server does not page (RFC 2696)")
        if not done.cookie:
            return
        cookie = done.cookie


def ending(answers: list[bytes]) -> Done | None:
    """Take the end of a search off its answers, if it is there; raises SearchBrokenError."""
    kind = answers[-1][0]
    if kind == ENTRY:
        return None
    if kind == REFERENCE:
        raise SearchBrokenError("the server refers to another one; referrals are not followed")
    if kind != DONE:
        raise SearchBrokenError(f"an answer that cannot be read: operation {kind:#x}")
    try:
        return decode_done(answers.pop())
    except (IndexError, BrokenAnswerError) as error:
        raise SearchBrokenError(f"an answer that cannot be read: {error}") from error


def check_success(query: Query, done: Done) -> None:
    """Hold that a search ended with success; raises SearchBrokenError."""
    if done.code != _SUCCESS:
        word = RESULT_CODES.get(done.code, str(done.code))
        raise SearchBrokenError(f"{query.base}: {word} {done.message}".strip(), done.code)


def read_each(
    connection: Connection,
    dns: Sequence[str],
    attributes: tuple[str, ...],
    controls: tuple[Control, ...] = (),
) -> list[Entry | None]:
    """Return entries by their DN, None for those that are not there; many asked at once.

    Raises SearchBrokenError.
    """
    stream = Stream(connection)
    queries = [Query(dn, "(objectClass=*)", attributes, BASE) for dn in dns]
    encoded = [encode_control(*control) for control in controls]
    found: list[Entry | None] = [None] * len(dns)
    waiting: dict[int, int] = {}
    for place, query in enumerate(queries):
        while len(waiting) >= _WINDOW:
            _take(stream, queries, waiting, found)
        number = stream.next_number()
        stream.send(encode_message(number, query.encoded(), encoded))
        waiting[number] = place
    while waiting:
        _take(stream, queries, waiting, found)
    return found


def _take(
    stream: Stream, queries: Sequence[Query], waiting: dict[int, int], found: list[Entry | None]
) -> None:
    """Put the next answer where its request stands."""
    number, operation = stream.answer()
    if number not in waiting:
        raise SearchBrokenError("the server ended the connection or answered something else")
    place = waiting[number]
    answers = [operation]
    done = ending(answers)
    if done is None:
        found[place] = next(decoded(answers))
        return
    del waiting[number]
    if done.code != NO_SUCH_OBJECT:
        check_success(queries[place], done)
