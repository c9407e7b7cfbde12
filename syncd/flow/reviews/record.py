"""棚卸記録: a review with all that people said of it, as lists, papers and files show it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from syncd.core.cards import Card
from syncd.core.ids import OrgUnitCode, StaffNumber
from syncd.core.reviews.questions import ReviewedSystem, Sheet, Standing
from syncd.core.reviews.review import GOING, AccessReview
from syncd.errors import NoSuchCase
from syncd.ports.reviews import Answered, QuestionQuery
from syncd.ports.store import Store, Unit

_LINES_A_LOOK = 1_000
_LINES_A_PART = 5_000


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
    sheets = unit.review_sheets(review_id)
    seen = tuple(s for s in sheets if visible is None or s.section in visible)
    return ReviewRecord(unit.review(review_id), unit.reviewed_systems(review_id), seen)


def record_lines(
    unit: Unit,
    review_id: str,
    visible: frozenset[OrgUnitCode] | None = None,
    after: int = 0,
) -> Iterator[RecordLine]:
    """Yield every line of a record after a number, a few at a time in memory."""
    reminded = {sheet.section: sheet.reminded for sheet in unit.review_sheets(review_id)}
    names = {section.code: section.name for section in unit.sections()}
    cards: dict[StaffNumber, Card] = {}
    left = iter(unit.frozen_questions(review_id, visible, after))
    while part := list(islice(left, _LINES_A_LOOK)):
        _learn(unit, cards, part)
        yield from (_line(s, cards, names, reminded) for s in part)


def record_in_parts(
    store: Store, review_id: str, visible: frozenset[OrgUnitCode] | None = None
) -> Iterator[RecordLine]:
    """Yield every line of a record like `record_lines`, each part of it read in its own unit.

    Whoever takes the lines slowly, as a browser may, holds up nobody who writes.
    """
    after = 0
    while True:
        with store.begin() as unit:
            part = list(islice(record_lines(unit, review_id, visible, after), _LINES_A_PART))
        yield from part
        if len(part) < _LINES_A_PART:
            return
        after = part[-1].standing.question.number


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


def _learn(unit: Unit, cards: dict[StaffNumber, Card], standings: Iterable[Standing]) -> None:
    numbers = {s.question.staff_number for s in standings} - cards.keys()
    cards.update(unit.cards(number for number in numbers if number is not None))


def _line(
    standing: Standing,
    cards: Mapping[StaffNumber, Card],
    names: Mapping[OrgUnitCode, str],
    reminded: Mapping[OrgUnitCode | None, int],
) -> RecordLine:
    question = standing.question
    card = None if question.staff_number is None else cards.get(question.staff_number)
    unit_name = "" if question.unit is None else names.get(question.unit, question.unit)
    return RecordLine(standing, card, unit_name, reminded.get(standing.asked, 0))
