"""The options of a `[[directories]]` table whose `type` is `sql`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from connectors.sql.line_options import Credentials, SqlLineOptions
from connectors.sql.statements import ACCOUNT, CHANGES, GROUP, READS, check_statement

_NEEDED = {
    "accounts": (READS, ()),
    "memberships": (READS, ()),
    "groups": (READS, ()),
    "count": (READS, ()),
    "present": (READS, (GROUP,)),
    "revoke": (CHANGES, (GROUP, ACCOUNT)),
    "restore": (CHANGES, (GROUP, ACCOUNT)),
}


class SqlOptions(SqlLineOptions):
    """What to ask of the database beside how to reach it; explained in docs/directories.md."""

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

    def credentials(self, *, writes: bool) -> Credentials:
        """Return as whom a line is opened: one that writes may have a user of its own."""
        if writes and self.write_user:
            return Credentials(self.write_user, self.write_password_file, self.write_password_env)
        return super().credentials(writes=writes)

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
        if self.write_password_file is not None and self.write_password_env:
            raise ValueError("give only one of write_password_file and write_password_env")
        writes = self.write_password_file is not None or bool(self.write_password_env)
        if writes and not self.write_user:
            raise ValueError("a password for writing needs write_user")
        return self
