"""How many requests one person or machine may make: many for people, too few to empty the store.

A token bucket for each, in memory and of this process only (OWASP ASVS 5, 2.4.1). It is about
scripts that run wild and copies of everything; guessing is slowed by `flow.access.sign_in`.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil
from threading import Lock

from syncd.bilingual import Bilingual
from syncd.errors import SyncdError

_MOST_KNOWN = 10_000
_MINUTE_S = 60.0


class TooManyRequests(SyncdError):  # noqa: N818 - a refusal says what it is
    """Somebody asks for more than a person could look at; `after_s` says when to go on."""

    def __init__(self, after_s: int) -> None:
        """Say when to go on."""
        self.after_s = after_s
        super().__init__(f"too many requests in a short time. Go on in {after_s} s.")

    @property
    def told(self) -> Bilingual:
        """Return the message as people read it, each in their language."""
        ja = f"短い時間に要求が多すぎます。{self.after_s} 秒後に続けてください。"
        return Bilingual(str(self), ja=ja)


@dataclass
class Pace:
    """A minute's worth at once, and then `per_minute` evenly; `clock` gives seconds."""

    per_minute: int
    clock: Callable[[], float]
    _left: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def spend(self, who: str) -> None:
        """Count one request; raises TooManyRequests."""
        now = self.clock()
        with self._lock:
            left, at = self._left.pop(who, (float(self.per_minute), now))
            gained = max(0.0, now - at) * self.per_minute / _MINUTE_S
            left = min(float(self.per_minute), left + gained)
            is_over = left < 1
            self._left[who] = (left if is_over else left - 1, now)
            if len(self._left) > _MOST_KNOWN:  # who was quiet for the longest has a full one again
                self._left.popitem(last=False)
        if is_over:
            raise TooManyRequests(ceil((1 - left) * _MINUTE_S / self.per_minute))
