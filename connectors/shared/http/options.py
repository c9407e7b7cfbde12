"""The options that every directory over HTTP has: trust, time, patience, size."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator

from connectors.shared.http.patience import Patience, Pause
from connectors.shared.tls import is_loopback

_LAST_PORT = 65535


class LineOptions(BaseModel):
    """How to speak to a server over HTTP, whatever it is asked for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ca_file: Path | None = None
    proxy: str = ""
    connect_timeout_s: Annotated[float, Field(gt=0)] = 10
    timeout_s: Annotated[float, Field(gt=0)] = 60
    attempts: Annotated[int, Field(ge=1, le=20)] = 5
    longest_wait_s: Annotated[float, Field(ge=0, le=3600)] = 120
    max_answer_mb: Annotated[int, Field(ge=1, le=2048)] = 64

    def patience(self, clock: Callable[[], datetime], pause: Pause) -> Patience:
        """Return how long a busy server is waited for."""
        return Patience(clock, self.attempts, self.longest_wait_s, pause)

    @property
    def most_bytes(self) -> int:
        """Return how many bytes one answer may have."""
        return self.max_answer_mb * 1024 * 1024

    @field_validator("proxy")
    @classmethod
    def _a_proxy(cls, given: str) -> str:
        if given:
            check_address(given, allow_plaintext=True)
        return given


class HttpOptions(LineOptions):
    """How to speak to a directory over HTTP; keys are explained in docs/directories.md."""

    max_unresolved_percent: Annotated[float, Field(ge=0, le=100)] = 10


def check_address(given: str, *, allow_plaintext: bool) -> str:
    """Return an address as it is if it can be trusted with a token; raises ValueError.

    `http://` is for this machine only, and only where the site said so.
    """
    parts = urlsplit(given)
    if parts.scheme not in ("https", "http") or not parts.hostname or "%" in parts.hostname:
        raise ValueError("write https://host/path")
    if parts.port is not None and not 0 < parts.port <= _LAST_PORT:
        raise ValueError(f"there is no port {parts.port}")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("write neither a password nor a query nor a fragment into an address")
    if parts.scheme == "http" and not allow_plaintext:
        raise ValueError("the token and the members would cross the network unprotected")
    return given


def check_private(given: str, *, allow_plaintext: bool) -> str:
    """Return an address that is private; raises ValueError as `check_address`."""
    host = urlsplit(given).hostname or ""
    return check_address(given, allow_plaintext=allow_plaintext and is_loopback(host))


def check_one_secret(file: Path | None, variable: str, what: str) -> None:
    """Hold that exactly one of a file and a variable is named; raises ValueError."""
    if (file is None) == (not variable):
        raise ValueError(f"give exactly one of {what}_file and {what}_env")
