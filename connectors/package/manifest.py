"""What a package says of itself: who sent it, its number, the day it is valid for, its files.

The signature is over exactly the bytes of the manifest, which name every file by its SHA-256; so
whoever believes the manifest believes the whole package. Nothing is read here.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, field_validator, model_validator

from syncd.core.facts import Provides

MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
FORMAT = "syncd-package/1"
_NAME = r"^[^/\\:\x00-\x1f\x7f]{1,120}$"
MOST_BYTES = 256 * 1024 * 1024
"""The most that one file may unpack to."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ManifestFile(_Part):
    """One file: its plain name, what it provides, its bytes, and how many rows of it count.

    `follows` is the number of the sender's package before this one that held the same kind of
    fact; 0 where there was none.
    """

    name: Annotated[str, Field(pattern=_NAME)]
    provides: Provides
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    size: Annotated[int, Field(ge=1, le=MOST_BYTES)]
    rows: Annotated[int, Field(ge=0)]
    follows: Annotated[int, Field(ge=0)]

    @field_validator("name")
    @classmethod
    def _a_plain_name(cls, given: str) -> str:
        if given in (".", "..", MANIFEST, SIGNATURE) or given != given.strip():
            raise ValueError("no name for a file of a package")
        return given


class Manifest(_Part):
    """A package's manifest. `valid_on` is the day for which its files are true."""

    format: Literal["syncd-package/1"]
    sender: Annotated[str, Field(min_length=1, max_length=100)]
    sequence: Annotated[int, Field(ge=1, le=2**53)]
    valid_on: date
    made_at: AwareDatetime
    files: Annotated[tuple[ManifestFile, ...], Field(min_length=1, max_length=20)]

    @model_validator(mode="after")
    def _one_of_each(self) -> Manifest:
        names = [file.name.casefold() for file in self.files]
        kinds = [file.provides for file in self.files]
        if len(set(names)) < len(names) or len(set(kinds)) < len(kinds):
            raise ValueError("a name or a kind of fact stands twice")
        if any(file.follows >= self.sequence for file in self.files):
            raise ValueError("a file follows a package that is not before this one")
        return self

    def file_of(self, provides: Provides) -> ManifestFile | None:
        """Return the file that holds a kind of fact."""
        return next((file for file in self.files if file.provides is provides), None)

    def content(self) -> bytes:
        """Return the bytes that are signed."""
        return (self.model_dump_json(indent=2) + "\n").encode()
