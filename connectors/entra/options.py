"""The options of a `[[directories]]` table whose `type` is `entra`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from connectors.shared.http.options import HttpOptions, check_private

UserAttribute = Literal[
    "employeeId", "userPrincipalName", "mailNickname", "onPremisesSamAccountName", "id"
]
Cloud = Literal["global", "us-gov", "us-dod", "china"]
# https://learn.microsoft.com/graph/deployments
_LOGINS: dict[Cloud, str] = {
    "global": "https://login.microsoftonline.com",
    "us-gov": "https://login.microsoftonline.us",
    "us-dod": "https://login.microsoftonline.us",
    "china": "https://login.chinacloudapi.cn",
}
_GRAPHS: dict[Cloud, str] = {
    "global": "https://graph.microsoft.com",
    "us-gov": "https://graph.microsoft.us",
    "us-dod": "https://dod-graph.microsoft.us",
    "china": "https://microsoftgraph.chinacloudapi.cn",
}


@dataclass(frozen=True, slots=True)
class Application:
    """An application as registered in Entra, and where what proves it is: never the secret itself.

    Either a secret (of a file or a variable) or a certificate with its key, both PEM.
    """

    client_id: str
    secret_file: Path | None = None
    secret_env: str = ""
    certificate_file: Path | None = None
    key_file: Path | None = None

    def check(self, what: str) -> None:
        """Hold that it proves itself in exactly one way; raises ValueError."""
        ways = (
            self.secret_file is not None,
            bool(self.secret_env),
            self.certificate_file is not None,
        )
        if ways.count(True) != 1:
            raise ValueError(
                f"give exactly one of {what}secret_file, {what}secret_env and "
                f"{what}certificate_file"
            )
        if (self.certificate_file is None) != (self.key_file is None):
            raise ValueError(f"{what}certificate_file and {what}key_file go together")


class EntraOptions(HttpOptions):
    """How to reach, read and change a tenant; keys are explained in docs/directories.md."""

    tenant: Annotated[str, Field(pattern=r"^[A-Za-z0-9.-]+$")]
    client_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]+$")]
    secret_file: Path | None = None
    secret_env: str = ""
    certificate_file: Path | None = None
    key_file: Path | None = None
    write_client_id: str = ""
    write_secret_file: Path | None = None
    write_secret_env: str = ""
    write_certificate_file: Path | None = None
    write_key_file: Path | None = None
    cloud: Cloud = "global"
    login_url: str = ""
    graph_url: str = ""
    staff_number_attribute: UserAttribute = "employeeId"
    account_attribute: UserAttribute = "userPrincipalName"
    page_size: Annotated[int, Field(ge=1, le=999)] = 999
    may_read_hidden: bool = False

    @property
    def login(self) -> str:
        """Return the address of the token service."""
        return (self.login_url or _LOGINS[self.cloud]).rstrip("/")

    @property
    def graph(self) -> str:
        """Return the address of Microsoft Graph, without its version."""
        return (self.graph_url or _GRAPHS[self.cloud]).rstrip("/")

    @property
    def reading(self) -> Application:
        """Return the application that reads."""
        return Application(
            self.client_id,
            self.secret_file,
            self.secret_env,
            self.certificate_file,
            self.key_file,
        )

    @property
    def writing(self) -> Application:
        """Return the application that writes: one of its own, or the one that reads."""
        if not self.write_client_id:
            return self.reading
        return Application(
            self.write_client_id,
            self.write_secret_file,
            self.write_secret_env,
            self.write_certificate_file,
            self.write_key_file,
        )

    @model_validator(mode="after")
    def _private_and_proved(self) -> EntraOptions:
        for address in (self.login, self.graph):
            check_private(address, allow_plaintext=False)
        self.reading.check("")
        if self.write_client_id:
            self.writing.check("write_")
        return self
