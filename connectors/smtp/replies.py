"""What a mail server's "no" means: nothing to be done, or something that may yet be mended.

Promise: a message is given up only where the server says that this recipient or this message is
the fault. What concerns us (sign-in, sender, relaying, policy) waits for the administrator, or a
wrong setting would cost every notice. Many servers say all that at RCPT (Postfix delays its
refusals until there), so the enhanced code (RFC 3463) tells, and the plain code only without it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

_ENHANCED = re.compile(rb"([245])\.(\d{1,3})\.(\d{1,3})(?=[ \r\n]|\Z)")
_PERMANENT = 5
# RFC 5321, section 4.2.3, and RFC 7504: no such mailbox, not local, too big, no such name,
# failed, a domain without mail. The other codes are about our commands or our host.
_FINAL_CODES = frozenset({550, 551, 552, 553, 554, 556})
# RFC 3463: address, mailbox, routing, content. Left out: system (3), protocol (5), policy (7).
_FINAL_SUBJECTS = frozenset({1, 2, 4, 6})
_BAD_SENDER = frozenset({(1, 7), (1, 8)})
_TOO_BIG = (3, 4)
_TOO_BIG_CODE = 552


class Step(StrEnum):
    """Where in the exchange a server said something; the text is shown."""

    CONNECT = "CONNECT"
    HELLO = "EHLO"
    TLS = "STARTTLS"
    AUTH = "AUTH"
    MAIL = "MAIL FROM"
    RCPT = "RCPT TO"
    DATA = "DATA"
    NOOP = "NOOP"


@dataclass(frozen=True, slots=True)
class Reply:
    """The codes of a reply; its words are thrown away. `enhanced` is subject and detail."""

    code: int
    enhanced: tuple[int, int] | None = None

    def __str__(self) -> str:
        """Render the codes as servers write them."""
        if self.enhanced is None:
            return str(self.code)
        return f"{self.code} {self.code // 100}.{self.enhanced[0]}.{self.enhanced[1]}"


class SaidNoError(Exception):
    """The server answered a step with something other than yes."""

    def __init__(self, step: Step, reply: Reply) -> None:
        """Keep where it was said and the codes."""
        self.step = step
        self.reply = reply
        super().__init__(f"{step}: {reply}")


def parse_reply(code: int, words: bytes) -> Reply:
    """Return the codes of a reply; an enhanced code of another class than the plain one is none."""
    found = _ENHANCED.match(words)
    if found is None or int(found[1]) != code // 100:
        return Reply(code)
    return Reply(code, (int(found[2]), int(found[3])))


def is_final(step: Step, reply: Reply) -> bool:
    """Tell whether trying again cannot help: the recipient or the message is the fault."""
    if reply.code // 100 != _PERMANENT:
        return False
    if step is Step.MAIL:
        return reply.enhanced == _TOO_BIG or reply == Reply(_TOO_BIG_CODE)
    if step not in (Step.RCPT, Step.DATA):
        return False
    if reply.enhanced is None or reply.enhanced[0] == 0:
        return reply.code in _FINAL_CODES
    if reply.enhanced in _BAD_SENDER:
        return False
    return reply.enhanced[0] in _FINAL_SUBJECTS or reply.enhanced == _TOO_BIG
