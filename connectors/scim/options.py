"""The options of a `[[directories]]` table whose `type` is `scim`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from connectors.shared.http.options import HttpOptions, check_one_secret, check_private

UserAttribute = Literal["externalId", "userName", "employeeNumber", "id"]


class ScimOptions(HttpOptions):
    """How to reach, read and change the server; keys are explained in docs/directories.md."""

    url: str
    allow_plaintext: bool = False
    token_file: Path | None = None
    token_env: str = ""
    write_token_file: Path | None = None
    write_token_env: str = ""
    staff_number_attribute: UserAttribute = "externalId"
    account_attribute: UserAttribute = "userName"
    page_size: Annotated[int, Field(ge=2, le=10_000)] = 100
    members: Literal["list", "each"] = "list"
    remove_by: Literal["filter", "values", "put"] = "filter"
    chunk: Annotated[int, Field(ge=1)] = 100

    @model_validator(mode="after")
    def _private_and_named(self) -> ScimOptions:
        check_private(self.url, allow_plaintext=self.allow_plaintext)
        check_one_secret(self.token_file, self.token_env, "token")
        if self.write_token_file is not None or self.write_token_env:
            check_one_secret(self.write_token_file, self.write_token_env, "write_token")
        return self

    @property
    def writing_token(self) -> tuple[Path | None, str]:
        """Return where the token for writing is: its own, or the one for reading."""
        if self.write_token_file is None and not self.write_token_env:
            return self.token_file, self.token_env
        return self.write_token_file, self.write_token_env
