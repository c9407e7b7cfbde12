"""The draft of a first report (速報) to the commission: facts filled in, blanks for people.

The fields are those that the law asks for (`config/citations.toml`). Promise: it says what a log
shows, plainly, and nowhere that anything leaked; whether this is such a case a person decides, and
that nobody has decided it yet stands in the text. No name of a person is in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from syncd.core.calendar import day_of
from syncd.core.findings import Reason
from syncd.flow.residual.dossier import Dossier
from syncd.reports.explain import because_word
from syncd.reports.residual import window_line
from syncd.reports.residual_words import filing_word, hole_word
from syncd.reports.words import Lang, day_word, reason_word

BLANK = "＿＿＿＿＿＿＿＿（記入）"
_BLANK_EN = "____________ (to be filled in)"
_TITLES = {
    "overview": ("概要", "Overview"),
    "contents": ("特定個人情報の項目", "Contents concerned"),
    "people": ("本人の数", "Number of people concerned"),
    "cause": ("原因", "Cause"),
    "secondary": (
        "二次被害又はそのおそれの有無及びその内容",
        "Secondary damage, or fear of it",
    ),
    "response": ("本人への対応の実施状況", "What was done towards the people concerned"),
    "publication": ("公表の実施状況", "Publication"),
    "prevention": ("再発防止のための措置", "Measures against a repetition"),
    "other": ("その他参考となる事項", "Other matters"),
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the draft: what is known, and whether people must add to it."""

    title: str
    lines: tuple[str, ...]
    to_fill: bool


def fields_of(told: Dossier, lang: Lang = Lang.JA) -> tuple[Field, ...]:
    """Return the fields in the order that the law gives them."""
    items = told.deadlines.rule.items if told.deadlines is not None else tuple(_TITLES)
    known = _known_en(told) if lang is Lang.EN else _known(told)
    return tuple(
        Field(_TITLES[item][lang is Lang.EN], known.get(item, ()), item != "other")
        for item in items
    )


def undecided(lang: Lang = Lang.JA) -> str:
    """Return the sentence that stands over every draft."""
    if lang is Lang.EN:
        return (
            "A log shows that the right was used after its ground had ended. Whether that is a "
            "case to be reported, and whether any data reached anybody it should not have "
            "reached, nobody has decided: a person decides it. syncd sends nothing."
        )
    return (
        "根拠が終わったあとに権限が使われた記録があります。それが報告対象の事態に当たるかどうか、"
        "特定個人情報が権限のない人に渡ったかどうかは、まだ誰も判断していません。人が判断します。"
        "syncd は何も送信しません。"
    )


def filing_line(told: Dossier, lang: Lang = Lang.JA) -> str:
    """Return what a person decided of the first report, or that nobody did."""
    report = told.report
    if report.filing is None or report.filed_at is None:
        return "未判断" if lang is Lang.JA else "not decided yet"
    on = day_word(day_of(report.filed_at), lang)
    return f"{filing_word(report.filing, lang)}（{report.filed_by}、{on}）: {report.filing_reason}"


def render_first_report(told: Dossier, organization: str, lang: Lang = Lang.JA) -> str:
    """Return the draft as plain text, with the deadlines on top."""
    return "\r\n".join([*_head(told, organization, lang), *_body(told, lang), ""])


def _head(told: Dossier, organization: str, lang: Lang) -> Iterator[str]:
    ja = lang is Lang.JA
    yield "漏えい等報告（速報）の案 / 下書き" if ja else "Draft of a first report"
    yield organization
    yield undecided(lang)
    yield ""
    dates = told.deadlines
    if dates is None:
        yield (
            "期限: 数えられません（知った日がないか、法令の表にありません）"
            if ja
            else "No deadline runs"
        )
        return
    near, far = day_word(dates.first_from, lang), day_word(dates.first_by, lang)
    known = day_word(dates.known_on, lang)
    if ja:
        yield f"知った日（1日目）: {known}"
        yield f"速報の目安: {near} から {far} まで"
        yield f"確報: {day_word(dates.final_by)} まで"
        yield f"確報（不正の目的によるおそれがある場合）: {day_word(dates.wrongful_by)} まで"
    else:
        yield f"Day of knowing (day 1): {known}"
        yield f"First report: from {near} to {far}"
        yield f"Final report: by {day_word(dates.final_by, lang)}"
        wrongful = day_word(dates.wrongful_by, lang)
        yield f"Final report where a wrongful purpose is feared: by {wrongful}"
    yield from dates.rule.cites
    yield (
        f"速報についての判断: {filing_line(told)}" if ja else f"Decided: {filing_line(told, lang)}"
    )


def _body(told: Dossier, lang: Lang) -> Iterator[str]:
    blank = BLANK if lang is Lang.JA else _BLANK_EN
    for number, field in enumerate(fields_of(told, lang), 1):
        yield ""
        yield f"{number} {field.title}"
        yield from (f"  {line}" for line in field.lines)
        if field.to_fill:
            yield f"  {blank}"


def _known(told: Dossier) -> dict[str, tuple[str, ...]]:
    """Return what the facts say of each field, in Japanese."""
    report = told.report
    reasons = "、".join(reason_word(Reason(r)) for r in report.reasons)
    until = report.until_at
    gone = (
        "この権限は、まだ残っています。"
        if until is None
        else f"この権限は {day_word(day_of(until))} に失効し、失効を確かめました。"
    )
    return {
        "overview": (
            (
                f"個人番号を取り扱う事務の権限 {report.entitlement}{_named(told)}"
                f"（{report.directory}）が、"
                f"根拠の終わったあとも残っていた（残存日数 {told.days} 日）。"
            ),
            f"残存の期間: {window_line(report)}",
            f"この期間に、その利用者IDによる利用の記録が {told.uses} 行ある。",
            "利用が業務上必要なものであったかは確認中である。",
        ),
        "contents": (f"権限が及ぶ事務: {'、'.join(told.affairs) or BLANK}",),
        "people": ("記録だけからは数えられない。",),
        "cause": (
            f"権限の根拠が終わった理由: {reasons or '-'}（{_cited(told, Lang.JA)}）",
            f"syncd が見つけた日: {day_word(day_of(told.case.opened_at))}",
        ),
        "prevention": (gone,),
        "other": tuple(_evidence(told, Lang.JA)),
    }


def _known_en(told: Dossier) -> dict[str, tuple[str, ...]]:
    """Return what the facts say of each field, in English."""
    report = told.report
    reasons = ", ".join(reason_word(Reason(r), Lang.EN) for r in report.reasons)
    gone = (
        "The right still stands."
        if report.until_at is None
        else f"Removed on {day_of(report.until_at)}; the removal was confirmed."
    )
    return {
        "overview": (
            (
                f"The right {report.entitlement}{_named(told)} in {report.directory} outlived its "
                f"ground ({told.days} residual days)."
            ),
            f"Window: {window_line(report, Lang.EN)}",
            f"Logs show {told.uses} rows of use by the account in that time.",
            "Whether the use had a work reason is being looked into.",
        ),
        "contents": (f"Affairs the right serves: {', '.join(told.affairs) or _BLANK_EN}",),
        "people": ("The logs alone do not tell.",),
        "cause": (
            f"Why the ground ended: {reasons or '-'} ({_cited(told, Lang.EN)})",
            f"Found by syncd on {day_of(told.case.opened_at)}",
        ),
        "prevention": (gone,),
        "other": tuple(_evidence(told, Lang.EN)),
    }


def _cited(told: Dossier, lang: Lang) -> str:
    joint = "、" if lang is Lang.JA else ", "
    return joint.join(because_word(b, lang) for b in told.case.because) or "-"


def _named(told: Dossier) -> str:
    return f" {told.right_name}" if told.right_name else ""


def _evidence(told: Dossier, lang: Lang) -> Iterator[str]:
    """Yield the logs that were read, with hashes, and for what parts nothing is known."""
    ja = lang is Lang.JA
    for reading in told.readings:
        answer = reading.answer
        read = f"{reading.read_at:%Y-%m-%d %H:%M}"
        if ja:
            counts = f"利用 {answer.uses} 行、失敗した試み {answer.failed} 行"
            yield f"ログ「{answer.log}」（{read} に読取り）: {counts}"
        else:
            yield f"Log {answer.log!r} (read {read}): {answer.uses} uses, {answer.failed} failed"
        for file in answer.files:
            yield f"  {file.name} SHA-256 {file.sha256}"
        for hole in answer.holes:
            span = f"{hole.from_at:%Y-%m-%d %H:%M} - {hole.until_at:%Y-%m-%d %H:%M}"
            word = hole_word(hole.why, lang)
            yield f"  わからない期間: {span} {word}" if ja else f"  not known: {span} {word}"
