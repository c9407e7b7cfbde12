"""棚卸記録: a review with all that people said of it, as lists, papers and files show it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Self

from syncd.core.cards import Card
from syncd.core.ids import OrgUnitCode, StaffNumber
from syncd.core.reviews.questions import ReviewedSystem, Sheet, Standing
from syncd.core.reviews.review import GOING, AccessReview
from syncd.errors import NoSuchCase
from syncd.ports.reviews import Answered, QuestionQuery
from syncd.ports.store import Store, Unit

_LINES_A_LOOK = 1_000


@dataclass(frozen=True, slots=True)
class ReviewRecord:
    """A review as far as somebody may see it: the sheets are those of their sections."""

    review: AccessReview
    systems: tuple[ReviewedSystem, ...]
    sheets: tuple[Sheet, ...]

    @property
    def unread(self) -> tuple[str, ...]:
        """Return the directories of whose rights nothing is in the set."""
        return tuple(system.directory for system in self.systems if system.read_at is None)

    @property
    def never_asked(self) -> tuple[Sheet, ...]:
        """Return the sheets of which nobody was told, and that nobody answered."""
        return tuple(s for s in self.sheets if s.questions and not s.asked_at and not s.answered)

    @property
    def silent(self) -> tuple[Sheet, ...]:
        """Return the sheets of which something stayed without an answer."""
        return tuple(sheet for sheet in self.sheets if sheet.silent)

    def seen_by(self, visible: Collection[OrgUnitCode] | None) -> ReviewRecord:
        """Return the record as somebody sees it who sees these sections (None: all)."""
        seen = tuple(s for s in self.sheets if visible is None or s.section in visible)
        return replace(self, sheets=seen)

    def count(self, name: str) -> int:
        """Return the sum of one count over the sheets that are seen."""
        return sum(getattr(sheet, name) for sheet in self.sheets)


@dataclass(frozen=True, slots=True)
class RecordLine:
    """One line of the record, with who it is about and how often their section was reminded."""

    standing: Standing
    card: Card | None
    unit_name: str
    reminded: int


def record_of(
    unit: Unit, review_id: str, visible: frozenset[OrgUnitCode] | None = None
) -> ReviewRecord:
    """Return a review's record (`visible` None: of all sections); raises NoSuchCase."""
    review, systems = unit.review(review_id), unit.reviewed_systems(review_id)
    return ReviewRecord(review, systems, unit.review_sheets(review_id)).seen_by(visible)


def record_lines(
    store: Store, review_id: str, visible: frozenset[OrgUnitCode] | None = None
) -> Iterator[RecordLine]:
    """Yield every line of a record by number, a few at a time, each part read in its own unit.

    Whoever takes the lines slowly, as a browser may, holds up nobody who writes.
    """
    with store.begin() as unit:
        names = _Names.of(unit, review_id)
    after = 0
    while True:
        with store.begin() as unit:
            part = list(islice(unit.frozen_questions(review_id, visible, after), _LINES_A_LOOK))
            lines = names.lines(unit, part)
        yield from lines
        if len(part) < _LINES_A_LOOK:
            return
        after = part[-1].question.number


def lines_of_note(
    unit: Unit, record: ReviewRecord, visible: frozenset[OrgUnitCode] | None, most: int
) -> tuple[Sequence[RecordLine], int]:
    """Return the first lines that are not needed or stayed without an answer, and how many more."""
    pages = [
        unit.question_page(
            QuestionQuery(record.review.review_id, visible, answered=answered, limit=most)
        )
        for answered in (Answered.NOT_NEEDED, Answered.SILENT)
    ]
    reminded = {sheet.section: sheet.reminded for sheet in record.sheets}
    found = sorted(
        (line for page in pages for line in page.lines),
        key=lambda line: line.standing.question.number,
    )
    lines = [
        RecordLine(line.standing, line.card, line.unit_name, reminded.get(line.standing.asked, 0))
        for line in found[:most]
    ]
    return lines, sum(page.total for page in pages) - len(lines)


def overdue_by_section(
    unit: Unit, review_id: str, visible: frozenset[OrgUnitCode] | None, now: datetime
) -> Mapping[OrgUnitCode | None, int]:
    """Return by section how many rights should be gone by now (是正期限), and are not."""
    found = Counter(
        standing.asked
        for standing in unit.corrections().get(review_id, ())
        if standing.is_overdue(now) and (visible is None or standing.asked in visible)
    )
    return dict(found)


def find_review(unit: Unit, named: str = "") -> AccessReview:
    """Return the review that an id or its unambiguous beginning names.

    Without a name, the one that goes on, else the newest; raises NoSuchCase.
    """
    known = unit.reviews()
    if named:
        found = [review for review in known if review.review_id.startswith(named)]
        if len(found) == 1:
            return found[0]
        raise NoSuchCase.review(named)
    going = [review for review in known if review.state in GOING]
    if going or known:
        return (going or list(known))[0]
    raise NoSuchCase.review("-")


@dataclass(slots=True)
class _Names:
    """What lines say beside their questions; each person is looked up once."""

    reminded: Mapping[OrgUnitCode | None, int]
    sections: Mapping[OrgUnitCode, str]
    cards: dict[StaffNumber, Card]

    @classmethod
    def of(cls, unit: Unit, review_id: str) -> Self:
        """Return what is known of a review's sections, and nobody yet."""
        reminded = {sheet.section: sheet.reminded for sheet in unit.review_sheets(review_id)}
        return cls(reminded, {section.code: section.name for section in unit.sections()}, {})

    def lines(self, unit: Unit, standings: Sequence[Standing]) -> list[RecordLine]:
        """Return the lines of questions."""
        numbers = {s.question.staff_number for s in standings} - self.cards.keys()
        self.cards.update(unit.cards(number for number in numbers if number is not None))
        return [self._line(standing) for standing in standings]

    def _line(self, standing: Standing) -> RecordLine:
        person, code = standing.question.staff_number, standing.question.unit
        card = None if person is None else self.cards.get(person)
        name = "" if code is None else self.sections.get(code, code)
        return RecordLine(standing, card, name, self.reminded.get(standing.asked, 0))
