"""`syncd review`: beginning, answering and ending access reviews (棚卸), and their records."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from rich.console import Group, RenderableType
from rich.text import Text

from syncd.bootstrap import OpenSite
from syncd.cli.opening import answer as tell
from syncd.cli.opening import open_for
from syncd.core.ids import OrgUnitCode, normalise_code
from syncd.core.reviews.questions import Choice
from syncd.core.reviews.review import AccessReview
from syncd.errors import UsageError
from syncd.flow.reviews.answering import AnswerResult, answer, answer_rest, assign, shown_sha256
from syncd.flow.reviews.beginning import start_review
from syncd.flow.reviews.ending import close_review, confirm_review, drop_review
from syncd.flow.reviews.record import find_review, record_lines, record_of
from syncd.ports.listing import NO_SECTION
from syncd.ports.reviews import Answered, QuestionQuery
from syncd.reports.review import (
    frozen_json,
    record_json,
    render_record,
    render_reviews,
    review_json,
    standing_json,
)
from syncd.reports.review_tables import review_table
from syncd.reports.words import Lang


def run(arguments: argparse.Namespace) -> int:
    """Do one action under the operating system's account."""
    opened = open_for(arguments)
    return _ACTIONS[arguments.action](arguments, opened)


def _start(arguments: argparse.Namespace, opened: OpenSite) -> int:
    as_of = arguments.as_of or opened.today()
    review = start_review(
        opened.site, opened.actor(), arguments.name, as_of, at_once=arguments.at_once
    )
    return _tell_record(arguments, opened, review)


def _list(arguments: argparse.Namespace, opened: OpenSite) -> int:
    with opened.site.store.begin() as unit:
        reviews = unit.reviews()
    as_json = {"reviews": [review_json(review) for review in reviews]}
    tell(arguments, as_json, render_reviews(reviews, arguments.lang))
    return 0


def _show(arguments: argparse.Namespace, opened: OpenSite) -> int:
    """Show how each section stands; with a section or `--waiting`, the questions too."""
    review = _named(arguments, opened)
    if arguments.section is None and not arguments.waiting:
        return _tell_record(arguments, opened, review)
    section = None if arguments.section is None else _section(arguments.section)
    query = QuestionQuery(
        review.review_id,
        asked=section,
        of_nobody=arguments.section is not None and section is None,
        answered=Answered.WAITING if arguments.waiting else None,
        after=arguments.after,
    )
    with opened.site.store.begin() as unit:
        record, page = record_of(unit, review.review_id), unit.question_page(query)
        shown = "" if arguments.section is None else shown_sha256(unit, review, section)
    as_json = {
        **record_json(record),
        "shown": shown,
        "total": page.total,
        "next_after": page.after or None,
        "lines": [standing_json(line.standing) for line in page.lines],
    }
    parts: list[RenderableType] = [render_record(record, page, arguments.lang)]
    if page.after:
        parts.append(Text(f"--after {page.after}"))
    if shown:
        parts.append(Text(f"--rest-of {arguments.section} --shown {shown}"))
    tell(arguments, as_json, Group(*parts))
    return 0


def _answer(arguments: argparse.Namespace, opened: OpenSite) -> int:
    """Answer single questions, or all that is left of a sheet as it was shown."""
    review, actors = _named(arguments, opened), opened.acting()
    if arguments.rest_of is not None:
        if arguments.numbers or arguments.choice not in (None, Choice.NEEDED):
            raise _usage()
        section = _section(arguments.rest_of)
        shown = arguments.shown or ""
        result = answer_rest(opened.site, actors, review.review_id, section, shown)
    else:
        if not arguments.numbers or arguments.choice is None:
            raise _usage()
        numbers, choice = arguments.numbers, arguments.choice
        result = answer(opened.site, actors, review.review_id, numbers, choice, arguments.reason)
    return _tell_result(arguments, review, result)


def _usage() -> UsageError:
    return UsageError(
        "say what you answer: syncd review answer NUMBER… --needed | --not-needed --reason T | "
        "--not-mine --reason T, or --rest-of SECTION --shown SHA256.",
        ja="答えを書いてください: syncd review answer 番号… --needed | "
        "--not-needed --reason 理由 | --not-mine --reason 理由、"
        "または --rest-of 所属コード --shown SHA256。",
    )


def _assign(arguments: argparse.Namespace, opened: OpenSite) -> int:
    review, section = _named(arguments, opened), OrgUnitCode(normalise_code(arguments.to))
    numbers, reason = arguments.numbers, arguments.reason
    result = assign(opened.site, opened.actor(), review.review_id, numbers, section, reason)
    return _tell_result(arguments, review, result)


def _close(arguments: argparse.Namespace, opened: OpenSite) -> int:
    review = _named(arguments, opened)
    closed = close_review(opened.site, opened.actor(), review.review_id)
    return _tell_record(arguments, opened, closed)


def _drop(arguments: argparse.Namespace, opened: OpenSite) -> int:
    review = _named(arguments, opened)
    dropped = drop_review(opened.site, opened.actor(), review.review_id, arguments.reason)
    return _tell_record(arguments, opened, dropped)


def _confirm(arguments: argparse.Namespace, opened: OpenSite) -> int:
    review = _named(arguments, opened)
    confirmed = confirm_review(opened.site, opened.actor(), review.review_id, arguments.note)
    return _tell_record(arguments, opened, confirmed)


def _export(arguments: argparse.Namespace, opened: OpenSite) -> int:
    """Write the record as CSV, or print all of it as JSON."""
    if arguments.out is None and not arguments.json:
        raise UsageError(
            "name the file: syncd review export --out FILE, or --json.",
            ja="書き出すファイルを書いてください: "
            "syncd review export --out ファイル（または --json）。",
        )
    review = _named(arguments, opened)
    lines = partial(record_lines, opened.site.store, review.review_id)
    with opened.site.store.begin() as unit:
        record = record_of(unit, review.review_id)
        answers = () if arguments.out else unit.review_answers(review.review_id)
    if arguments.out is None:
        tell(arguments, frozen_json(record, lines, answers), Text())
        return 0
    with arguments.out.open("wb") as file:
        file.writelines(review_table(review, lines(), arguments.lang))
    tell(arguments, record_json(record), Text(f"{arguments.out}: {review.questions}"))
    return 0


def _named(arguments: argparse.Namespace, opened: OpenSite) -> AccessReview:
    with opened.site.store.begin() as unit:
        return find_review(unit, arguments.review)


def _section(given: str) -> OrgUnitCode | None:
    """Return a section as it was written; `-` is what no section answers for."""
    return None if given == NO_SECTION else OrgUnitCode(normalise_code(given))


def _tell_record(arguments: argparse.Namespace, opened: OpenSite, review: AccessReview) -> int:
    with opened.site.store.begin() as unit:
        record = record_of(unit, review.review_id)
    tell(arguments, record_json(record), render_record(record, lang=arguments.lang))
    return 0


def _tell_result(arguments: argparse.Namespace, review: AccessReview, result: AnswerResult) -> int:
    as_json = {
        "review": review.review_id,
        "answered": result.answered,
        "refused": [str(why) for why in result.refused],
    }
    tell(arguments, as_json, Text("\n".join(_result_lines(result, arguments.lang))))
    return 0


def _result_lines(result: AnswerResult, lang: Lang) -> Sequence[str]:
    done = f"{result.answered} answered" if lang is Lang.EN else f"{result.answered} 件に回答"
    whys = (why.en if lang is Lang.EN else why.ja for why in result.refused)
    return [done, *(f"- {why}" for why in whys)]


_ACTIONS: Mapping[str, Callable[[argparse.Namespace, OpenSite], int]] = {
    "start": _start,
    "list": _list,
    "show": _show,
    "answer": _answer,
    "assign": _assign,
    "close": _close,
    "drop": _drop,
    "confirm": _confirm,
    "export": _export,
}
