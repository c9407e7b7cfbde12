"""What one message says to one person, before it is put into words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from syncd.core.cases import Case
from syncd.core.messages import MessageKind, Recipient
from syncd.core.residual.reports import ResidualReport
from syncd.core.tasks import Task


@dataclass(frozen=True, slots=True)
class Letter:
    """What one message says, before it is put into words.

    `object` is what it is about: the same is told once. `about` is what the record says of it.
    `last_day` and `open_days` belong to a reminder, `tasks` to what people must do or check and
    `residuals` to rights that outlived their ground, each beside its case in `cases`.
    `section_names` are by code.
    """

    kind: MessageKind
    object: str
    recipient: Recipient
    cases: tuple[Case, ...] = ()
    deputy_for: str = ""
    last_day: date | None = None
    open_days: int = 0
    tasks: tuple[Task, ...] = ()
    residuals: tuple[ResidualReport, ...] = ()
    about: Mapping[str, Any] = field(default_factory=dict)
    section_names: Mapping[str, str] = field(default_factory=dict)
