"""Signing in with a Kerberos ticket (SASL GSSAPI, RFC 4752) over verified TLS.

Needs the package `gssapi` (`pip install 'syncd[kerberos]'`), which not every site has or wants: it
is looked for only where the configuration asks for it. The ticket is bound to the TLS line (channel
binding, RFC 5929), as domain controllers may demand.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from connectors.shared.bilingual import both
from connectors.shared.failures import SetUpError
from connectors.shared.ldap.options import LinkOptions
from syncd.errors import ConfigurationError

_MISSING = both(
    'sasl = "kerberos" には gssapi が必要です。pip install "syncd[kerberos]" を実行してください'
    "（libkrb5-dev が要ります）",
    'sasl = "kerberos" needs the package gssapi: run pip install "syncd[kerberos]" '
    "(it needs libkrb5-dev)",
)


def require_kerberos(name: str, options: LinkOptions) -> None:
    """Refuse a configuration that asks for Kerberos where it is not installed.

    Raises ConfigurationError. `name` is the directory's.
    """
    if options.sasl == "kerberos" and find_spec("gssapi") is None:
        raise ConfigurationError(f"directories.{name}: {_MISSING}")


def kerberos_credentials(options: LinkOptions, base_dir: Path) -> tuple[object, ...]:
    """Return what ldap3 takes: the service's host (empty: the url's), nobody else, the ticket.

    Raises SetUpError where there is no ticket and no key to get one with.
    """
    with kerberos_failures():
        import gssapi  # noqa: PLC0415 - an extra, looked for only where it is asked for

        store = _store(options, base_dir)
        principal = gssapi.Name(options.kerberos_principal) if options.kerberos_principal else None
        ticket = gssapi.Credentials(name=principal, usage="initiate", store=store or None)
        return options.kerberos_host or None, None, ticket


@contextmanager
def kerberos_failures() -> Iterator[None]:
    """Let what the Kerberos library says come out as an error of the set-up; it is local."""
    try:
        yield
    except ImportError as error:
        raise SetUpError(f"Kerberos: {_MISSING}") from error
    except _gssapi_errors() as error:
        raise SetUpError(f"Kerberos: {error}") from error


def _gssapi_errors() -> tuple[type[Exception], ...]:
    """Return what the library raises, if it is loaded: else nothing of its can have come."""
    loaded = sys.modules.get("gssapi.exceptions")
    return () if loaded is None else (loaded.GSSError,)


def _store(options: LinkOptions, base_dir: Path) -> dict[str | bytes, str | bytes]:
    """Return where key and ticket are kept; a ticket from a key stays in memory."""
    if options.keytab_file is not None:
        keytab = base_dir / options.keytab_file
        if not keytab.is_file():
            raise SetUpError(f"Kerberos: keytab_file {keytab} is not there")
        return {"client_keytab": f"FILE:{keytab}", "ccache": f"MEMORY:{keytab}"}
    if options.ccache_file is not None:
        ccache = base_dir / options.ccache_file
        if not ccache.is_file():
            raise SetUpError(f"Kerberos: ccache_file {ccache} is not there")
        return {"ccache": f"FILE:{ccache}"}
    return {}
