"""Signing in and out: every attempt is on record, guessing gets slow, sessions end at once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from syncd.core.audit import AuditEvent, AuditRecord
from syncd.core.factors import SECRET_BYTES, FactorPolicy, encode_secret
from syncd.core.sessions import TOUCH_EVERY, WINDOW, Failures, Session, delay_s, is_throttled
from syncd.errors import IdentityUnavailable, SignInRefused
from syncd.flow.site import Site
from syncd.ports.identity import Identity, PasswordCheck

_REFUSED = "The account or the password is not right, or too many were tried. Try again later."


@dataclass(frozen=True, slots=True)
class Turnstile:
    """What signing in needs of the outside: secrets, how long sessions last, what is asked for."""

    new_secret: Callable[[], str]
    idle: timedelta
    absolute: timedelta
    second_factor: FactorPolicy = FactorPolicy.OPTIONAL

    def new_factor(self) -> str:
        """Return the secret of a new authenticator."""
        random = hashlib.sha256(self.new_secret().encode()).digest()
        return encode_secret(random[:SECRET_BYTES])


@dataclass(frozen=True, slots=True)
class Knock:
    """Somebody at the door: wait `wait_s` seconds before asking for the password to be looked at.

    The attempt already counts as a failure, so that many at once do not pass uncounted.
    `attempt` None: it will not be looked at.
    """

    account: str
    address: str
    wait_s: float
    attempt: int | None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session with the secret for the browser's cookie, which is kept nowhere else."""

    secret: str
    session: Session


def hash_secret(secret: str) -> str:
    """Return how a secret of 256 random bits is kept; it needs no salt and no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def knock(site: Site, account: str, address: str) -> Knock:
    """Count an attempt before anything is looked at; the caller waits, holding no thread."""
    if not account.isprintable():
        return Knock("?", address, 0.0, None)
    return count_attempt(site, (account, _counted_as(account)), address, is_throttled)


def count_attempt(
    site: Site, names: tuple[str, str], address: str, is_over: Callable[[Failures], bool]
) -> Knock:
    """Count an attempt of an account, under a name of its own; `is_over`: it is not looked at."""
    (account, counted), now = names, site.clock()
    with site.store.begin() as unit:
        failures, attempt = unit.reserve_attempt(counted, address, now, now - WINDOW)
        if is_over(failures):
            unit.drop_attempt(attempt)
            return Knock(account, address, 0.0, None)
    return Knock(account, address, delay_s(failures), attempt)


def _counted_as(account: str) -> str:
    """Return under which name attempts are counted: to a directory `SATO` is `sato`."""
    return account.casefold()


def prove(site: Site, checks: Sequence[PasswordCheck], knocked: Knock, password: str) -> Identity:
    """Return whose password it is, and forget their failures from this address.

    Raises SignInRefused, the same for every cause, and IdentityUnavailable where nobody who
    knows passwords can be asked and none of the others knew it.
    """
    identity, failure = None, None
    if password and knocked.attempt is not None:
        identity, failure = _ask(checks, knocked.account, password)
    if identity is None:
        _record_refusal(site, knocked, "unavailable" if failure else "refused")
        raise failure or SignInRefused(_REFUSED)
    with site.store.begin() as unit:
        unit.forget_failures(_counted_as(knocked.account), knocked.address)
    return identity


def _ask(
    checks: Sequence[PasswordCheck], account: str, password: str
) -> tuple[Identity | None, IdentityUnavailable | None]:
    failure = None
    for check in checks:
        try:
            identity = check.check(account, password)
        except IdentityUnavailable as error:
            failure = error
        else:
            if identity is not None:
                return identity, None
    return None, failure


def _record_refusal(site: Site, knocked: Knock, why: str) -> None:
    ground = {"address": knocked.address, "why": why}
    event = AuditEvent.SESSION_REFUSED
    record = AuditRecord(site.clock(), event, knocked.account, "console", None, ground)
    with site.store.begin() as unit:
        unit.audit([record])


def begin_session(
    site: Site, turnstile: Turnstile, identity: Identity, address: str, factor: str = ""
) -> SignedIn:
    """Begin a session under a secret that did not exist before (no fixation).

    `factor` is what was proved beside the password.
    """
    now, secret = site.clock(), turnstile.new_secret()
    session = Session(
        id_hash=hash_secret(secret),
        account=identity.account,
        staff_number=identity.staff_number,
        method=identity.method,
        csrf=turnstile.new_secret(),
        created_at=now,
        seen_at=now,
        expires_at=now + turnstile.absolute,
        address=address,
    )
    ground = {"method": identity.method, "address": address}
    if factor:
        ground["factor"] = factor
    with site.store.begin() as unit:
        unit.save_session(session)
        unit.audit(
            [AuditRecord(now, AuditEvent.SESSION_BEGUN, identity.account, "console", None, ground)]
        )
    return SignedIn(secret, session)


def resume(site: Site, turnstile: Turnstile, secret: str) -> Session | None:
    """Return the session of a cookie where it may still be used; a use each minute is noted."""
    now = site.clock()
    with site.store.begin() as unit:
        session = unit.session(hash_secret(secret))
        if session is None or not session.is_live(now, turnstile.idle):
            return None
        if now - session.seen_at >= TOUCH_EVERY:
            # Never the whole session: on PostgreSQL that would revive one that was just ended.
            if not unit.touch_session(session.id_hash, now):
                return None
            session = replace(session, seen_at=now)
        return session


def end_session(site: Site, session: Session) -> None:
    """End a session at once."""
    now = site.clock()
    with site.store.begin() as unit:
        unit.save_session(replace(session, ended_at=now))
        unit.audit([AuditRecord(now, AuditEvent.SESSION_ENDED, session.account, "console")])


def end_sessions_of(site: Site, account: str, by: str) -> int:
    """End every session of an account at once; return how many there were."""
    now = site.clock()
    with site.store.begin() as unit:
        ended = unit.end_sessions(account, now)
        ground = {"sessions": ended}
        unit.audit([AuditRecord(now, AuditEvent.SESSION_ENDED, by, account, None, ground)])
    return ended


def end_everybody(site: Site, by: str) -> int:
    """End every session of everybody at once; return how many there were."""
    now = site.clock()
    with site.store.begin() as unit:
        ended = unit.end_all_sessions(now)
        ground = {"sessions": ended, "of": "everybody"}
        unit.audit([AuditRecord(now, AuditEvent.SESSION_ENDED, by, "console", None, ground)])
    return ended
