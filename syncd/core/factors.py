"""The second factor (RFC 6238), and what a sign-in still owes after the right password.

Pure rules. A code counts once (OWASP ASVS 5, 6.5.1): whoever keeps the last step that was used
refuses it and every one before it. HMAC-SHA-1, 6 digits and 30 seconds are what every
authenticator takes; SHA-1's collisions do not touch HMAC.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from urllib.parse import quote, urlencode

from syncd.core.ids import StaffNumber

STEP_S = 30
DIGITS = 6
SECRET_BYTES = 20  # RFC 4226, 4: as long as what HMAC-SHA-1 gives
_DRIFT = (0, -1, 1)
_BY_PASSWORD = frozenset({"local", "ldap"})


class FactorPolicy(StrEnum):
    """Whether who comes in by a password is asked for a code too."""

    OFF = "off"
    OPTIONAL = "optional"
    REQUIRED = "required"


class Step(StrEnum):
    """What a sign-in owes before there is a session."""

    CODE = "code"
    PASSWORD = "password"  # noqa: S105 - the name of a step
    ENROL = "enrol"


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """Somebody's authenticator. `last_step` is that of the last code which was taken."""

    account: str
    secret: str
    enrolled_at: datetime
    last_step: int


@dataclass(frozen=True, slots=True)
class PendingSignIn:
    """Somebody whose password was right, and who is not in yet.

    `secret_hash` is the SHA-256 of what the browser keeps. `has_proved` tells that a code was
    right; `offered` is the secret shown for enrolling.
    """

    secret_hash: str
    account: str
    staff_number: StaffNumber | None
    method: str
    address: str
    target: str
    created_at: datetime
    has_proved: bool = False
    offered: str = ""


def next_step(
    pending: PendingSignIn, policy: FactorPolicy, *, has_factor: bool, must_change: bool
) -> Step | None:
    """Return what comes next; None where nothing is owed any more."""
    asks = asks_for_factor(pending.method, policy)
    if asks and has_factor and not pending.has_proved:
        return Step.CODE
    if must_change and pending.method == "local":
        return Step.PASSWORD
    if asks and (pending.offered or (policy is FactorPolicy.REQUIRED and not has_factor)):
        return Step.ENROL
    return None


def asks_for_factor(method: str, policy: FactorPolicy) -> bool:
    """Tell whether codes are ours to ask for; a provider asks for its own."""
    return policy is not FactorPolicy.OFF and method in _BY_PASSWORD


def step_at(at: datetime) -> int:
    """Return the number of the 30 seconds in which a moment lies."""
    return int(at.timestamp()) // STEP_S


def totp(secret: bytes, step: int, digits: int = DIGITS) -> str:
    """Return the code of one step (RFC 6238, 4.2; RFC 4226, 5.3)."""
    mac = hmac.digest(secret, step.to_bytes(8, "big"), hashlib.sha1)
    offset = mac[-1] & 0x0F
    number = int.from_bytes(mac[offset : offset + 4], "big") & 0x7FFF_FFFF
    return str(number % 10**digits).zfill(digits)


def matching_step(secret: str, code: str, at: datetime, last_step: int = -1) -> int | None:
    """Return the step whose code this is, one to either side included; None for a wrong code.

    A step that was used, or one before it, matches nothing.
    """
    key, given = base64.b32decode(secret), "".join(code.split())
    now = step_at(at)
    found = [
        now + drift
        for drift in _DRIFT
        if now + drift > last_step
        and hmac.compare_digest(totp(key, now + drift).encode(), given.encode())
    ]
    return found[0] if found else None


def encode_secret(random: bytes) -> str:
    """Return random bytes as authenticators take them: Base32 (RFC 4648) without padding."""
    return base64.b32encode(random).decode()


def otpauth_uri(secret: str, account: str, issuer: str) -> str:
    """Return the address that an authenticator reads from the picture."""
    label = quote(f"{issuer}:{account}", safe="")
    told = urlencode({"secret": secret, "issuer": issuer}, quote_via=quote)
    return f"otpauth://totp/{label}?{told}"
