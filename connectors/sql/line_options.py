"""The options of a line to a database, whatever is asked over it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from connectors.shared.tls import is_loopback

_POSTGRESQL, _SQLITE = "postgresql", "sqlite"
_VERIFIED = "verify-full"
_POSTGRESQL_QUERY = frozenset({"host", "sslmode"})


class Credentials(NamedTuple):
    """As whom a line is opened (empty: as the URL says), and where the password stands."""

    user: str
    file: Path | None
    variable: str


class SqlLineOptions(BaseModel):
    """How to reach the database; explained in docs/directories.md."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: Annotated[str, Field(min_length=1)]
    ca_file: Path | None = None
    driver_verifies_tls: bool = False
    password_file: Path | None = None
    password_env: str = ""
    connect_timeout_s: Annotated[int, Field(ge=1)] = 10
    statement_timeout_s: Annotated[float, Field(gt=0)] = 60

    def credentials(self, *, writes: bool) -> Credentials:
        """Return as whom a line is opened; a line that only reads has no other user."""
        del writes
        return Credentials("", self.password_file, self.password_env)

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
    def _private(self) -> SqlLineOptions:
        if self.has_known_snapshots or is_loopback(self.parsed.host or ""):
            return self
        if not self.driver_verifies_tls:
            raise ValueError(
                f"syncd cannot see whether {self.backend} speaks verified TLS: turn it on by the "
                "URL's options as the driver's manual says, then driver_verifies_tls = true"
            )
        return self

    @model_validator(mode="after")
    def _one_password(self) -> SqlLineOptions:
        if self.password_file is not None and self.password_env:
            raise ValueError("give only one of password_file and password_env")
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
