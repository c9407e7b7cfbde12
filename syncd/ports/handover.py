"""The sender's half of a hand-over between networks that are not joined: what makes packages.

The `package` source offers it beside `build`; `syncd pack` uses it, on a host of personnel's that
need not be an installation of syncd.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Protocol

from syncd.core.facts import Provides


@dataclass(frozen=True, slots=True)
class Packing:
    """What is packed: by whom, for which day, at which (aware) moment, signed with which key.

    `options` tells for each kind of fact how its table is read, in the words of `[[sources]]`;
    what is left out is found by itself. `status_words` are those of `SourceContext`.
    """

    sender: str
    valid_on: date
    made_at: datetime
    key: Path
    files: Mapping[Provides, Path]
    staff_number_width: int
    status_words: dict[str, str]
    options: Mapping[Provides, Mapping[str, Any]] = field(default_factory=dict)


class PackageMaker(Protocol):
    """Makes keys and packages."""

    @staticmethod
    def make_keys(private: Path, public: Path) -> None:
        """Make a pair of Ed25519 keys, never over one that is there; raises UsageError."""
        ...

    @staticmethod
    def pack(packing: Packing, folder: Path) -> Path:
        """Write the next package into a folder and return its path.

        Every file is read as the receiver will read it. Raises SourceRefused with every fault of
        one, and UsageError where the key, the folder or what was given cannot be used.
        """
        ...
