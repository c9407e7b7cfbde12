"""Every error that syncd raises on purpose, in one place.

The docstring of a class is what it means; the message of an instance says what is wrong, where,
and what to do about it. `exit_code` is what the command line returns (design, section 7):
2 usage or configuration, 4 a guard held the plan, 5 something could not be established, 1 a bug.
Names end in Error unless they are refusals.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from syncd.bilingual import Bilingual, english, japanese


class SyncdError(Exception):
    """Something that syncd expects to go wrong, with a message for the person who must act.

    `lead` is the Japanese sentence that stands before a message which is only technical.
    """

    exit_code: ClassVar[int] = 1
    lead: ClassVar[str] = "うまくいきませんでした"

    @property
    def told(self) -> Bilingual:
        """Return the message as people read it, each in their language."""
        return Bilingual(str(self), ja=f"{self.lead}: {self}")


class _ToldError(SyncdError):
    """An error whose message the console shows: nobody can raise it in one language only."""

    def __init__(self, message: str, *, ja: str) -> None:
        """Say in English and in Japanese what is wrong and what to do about it."""
        super().__init__(message)
        self._ja = ja

    @property
    def told(self) -> Bilingual:
        """Return the message as people read it, each in their language."""
        return Bilingual(str(self), ja=self._ja)


# --- what the operator wrote -------------------------------------------------------------------


class ConfigurationError(SyncdError):
    """The configuration cannot be used; the message lists every fault with its place."""

    exit_code = 2
    lead = "設定に誤りがあります"


class UsageError(_ToldError):
    """The command was given something it cannot work with."""

    exit_code = 2


class WeakPassword(UsageError):  # noqa: N818 - a refusal says what it is
    """A new password is not taken; `fault` is one of short, long, common, same."""

    def __init__(self, fault: str, message: str, *, ja: str) -> None:
        """Say what is wrong with it, and never what it is."""
        self.fault = fault
        super().__init__(message, ja=ja)


# --- what comes in -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RowFault:
    """One fault of an input: where it stands, what stands there, and what would be right.

    `value` is None where it must not be shown (it may be a My Number). `line` counts from 1 as an
    editor or a spreadsheet shows it; 0 means the file as a whole. `staff_number` is set where the
    row still says whom it is about, so that the answer about that person becomes unknown; where a
    held row of a roster says nobody, the answer about everybody whom no roster names does.
    `is_advance_notice` marks a fault of a row that is 内示, or may be: only those who may see 内示
    see the fault, or that there is one. `may_be_confirmed` is False where the row plainly says
    内示, or its feed may not speak of the person: then nothing becomes unknown because of it.
    `guard` is the permanent name of the guard that refused (`core.intake.InputGuard`); empty where
    a row or a file does not parse.
    """

    line: int
    column: str
    value: str | None
    expected: str
    staff_number: str | None = None
    is_advance_notice: bool = False
    may_be_confirmed: bool = True
    guard: str = ""

    def __str__(self) -> str:
        """Render as one line for a person."""
        place = f"line {self.line}, {self.column}" if self.line else self.column or "file"
        shown = "" if self.value is None else f" {self.value!r}:"
        return f"{place}:{shown} {self.expected}"

    @property
    def told(self) -> Bilingual:
        """Return it as people read it, each in their language."""
        column = japanese(self.column)
        place = f"{self.line} 行目、{column}" if self.line else column or "ファイル"
        shown = "" if self.value is None else f"「{self.value}」: "
        where = f"line {self.line}, {english(self.column)}" if self.line else english(self.column)
        quoted = "" if self.value is None else f" {self.value!r}:"
        return Bilingual(
            str(self),
            ja=f"{place}: {shown}{japanese(self.expected)}",
            en=f"{where or 'file'}:{quoted} {english(self.expected)}",
        )


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

    @property
    def told(self) -> Bilingual:
        """Return which input was refused: its faults, even how many, may be of 内示."""
        return Bilingual(
            f"{self.where} is refused as it is.",
            ja=f"{self.where} はこのままでは受け付けられません。",
        )


class _DirectoryError(SyncdError):
    """Something between us and a directory; `ja` words it with {directory} in it."""

    ja: ClassVar[str]

    def __init__(self, directory: str, why: str, remedy: str) -> None:
        """Name the directory, what went wrong, and what the administrator can do."""
        self.directory = directory
        self.why = why
        self.remedy = remedy
        super().__init__(f"directory {directory!r}: {why}. {remedy}")

    @property
    def told(self) -> Bilingual:
        """Return the message as people read it; what the server said may be technical."""
        lead = self.ja.format(directory=self.directory)
        return Bilingual(str(self), ja=f"{lead}: {japanese(self.why)}。{japanese(self.remedy)}")


class DirectoryUnreadable(_DirectoryError):  # noqa: N818 - a refusal says what it is
    """A directory could not be read whole: what it holds is unknown, never empty."""

    exit_code = 5
    ja = "ディレクトリ {directory} をすべて読むことができません"


class DeltaLost(DirectoryUnreadable):
    """Nobody can tell what changed since we last read: a whole read is due, not silence."""

    ja = "ディレクトリ {directory} の差分がわかりません"


class DirectoryWriteError(_DirectoryError):
    """A directory refused a change or broke off while it was made."""

    ja = "ディレクトリ {directory} に書き込めません"


# --- what people ask for -----------------------------------------------------------------------


class NotPermitted(_ToldError):  # noqa: N818 - a refusal says what it is
    """The person may not do this: no role, their own case, or something they asked for."""

    exit_code = 2


class IdentityUnavailable(SyncdError):  # noqa: N818 - a refusal says what it is
    """Nobody can be asked whether a password is right; nobody is signed in meanwhile."""


class SignInRefused(SyncdError):  # noqa: N818 - a refusal says what it is
    """The account or the password is wrong, or too many were tried; it is never said which."""

    exit_code = 2


class IdempotencyConflict(_ToldError):  # noqa: N818 - a refusal says what it is
    """The same Idempotency-Key came with another request."""

    exit_code = 2


class IllegalMove(_ToldError):  # noqa: N818 - a refusal says what it is
    """The case is not in a state from which this can be done."""

    exit_code = 2


class NoSuchCase(_ToldError):  # noqa: N818 - a refusal says what it is
    """No case, plan or task has this identifier; what may not be seen is told the same way."""

    exit_code = 2

    @classmethod
    def case(cls, case_id: str) -> NoSuchCase:
        """Return that there is no such case."""
        return cls(
            f"there is no case {case_id}. 'syncd cases' lists those there are.",
            ja=f"案件 {case_id} はありません。案件の一覧にあるものを選んでください。",
        )

    @classmethod
    def plan(cls, plan_hash: str, *, many: bool = False) -> NoSuchCase:
        """Return that no plan begins so, or that several do."""
        fault = "more than one plan begins" if many else "there is no plan that begins"
        ja = "計画は二つ以上あります" if many else "計画はありません"
        return cls(
            f"{fault} with {plan_hash}. Give the whole hash, as the run showed it.",
            ja=f"{plan_hash} で始まる{ja}。ハッシュ全体を書いてください。",
        )

    @classmethod
    def task(cls, task_id: str) -> NoSuchCase:
        """Return that there is no such task, or no such piece of its evidence."""
        return cls(
            f"there is no task {task_id}. The console lists those there are.",
            ja=f"作業 {task_id} はありません。作業の一覧にあるものを選んでください。",
        )

    @classmethod
    def residual(cls, report_id: str) -> NoSuchCase:
        """Return that there is no such report of a residual right."""
        return cls(
            f"there is no residual report {report_id}. 'syncd residual' lists those there are.",
            ja=f"権限残存報告 {report_id} はありません。一覧にあるものを選んでください。",
        )

    @classmethod
    def review(cls, review_id: str) -> NoSuchCase:
        """Return that there is no such access review, or no such question in it."""
        return cls(
            f"there is no access review {review_id}. 'syncd review list' lists those there are.",
            ja=f"棚卸 {review_id} はありません。棚卸の一覧にあるものを選んでください。",
        )


class EvidenceRefused(UsageError):  # noqa: N818 - a refusal says what it is
    """A file is not taken as evidence; nothing of it was kept."""


class AccessLogUnreadable(SyncdError):  # noqa: N818 - a refusal says what it is
    """An access log cannot be read as it is configured; what it would tell is unknown."""

    exit_code = 5

    def __init__(self, log: str, why: str) -> None:
        """Name the log and what stands against reading it."""
        self.log = log
        self.why = why
        super().__init__(
            f"access log {log!r}: {why}. Look at path, format and columns under [[access_logs]]."
        )


# --- what goes out to people -------------------------------------------------------------------


class _NotifierError(SyncdError):
    """Something between us and a notifier."""

    def __init__(self, notifier: str, why: str, remedy: str) -> None:
        """Name the notifier, what went wrong, and what the administrator can do."""
        self.notifier = notifier
        self.why = why
        self.remedy = remedy
        super().__init__(f"notifier {notifier!r}: {why}. {remedy}")


class NotifierUnavailable(_NotifierError):  # noqa: N818 - a refusal says what it is
    """A message could not be handed over now; it is tried again.

    `retry_after_s` is how long the other side asks to be left alone: a hint, None where it said
    nothing.
    """

    def __init__(
        self, notifier: str, why: str, remedy: str, *, retry_after_s: int | None = None
    ) -> None:
        """Name the notifier, what went wrong, and what the administrator can do."""
        super().__init__(notifier, why, remedy)
        self.retry_after_s = retry_after_s


class MessageRefused(_NotifierError):  # noqa: N818 - a refusal says what it is
    """A message will never be taken as it is; it is not tried again."""


# --- guards ------------------------------------------------------------------------------------


class GuardUnavailable(_ToldError):  # noqa: N818 - a refusal says what it is
    """A configured guard cannot be evaluated; nothing is written (design, section 6)."""

    exit_code = 4


# --- our own ground ----------------------------------------------------------------------------


class StoreError(SyncdError):
    """The database cannot be used; the message says which and what to do."""

    exit_code = 2
    lead = "データベースを使えません"


class AlreadyRunning(_ToldError):  # noqa: N818 - a refusal says what it is
    """Another process holds the lock of this store."""

    exit_code = 2


class EvidenceError(SyncdError):
    """The audit trail does not agree with its checkpoints: something was altered or removed."""

    lead = "証跡に異常があります"
