"""Signing in at the body's OpenID provider (OpenID Connect Core 1.0, section 3.1).

Code flow with PKCE S256 (RFC 7636), state, nonce, and the issuer in the answer (RFC 9207). What
the provider says of somebody counts only inside a token that it signed for us and for this flow.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import httpx
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from syncd.core.ids import normalise_staff_number
from syncd.core.sessions import ProviderFlow
from syncd.errors import IdentityUnavailable, SignInRefused
from syncd.ports.identity import Identity

_KEPT_FOR = timedelta(minutes=10)
_TIMEOUT_S = 10.0
_LEEWAY_S = 60
_LONGEST_ACCOUNT = 256
_SIGNED = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"}
)
"""Signatures that only the provider can make: none with a shared secret, and never `none`."""


@dataclass(frozen=True, slots=True)
class Registration:
    """What the body and its provider agreed on; claims name the account and the staff number."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str
    account_claim: str
    staff_number_claim: str
    staff_number_width: int


class OidcProvider:
    """One provider; implements `ports.identity.Provider`."""

    method = "oidc"

    def __init__(
        self, registered: Registration, tls: ssl.SSLContext, clock: Callable[[], datetime]
    ) -> None:
        """Connect to nothing yet."""
        self._registered = registered
        self._tls = tls
        self._clock = clock
        self._known: tuple[datetime, Mapping[str, Any]] | None = None

    def check(self) -> str:
        """Read the provider's description and its keys; raises IdentityUnavailable."""
        self._endpoint("authorization_endpoint")
        self._endpoint("token_endpoint")
        keys = self._ask("GET", self._endpoint("jwks_uri")).get("keys")
        usable = [key for key in keys or () if _signs(key)]
        if not usable:
            raise IdentityUnavailable("the provider has no key of a kind that signs: RSA or EC.")
        return f"{self._registered.issuer}: {len(usable)} keys"

    def address(self, flow: ProviderFlow, state: str) -> str:
        """Return where the browser goes; raises IdentityUnavailable."""
        registered = self._registered
        endpoint = self._endpoint("authorization_endpoint")
        asked = {
            "response_type": "code",
            "client_id": registered.client_id,
            "redirect_uri": registered.redirect_uri,
            "scope": "openid profile email",
            "state": state,
            "nonce": flow.nonce,
            "code_challenge": create_s256_code_challenge(flow.verifier),
            "code_challenge_method": "S256",
        }
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}"

    def identify(self, flow: ProviderFlow, code: str, issuer: str | None) -> Identity:
        """Return who it is; raises SignInRefused with why, and IdentityUnavailable."""
        self._check_issuer(issuer)
        answer = self._redeem(code, flow.verifier)
        claims = self._proven(answer, flow.nonce)
        wanted = {self._registered.account_claim, self._registered.staff_number_claim} - {""}
        if not wanted <= claims.keys():
            claims = {**self._told(answer, claims["sub"]), **claims}
        return self._identity(claims)

    def _check_issuer(self, issuer: str | None) -> None:
        """Hold RFC 9207, section 2.4: the answer names our provider, where it names one."""
        is_promised = self._discover().get("authorization_response_iss_parameter_supported")
        if issuer is None and is_promised is True:
            raise SignInRefused("the answer does not say which provider it is from")
        if issuer is not None and issuer != self._registered.issuer:
            raise SignInRefused("the answer is from another provider")

    def _redeem(self, code: str, verifier: str) -> Mapping[str, Any]:
        """Give the code for the tokens (RFC 6749, section 4.1.3)."""
        registered = self._registered
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": registered.redirect_uri,
            "code_verifier": verifier,
        }
        offered = self._discover().get("token_endpoint_auth_methods_supported")
        secret = {"client_id": registered.client_id, "client_secret": registered.client_secret}
        if offered is not None and "client_secret_basic" not in offered:
            return self._ask("POST", self._endpoint("token_endpoint"), data={**form, **secret})
        # Both parts are form-encoded before they are joined (RFC 6749, section 2.3.1).
        basic = httpx.BasicAuth(*(quote(part, safe="") for part in secret.values()))
        return self._ask("POST", self._endpoint("token_endpoint"), data=form, auth=basic)

    def _proven(self, answer: Mapping[str, Any], nonce: str) -> dict[str, Any]:
        """Return the claims of the ID token, checked (OpenID Connect Core 1.0, 3.1.3.7)."""
        registered = self._registered
        keys = self._ask("GET", self._endpoint("jwks_uri")).get("keys")
        options = {
            "iss": {"essential": True, "value": registered.issuer},
            "aud": {"essential": True, "value": registered.client_id},
        }
        params = {"nonce": nonce, "client_id": registered.client_id}
        try:
            key_set = KeySet.import_key_set({"keys": [key for key in keys or () if _signs(key)]})
            token = jwt.decode(str(answer.get("id_token", "")), key_set, algorithms=_SIGNED)
            claims = CodeIDToken(token.claims, token.header, options, params)
            claims.validate(int(self._clock().timestamp()), _LEEWAY_S)
        except (JoseError, ValueError, TypeError) as error:
            raise SignInRefused(f"the provider's token does not hold: {error}") from error
        return dict(claims)

    def _told(self, answer: Mapping[str, Any], subject: str) -> Mapping[str, Any]:
        """Return what the provider says beside the token, of the same person (Core 1.0, 5.3.4)."""
        if "userinfo_endpoint" not in self._discover() or "access_token" not in answer:
            return {}
        bearer = {"Authorization": f"Bearer {answer['access_token']}"}
        told = self._ask("GET", self._endpoint("userinfo_endpoint"), headers=bearer)
        if told.get("sub") != subject:
            raise SignInRefused("the provider's answers are about two persons")
        return told

    def _identity(self, claims: Mapping[str, Any]) -> Identity:
        registered = self._registered
        account = claims.get(registered.account_claim)
        if not isinstance(account, str) or not account.isprintable() or not account.strip():
            raise SignInRefused(f"the provider names no account ({registered.account_claim})")
        if len(account) > _LONGEST_ACCOUNT:
            raise SignInRefused("the provider's account is longer than any")
        if registered.account_claim == "email" and claims.get("email_verified") is not True:
            raise SignInRefused("the provider has not verified the address of this mail")
        number = (
            claims.get(registered.staff_number_claim) if registered.staff_number_claim else None
        )
        width = registered.staff_number_width
        known = normalise_staff_number(str(number), width) if number else None
        return Identity(account, known, self.method)

    def _discover(self) -> Mapping[str, Any]:
        """Return the provider's description (OpenID Connect Discovery 1.0), kept for minutes."""
        now, registered = self._clock(), self._registered
        if self._known is not None and now - self._known[0] < _KEPT_FOR:
            return self._known[1]
        place = f"{registered.issuer.rstrip('/')}/.well-known/openid-configuration"
        found = self._ask("GET", place)
        if found.get("issuer") != registered.issuer:
            raise IdentityUnavailable(
                f"[console.oidc] issuer = {registered.issuer!r}, but the provider calls itself "
                f"{found.get('issuer')!r}. Write the issuer exactly as the provider does."
            )
        self._known = (now, found)
        return found

    def _endpoint(self, name: str) -> str:
        """Return an address of the provider: as safe as the issuer's own, or none."""
        address = str(self._discover().get(name, ""))
        parts = urlsplit(address)
        if not parts.hostname or parts.scheme not in (
            "https",
            urlsplit(self._registered.issuer)[0],
        ):
            raise IdentityUnavailable(f"the provider gives no safe {name}: {address!r}")
        return address

    def _ask(self, method: str, address: str, **request: Any) -> Mapping[str, Any]:  # noqa: ANN401 - of httpx
        """Return a JSON object of the provider; follows no redirect."""
        try:
            with httpx.Client(verify=self._tls, timeout=_TIMEOUT_S) as client:
                answer = client.request(method, address, **request)
            found = answer.json()
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise IdentityUnavailable(
                f"the provider at {address} does not answer: {error}"
            ) from None
        told = found.get("error") if isinstance(found, dict) else None
        if told == "invalid_grant":
            raise SignInRefused("the provider does not take its own code")
        if not answer.is_success or not isinstance(found, dict):
            raise IdentityUnavailable(
                f"the provider at {address}: {answer.status_code} {told or ''}"
            )
        return found


def _signs(key: object) -> bool:
    """Tell whether a key is of a kind whose signatures we take (RFC 7517, section 4)."""
    if not isinstance(key, dict):
        return False
    return key.get("kty") in ("RSA", "EC") and key.get("use", "sig") == "sig"
