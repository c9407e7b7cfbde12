"""Passwords of a directory that holds the staff numbers of one appointing authority."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from syncd.core.scopes import Authority
from syncd.ports.identity import Identity, PasswordCheck


@dataclass(slots=True)
class KeyedPasswords:
    """Another check whose people are told by their key: who signs in is never taken for another.

    Without it somebody of one authority would act as whoever has that number in the other.
    """

    inner: PasswordCheck
    authority: Authority
    method: str = field(init=False)

    def __post_init__(self) -> None:
        """Take the method of the check itself."""
        self.method = self.inner.method

    def check(self, account: str, password: str) -> Identity | None:
        """Return who it is; raises IdentityUnavailable."""
        found = self.inner.check(account, password)
        if found is None or found.staff_number is None:
            return found
        return replace(found, staff_number=self.authority.key(found.staff_number))
