"""Local accounts: Argon2id hashes in the store (RFC 9106; OWASP ASVS 5, 11.4.2)."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from syncd.errors import WeakPassword
from syncd.identity.strength import check_strength
from syncd.ports.identity import Identity
from syncd.ports.store import Store

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Verified for accounts that do not exist, so that they cost what the others cost.
_NOBODY = _HASHER.hash("nobody has this password")


def hash_password(password: str, *words: str) -> str:
    """Return the hash to keep; `words` are those that a guesser of this place tries first.

    Raises WeakPassword for a password that is too easy to guess.
    """
    check_strength(password, words)
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

    def hash_new(self, account: str, password: str, *words: str) -> str:
        """Return the hash of another password for an account; raises WeakPassword.

        The one that it has is not taken again: what an administrator set must not stay (6.4.1).
        """
        hashed = hash_password(password, account, *words)
        with self._store.begin() as unit:
            user = unit.user(account)
        if user is not None and _is_right(user.password_hash, password):
            raise WeakPassword(
                "same",
                "this is the password that the account has now.",
                ja="いまのパスワードと同じです。別のものにしてください。",
            )
        return hashed

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
