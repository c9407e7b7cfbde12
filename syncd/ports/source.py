"""A source: something that states facts (a file, a personnel system, a package on media).

A stranger's package adds one with an entry point in `syncd.sources` that names a `SourceType`.
Contract, held by `tests/contract/test_source_contract.py`:

- `fingerprint` and `read` raise `SourceRefused` and nothing else for anything that can be wrong
  with the input: missing, unreadable, undecodable, not parsable, holding My Numbers.
- `read` reports every fault of the input at once, and never returns part of what it could not
  understand as if it were all: rows that it sets aside stand in `held`.
- neither writes anything, and reading the same bytes twice gives equal readings.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import ClassVar, Protocol, runtime_checkable

from pydantic import BaseModel

from syncd.core.facts import Provides, Record
from syncd.errors import RowFault


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Tells whether an input changed without parsing it.

    `sha256` is over the raw bytes, `modified_at` (aware) is when the input itself says it was
    made, `where` names it for a person (a path, an address without secrets).
    """

    sha256: str
    modified_at: datetime
    where: str


@dataclass(frozen=True, slots=True)
class SourceReading:
    """One input as read whole.

    `base_on` is the roster's 基準日 (None for every other kind). `rows` counts the data rows of
    the input, those in `held` included. `held` are rows set aside (`on_error = "quarantine"`).
    `sequence` is the sender's own number of the input, and `follows` the number before it where
    numbers are not counted by one. `advance_warnings` are warnings about rows of 内示, for those
    only who may see them.
    """

    source: str
    provides: Provides
    fingerprint: Fingerprint
    base_on: date | None
    rows: int
    records: tuple[Record, ...]
    held: tuple[RowFault, ...] = ()
    warnings: tuple[str, ...] = ()
    sequence: int | None = None
    follows: int | None = None
    advance_warnings: tuple[str, ...] = ()


class Source(Protocol):
    """One configured source."""

    name: str
    provides: Provides

    def fingerprint(self) -> Fingerprint:
        """Return what tells this input from the one before; raises SourceRefused."""
        ...

    def read(self) -> SourceReading:
        """Read and parse the whole input; raises SourceRefused."""
        ...


@runtime_checkable
class SequencedSource(Source, Protocol):
    """A source of numbered inputs that are taken one after the other, none left out."""

    def following(self, sequence: int | None, sha256: str) -> Source | None:
        """Return the input after the one accepted last, to be read; None where none has come yet.

        `sequence` and `sha256` are those of the last accepted input, None and empty before the
        first. Raises SourceRefused for a gap, and for a number that comes again with another
        content or without any newer one.
        """
        ...


@dataclass(frozen=True, slots=True)
class SourceContext:
    """What a source is told about the installation.

    `base_dir` is the folder of the configuration file, to which relative paths refer.
    `staff_number_width` pads staff numbers. `status_words` maps words of 在職区分 (NFKC, no
    spaces) to values of `EmploymentStatus`. `clock` tells the aware moment in Japan, for sources
    that are a current state: their 基準日 is the day on which they are read.
    """

    name: str
    provides: Provides
    base_dir: Path
    staff_number_width: int
    status_words: dict[str, str]
    clock: Callable[[], datetime] | None = None


class SourceType(Protocol):
    """What the entry point names: the options of a kind of source, and how to build one."""

    Options: ClassVar[type[BaseModel]]

    @staticmethod
    def build(options: BaseModel, context: SourceContext) -> Source:
        """Return the source; touches no file or network; raises ConfigurationError."""
        ...
