"""Signing in at a provider elsewhere: begun here, answered there, finished here once."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from syncd.core.audit import AuditEvent, AuditRecord
from syncd.core.sessions import FLOW_LIVES, ProviderFlow
from syncd.errors import IdentityUnavailable, SignInRefused
from syncd.flow.access.sign_in import SignedIn, Turnstile, begin_session, hash_secret
from syncd.flow.site import Site
from syncd.ports.identity import Identity, Provider


@dataclass(frozen=True, slots=True)
class BegunFlow:
    """Where the browser goes next, and the secret that it keeps meanwhile."""

    address: str
    state: str


@dataclass(frozen=True, slots=True)
class ProviderAnswer:
    """What the browser brings back; `kept_state` is what this browser was given to keep."""

    state: str
    kept_state: str
    code: str = ""
    issuer: str | None = None
    error: str = ""


def begin_flow(site: Site, turnstile: Turnstile, provider: Provider, target: str) -> BegunFlow:
    """Begin a flow that leads to `target`; raises IdentityUnavailable."""
    now, state = site.clock(), turnstile.new_secret()
    flow = ProviderFlow(
        state_hash=hash_secret(state),
        nonce=turnstile.new_secret(),
        verifier=turnstile.new_secret(),
        target=target,
        created_at=now,
    )
    address = provider.address(flow, state)
    with site.store.begin() as unit:
        unit.forget_flows(now - FLOW_LIVES)
        unit.add_flow(flow)
    return BegunFlow(address, state)


def finish_flow(
    site: Site, turnstile: Turnstile, provider: Provider, answer: ProviderAnswer, address: str
) -> tuple[SignedIn, str]:
    """Begin a session and return it with the target of the flow, which cannot be finished again.

    Raises SignInRefused with why, and IdentityUnavailable; both are on record.
    """
    try:
        flow = _take(site, answer)
        identity = _identify(provider, flow, answer)
    except (SignInRefused, IdentityUnavailable) as why:
        ground = {"method": provider.method, "address": address, "why": str(why)}
        event = AuditEvent.SESSION_REFUSED
        with site.store.begin() as unit:
            unit.audit([AuditRecord(site.clock(), event, "?", "console", None, ground)])
        raise
    return begin_session(site, turnstile, identity, address), flow.target


def _take(site: Site, answer: ProviderAnswer) -> ProviderFlow:
    """Return the flow and forget it; raises SignInRefused where it is not this browser's."""
    kept, given = answer.kept_state.encode(), answer.state.encode()
    if not kept or not hmac.compare_digest(kept, given):
        raise SignInRefused("the answer belongs to another browser or to an older attempt")
    now = site.clock()
    with site.store.begin() as unit:
        flow = unit.take_flow(hash_secret(answer.state))
    if flow is None or now - flow.created_at >= FLOW_LIVES:
        raise SignInRefused("the answer came a second time or too late")
    return flow


def _identify(provider: Provider, flow: ProviderFlow, answer: ProviderAnswer) -> Identity:
    if answer.error or not answer.code:
        raise SignInRefused("the provider signed nobody in")
    return provider.identify(flow, answer.code, answer.issuer)
