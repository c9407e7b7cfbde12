"""What a review asks: one question for each right that an account held, and what was answered."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from syncd.core.findings import Verdict
from syncd.core.ids import AccountId, EntitlementId, OrgUnitCode, StaffNumber


class Choice(StrEnum):
    """What a section says of a right; permanent names.

    NEEDED: the work still asks for it. NOT_NEEDED: it does not, and the right should end.
    NOT_MINE: another section answers for it; the chief says which.
    """

    NEEDED = "needed"
    NOT_NEEDED = "not-needed"
    NOT_MINE = "not-mine"


@dataclass(frozen=True, slots=True)
class Question:
    """One right of one account, as it was on the 基準日; nothing of it ever changes.

    `number` counts from 1 in the order of (directory, entitlement, account). `section` is the one
    that answered for the right then (None: nobody; the chief answers); `unit` and `title` are the
    person's own (人事上の所属). `designation` cites the line of 事務取扱担当者名簿 that the right
    rests on, or rested on; empty: there is none (指定の有無). `kind` is 種別 of a listed account.
    `reasons` say why the right has no ground where the `verdict` is not justified.
    """

    number: int
    directory: str
    entitlement: EntitlementId
    right_name: str
    account: AccountId
    staff_number: StaffNumber | None
    section: OrgUnitCode | None
    unit: OrgUnitCode | None
    title: str
    kind: str
    designation: str
    verdict: Verdict
    reasons: tuple[str, ...]
    path: str

    @property
    def key(self) -> tuple[str, str, str]:
        """Return (directory, entitlement, account), under which the right is found again."""
        return (self.directory, self.entitlement, self.account)

    def line(self) -> list[object]:
        """Return the line of the frozen set that its hash is taken over, as JSON values."""
        return [
            *(self.number, self.directory, self.entitlement, self.right_name, self.account),
            *(self.staff_number, self.section, self.unit, self.title, self.kind),
            *(self.designation, str(self.verdict), list(self.reasons), self.path),
        ]


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of one person, kept whatever is answered later.

    `by_number` is their staff number, `deputy_for` whom they answered for by 代決. `assigned_to` is
    where the chief sent questions that a section did not take for its own; such an answer has no
    `choice`. `sheet` is the SHA-256 of what was shown, where all that was left of a section was
    answered at once. `numbers` are the questions it speaks of.
    """

    answer_id: str
    review_id: str
    choice: Choice | None
    reason: str
    by: str
    by_number: StaffNumber | None
    deputy_for: str
    at: datetime
    numbers: tuple[int, ...]
    sheet: str = ""
    assigned_to: OrgUnitCode | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a question stands: who is asked now, the answer in force, and what came of it.

    `asked` may differ from the question's own section after somebody said NOT_MINE. `answer_id`
    names the newest answer about it, `answered_for` whom its giver stood in for (代決).
    `correct_by` is 是正期限, before which a right that is not needed should be gone; `corrected_at`
    is when a complete read showed that it is (是正日). `silent`: the time was over and nobody had
    answered.
    """

    question: Question
    asked: OrgUnitCode | None
    choice: Choice | None = None
    answer_id: str = ""
    answered_by: str = ""
    answered_for: str = ""
    answered_at: datetime | None = None
    reason: str = ""
    silent: bool = False
    correct_by: datetime | None = None
    corrected_at: datetime | None = None

    @property
    def waits(self) -> bool:
        """Tell whether somebody must still answer."""
        return self.choice is None and not self.silent

    def is_overdue(self, now: datetime) -> bool:
        """Tell whether the right should be gone by now, and is not."""
        return self.corrected_at is None and self.correct_by is not None and self.correct_by <= now


@dataclass(frozen=True, slots=True)
class Sheet:
    """The questions of one section as they stand. `section` None: those that the chief answers.

    `name` is that of the section on the 基準日. `asked_of` are the accounts that were told that
    they are asked; `reminded` counts the reminders (督促), `reminded_on` is the day of the last.
    """

    section: OrgUnitCode | None
    name: str
    questions: int
    asked_at: datetime | None = None
    asked_of: tuple[str, ...] = ()
    reminded: int = 0
    reminded_on: date | None = None
    escalated_at: datetime | None = None
    needed: int = 0
    not_needed: int = 0
    silent: int = 0
    corrected: int = 0

    @property
    def answered(self) -> int:
        """Return how many are answered."""
        return self.needed + self.not_needed

    @property
    def waiting(self) -> int:
        """Return how many wait for an answer."""
        return self.questions - self.answered - self.silent


@dataclass(frozen=True, slots=True)
class ReviewedSystem:
    """One directory of the set: when it was last read whole by the 基準日, and by what proof.

    `read_at` None: it was never read, and none of its rights are in the set.
    """

    directory: str
    read_at: datetime | None
    method: str = ""
    sha256: str = ""
    memberships: int = 0


def set_head(as_of: date, systems: Iterable[ReviewedSystem]) -> list[object]:
    """Return the first line of a frozen set: its day, and each system with when it was read."""
    read = [[s.directory, s.read_at and s.read_at.isoformat(), s.sha256] for s in systems]
    return [as_of.isoformat(), read]


def set_sha256(
    as_of: date, systems: Iterable[ReviewedSystem], questions: Iterable[Question]
) -> str:
    """Return the SHA-256 (lower-case hex) of a frozen set: of its head and of every question.

    Each is a line of compact JSON in UTF-8 with a line feed.
    """
    digest = hashlib.sha256(_bytes(set_head(as_of, systems)))
    for question in questions:
        digest.update(_bytes(question.line()))
    return digest.hexdigest()


def _bytes(line: list[object]) -> bytes:
    return json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def sheet_sha256(set_digest: str, section: OrgUnitCode | None, numbers: Iterable[int]) -> str:
    """Return the SHA-256 of what is left of a section's sheet: of which set, which questions."""
    shown = [set_digest, section, sorted(numbers)]
    return hashlib.sha256(json.dumps(shown).encode()).hexdigest()
