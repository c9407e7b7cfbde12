"""The options of a `[[directories]]` table whose `type` is `sql`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from connectors.shared.tls import is_loopback
from connectors.sql.statements import ACCOUNT, CHANGES, GROUP, READS, check_statement

_POSTGRESQL, _SQLITE = "postgresql", "sqlite"
_VERIFIED = "verify-full"
_NEEDED = {
    "accounts": (READS, ()),
    "memberships": (READS, ()),
    "groups": (READS, ()),
    "count": (READS, ()),
    "present": (READS, (GROUP,)),
    "revoke": (CHANGES, (GROUP, ACCOUNT)),
    "restore": (CHANGES, (GROUP, ACCOUNT)),
}
_POSTGRESQL_QUERY = frozenset({"host", "sslmode"})


class SqlOptions(BaseModel):
    """How to reach the database and what to ask of it; explained in docs/directories.md."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: Annotated[str, Field(min_length=1)]
    ca_file: Path | None = None
    driver_verifies_tls: bool = False
    password_file: Path | None = None
    password_env: str = ""
    write_user: str = ""
    write_password_file: Path | None = None
    write_password_env: str = ""
    accounts: Annotated[str, Field(min_length=1)]
    memberships: Annotated[str, Field(min_length=1)]
    groups: str = ""
    count: str = ""
    present: str = ""
    revoke: str = ""
    restore: str = ""
    may_be_empty: bool = False
    max_unresolved_percent: Annotated[float, Field(ge=0, le=100)] = 10
    connect_timeout_s: Annotated[int, Field(ge=1)] = 10
    statement_timeout_s: Annotated[float, Field(gt=0)] = 60

    @property
    def parsed(self) -> URL:
        """Return the URL in parts."""
        return make_url(self.url)

    @property
    def backend(self) -> str:
        """Return the kind of database: `postgresql`, `sqlite`, or another driver's."""
        return self.parsed.get_backend_name()

    @property
    def has_known_snapshots(self) -> bool:
        """Tell whether all statements of a read are known to see one moment of the database."""
        return self.backend in (_POSTGRESQL, _SQLITE)

    @property
    def label(self) -> str:
        """Return how messages name the database: no user, no password, no query."""
        url = self.parsed
        if url.get_backend_name() == _SQLITE:
            return Path(url.database or "").name
        place = url.host or str(url.query.get("host", "")) or "localhost"
        return f"{place}/{url.database or ''}"

    @field_validator("url")
    @classmethod
    def _readable(cls, given: str) -> str:
        try:
            url = make_url(given)
        except ArgumentError:
            raise ValueError("write postgresql://user@host/database or sqlite:///path") from None
        if url.password is not None or "password" in url.query:
            raise ValueError("no password in the URL: use password_file or password_env")
        if url.get_backend_name() == _SQLITE:
            _check_sqlite(url)
        if url.get_backend_name() == _POSTGRESQL:
            _check_postgresql(url)
        return given

    @model_validator(mode="after")
    def _private(self) -> SqlOptions:
        if self.has_known_snapshots or is_loopback(self.parsed.host or ""):
            return self
        if not self.driver_verifies_tls:
            raise ValueError(
                f"syncd cannot see whether {self.backend} speaks verified TLS: turn it on by the "
                "URL's options as the driver's manual says, then driver_verifies_tls = true"
            )
        return self

    @model_validator(mode="after")
    def _statements(self) -> SqlOptions:
        for name, (verbs, needed) in _NEEDED.items():
            try:
                check_statement(getattr(self, name), verbs, needed)
            except ValueError as error:
                raise ValueError(f"{name}: {error}") from None
        if self.present and not self.count:
            raise ValueError("present needs count, to see what changes in other groups")
        if self.restore and not (self.revoke and self.groups):
            raise ValueError("restore needs revoke, and groups to tell which groups there are")
        return self

    @model_validator(mode="after")
    def _one_secret(self) -> SqlOptions:
        for file, variable, what in (
            (self.password_file, self.password_env, "password"),
            (self.write_password_file, self.write_password_env, "write_password"),
        ):
            if file is not None and variable:
                raise ValueError(f"give only one of {what}_file and {what}_env")
        writes = self.write_password_file is not None or bool(self.write_password_env)
        if writes and not self.write_user:
            raise ValueError("a password for writing needs write_user")
        return self


def _check_sqlite(url: URL) -> None:
    if not url.database or url.database == ":memory:" or url.query:
        raise ValueError("write sqlite:///path of the file, without options")


def _check_postgresql(url: URL) -> None:
    """Allow what is known to be private; libpq has many other ways to be led elsewhere."""
    unknown = sorted(set(url.query) - _POSTGRESQL_QUERY)
    if unknown:
        raise ValueError(f"the URL's option {unknown[0]} is not known here")
    socket = url.query.get("host", "")
    if not isinstance(socket, str) or (socket and not socket.startswith("/")):
        raise ValueError("?host= is for the folder of a socket, as in ?host=/run/postgresql")
    if bool(url.host) == bool(socket):
        raise ValueError("name the host, or else the folder of the socket by ?host=/folder")
    if socket or is_loopback(url.host or ""):
        return
    if url.query.get("sslmode") != _VERIFIED:
        raise ValueError(
            f"{url.host}: passwords and rights would cross the network unverified; write "
            f"?sslmode={_VERIFIED}, and ca_file where the CA is your own"
        )
