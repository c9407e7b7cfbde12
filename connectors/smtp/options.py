"""The options of a `[[notifiers]]` table whose `type` is `smtp`."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from connectors.shared.tls import is_loopback
from connectors.smtp.address import is_address, is_domain
from syncd.ports.notifier import is_one_line

_PORTS = {"starttls": 587, "tls": 465, "none": 25}


class SmtpOptions(BaseModel):
    """How to reach the mail server and who sends; keys are explained in docs/notifiers.md."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str
    port: Annotated[int, Field(ge=1, le=65535)] | None = None
    security: Literal["starttls", "tls", "none"] = "starttls"
    allow_plaintext: bool = False
    ca_file: Path | None = None
    user: str = ""
    password_file: Path | None = None
    password_env: str = ""
    sender: str
    sender_name: str = ""
    helo_name: str = ""
    timeout_s: Annotated[float, Field(gt=0)] = 60

    @property
    def at_port(self) -> int:
        """Return the port: the given one, else the usual one of the kind of security."""
        return self.port or _PORTS[self.security]

    @field_validator("host")
    @classmethod
    def _a_host(cls, given: str) -> str:
        if not is_domain(given) and not _is_ip(given):
            raise ValueError(f"{given!r}: write the name or the address of a mail server")
        return given

    @field_validator("helo_name")
    @classmethod
    def _a_helo_name(cls, given: str) -> str:
        if given and not is_domain(given):
            raise ValueError(f"{given!r}: write the full name of this host")
        return given

    @field_validator("sender")
    @classmethod
    def _an_address(cls, given: str) -> str:
        if not is_address(given):
            raise ValueError(f"{given!r}: write a plain mail address in ASCII")
        return given

    @field_validator("sender_name")
    @classmethod
    def _one_line(cls, given: str) -> str:
        if not is_one_line(given):
            raise ValueError("write one line of text")
        return given

    @model_validator(mode="after")
    def _private_and_whole(self) -> SmtpOptions:
        if self.security == "none" and not self.allow_plaintext and not is_loopback(self.host):
            raise ValueError(
                "mail would cross the network unprotected; use security = "
                '"starttls" or "tls", or say allow_plaintext = true'
            )
        if self.user and self.security == "none":
            raise ValueError(
                "a password is never sent over a plain line; leave user out or use TLS"
            )
        secrets = (self.password_file is not None) + bool(self.password_env)
        if secrets != (1 if self.user else 0):
            raise ValueError("give user with exactly one of password_file and password_env")
        return self


def _is_ip(text: str) -> bool:
    try:
        return bool(ip_address(text))
    except ValueError:
        return False
