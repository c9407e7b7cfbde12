"""The part of a store's unit that keeps who may sign in, and as whom."""

from __future__ import annotations

from datetime import date, datetime
from typing import Protocol

from syncd.core.acting import Delegation
from syncd.core.factors import PendingSignIn, SecondFactor
from syncd.core.ids import StaffNumber
from syncd.core.sessions import Failures, ProviderFlow, Session, User
from syncd.core.tokens import Token


class AccessUnit(Protocol):
    """Read and written inside one transaction; see `ports.store` for what a unit promises."""

    # --- local accounts ---
    def save_user(self, user: User) -> None:
        """Add a local account or replace what is kept of it."""
        ...

    def user(self, account: str) -> User | None:
        """Return a local account, disabled ones too."""
        ...

    def renew_hash(self, account: str, old: str, new: str) -> bool:
        """Keep a password under another hash; return False where it was changed meanwhile."""
        ...

    def users(self) -> tuple[User, ...]:
        """Return every local account, by name."""
        ...

    # --- sessions ---
    def save_session(self, session: Session) -> None:
        """Add a session or set what became of it."""
        ...

    def session(self, id_hash: str) -> Session | None:
        """Return a session by the hash of its secret, ended ones too."""
        ...

    def touch_session(self, id_hash: str, at: datetime) -> bool:
        """Note that a session was used; return False where somebody has ended it meanwhile."""
        ...

    def sessions_of(self, account: str, now: datetime) -> tuple[Session, ...]:
        """Return the sessions of an account that nobody ended and that have not expired."""
        ...

    def account_of(self, staff_number: StaffNumber) -> str:
        """Return under which account somebody signed in last; empty for never."""
        ...

    def live_sessions(self, now: datetime) -> tuple[Session, ...]:
        """Return every session that nobody ended and that has not expired, by account."""
        ...

    def end_sessions(self, account: str, at: datetime) -> int:
        """End every session of an account at once; return how many there were."""
        ...

    def end_all_sessions(self, at: datetime) -> int:
        """End every session of everybody at once; return how many there were."""
        ...

    # --- machines' tokens ---
    def add_token(self, token: Token) -> None:
        """Add a token."""
        ...

    def token(self, secret_hash: str) -> Token | None:
        """Return a token by the hash of its secret, ended and expired ones too."""
        ...

    def tokens(self) -> tuple[Token, ...]:
        """Return every token, newest first."""
        ...

    def touch_token(self, token_id: str, at: datetime) -> None:
        """Note that a token was used."""
        ...

    def end_token(self, token_id: str, at: datetime) -> bool:
        """End a token at once; return whether it was there and had not been ended."""
        ...

    # --- sign-ins under way at a provider ---
    def add_flow(self, flow: ProviderFlow) -> None:
        """Add a flow."""
        ...

    def take_flow(self, state_hash: str) -> ProviderFlow | None:
        """Return a flow and remove it, so that nobody can take it a second time."""
        ...

    def forget_flows(self, before: datetime) -> None:
        """Remove flows that were begun before a moment and never finished."""
        ...

    # --- second factors ---
    def save_factor(self, factor: SecondFactor) -> None:
        """Keep somebody's authenticator in place of any other of theirs."""
        ...

    def factor(self, account: str) -> SecondFactor | None:
        """Return somebody's authenticator."""
        ...

    def use_step(self, account: str, step: int) -> bool:
        """Note that a code was used; return False where it or a later one was used already."""
        ...

    def remove_factor(self, account: str) -> bool:
        """Forget somebody's authenticator; return whether there was one."""
        ...

    # --- sign-ins that owe a step ---
    def add_pending(self, pending: PendingSignIn) -> None:
        """Add a sign-in whose password was right."""
        ...

    def pending(self, secret_hash: str) -> PendingSignIn | None:
        """Return a sign-in by the hash of its secret."""
        ...

    def advance_pending(self, secret_hash: str, *, has_proved: bool, offered: str) -> bool:
        """Set how far a sign-in has come; return False where it is not there any more."""
        ...

    def take_pending(self, secret_hash: str) -> PendingSignIn | None:
        """Return a sign-in and remove it, so that it begins one session at most."""
        ...

    def forget_pending(self, before: datetime) -> None:
        """Remove sign-ins that were begun before a moment and never finished."""
        ...

    def end_pending_of(self, account: str, *, but: str = "") -> None:
        """Remove the unfinished sign-ins of an account, but for one by the hash of its secret."""
        ...

    # --- wrong passwords ---
    def reserve_attempt(
        self, account: str, address: str, at: datetime, since: datetime
    ) -> tuple[Failures, int]:
        """Count the failures since a moment, then add this attempt as one; return its number too.

        Attempts wait for one another, so that many at once are counted one by one. What failed
        before `since` is forgotten.
        """
        ...

    def drop_attempt(self, number: int) -> None:
        """Take an attempt out again: it was not looked at."""
        ...

    def forget_failures(self, account: str, address: str) -> None:
        """Forget the failures of an account from an address: its owner has signed in there."""
        ...

    # --- deputies ---
    def save_delegation(self, delegation: Delegation) -> None:
        """Record that somebody decides for another."""
        ...

    def delegations_to(self, deputy: str, on: date) -> tuple[Delegation, ...]:
        """Return what stands handed to an account on a day, oldest first."""
        ...

    def deputies(self, on: date) -> tuple[str, ...]:
        """Return the accounts to which something stands handed on a day."""
        ...

    def delegations_by(self, principal: str) -> tuple[Delegation, ...]:
        """Return everything that an account handed over, newest first, ended ones too."""
        ...

    def end_delegation(self, delegation_id: str, at: datetime) -> bool:
        """End one early; return whether it stood."""
        ...
