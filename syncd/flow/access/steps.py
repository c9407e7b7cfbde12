"""Signing in, after the right password: a code, another password, an authenticator, then a session.

What is owed is worked out from what is kept, at each step anew: none can be left out, and none of
it is in the hands of the browser, which keeps one secret for as long as the way takes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

from syncd.core.audit import AuditEvent, AuditRecord
from syncd.core.factors import (
    FactorPolicy,
    PendingSignIn,
    SecondFactor,
    Step,
    asks_for_factor,
    matching_step,
    next_step,
)
from syncd.core.sessions import FLOW_LIVES, codes_are_throttled
from syncd.errors import SignInRefused, UsageError
from syncd.flow.access.sign_in import (
    Knock,
    SignedIn,
    Turnstile,
    begin_session,
    count_attempt,
    hash_secret,
)
from syncd.flow.access.users import change_own_password
from syncd.flow.site import Site
from syncd.ports.identity import Identity
from syncd.ports.store import Unit

_NOT_RIGHT = "The code is not right, was used already, or too many were tried. Wait for the next."


@dataclass(frozen=True, slots=True)
class BegunSteps:
    """A sign-in that owes something, with the secret for the browser's cookie."""

    secret: str
    step: Step


def enter(
    site: Site,
    turnstile: Turnstile,
    identity: Identity,
    address: str,
    target: str = "/",
    *,
    enrol: bool = False,
) -> SignedIn | BegunSteps:
    """Begin a session where nothing more is owed, else the steps to it.

    With `enrol` an authenticator is set up on the way, in place of one that there is.
    """
    now, secret = site.clock(), turnstile.new_secret()
    policy = turnstile.second_factor
    with site.store.begin() as unit:
        has_factor = unit.factor(identity.account) is not None
        must = policy is FactorPolicy.REQUIRED and not has_factor
        offers = asks_for_factor(identity.method, policy) and (enrol or must)
        pending = PendingSignIn(
            secret_hash=hash_secret(secret),
            account=identity.account,
            staff_number=identity.staff_number,
            method=identity.method,
            address=address,
            target=target,
            created_at=now,
            offered=turnstile.new_factor() if offers else "",
        )
        step = _step(unit, pending, policy)
        unit.forget_pending(now - FLOW_LIVES)
        if step is not None:
            unit.add_pending(pending)
    if step is None:
        return begin_session(site, turnstile, identity, address)
    return BegunSteps(secret, step)


def due(site: Site, turnstile: Turnstile, secret: str) -> tuple[PendingSignIn, Step | None] | None:
    """Return a sign-in that is under way, and what it owes; None where there is none any more."""
    now = site.clock()
    with site.store.begin() as unit:
        pending = unit.pending(hash_secret(secret))
        if pending is None or now - pending.created_at >= FLOW_LIVES:
            return None
        return pending, _step(unit, pending, turnstile.second_factor)


def _step(unit: Unit, pending: PendingSignIn, policy: FactorPolicy) -> Step | None:
    user = unit.user(pending.account)
    return next_step(
        pending,
        policy,
        has_factor=unit.factor(pending.account) is not None,
        must_change=user is not None and user.must_change,
    )


def knock_with_code(site: Site, account: str, address: str) -> Knock:
    """Count a code before it is looked at; the caller waits, holding no thread.

    Codes are counted apart from passwords: a right password must not wipe out the guesses.
    """
    return count_attempt(site, (account, _counted_as(account)), address, codes_are_throttled)


def _counted_as(account: str) -> str:
    """Return a name that no account can have, since it cannot be printed."""
    return f"\x1fcode {account.casefold()}"


def give_code(site: Site, pending: PendingSignIn, knocked: Knock, code: str) -> None:
    """Take a code of the authenticator, once; raises SignInRefused, which is on record."""
    now = site.clock()
    with site.store.begin() as unit:
        factor, step = unit.factor(pending.account), None
        if factor is not None and knocked.attempt is not None:
            step = matching_step(factor.secret, code, now, factor.last_step)
        if step is not None and unit.use_step(pending.account, step):
            unit.advance_pending(pending.secret_hash, has_proved=True, offered=pending.offered)
            unit.forget_failures(_counted_as(pending.account), knocked.address)
            return
    _refuse(site, pending)


def enrol(site: Site, pending: PendingSignIn, code: str) -> None:
    """Keep the authenticator that was offered, once it shows a right code; sessions end.

    Raises SignInRefused, which is on record.
    """
    now, account = site.clock(), pending.account
    step = matching_step(pending.offered, code, now) if pending.offered else None
    if step is None:
        _refuse(site, pending)
    with site.store.begin() as unit:
        # Somebody else's enrolment may have ended this sign-in since it was looked at.
        stands = unit.advance_pending(pending.secret_hash, has_proved=True, offered="")
        if stands:
            unit.save_factor(SecondFactor(account, pending.offered, now, step))
            unit.end_pending_of(account, but=pending.secret_hash)
            unit.end_sessions(account, now)
            unit.audit([AuditRecord(now, AuditEvent.FACTOR_ENROLLED, account, account)])
    if not stands:
        _refuse(site, pending)


def choose_password(site: Site, pending: PendingSignIn, password_hash: str) -> None:
    """Take the password that somebody chose in place of the one an administrator set."""
    change_own_password(site, pending.account, password_hash, but=pending.secret_hash)


def finish(site: Site, turnstile: Turnstile, pending: PendingSignIn) -> SignedIn:
    """Begin the session of a sign-in that owes nothing more.

    Raises SignInRefused where it does, and the second time.
    """
    with site.store.begin() as unit:
        taken = unit.take_pending(pending.secret_hash)
        if taken is None or _step(unit, taken, turnstile.second_factor) is not None:
            raise SignInRefused(_NOT_RIGHT)
    identity = Identity(taken.account, taken.staff_number, taken.method)
    proved = "totp" if taken.has_proved else ""
    return begin_session(site, turnstile, identity, taken.address, proved)


def reset_factor(site: Site, account: str, by: str) -> None:
    """Forget somebody's authenticator and end their sessions; raises UsageError for none."""
    now = site.clock()
    with site.store.begin() as unit:
        if not unit.remove_factor(account):
            raise UsageError(
                f"{account!r} has no second factor.",
                ja=f"{account} に認証アプリの登録はありません。",
            )
        unit.end_sessions(account, now)
        unit.end_pending_of(account)
        unit.audit([AuditRecord(now, AuditEvent.FACTOR_RESET, by, account)])


def _refuse(site: Site, pending: PendingSignIn) -> NoReturn:
    ground = {"address": pending.address, "why": "code"}
    event = AuditEvent.SESSION_REFUSED
    record = AuditRecord(site.clock(), event, pending.account, "console", None, ground)
    with site.store.begin() as unit:
        unit.audit([record])
    raise SignInRefused(_NOT_RIGHT)
