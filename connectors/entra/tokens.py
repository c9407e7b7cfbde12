"""Tokens of an application by the client credentials grant (RFC 6749, section 4.4).

An application proves itself by a secret, or by an assertion signed with its certificate's key
(RFC 7523; https://learn.microsoft.com/entra/identity-platform/certificate-credentials). A token
is kept in memory until shortly before its end, and nowhere else.
"""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from connectors.entra.faults import NOT_GRAPH, token_refusal
from connectors.entra.options import Application, EntraOptions
from connectors.shared.bilingual import both
from connectors.shared.credentials import read_secret
from connectors.shared.failures import SetUpError
from connectors.shared.http.answers import AnswerError
from connectors.shared.http.session import Reply

_BEFORE_ITS_END = timedelta(minutes=5)
_ASSERTED_FOR = timedelta(minutes=5)
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
Ask = Callable[[str, dict[str, str]], Reply]
"""Posts a form to an address and returns what was answered."""


class TokenSource:
    """Gives tokens of one application; shows none."""

    def __init__(
        self,
        options: EntraOptions,
        application: Application,
        base_dir: Path,
        clock: Callable[[], datetime],
    ) -> None:
        """Remember who asks and where; asks for nothing yet."""
        self._options = options
        self._application = application
        self._base_dir = base_dir
        self._clock = clock
        self._token = ""
        self._until: datetime | None = None

    def token(self, ask: Ask) -> str:
        """Return a token that is still good; raises AnswerError, SetUpError and what `ask` does."""
        if self._until is None or self._clock() >= self._until:
            self._renew(ask)
        return self._token

    def forget(self) -> None:
        """Let the next call ask for a new one."""
        self._until = None

    def _renew(self, ask: Ask) -> None:
        options = self._options
        address = f"{options.login}/{options.tenant}/oauth2/v2.0/token"
        now = self._clock()
        form = {
            "client_id": self._application.client_id,
            "scope": f"{options.graph}/.default",
            "grant_type": "client_credentials",
            **self._proof(address, now),
        }
        reply = ask(address, form)
        if not reply.is_success:
            raise token_refusal(reply.status, reply.content)
        content = reply.content if isinstance(reply.content, dict) else {}
        token, seconds = content.get("access_token"), content.get("expires_in")
        if not isinstance(token, str) or not token or not isinstance(seconds, int | str):
            raise AnswerError(*NOT_GRAPH)
        self._token = token
        self._until = now + timedelta(seconds=int(seconds)) - _BEFORE_ITS_END

    def _proof(self, address: str, now: datetime) -> dict[str, str]:
        application = self._application
        if application.certificate_file is None:
            secret = read_secret(self._base_dir, application.secret_file, application.secret_env)
            return {"client_secret": secret}
        certificate = read_secret(self._base_dir, application.certificate_file, "")
        key = read_secret(self._base_dir, application.key_file, "")
        try:
            assertion = _signed(certificate, key, self._claims(address, now))
        except (ValueError, TypeError, JoseError):
            raise SetUpError(
                both(
                    "certificate_file と key_file は PEM の証明書と RSA の鍵にしてください",
                    "certificate_file and key_file must be a certificate and an RSA key in PEM",
                )
            ) from None
        return {"client_assertion_type": _ASSERTION, "client_assertion": assertion}

    def _claims(self, address: str, now: datetime) -> dict[str, str | int]:
        return {
            "aud": address,
            "iss": self._application.client_id,
            "sub": self._application.client_id,
            "jti": secrets.token_hex(16),
            "nbf": int(now.timestamp()),
            "exp": int((now + _ASSERTED_FOR).timestamp()),
        }


def _signed(certificate: str, key: str, claims: dict[str, str | int]) -> str:
    """Return the assertion; raises ValueError, TypeError or JoseError where they are none."""
    found = x509.load_pem_x509_certificate(certificate.encode())
    thumbprint = urlsafe_b64encode(found.fingerprint(hashes.SHA256())).rstrip(b"=").decode()
    header = {"alg": "PS256", "typ": "JWT", "x5t#S256": thumbprint}
    return jwt.encode(header, claims, RSAKey.import_key(key), algorithms=["PS256"])
