"""How often and how long to wait for a server that is busy: bounded, and never all at once.

Promise: what a server asks for in `Retry-After` is honoured, never shortened; what it asks beyond
the bound is not waited for, so that a run ends and says what was wrong. Waiting itself is left to
the caller.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from connectors.shared.http.retry_after import parse_retry_after

TOO_MANY_REQUESTS = 429
UNAVAILABLE = 503
BUSY = frozenset({TOO_MANY_REQUESTS, UNAVAILABLE})
"""Statuses that mean that nothing was done and the same may be asked again (RFC 9110, RFC 6585)."""
Pause = Callable[[float], None]
"""Waits for so many seconds."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How often something is tried in all, and the longest single wait in seconds.

    `clock` gives the aware moment that dates in `Retry-After` are held against; `pause` waits.
    """

    clock: Callable[[], datetime]
    attempts: int = 5
    longest_wait_s: float = 120
    pause: Pause = time.sleep

    def wait_s(self, tried: int, retry_after: str | None) -> float | None:
        """Return the seconds to wait after the attempt number `tried`; None: give up.

        Without a hint the wait doubles from one second on and is spread over its upper half, so
        that many who were turned away do not come back together.
        """
        if tried >= self.attempts:
            return None
        asked = parse_retry_after(retry_after, self.clock())
        if asked is None:
            most = min(2.0 ** (tried - 1), self.longest_wait_s)
            return most * (0.5 + 0.5 * _share())
        if asked > self.longest_wait_s:
            return None
        return min(asked + min(asked, 1) * _share(), self.longest_wait_s)

    def waited(self, tried: int, retry_after: str | None) -> bool:
        """Wait if it is worth it; tell whether to try again."""
        wait_s = self.wait_s(tried, retry_after)
        if wait_s is None:
            return False
        self.pause(wait_s)
        return True


def _share() -> float:
    """Return a random share between 0 and 1."""
    return secrets.randbelow(1000) / 1000
