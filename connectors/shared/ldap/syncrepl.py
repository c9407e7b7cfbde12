"""One refresh of a content by RFC 4533 (refreshOnly): what changed since a cookie.

Holds that the answer is whole: it counts only if the search ended with success, and every entry
says what became of it. What it means for what is known is left to callers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ldap3 import Connection

from connectors.shared.ldap.ber import OCTETS, BrokenAnswerError, header, tlv
from connectors.shared.ldap.decoder import ENTRY, INTERMEDIATE, Done, controls_of
from connectors.shared.ldap.encoding import encode_message
from connectors.shared.ldap.request import encode_control
from connectors.shared.ldap.search import Query, check_success, ending
from connectors.shared.ldap.stream import SearchBrokenError, Stream

CONTROL = "1.3.6.1.4.1.4203.1.9.1.1"
REFRESH_REQUIRED = 4096
_STATE, _DONE, _INFO = (f"1.3.6.1.4.1.4203.1.9.1.{n}".encode() for n in (2, 3, 4))
_PRESENT, _DELETE = 0, 3
_REFRESH_ONLY = b"\x01"
_SEQUENCE, _ENUMERATED, _BOOLEAN, _SET = 0x30, 0x0A, 0x01, 0x31
_NAME, _VALUE = 0x80, 0x81  # of an IntermediateResponse (RFC 4511, section 4.13)
_ID_SET = 0xA3


@dataclass(slots=True)
class Refreshed:
    """What a refresh told. UUIDs are 32 hexadecimal digits; entries are as they came.

    Where `deletes` is True, what is not mentioned is unchanged, and `deleted` are gone (delete
    phase). Where it is False, what is neither `changed` nor `present` is gone (present phase).
    """

    cookie: bytes = b""
    deletes: bool = False
    changed: dict[str, bytes] = field(default_factory=dict)
    present: set[str] = field(default_factory=set)
    deleted: set[str] = field(default_factory=set)


def refresh(connection: Connection, query: Query, cookie: bytes) -> Refreshed:
    """Ask what changed since a cookie, or for everything without one; raises SearchBrokenError.

    Its code is 4096 where the server no longer knows where we stood (RFC 4533, section 3.4.2).
    """
    stream = Stream(connection)
    number = stream.next_number()
    value = tlv(_ENUMERATED, _REFRESH_ONLY) + (tlv(OCTETS, cookie) if cookie else b"")
    control = encode_control(CONTROL, True, tlv(_SEQUENCE, value))  # noqa: FBT003 - critical
    stream.send(encode_message(number, query.encoded(), [control]))
    told = Refreshed(cookie)
    done: Done | None = None
    try:
        while done is None:
            answers = stream.answers(number)
            if answers[-1][0] == INTERMEDIATE:
                _take_info(answers.pop(), told)
            elif answers[-1][0] != ENTRY:
                done = ending(answers)
            for answer in answers:
                _take_entry(answer, told)
        check_success(query, done)
        _take_done(done, told)
    except (IndexError, BrokenAnswerError) as error:
        raise SearchBrokenError(f"an answer that cannot be read: {error}") from error
    return told


def _take_entry(answer: bytes, told: Refreshed) -> None:
    """Note what became of an entry (syncStateValue, section 2.3)."""
    value = controls_of(answer).get(_STATE)
    if value is None:
        raise BrokenAnswerError("an entry without its state")
    parts = [content for _, content in _parts(value)]
    state, uuid = int.from_bytes(parts[0], "big"), parts[1].hex()
    if state == _DELETE:
        told.deleted.add(uuid)
        told.changed.pop(uuid, None)
    elif state == _PRESENT:
        told.present.add(uuid)
    else:
        told.changed[uuid] = answer[: header(answer, 0)[2]]
        told.deleted.discard(uuid)


def _take_info(answer: bytes, told: Refreshed) -> None:
    """Note UUIDs of which the server tells no more (syncInfoValue, section 2.5)."""
    found = dict(_children(answer, *header(answer, 0)[1:]))
    if found.get(_NAME) != _INFO:
        return
    value = found.get(_VALUE, b"")
    if not value or value[0] != _ID_SET:
        return  # a cookie, or the end of a phase: the end of the search says both again
    parts = list(_parts(value))
    deletes = any(tag == _BOOLEAN and any(content) for tag, content in parts)
    uuids = {c.hex() for tag, s in parts if tag == _SET for _, c in _children(s, 0, len(s))}
    (told.deleted if deletes else told.present).update(uuids)


def _take_done(done: Done, told: Refreshed) -> None:
    """Note where we stand now (syncDoneValue, section 2.4)."""
    value = done.controls.get(_DONE)
    if value is None:
        raise BrokenAnswerError("a refresh without its end")
    for tag, content in _parts(value):
        if tag == OCTETS:
            told.cookie = content
        elif tag == _BOOLEAN:
            told.deletes = any(content)


def _parts(value: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield tag and content of the members of a SEQUENCE."""
    _, start, end = header(value, 0)
    return _children(value, start, end)


def _children(data: bytes, start: int, end: int) -> Iterator[tuple[int, bytes]]:
    while start < end:
        tag, first, start = header(data, start)
        yield tag, data[first:start]
