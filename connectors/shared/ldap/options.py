"""The options of a line to an LDAP server: where it is, how it is protected, who binds.

Kinds of directories add what they search for and what they change.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import unquote, urlsplit

from ldap3.core.exceptions import LDAPException
from ldap3.operation.search import parse_filter
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from connectors.shared.tls import is_loopback


def _a_filter(given: str) -> str:
    try:
        parse_filter(
            given,
            schema=None,
            auto_escape=False,
            auto_encode=False,
            validator=None,
            check_names=False,
        )
    except (LDAPException, IndexError) as error:
        raise ValueError(f"{given!r} is no LDAP filter (RFC 4515): {error}") from error
    return given


Filter = Annotated[str, AfterValidator(_a_filter)]
"""A search filter as RFC 4515 writes it."""


class LinkOptions(BaseModel):
    """How to reach a server; keys are explained in docs/directories.md."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str | tuple[str, ...]
    start_tls: bool = False
    allow_plaintext: bool = False
    ca_file: Path | None = None
    client_cert_file: Path | None = None
    client_key_file: Path | None = None
    sasl: Literal["external", "kerberos"] | None = None
    keytab_file: Path | None = None
    ccache_file: Path | None = None
    kerberos_principal: str = ""
    kerberos_host: str = ""
    bind_dn: str = ""
    bind_password_file: Path | None = None
    bind_password_env: str = ""
    write_bind_dn: str = ""
    write_password_file: Path | None = None
    write_password_env: str = ""
    page_size: Annotated[int, Field(ge=1, le=10_000)] = 500
    connect_timeout_s: Annotated[float, Field(gt=0)] = 10
    timeout_s: Annotated[float, Field(gt=0)] = 60
    attempts: Annotated[int, Field(ge=1)] = 2
    chunk: Annotated[int, Field(ge=1)] = 500

    @property
    def urls(self) -> tuple[str, ...]:
        """Return the servers in the order in which they are tried."""
        return (self.url,) if isinstance(self.url, str) else self.url

    @field_validator("url")
    @classmethod
    def _some_url(cls, given: str | tuple[str, ...]) -> str | tuple[str, ...]:
        for url in (given,) if isinstance(given, str) else given:
            parts = urlsplit(url)
            known = parts.scheme in ("ldap", "ldaps") and parts.hostname
            if not known and not (parts.scheme == "ldapi" and unquote(parts.netloc)):
                raise ValueError(f"{url!r}: write ldaps://host, ldap://host or ldapi://%2Fsocket")
        if not given:
            raise ValueError("name at least one server")
        return given

    @model_validator(mode="after")
    def _private_and_named(self) -> LinkOptions:
        for url in self.urls:
            parts = urlsplit(url)
            if parts.scheme == "ldap" and not self.start_tls and not self._may_be_plain(url):
                raise ValueError(
                    f"{url}: passwords and members would cross the network unprotected; use "
                    "ldaps://, or start_tls = true (allow_plaintext = true is for loopback only)"
                )
        if self.sasl is None and not self.bind_dn:
            raise ValueError(
                'name bind_dn with bind_password_file, or sasl = "external" or "kerberos"'
            )
        if self.sasl is not None and self.bind_dn:
            raise ValueError("bind_dn and sasl exclude one another: name only one of them")
        if self.keytab_file is not None and not self.kerberos_principal:
            raise ValueError("name kerberos_principal: whose key of keytab_file is meant")
        _check_one_secret(self.bind_dn, self.bind_password_file, self.bind_password_env, "bind")
        _check_one_secret(
            self.write_bind_dn, self.write_password_file, self.write_password_env, "write"
        )
        return self

    def _may_be_plain(self, url: str) -> bool:
        host = urlsplit(url).hostname or ""
        return self.allow_plaintext and is_loopback(host)


def _check_one_secret(dn: str, file: Path | None, variable: str, what: str) -> None:
    if dn and (file is None) == (not variable):
        raise ValueError(f"give exactly one of {what}_password_file and {what}_password_env")
