"""Tokens of machine clients: whose roles they have, how far they reach, until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from syncd.core.access import Permission

PREFIX = "syncd_"
"""Begins every token, so that scanners for leaked secrets know one when they see it."""

LONGEST = timedelta(days=366)
"""No token lives longer; one that nobody renews ends by itself."""


@dataclass(frozen=True, slots=True)
class Token:
    """A machine's token: it may do what `account` may do, and of that only what `scopes` name.

    `secret_hash` is the SHA-256 of the whole token with its prefix, in lower-case hex.
    """

    token_id: str
    secret_hash: str
    name: str
    account: str
    scopes: frozenset[Permission]
    created_at: datetime
    created_by: str
    expires_at: datetime
    used_at: datetime | None = None
    ended_at: datetime | None = None

    def is_live(self, now: datetime) -> bool:
        """Tell whether the token may be used."""
        return self.ended_at is None and now < self.expires_at
