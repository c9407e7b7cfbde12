"""Who can tell whether a password is somebody's: a local account, a directory.

Contract: `check` returns None for an unknown account and for a wrong, empty or expired password
alike, and raises IdentityUnavailable where nobody can tell. It never takes longer for an account
that exists than for one that does not, as far as its own work goes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from pydantic import BaseModel

from syncd.core.ids import StaffNumber
from syncd.core.sessions import ProviderFlow
from syncd.core.votes import Role
from syncd.ports.directory import DirectoryContext


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody who proved who they are; `roles` are those that come with a local account."""

    account: str
    staff_number: StaffNumber | None
    method: str
    roles: frozenset[Role] = frozenset()


class PasswordCheck(Protocol):
    """One place that knows passwords."""

    method: str

    def check(self, account: str, password: str) -> Identity | None:
        """Return who it is; raises IdentityUnavailable."""
        ...


class Provider(Protocol):
    """A place elsewhere where people sign in by whatever means it asks for."""

    method: str

    def check(self) -> str:
        """Return one line for a person about the provider; raises IdentityUnavailable."""
        ...

    def address(self, flow: ProviderFlow, state: str) -> str:
        """Return where the browser goes; raises IdentityUnavailable."""
        ...

    def identify(self, flow: ProviderFlow, code: str, issuer: str | None) -> Identity:
        """Return who it is by the code that the browser brought back.

        `issuer` is what the answer says of itself. Raises SignInRefused with why, and
        IdentityUnavailable.
        """
        ...


class KnowsPasswords(Protocol):
    """A `DirectoryType` whose accounts may sign in to the console; not every one can."""

    @staticmethod
    def build_password_check(options: BaseModel, context: DirectoryContext) -> PasswordCheck:
        """Return who checks its passwords; connects to nothing yet."""
        ...
