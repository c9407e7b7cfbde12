"""Twenty requests in one (https://learn.microsoft.com/graph/json-batching), each judged alone.

The status of the whole says nothing of its parts. Those that Graph had no time for are asked
again after their own `Retry-After`, the others are not. A part that is not answered at all is a
broken answer, not an empty one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from connectors.entra.faults import NOT_GRAPH, refusal
from connectors.entra.line import BUSY, GraphLine
from connectors.shared.http.answers import AnswerError
from connectors.shared.http.session import Reply

MOST = 20
_NO_TOKEN = 401
_CONFLICT = 409  # two changes of one group at the same time
_AGAIN = BUSY | {_NO_TOKEN, _CONFLICT}


@dataclass(frozen=True, slots=True)
class Part:
    """One request of a batch; `path` begins with a slash, after the version."""

    method: str
    path: str
    body: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class PartReply(Reply):
    """What was answered to one part."""

    @property
    def error(self) -> AnswerError:
        """Return what its refusal means."""
        return refusal(self.status, self.content, self.headers)


def ask_all(line: GraphLine, parts: Sequence[Part]) -> list[PartReply]:
    """Ask all, in as few batches as there must be; return the answers in order.

    Raises AnswerError where a batch as a whole is refused or not answered.
    """
    replies: list[PartReply] = []
    for start in range(0, len(parts), MOST):
        replies += _ask_some(line, parts[start : start + MOST])
    return replies


def _ask_some(line: GraphLine, parts: Sequence[Part]) -> list[PartReply]:
    replies: dict[int, PartReply] = {}
    waiting = list(range(len(parts)))
    for tried in count(1):
        replies |= _once(line, {number: parts[number] for number in waiting})
        waiting = [number for number in waiting if replies[number].status in _AGAIN]
        if any(replies[number].status == _NO_TOKEN for number in waiting):
            line.forget_token()
        hints = [replies[number].headers.get("retry-after", "") for number in waiting]
        if not waiting or not line.patience.waited(tried, _longest(hints)):
            return [replies[number] for number in range(len(parts))]
    raise AssertionError


def _once(line: GraphLine, parts: Mapping[int, Part]) -> dict[int, PartReply]:
    asked = [_request(number, part) for number, part in parts.items()]
    is_harmless = all(part.method == "GET" for part in parts.values())
    whole = line.post("/$batch", {"requests": asked}, is_harmless=is_harmless)
    answered = whole.get("responses")
    replies = {}
    for one in answered if isinstance(answered, list) else ():
        number, reply = _reply(one)
        if number not in parts or number in replies:
            raise AnswerError(*NOT_GRAPH)
        replies[number] = reply
    if len(replies) != len(parts):
        raise AnswerError(*NOT_GRAPH)
    return replies


def _request(number: int, part: Part) -> dict[str, Any]:
    request = {"id": str(number), "method": part.method, "url": part.path}
    if part.body is None:
        return request
    return request | {"headers": {"Content-Type": "application/json"}, "body": part.body}


def _reply(one: object) -> tuple[int, PartReply]:
    if not isinstance(one, dict):
        raise AnswerError(*NOT_GRAPH)
    number, status, given = str(one.get("id")), one.get("status"), one.get("headers")
    if not number.isdecimal() or not isinstance(status, int):
        raise AnswerError(*NOT_GRAPH)
    headers = given if isinstance(given, dict) else {}
    lower = {str(name).lower(): str(value) for name, value in headers.items()}
    return int(number), PartReply(status, lower, one.get("body"))


def _longest(hints: Sequence[str]) -> str | None:
    """Return the longest wait that is asked for in seconds, or else any other hint."""
    seconds = [int(hint) for hint in hints if hint.isdecimal()]
    return str(max(seconds)) if seconds else max(hints, default="") or None
