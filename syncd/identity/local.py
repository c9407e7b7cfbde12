"""Local accounts: Argon2id hashes in the store (RFC 9106; OWASP ASVS 5, 11.4.2)."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from syncd.errors import UsageError
from syncd.ports.identity import Identity
from syncd.ports.store import Store

SHORTEST = 12
_COMMON = ("password", "syncd", "qwerty", "mynumber", "12345678", "admin")
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Verified for accounts that do not exist, so that they cost what the others cost.
_NOBODY = _HASHER.hash("nobody has this password")


def hash_password(password: str) -> str:
    """Return the hash to keep; raises UsageError for a password that is too easy to guess."""
    if len(password) < SHORTEST:
        raise UsageError(
            f"a password needs at least {SHORTEST} characters; a sentence will do.",
            ja=f"合言葉は {SHORTEST} 文字以上にしてください。文がよいでしょう。",
        )
    lowered = password.casefold()
    if any(lowered.startswith(word) for word in _COMMON) or len(set(password)) <= SHORTEST // 3:
        raise UsageError(
            "this password is among the first that are tried; choose a sentence.",
            ja="この合言葉は真っ先に試されるものです。文にしてください。",
        )
    return _HASHER.hash(password)


class LocalPasswords:
    """Checks the passwords of local accounts; implements `ports.identity.PasswordCheck`."""

    method = "local"

    def __init__(self, store: Store) -> None:
        """Ask this store."""
        self._store = store

    def check(self, account: str, password: str) -> Identity | None:
        """Return who it is, doing the same work for an account that does not exist."""
        with self._store.begin() as unit:
            user = unit.user(account)
        usable = user is not None and user.disabled_at is None
        kept = user.password_hash if user is not None and usable else _NOBODY
        if not _is_right(kept, password) or user is None or not usable:
            return None
        self._renew(user.account, kept, password)
        return Identity(user.account, user.staff_number, self.method, user.roles)

    def _renew(self, account: str, kept: str, password: str) -> None:
        """Hash anew what was hashed with less work than today's; only now is the password here."""
        if not _HASHER.check_needs_rehash(kept):
            return
        renewed = _HASHER.hash(password)
        with self._store.begin() as unit:
            unit.renew_hash(account, kept, renewed)


def _is_right(kept: str, password: str) -> bool:
    try:
        return _HASHER.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False
