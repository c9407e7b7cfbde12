"""A notifier: something that carries messages to people (a mail server, a webhook).

A stranger's package adds one with an entry point in `syncd.notifiers` that names a `NotifierType`.
Contract:

- `send` returns when the other side has taken the message, and not before. It raises
  `NotifierUnavailable` where trying again may help and `MessageRefused` where it cannot; nothing
  else. Neither message holds what the other side wrote, which may name people: only its codes.
- Delivery is at least once: a process that dies between the other side's yes and our record of it
  sends again. `Message.key` is the same each time, and a notifier must pass it on (Message-ID,
  webhook-id) so that a repeated message can be recognised.
- A connection may be kept between two messages; `close` gives it back. One notifier is used by
  one thread at a time.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import ClassVar, Protocol

from pydantic import BaseModel

_UNWRITABLE = ("Cc", "Cs", "Zl", "Zp")


class Addressing(StrEnum):
    """What a notifier needs to know of a recipient: a mail address, or only who it is."""

    MAIL = "mail"
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one recipient. `body` is plain text, its lines ended by a line feed.

    `recipient` is a mail address or an account, as the notifier's `Addressing` asks. `object` says
    what the message is about (`plan:3f2a…`) and is the same each time the same thing is told.
    `written_at` is when it was written, the same on every try (a mail's Date); None is the moment
    of the try. Raises ValueError for control characters anywhere but between the lines of the
    body, and for halves of surrogate pairs: what becomes a header must be one line.
    """

    kind: str
    subject: str
    body: str
    recipient: str
    object: str
    written_at: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse what could end a header early."""
        for name in ("kind", "subject", "recipient", "object"):
            if not is_one_line(getattr(self, name)):
                raise ValueError(f"the {name} of a message must be one line of text")
        if not is_one_line(self.body.replace("\n", "").replace("\t", "")):
            raise ValueError("the body of a message must be plain text with line feeds")

    def key(self, notifier: str) -> str:
        """Return what tells this message from every other, the same on every try: 64 hex digits."""
        parts = (notifier, self.kind, self.object, self.recipient)
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def is_one_line(text: str) -> bool:
    """Tell whether a text can be written as one line.

    It holds no control character, no separator of lines and no half of a surrogate pair.
    """
    return not any(unicodedata.category(c) in _UNWRITABLE for c in text)


class Notifier(Protocol):
    """One configured notifier."""

    name: str
    addressing: Addressing

    def send(self, message: Message) -> None:
        """Hand one message over; raises NotifierUnavailable or MessageRefused."""
        ...

    def check(self) -> str:
        """Try whether messages could be sent, sending none; say what was found.

        Raises NotifierUnavailable.
        """
        ...

    def close(self) -> None:
        """Give back the connection, if one is open; raises nothing."""
        ...


@dataclass(frozen=True, slots=True)
class NotifierContext:
    """What a notifier is told about the installation.

    `base_dir` is the folder of the configuration file, to which relative paths refer. `clock`
    gives aware moments.
    """

    name: str
    base_dir: Path
    clock: Callable[[], datetime]


class NotifierType(Protocol):
    """What the entry point names: the options of a kind of notifier, and how to build one."""

    Options: ClassVar[type[BaseModel]]

    @staticmethod
    def build(options: BaseModel, context: NotifierContext) -> Notifier:
        """Return the notifier; touches no file or network; raises ConfigurationError."""
        ...
