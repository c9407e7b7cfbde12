"""A message as a mail: RFC 5322, UTF-8 in base64, nothing in it that anybody could have added.

Promise: whatever the words are, the mail has exactly these headers and this one recipient, and
gives the words back as they were. Seven bits and short lines: every mail server passes that on
unchanged.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.message import Message as Mime
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import format_datetime

from connectors.smtp.options import SmtpOptions
from syncd.ports.notifier import Message

# Words are folded where they are encoded; a Message-ID or an address is never broken in two.
_WIRE = compat32.clone(linesep="\r\n", max_line_length=None)

_LONGEST = 74  # of a line with an encoded word; the library may go beyond by two


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail: its envelope and its content, ready for the wire."""

    sender: str
    recipient: str
    content: bytes


def compose(message: Message, notifier: str, options: SmtpOptions, now: datetime) -> Mail:
    """Return the mail; the recipient must be an address (`is_address`).

    Message-ID and Date are the same on every try, so that a repeated mail is seen to be one.
    """
    mime = MIMEText(message.body.replace("\n", "\r\n"), "plain", "utf-8")
    mime["From"] = _named(options.sender_name, options.sender)
    mime["To"] = message.recipient
    mime["Subject"] = _words(message.subject, "Subject")
    mime["Date"] = format_datetime(message.written_at or now)
    domain = options.sender.rpartition("@")[2]
    mime["Message-ID"] = f"<{message.key(notifier)}@{domain}>"
    _mark_as_automatic(mime)
    return Mail(options.sender, message.recipient, mime.as_bytes(policy=_WIRE))


def _mark_as_automatic(mime: Mime) -> None:
    """Ask for no answers by machines (RFC 3834; the second is what Exchange listens to)."""
    mime["Auto-Submitted"] = "auto-generated"
    mime["X-Auto-Response-Suppress"] = "OOF, AutoReply"


def _named(name: str, address: str) -> str:
    return f"{_words(name, 'From')}\r\n <{address}>" if name else address


def _words(text: str, header: str) -> str:
    """Return a text as encoded words (RFC 2047), also where it is ASCII.

    What looks like an encoded word, an address or a comment is then nothing but text.
    """
    words = Header(text, "utf-8", maxlinelen=_LONGEST, header_name=header)
    return words.encode(linesep="\r\n")
