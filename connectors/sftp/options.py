"""The options of a `[[sources]]` table whose `type` is `sftp`."""

from __future__ import annotations

import base64
import binascii
import itertools
from pathlib import Path, PurePosixPath
from typing import Annotated

from pydantic import Field, field_validator, model_validator

from connectors.shared.records.options import RecordOptions

_KEY_WORDS = 2


class SftpOptions(RecordOptions):
    """Where the folder is, who fetches, and whose key the host must show; docs/inputs.md.

    `path` is absolute on the host; its last part may be a pattern, which takes the newest file.
    `host_key` is what `ssh-keyscan` prints: one key or, while it is being replaced, several.
    """

    host: Annotated[str, Field(min_length=1)]
    port: Annotated[int, Field(ge=1, le=65535)] = 22
    username: Annotated[str, Field(min_length=1)]
    host_key: Annotated[tuple[str, ...], Field(min_length=1)]
    key_file: Path | None = None
    password_file: Path | None = None
    password_env: str = ""
    timeout_s: Annotated[float, Field(gt=0)] = 30

    @field_validator("host_key", mode="before")
    @classmethod
    def _one_or_more(cls, given: object) -> object:
        return (given,) if isinstance(given, str) else given

    @field_validator("host_key")
    @classmethod
    def _public_keys(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_key_of(each) for each in given)

    @field_validator("path")
    @classmethod
    def _absolute(cls, given: str) -> str:
        path = PurePosixPath(given)
        if not path.is_absolute() or ".." in path.parts:
            raise ValueError("write the absolute path on the host, such as /out/orders_*.csv")
        if any(sign in part for part in path.parts[:-1] for sign in "*?["):
            raise ValueError("only the name of the file may be a pattern")
        return given

    @model_validator(mode="after")
    def _one_secret(self) -> SftpOptions:
        ways = (self.key_file is not None, self.password_file is not None, bool(self.password_env))
        if sum(ways) != 1:
            raise ValueError("give exactly one of key_file, password_file and password_env")
        return self


def _key_of(line: str) -> str:
    """Return `type base64` of a line of ssh-keyscan or of a .pub file; raises ValueError."""
    words = line.split()
    for kind, key in itertools.pairwise(words):
        if kind.startswith(("ssh-", "ecdsa-", "rsa-")):
            try:
                base64.b64decode(key, validate=True)
            except binascii.Error:
                break
            return f"{kind} {key}"
    raise ValueError("write the key as ssh-keyscan prints it: 'ssh-ed25519 AAAA…'")
