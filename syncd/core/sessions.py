"""Sessions and wrong passwords: when a session lives, and how long a guesser must wait.

Pure rules. Nobody is ever locked out for good: that would let an attacker shut people out. Instead
each failure within the window makes the next answer slower, and one address stops being heard
(OWASP ASVS 5, 6.3.1).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from syncd.core.ids import StaffNumber
from syncd.core.votes import Role

WINDOW = timedelta(minutes=15)
"""Failures older than this are forgotten."""

_FREE_FAILURES = 3
_MOST_FROM_ONE = 20
_MOST_FROM_ADDRESS = 80
_LONGEST_DELAY_S = 8.0
TOUCH_EVERY = timedelta(minutes=1)
FLOW_LIVES = timedelta(minutes=10)
"""How long somebody may take to sign in at a provider."""


@dataclass(frozen=True, slots=True)
class User:
    """A local account, for the first hour and the closed network; `roles` come with it."""

    account: str
    staff_number: StaffNumber | None
    password_hash: str
    roles: frozenset[Role]
    must_change: bool
    created_at: datetime
    created_by: str
    disabled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is signed in. `expires_at` is absolute; `seen_at` counts for idling.

    `id_hash` is the SHA-256 of the secret in the browser's cookie, in lower-case hex.
    """

    id_hash: str
    account: str
    staff_number: StaffNumber | None
    method: str
    csrf: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    address: str
    ended_at: datetime | None = None

    def is_live(self, now: datetime, idle: timedelta) -> bool:
        """Tell whether the session may be used."""
        return self.ended_at is None and now < self.expires_at and now - self.seen_at < idle


@dataclass(frozen=True, slots=True)
class ProviderFlow:
    """A sign-in that is under way at a provider; `target` is where it leads afterwards.

    `state_hash` is the SHA-256 of the state that the browser keeps. `verifier` and `nonce` prove
    that the provider's code and token were made for this flow (RFC 7636; OpenID Connect Core 1.0).
    """

    state_hash: str
    nonce: str
    verifier: str
    target: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Failures:
    """Failed sign-ins within the window: for the account, from the address, and of the two."""

    of_account: int = 0
    from_address: int = 0
    of_both: int = 0


def delay_s(failures: Failures) -> float:
    """Return how long to wait before a password is looked at, in seconds.

    An office comes from one address, so that counts for a quarter of what an account does.
    """
    counted = max(failures.of_account, failures.from_address // 4)
    if counted < _FREE_FAILURES:
        return 0.0
    return min(_LONGEST_DELAY_S, 0.5 * 2.0 ** min(counted - _FREE_FAILURES, 10))


def is_throttled(failures: Failures) -> bool:
    """Tell whether a password is not even looked at until older failures are forgotten.

    Never for the account alone: who guesses from elsewhere must not shut its owner out.
    """
    return failures.of_both >= _MOST_FROM_ONE or failures.from_address >= _MOST_FROM_ADDRESS


def codes_are_throttled(failures: Failures) -> bool:
    """Tell whether a code is not even looked at: for the account too, wherever they came from.

    Who gets to guess codes knows the password; that is no stranger who shuts the owner out.
    """
    return is_throttled(failures) or failures.of_account >= _MOST_FROM_ONE
