"""棚卸記録 as CSV, in the columns of the form, with what finds each line again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from syncd.core.calendar import day_of, last_day_before
from syncd.core.findings import Reason
from syncd.core.reviews.review import AccessReview
from syncd.flow.reviews.record import RecordLine
from syncd.reports.csv_text import csv_parts
from syncd.reports.review_words import account_kind_word, answer_word
from syncd.reports.words import Lang, reason_word, verdict_word

_HEADER = {
    Lang.JA: (
        *("基準日", "番号", "システム", "権限ID", "権限名", "利用者ID", "種別", "職員番号", "氏名"),
        *("人事上の所属コード", "人事上の所属", "職名", "指定の有無", "判定", "理由"),
        *("回答した所属コード", "回答", "回答者", "代決", "回答日", "回答の理由", "督促"),
        *("是正期限", "是正日", "確認者"),
    ),
    Lang.EN: (
        *("as_of", "number", "directory", "entitlement", "right", "account", "kind"),
        *("staff_number", "name", "unit_code", "unit", "title", "designation", "verdict"),
        *("reasons", "asked_section", "answer", "answered_by", "answered_for", "answered_on"),
        *("because", "reminders", "correct_by", "corrected_on", "confirmed_by"),
    ),
}


def review_table(
    review: AccessReview, lines: Iterable[RecordLine], lang: Lang = Lang.JA
) -> Iterator[bytes]:
    """Yield the record as the bytes of a CSV file; days are ISO."""
    return csv_parts(_HEADER[lang], (_row(review, line, lang) for line in lines))


def last_day_of(end: datetime | None) -> str:
    """Return the last day before a deadline, which is the end of one; nothing for none."""
    return "" if end is None else last_day_before(end).isoformat()


def _row(review: AccessReview, line: RecordLine, lang: Lang) -> Sequence[str]:
    standing, asked = line.standing, line.standing.question
    reasons = (reason_word(Reason(reason), lang) for reason in asked.reasons)
    none = ("なし", "none")[lang is Lang.EN]
    return (
        *(review.as_of.isoformat(), str(asked.number), asked.directory, asked.entitlement),
        *(asked.right_name, asked.account, account_kind_word(asked.kind, lang)),
        *(asked.staff_number or "", "" if line.card is None else line.card.name),
        *(asked.unit or "", line.unit_name, asked.title, asked.designation or none),
        *(verdict_word(asked.verdict, lang), ("、", ", ")[lang is Lang.EN].join(reasons)),
        *(standing.asked or "", answer_word(standing, lang)),
        *(standing.answered_by, standing.answered_for, _day(standing.answered_at)),
        *(standing.reason, str(line.reminded)),
        *(last_day_of(standing.correct_by), _day(standing.corrected_at), review.confirmed_by),
    )


def _day(moment: datetime | None) -> str:
    return "" if moment is None else day_of(moment).isoformat()
