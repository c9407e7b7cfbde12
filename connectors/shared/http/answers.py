"""An exchange over HTTP that failed, in our words: nothing that the other side wrote is in it."""

from __future__ import annotations

NOTHING_KNOWN = frozenset({0, 401, 429, 503})
"""Statuses after which nothing can be said of what was asked (0: no answer came)."""


class AnswerError(Exception):
    """An exchange that failed. `status` is 0 where no answer came, or none that can be read.

    `kind` is the protocol's own fixed word for the fault, empty where it gave none that we know.
    """

    def __init__(self, why: str, remedy: str, status: int = 0, kind: str = "") -> None:
        """Say in our words what is wrong and what to do."""
        super().__init__(why)
        self.why = why
        self.remedy = remedy
        self.status = status
        self.kind = kind

    @property
    def words(self) -> str:
        """Return both in one line, for the outcome of one member."""
        return f"{self.why}. {self.remedy}"
