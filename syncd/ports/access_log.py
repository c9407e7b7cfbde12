"""The port of access logs: what a system's own log says of use after the end of a right.

A log is asked all its questions in one pass. It promises: every row that shows use within the
window is counted, however many there are; whatever it could not read, or does not cover, is said
(`holes`, `unreadable`), and an answer of "no use" is given only of what was read whole. Nothing
it returns holds a My Number (番号法; the records themselves must hold no 特定個人情報), a control
character or a text without bound. A log writes nothing, anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import ClassVar, Protocol

from pydantic import BaseModel

from syncd.core.residual.use import LogAnswer, Question


class AccessLog(Protocol):
    """One configured log; `directory` is the directory whose accounts it tells of."""

    name: str
    directory: str

    def read(self, questions: Sequence[Question]) -> tuple[LogAnswer, ...]:
        """Answer every question, in order, in one pass over the log.

        What cannot be opened or read is a hole in the answers, never an exception: a log that is
        not there answers "not known" for the whole window.
        """
        ...

    def check(self) -> str:
        """Look whether the log can be read as configured; say what was found.

        Raises AccessLogUnreadable.
        """
        ...


@dataclass(frozen=True, slots=True)
class AccessLogContext:
    """What a log is told about the installation; `base_dir` is what relative paths refer to."""

    name: str
    directory: str
    base_dir: Path
    clock: Callable[[], datetime]


class AccessLogType(Protocol):
    """What the entry point names: the options of a kind of log, and how to build one."""

    Options: ClassVar[type[BaseModel]]

    @staticmethod
    def build(options: BaseModel, context: AccessLogContext) -> AccessLog:
        """Return the log; touches no file or network; raises ConfigurationError."""
        ...
