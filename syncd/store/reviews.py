"""The store's half of `ports.reviews`: the reviews themselves, their systems and their sheets."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import fields
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, RowMapping, case, func, insert, select, update

from syncd.core.cards import LAST_RANK
from syncd.core.ids import OrgUnitCode
from syncd.core.policy import OnSilence
from syncd.core.reviews.questions import Choice, Question, ReviewedSystem, Sheet
from syncd.core.reviews.review import AccessReview, ReviewState
from syncd.errors import IllegalMove, NoSuchCase
from syncd.store.codec import dumps
from syncd.store.console_tables import sections
from syncd.store.moments import decode_maybe, encode_maybe
from syncd.store.review_questions import QuestionUnitQueries, question_values
from syncd.store.review_tables import review_questions, review_sheets, review_systems, reviews
from syncd.store.upsert import upsert

_FIELDS = tuple(field.name for field in fields(AccessReview))
_COLUMNS = [reviews.c[name] for name in _FIELDS]
_MOMENTS = (
    *("started_at", "frozen_at", "answer_by", "silence_at"),
    *("closed_at", "confirmed_at"),
)
_CODES = {"state": ReviewState, "on_silence": OnSilence}
_ROWS_A_CALL = 5_000


class ReviewUnitQueries(QuestionUnitQueries):
    """Implements `ports.reviews.ReviewsUnit` over a unit's connection."""

    _connection: Connection

    def add_review(self, review: AccessReview) -> None:
        """Keep a new review."""
        self._connection.execute(insert(reviews).values(_values(review)))

    def review(self, review_id: str, *, held: bool = False) -> AccessReview:
        """Return one review; raises NoSuchCase. On SQLite whoever is in a unit holds everything."""
        wanted = select(*_COLUMNS).where(reviews.c.review_id == review_id)
        if held:
            wanted = wanted.with_for_update()
        row = self._connection.execute(wanted).first()
        if row is None:
            raise NoSuchCase.review(review_id)
        return _review(row)

    def reviews(self, states: Collection[ReviewState] = ()) -> tuple[AccessReview, ...]:
        """Return the reviews in these states (none given: all), the newest first."""
        wanted = select(*_COLUMNS).order_by(reviews.c.started_at.desc(), reviews.c.review_id)
        if states:
            wanted = wanted.where(reviews.c.state.in_(sorted(map(str, states))))
        return tuple(_review(row) for row in self._connection.execute(wanted))

    def update_review(self, before: AccessReview, after: AccessReview) -> None:
        """Replace a review; raises IllegalMove when the stored one is no longer `before`."""
        same = (reviews.c.review_id == before.review_id, reviews.c.version == before.version)
        changed = update(reviews).where(*same).values(_values(after))
        if self._connection.execute(changed).rowcount != 1:
            raise IllegalMove(
                f"access review {before.review_id} was changed meanwhile by somebody else. "
                "Look at it again.",
                ja=f"棚卸 {before.review_id} は、その間にほかの人が変えました。"
                "もう一度見てください。",
            )

    def freeze_review(
        self,
        review_id: str,
        systems: Sequence[ReviewedSystem],
        questions: Iterable[Question],
        sheets: Iterable[Sheet],
    ) -> None:
        """Keep a frozen set, once; nothing of it can be changed afterwards."""
        for values in (_system_values(review_id, system) for system in systems):
            self._connection.execute(insert(review_systems).values(values))
        left = iter(questions)
        while rows := [question_values(review_id, q) for q in islice(left, _ROWS_A_CALL)]:
            self._connection.execute(insert(review_questions), rows)
        rows = [_sheet_values(review_id, sheet) for sheet in sheets]
        if rows:
            self._connection.execute(insert(review_sheets), rows)

    def reviewed_systems(self, review_id: str) -> tuple[ReviewedSystem, ...]:
        """Return the systems of a review's set, by name."""
        wanted = select(review_systems).where(review_systems.c.review_id == review_id)
        found = self._connection.execute(wanted.order_by(review_systems.c.directory))
        return tuple(
            ReviewedSystem(
                row["directory"],
                decode_maybe(row["read_at"]),
                row["method"],
                row["sha256"],
                row["memberships"],
            )
            for row in found.mappings()
        )

    def review_sheets(self, review_id: str) -> tuple[Sheet, ...]:
        """Return every section's sheet as it stands, by 建制順; the chief's is the last one."""
        counted = self._counts(review_id)
        wanted = (
            select(review_sheets)
            .outerjoin(sections, sections.c.code == review_sheets.c.section)
            .where(review_sheets.c.review_id == review_id)
            .order_by(
                review_sheets.c.section == "",
                func.coalesce(sections.c.rank, LAST_RANK),
                review_sheets.c.section,
            )
        )
        found = self._connection.execute(wanted).mappings()
        return tuple(_sheet(row, counted.get(row["section"])) for row in found)

    def _counts(self, review_id: str) -> dict[str, RowMapping]:
        """Return by section how many questions stand how."""
        q = review_questions.c

        def counting(condition: Any) -> Any:  # noqa: ANN401 - columns of the query
            return func.sum(case((condition, 1), else_=0))

        wanted = (
            select(
                q.asked,
                func.count().label("questions"),
                counting(q.choice == str(Choice.NEEDED)).label("needed"),
                counting(q.choice == str(Choice.NOT_NEEDED)).label("not_needed"),
                counting(q.silent).label("silent"),
                counting(q.corrected_at.is_not(None)).label("corrected"),
            )
            .where(q.review_id == review_id)
            .group_by(q.asked)
        )
        return {row["asked"]: row for row in self._connection.execute(wanted).mappings()}

    def note_sheet(self, review_id: str, sheet: Sheet) -> None:
        """Keep when a section was asked, reminded and escalated; its counts are not looked at."""
        upsert(self._connection, review_sheets, _sheet_values(review_id, sheet))


def _values(review: AccessReview) -> dict[str, Any]:
    values = {name: getattr(review, name) for name in _FIELDS}
    values |= {name: encode_maybe(values[name]) for name in _MOMENTS}
    return values | {name: str(values[name]) for name in _CODES}


def _review(row: Row[Any]) -> AccessReview:
    values: dict[str, Any] = dict(zip(_FIELDS, row, strict=True))
    values |= {name: decode_maybe(values[name]) for name in _MOMENTS}
    values |= {name: code(values[name]) for name, code in _CODES.items()}
    return AccessReview(**values)


def _system_values(review_id: str, system: ReviewedSystem) -> dict[str, Any]:
    return {
        "review_id": review_id,
        "directory": system.directory,
        "read_at": encode_maybe(system.read_at),
        "method": system.method,
        "sha256": system.sha256,
        "memberships": system.memberships,
    }


def _sheet_values(review_id: str, sheet: Sheet) -> dict[str, Any]:
    return {
        "review_id": review_id,
        "section": sheet.section or "",
        "name": sheet.name,
        "asked_at": encode_maybe(sheet.asked_at),
        "asked_of": dumps(list(sheet.asked_of)),
        "reminded": sheet.reminded,
        "reminded_on": sheet.reminded_on,
        "escalated_at": encode_maybe(sheet.escalated_at),
    }


def _sheet(row: RowMapping, counted: RowMapping | None) -> Sheet:
    counts = {} if counted is None else {n: int(counted[n] or 0) for n in _COUNTED}
    return Sheet(
        section=OrgUnitCode(row["section"]) or None,
        name=row["name"],
        asked_at=decode_maybe(row["asked_at"]),
        asked_of=tuple(json.loads(row["asked_of"])),
        reminded=row["reminded"],
        reminded_on=row["reminded_on"],
        escalated_at=decode_maybe(row["escalated_at"]),
        **{"questions": 0, **counts},
    )


_COUNTED = ("questions", "needed", "not_needed", "silent", "corrected")
