"""Connecting and binding: servers in order, TLS always verified, every failure with a remedy.

ldap3's own default `Tls` verifies nothing (ldap3/core/tls.py): here a certificate is always
required, checked against the CA and against the host's name (RFC 4513, section 3.1.3).
"""

from __future__ import annotations

import math
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ldap3 import EXTERNAL, KERBEROS, NONE, SASL, SIMPLE, SYNC, Connection, Server, Tls
from ldap3.core.exceptions import LDAPException

from connectors.shared.bilingual import both
from connectors.shared.credentials import read_secret
from connectors.shared.ldap.kerberos import kerberos_credentials, kerberos_failures
from connectors.shared.ldap.options import LinkOptions
from connectors.shared.tls import verified_context
from syncd.errors import DirectoryUnreadable

_TICKET = both(
    "keytab_file か ccache_file、kerberos_host、時計、krb5.conf を確かめてください",
    "check keytab_file or ccache_file, kerberos_host, the clocks and krb5.conf",
)
_REMEDIES = (
    ("Kerberos", _TICKET),
    # What AD adds to invalidCredentials (MS-ERREF, the code behind "data").
    ("data 532", "パスワードの期限が切れています / the password has expired: set a new one"),
    ("data 533", "アカウントが無効です / the account is disabled: enable it"),
    ("data 701", "アカウントの期限が切れています / the account has expired: extend it"),
    ("data 773", "パスワードの変更が必要です / the password must be changed first"),
    ("data 775", "アカウントがロックされています / the account is locked: unlock it"),
    ("CA file", "ca_file を確かめてください / check ca_file"),
    (
        "password",
        "bind_dn と bind_password_file を確かめてください / check bind_dn and bind_password_file",
    ),
    (
        "invalidDNSyntax",
        "people_base と groups_base を確かめてください / check people_base and groups_base",
    ),
    (
        "certificate",
        "ca_file と証明書の期限・名前を確かめてください / check ca_file, the date and name",
    ),
    ("hostname", "証明書のホスト名を確かめてください / check the host name in the certificate"),
    (
        "invalidCredentials",
        "bind_dn とパスワードを確かめてください / check bind_dn and the password",
    ),
    (
        "confidentialityRequired",
        "ldaps:// か start_tls を使ってください / use ldaps:// or start_tls",
    ),
    ("strongerAuthRequired", "ldaps:// か start_tls を使ってください / use ldaps:// or start_tls"),
    ("StartTLS", "サーバの TLS 設定を確かめてください / check the server's TLS"),
)
_REACH = (
    "サーバが動いていて届くことを確かめてください / check that the server runs and is reachable"
)
# constraintViolation, noSuchObject, inappropriateAuthentication, invalidCredentials,
# insufficientAccessRights, unwillingToPerform: "no", a locked or expired account among them.
_NOT_TAKEN = frozenset({19, 32, 48, 49, 50, 53})
_EXPIRED = "2.16.840.1.113730.3.4.4"


class VerifiedTls(Tls):  # type: ignore[misc] # ldap3 has no types
    """TLS as Python's own defaults have it: certificate, date and host name are checked."""

    def __init__(self, context: ssl.SSLContext) -> None:
        """Keep the context; ldap3's own settings are not used."""
        super().__init__(validate=ssl.CERT_REQUIRED)
        self._context = context

    def wrap_socket(self, connection: Connection, do_handshake: bool = False) -> None:  # noqa: FBT001, FBT002 - ldap3's signature
        """Wrap the connection's socket and shake hands; raises ssl.SSLError, an OSError."""
        connection.socket = self._context.wrap_socket(
            connection.socket,
            server_hostname=connection.server.host,
            do_handshake_on_connect=do_handshake,
        )


def _tls_context(options: LinkOptions, base_dir: Path) -> ssl.SSLContext:
    context = verified_context(base_dir, options.ca_file)
    if options.client_cert_file is not None:
        context.load_cert_chain(
            base_dir / options.client_cert_file,
            None if options.client_key_file is None else base_dir / options.client_key_file,
        )
    return context


@dataclass(frozen=True, slots=True)
class Login:
    r"""Who binds. `dn` may be whatever the server takes for a name: AD takes UPN and DOMAIN\user.

    Empty it means SASL: EXTERNAL (the socket or the client certificate tells) or Kerberos.
    """

    dn: str = ""
    password_file: Path | None = None
    password_env: str = ""


def reading_login(options: LinkOptions) -> Login:
    """Return who reads."""
    return Login(options.bind_dn, options.bind_password_file, options.bind_password_env)


def writing_login(options: LinkOptions) -> Login:
    """Return who writes: an account of its own where one is configured."""
    if not options.write_bind_dn:
        return reading_login(options)
    return Login(options.write_bind_dn, options.write_password_file, options.write_password_env)


@contextmanager
def connected(
    name: str, options: LinkOptions, base_dir: Path, login: Login, first: int = 0
) -> Iterator[Connection]:
    """Yield a bound connection to the first server that takes us, beginning with number `first`.

    Raises DirectoryUnreadable with what every server said.
    """
    urls = options.urls[first % len(options.urls) :] + options.urls[: first % len(options.urls)]
    failures: list[str] = []
    for url in urls:
        try:
            connection = _open(url, options, base_dir, login)
        except (LDAPException, OSError) as error:
            failures.append(f"{url}: {_reason(error)}")
            continue
        try:
            yield connection
        finally:
            _close(connection)
        return
    raise DirectoryUnreadable(name, "; ".join(failures), remedy_for(" ".join(failures)))


def password_is_right(
    name: str, options: LinkOptions, base_dir: Path, dn: str, password: bytes
) -> bool:
    """Tell whether a simple bind as `dn` succeeds, on a fresh connection to the first server.

    `password` must not be empty: that bind is anonymous and succeeds (RFC 4513, section 5.1.2).
    No second server is asked once one has answered, or a wrong password would count twice against
    a lock. Raises DirectoryUnreadable where no server can tell.
    """
    if not dn or not password:
        return False
    failures: list[str] = []
    for url in options.urls:
        try:
            return _is_taken(url, options, base_dir, Login(dn), password)
        except (LDAPException, OSError) as error:
            failures.append(f"{url}: {_reason(error)}")
    raise DirectoryUnreadable(name, "; ".join(failures), remedy_for(" ".join(failures)))


def _is_taken(
    url: str, options: LinkOptions, base_dir: Path, login: Login, password: bytes
) -> bool:
    """Bind and tell yes or no; raises LDAPException for an answer that is neither."""
    connection = _connection(url, options, base_dir, login, password)
    try:
        _bind(connection, start_tls=options.start_tls and url.startswith("ldap://"))
    except LDAPException:
        result = connection.result or {}
        if result.get("type") == "bindResponse" and result.get("result") in _NOT_TAKEN:
            return False
        raise
    finally:
        _close(connection)
    # 389 lets somebody bind whose password has expired, and says so (draft-behera, section 6).
    return _EXPIRED not in (connection.result.get("controls") or {})


def remedy_for(reason: str) -> str:
    """Return what the administrator can do about a failure, by its words."""
    lower = reason.lower()
    return next((remedy for word, remedy in _REMEDIES if word.lower() in lower), _REACH)


def _open(url: str, options: LinkOptions, base_dir: Path, login: Login) -> Connection:
    connection = _connection(url, options, base_dir, login, _password(base_dir, login))
    try:
        with kerberos_failures():
            _bind(connection, start_tls=options.start_tls and url.startswith("ldap://"))
        connection.socket.settimeout(options.timeout_s)
    except (LDAPException, OSError):
        _close(connection)
        raise
    return connection


def _connection(
    url: str, options: LinkOptions, base_dir: Path, login: Login, password: str | bytes | None
) -> Connection:
    """Return a connection that is not open yet."""
    # Reading the system's CAs costs more than a change does: only where TLS is spoken.
    speaks_tls = url.startswith("ldaps://") or (options.start_tls and url.startswith("ldap://"))
    tls = VerifiedTls(_tls_context(options, base_dir)) if speaks_tls else None
    server = Server(url, tls=tls, get_info=NONE, connect_timeout=options.connect_timeout_s)
    mechanism, credentials = (None, None) if login.dn else _sasl(options, base_dir)
    return Connection(
        server,
        user=login.dn or None,
        password=password,
        authentication=SIMPLE if login.dn else SASL,
        sasl_mechanism=mechanism,
        sasl_credentials=credentials,
        client_strategy=SYNC,
        auto_referrals=False,
        check_names=False,
        receive_timeout=math.ceil(options.timeout_s),  # ldap3 packs it as a whole number
    )


def _sasl(options: LinkOptions, base_dir: Path) -> tuple[str, object]:
    """Return the mechanism and what it needs; raises SetUpError where Kerberos has no ticket."""
    if options.sasl == "kerberos":
        return KERBEROS, kerberos_credentials(options, base_dir)
    return EXTERNAL, ""


def _bind(connection: Connection, *, start_tls: bool) -> None:
    connection.open()
    if start_tls and not connection.start_tls():
        raise LDAPException(f"StartTLS: {connection.result['description']}")
    if not connection.bind():
        result = connection.result
        raise LDAPException(f"{result['description']} {result['message']}".strip())


def _close(connection: Connection) -> None:
    """Say goodbye where the server still listens, and give the socket back in any case."""
    held = connection.socket
    try:
        if connection.bound:
            connection.unbind()
    except (LDAPException, OSError):
        connection.closed = True  # it was broken already; there is nobody to tell
    finally:
        if held is not None:
            held.close()


def _password(base_dir: Path, login: Login) -> str | None:
    """Return the secret of a login; raises OSError where there is none.

    None is empty: a bind with a name and no password is anonymous (RFC 4513, section 5.1.2).
    """
    if not login.dn:
        return None
    return read_secret(base_dir, login.password_file, login.password_env)


def _reason(error: Exception) -> str:
    """Return what went wrong in one line; ldap3 hides the cause of a failed handshake inside."""
    text = str(error) or type(error).__name__
    return text.splitlines()[0]
