"""A notifier that keeps what it was given, and can be told to be down or to refuse."""

from __future__ import annotations

from dataclasses import dataclass, field

from syncd.errors import MessageRefused, NotifierUnavailable
from syncd.ports.notifier import Addressing, Message


@dataclass
class FakeNotifier:
    """Implements the notifier port."""

    name: str = "mail"
    addressing: Addressing = Addressing.MAIL
    down: bool = False
    retry_after_s: int | None = None
    refuses: frozenset[str] = frozenset()
    taken: list[Message] = field(default_factory=list)
    tries: int = 0
    closed: int = 0

    def send(self, message: Message) -> None:
        self.tries += 1
        if self.down:
            why, remedy = "connection refused", "start the server"
            raise NotifierUnavailable(self.name, why, remedy, retry_after_s=self.retry_after_s)
        if message.recipient in self.refuses:
            raise MessageRefused(self.name, "550", "mend the address")
        self.taken.append(message)

    def check(self) -> str:
        return "ok"

    def close(self) -> None:
        self.closed += 1
