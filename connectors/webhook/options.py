"""The options of a `[[notifiers]]` table whose `type` is `webhook`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import httpx
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from connectors.shared.tls import is_loopback

_LAST_PORT = 65535


class WebhookOptions(BaseModel):
    """Where messages are posted and how signed; keys are explained in docs/notifiers.md."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str
    allow_plaintext: bool = False
    ca_file: Path | None = None
    secret_file: Path | None = None
    secret_env: str = ""
    timeout_s: Annotated[float, Field(gt=0)] = 20

    @property
    def host(self) -> str:
        """Return the host in ASCII, as it is looked up."""
        return httpx.URL(self.url).raw_host.decode("ascii")

    @property
    def port(self) -> int:
        """Return the port: the given one, else the usual one of the scheme."""
        url = httpx.URL(self.url)
        return url.port or (443 if self.is_private else 80)

    @property
    def is_private(self) -> bool:
        """Tell whether the line is encrypted."""
        return httpx.URL(self.url).scheme == "https"

    @field_validator("url")
    @classmethod
    def _an_address(cls, given: str) -> str:
        try:
            url = httpx.URL(given)
        except httpx.InvalidURL:
            raise ValueError("write https://host/path") from None
        if url.scheme not in ("https", "http") or not url.host or "%" in url.host:
            raise ValueError("write https://host/path")
        if url.port is not None and not 0 < url.port <= _LAST_PORT:
            raise ValueError(f"there is no port {url.port}")
        if url.userinfo or url.fragment:
            raise ValueError("write neither a password nor a fragment into the url")
        return given

    @model_validator(mode="after")
    def _private_and_signed(self) -> WebhookOptions:
        if not self.is_private and not self.allow_plaintext and not is_loopback(self.host):
            raise ValueError(
                "messages would cross the network unprotected; use https://, "
                "or say allow_plaintext = true"
            )
        if (self.secret_file is None) == (not self.secret_env):
            raise ValueError("give exactly one of secret_file and secret_env")
        return self
