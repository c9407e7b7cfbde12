"""Every error that syncd raises on purpose, in one place.

The docstring of a class is what it means; the message of an instance says what is wrong, where,
and what to do about it. `exit_code` is what the command line returns (design, section 7):
2 usage or configuration, 4 a guard held the plan, 5 something could not be established, 1 a bug.
Names end in Error unless they are refusals.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


class SyncdError(Exception):
    """Something that syncd expects to go wrong, with a message for the person who must act."""

    exit_code: ClassVar[int] = 1


# --- what the operator wrote -------------------------------------------------------------------


class ConfigurationError(SyncdError):
    """The configuration cannot be used; the message lists every fault with its place."""

    exit_code = 2


class UsageError(SyncdError):
    """The command was given something it cannot work with."""

    exit_code = 2


class WeakPassword(UsageError):  # noqa: N818 - a refusal says what it is
    """A new password is not taken; `fault` is one of short, long, common, same."""

    def __init__(self, fault: str, message: str) -> None:
        """Say what is wrong with it, and never what it is."""
        self.fault = fault
        super().__init__(message)


# --- what comes in -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RowFault:
    """One fault of an input: where it stands, what stands there, and what would be right.

    `value` is None where it must not be shown (it may be a My Number). `line` counts from 1 as an
    editor or a spreadsheet shows it; 0 means the file as a whole. `staff_number` is set where the
    row still says whom it is about, so that the answer about that person becomes unknown.
    `is_advance_notice` marks a fault of a row that is 内示, or may be: only those who may see 内示
    see the fault, or that there is one.
    """

    line: int
    column: str
    value: str | None
    expected: str
    staff_number: str | None = None
    is_advance_notice: bool = False

    def __str__(self) -> str:
        """Render as one line for a person."""
        place = f"line {self.line}, {self.column}" if self.line else self.column or "file"
        shown = "" if self.value is None else f" {self.value!r}:"
        return f"{place}:{shown} {self.expected}"


class SourceRefused(SyncdError):  # noqa: N818 - a refusal says what it is
    """An input was refused whole; the last good facts stay in force."""

    exit_code = 5

    def __init__(self, source: str, where: str, faults: tuple[RowFault, ...]) -> None:
        """Name the source, the file (`where`) and every fault found in it."""
        self.source = source
        self.where = where
        self.faults = faults
        lines = "\n".join(f"  {fault}" for fault in faults)
        super().__init__(f"source {source!r}: {where} is refused:\n{lines}")


class DirectoryUnreadable(SyncdError):  # noqa: N818 - a refusal says what it is
    """A directory could not be read whole: what it holds is unknown, never empty."""

    exit_code = 5

    def __init__(self, directory: str, why: str, remedy: str) -> None:
        """Name the directory, what went wrong, and what the administrator can do."""
        self.directory = directory
        self.why = why
        self.remedy = remedy
        super().__init__(f"directory {directory!r}: {why}. {remedy}")


class DirectoryWriteError(SyncdError):
    """A directory refused a change or broke off while it was made."""

    def __init__(self, directory: str, why: str, remedy: str) -> None:
        """Name the directory, what went wrong, and what the administrator can do."""
        self.directory = directory
        self.why = why
        self.remedy = remedy
        super().__init__(f"directory {directory!r}: {why}. {remedy}")


# --- what people ask for -----------------------------------------------------------------------


class NotPermitted(SyncdError):  # noqa: N818 - a refusal says what it is
    """The person may not do this: no role, their own case, or something they asked for."""

    exit_code = 2


class IdentityUnavailable(SyncdError):  # noqa: N818 - a refusal says what it is
    """Nobody can be asked whether a password is right; nobody is signed in meanwhile."""


class SignInRefused(SyncdError):  # noqa: N818 - a refusal says what it is
    """The account or the password is wrong, or too many were tried; it is never said which."""

    exit_code = 2


class IdempotencyConflict(SyncdError):  # noqa: N818 - a refusal says what it is
    """The same Idempotency-Key came with another request."""

    exit_code = 2


class IllegalMove(SyncdError):  # noqa: N818 - a refusal says what it is
    """The case is not in a state from which this can be done."""

    exit_code = 2


class NoSuchCase(SyncdError):  # noqa: N818 - a refusal says what it is
    """No case or plan has this identifier."""

    exit_code = 2


# --- what goes out to people -------------------------------------------------------------------


class NotifierUnavailable(SyncdError):  # noqa: N818 - a refusal says what it is
    """A message could not be handed over now; it is tried again."""

    def __init__(self, notifier: str, why: str, remedy: str) -> None:
        """Name the notifier, what went wrong, and what the administrator can do."""
        self.notifier = notifier
        self.why = why
        self.remedy = remedy
        super().__init__(f"notifier {notifier!r}: {why}. {remedy}")


class MessageRefused(SyncdError):  # noqa: N818 - a refusal says what it is
    """A message will never be taken as it is; it is not tried again."""

    def __init__(self, notifier: str, why: str, remedy: str) -> None:
        """Name the notifier, what went wrong, and what the administrator can do."""
        self.notifier = notifier
        self.why = why
        self.remedy = remedy
        super().__init__(f"notifier {notifier!r}: {why}. {remedy}")


# --- guards ------------------------------------------------------------------------------------


class GuardUnavailable(SyncdError):  # noqa: N818 - a refusal says what it is
    """A configured guard cannot be evaluated; nothing is written (design, section 6)."""

    exit_code = 4


# --- our own ground ----------------------------------------------------------------------------


class StoreError(SyncdError):
    """The database cannot be used; the message says which and what to do."""

    exit_code = 2


class AlreadyRunning(SyncdError):  # noqa: N818 - a refusal says what it is
    """Another process holds the lock of this store."""

    exit_code = 2


class EvidenceError(SyncdError):
    """The audit trail does not agree with its checkpoints: something was altered or removed."""
