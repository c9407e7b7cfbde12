"""Changes entries, many requests in flight on one connection (RFC 4511, sections 3.1 and 4.6).

A server makes one change after the other and waits for its disk each time; what can be saved is
the way there and back. So requests are sent on ldap3's socket before the answers to earlier ones
have come, and answers are matched by message id, for a server may answer in any order. What was
written although the connection broke is only known by reading back: that is left to callers.
"""

from __future__ import annotations

from collections.abc import Sequence

from ldap3 import Connection

from connectors.shared.ldap.ber import BrokenAnswerError
from connectors.shared.ldap.decoder import decode_done
from connectors.shared.ldap.encoding import Modify, encode_message, encode_modify
from connectors.shared.ldap.stream import SearchBrokenError, Stream

__all__ = ["SUCCESS", "Modify", "ModifyBrokenError", "modify_all"]

SUCCESS = 0
WINDOW = 8
"""Requests in flight: enough to hide the way there and back. More only lets the threads of a
server wait for one another (measured, decision 0010), and OpenLDAP ends a session with more than
1,000 pending (olcConnMaxPendingAuth)."""
_MODIFIED = 0x67


class ModifyBrokenError(Exception):
    """The connection broke with changes in flight: which of them were made is not known."""


def modify_all(
    connection: Connection, changes: Sequence[Modify], window: int = WINDOW
) -> tuple[int, ...]:
    """Make all changes, each by itself; return the server's result codes, in their order.

    Many are in flight together, so no change may need another one to be made first. Raises
    ModifyBrokenError.
    """
    stream = Stream(connection)
    codes = [SUCCESS] * len(changes)
    waiting: dict[int, int] = {}
    try:
        for place, change in enumerate(changes):
            if len(waiting) >= window:
                _take(stream, waiting, codes)
            number = stream.next_number()
            stream.send(encode_message(number, encode_modify(change)))
            waiting[number] = place
        while waiting:
            _take(stream, waiting, codes)
    except SearchBrokenError as error:
        raise ModifyBrokenError(str(error)) from error
    except (IndexError, BrokenAnswerError) as error:
        raise ModifyBrokenError(f"an answer that cannot be read: {error}") from error
    return tuple(codes)


def _take(stream: Stream, waiting: dict[int, int], codes: list[int]) -> None:
    """Put the next answer where its request stands."""
    number, answer = stream.answer()
    if number not in waiting or answer[0] != _MODIFIED:
        # Number 0 is the notice with which a server takes its leave (RFC 4511, section 4.4.1).
        raise ModifyBrokenError("the server ended the connection or answered something else")
    codes[waiting.pop(number)] = decode_done(answer).code
