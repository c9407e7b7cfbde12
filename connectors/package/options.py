"""The options of a `[[sources]]` table whose `type` is `package`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator

from connectors.shared.records.options import RecordOptions


class PackageOptions(RecordOptions):
    """Which packages are believed, and how their tables are read; explained in docs/inputs.md.

    `path` is the drop folder. `sender_key` are the sender's public keys: more than one while
    they are being replaced.
    """

    sender: Annotated[str, Field(min_length=1)]
    sender_key: Annotated[tuple[Path, ...], Field(min_length=1)]

    @field_validator("sender_key", mode="before")
    @classmethod
    def _one_or_more(cls, given: object) -> object:
        return (given,) if isinstance(given, str | Path) else given
