"""From orders as they were written to orders in words: understood whole, or held and never guessed.

Facts keep the text as received; it is read each time anew, so that a better table understands
what an older one did not. A text is understood where every sentence of it matches the table, all
patterns that match say the same, each section is one section of the table on that day, and nothing
in the row says otherwise (decision record 0021).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date

from syncd.bilingual import Bilingual
from syncd.core.facts import Facts, Order, OrgUnit
from syncd.core.ids import OrgUnitCode
from syncd.core.order_patterns import MOST_CHARACTERS, Meaning, TextTable, sentences
from syncd.core.ordertexts.names import SectionNames
from syncd.core.policy import OrderEffect, OrderKind, Policy

_JAPANESE_DAY = re.compile(r"(令和|平成)?(元|\d{1,4})年(\d{1,2})月(\d{1,2})日")
_BEFORE_FIRST_YEAR = {"令和": 2018, "平成": 1988, None: 0}
_AMENDS = frozenset({OrderEffect.CANCELS, OrderEffect.CORRECTS})


class _NotUnderstoodError(Exception):
    """A sentence does not mean one thing; the reason is for people. Never leaves this module."""

    def __init__(self, ja: str, en: str, *, is_vague: bool = False) -> None:
        """Say why; `is_vague` where another pattern that matches too may say it better."""
        super().__init__(en)
        self.why = Bilingual(ja, en=en)
        self.is_vague = is_vague


@dataclass(frozen=True, slots=True)
class TextRead:
    """What became of one text: the orders it gives and the patterns that gave them, or why none."""

    orders: tuple[Order, ...]
    patterns: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class _Given:
    """One order that a sentence gives, its section found."""

    kind: str
    section: OrgUnitCode | None
    title: str
    ends_on: date | None


def with_texts_read(facts: Facts, policy: Policy) -> Facts:
    """Return the facts with every order that is written out in the words of 発令区分."""
    if not any(order.text for order in facts.orders):
        return facts
    reader = TextReader(policy.order_texts, policy.order_kinds, facts.org_units)
    return replace(facts, orders=tuple(reader.read_all(facts.orders)))


class TextReader:
    """Reads 発令内容 by a table."""

    def __init__(
        self,
        table: TextTable,
        kinds: Mapping[str, OrderKind],
        sections: Iterable[OrgUnit],
    ) -> None:
        """Keep the table, the words of 発令区分, and the section table."""
        self._patterns = table.patterns
        self._kinds = kinds
        self._names = SectionNames(sections, table.titles)

    def read_all(self, orders: Iterable[Order]) -> Iterator[Order]:
        """Yield orders in words; one that is not understood has no word, and says why."""
        for order in orders:
            if self.is_written(order):
                yield from self.read(order).orders
            else:
                yield order

    def is_written(self, order: Order) -> bool:
        """Tell whether the text says what an order does; 取消 and 訂正 speak of another order."""
        kind = self._kinds.get(order.kind)
        return bool(order.text) and (kind is None or kind.effect not in _AMENDS)

    def read(self, order: Order) -> TextRead:
        """Return what a text says."""
        try:
            given, patterns = self._understood(order)
            self._agree(order, given)
            orders = tuple(_order(order, each, given) for each in given)
        except _NotUnderstoodError as why:
            return TextRead((replace(order, kind="", unread=why.why),), (), why.why)
        return TextRead(orders, patterns)

    def _understood(self, order: Order) -> tuple[tuple[_Given, ...], tuple[str, ...]]:
        if order.effective_on is None:
            raise _NotUnderstoodError("発令日がありません", "it has no day of effect")
        if len(order.text) > MOST_CHARACTERS:
            raise _NotUnderstoodError("発令内容が長すぎます", "the text of the order is too long")
        given: list[_Given] = []
        patterns: list[str] = []
        for sentence in sentences(order.text):
            found, pattern_id = self._sentence(sentence, order, order.effective_on)
            given += found
            patterns.append(pattern_id)
        return tuple(given), tuple(patterns)

    def _sentence(self, sentence: str, order: Order, on: date) -> tuple[tuple[_Given, ...], str]:
        """Return the one meaning of a sentence; raises _NotUnderstoodError."""
        meanings: dict[tuple[_Given, ...], str] = {}
        refusal: _NotUnderstoodError | None = None
        for pattern in self._patterns:
            match = pattern.sentence.fullmatch(sentence)
            if match is None:
                continue
            try:
                given = tuple(self._given(m, match, order, on) for m in pattern.meanings)
                _check_first_day(match, on)
            except _NotUnderstoodError as why:
                refusal = why if refusal is None or refusal.is_vague else refusal
            else:
                meanings.setdefault(given, pattern.pattern_id)
        if len(meanings) == 1:
            return next(iter(meanings.items()))
        if meanings:
            raise _NotUnderstoodError(
                f"発令内容が二通りに読めます（{'、'.join(meanings.values())}）",
                f"the text can be read in two ways ({', '.join(meanings.values())})",
            )
        raise refusal or _NotUnderstoodError(
            "発令内容に当てはまる型が表にありません", "no pattern of the table understands the text"
        )

    def _given(self, meaning: Meaning, match: re.Match[str], order: Order, on: date) -> _Given:
        if meaning.kind not in self._kinds:
            raise _NotUnderstoodError(
                f"発令区分「{meaning.kind}」は表にありません",
                f"the kind 「{meaning.kind}」 is in no table",
            )
        section, title = None, ""
        if meaning.section:
            section, title = self._section(meaning.section, match, order, on)
        if meaning.title:
            title = match[meaning.title] or title
        ends_on = _day(match[meaning.ends]) if meaning.ends and match[meaning.ends] else None
        return _Given(meaning.kind, section, title, ends_on)

    def _section(
        self, place: str, match: re.Match[str], order: Order, on: date
    ) -> tuple[OrgUnitCode, str]:
        """Return the section of a place; raises _NotUnderstoodError where it is not exactly one."""
        text, title = match[place] or "", ""
        if place.startswith("post"):
            codes, title = self._names.post(text, on)
        else:
            codes = self._names.codes(text, on)
        if order.org_unit in codes:  # the row itself tells which of several it is
            return order.org_unit, title
        if len(codes) == 1:
            return next(iter(codes)), title
        if codes:
            raise _NotUnderstoodError(
                "発令内容の所属の名前が二つ以上の所属に当てはまります",
                "the section that the text names is more than one section",
            )
        raise _NotUnderstoodError(
            "発令内容の所属がその日の所属一覧にありません",
            "the section that the text names is not in the section table of that day",
            is_vague=True,
        )

    def _agree(self, order: Order, given: tuple[_Given, ...]) -> None:
        """Raise _NotUnderstoodError where the row says something else than its text."""
        stated = self._kinds.get(order.kind)
        effects = {self._kinds[each.kind].effect for each in given}
        differs = bool(given) and stated is not None and stated.effect not in effects
        if differs or (order.kind and stated is None):
            raise _NotUnderstoodError(
                f"発令区分「{order.kind}」と発令内容が食い違います",
                f"the kind 「{order.kind}」 and the text say different things",
            )
        sections = {each.section for each in given if each.section is not None}
        if order.org_unit is not None and sections and order.org_unit not in sections:
            raise _NotUnderstoodError(
                "所属コードと発令内容の所属が食い違います",
                "the section's code and the text name different sections",
            )
        ends = {each.ends_on for each in given if each.ends_on is not None}
        if order.ends_on is not None and ends and order.ends_on not in ends:
            raise _NotUnderstoodError(
                "終了日と発令内容の日付が食い違います", "the last day and the text differ"
            )


def _order(order: Order, each: _Given, given: tuple[_Given, ...]) -> Order:
    """Return one order of a text; what the text leaves open the row says, of a single order."""
    alone = len(given) == 1
    return replace(
        order,
        kind=each.kind,
        org_unit=each.section or (order.org_unit if alone else None),
        title=each.title or (order.title if alone else ""),
        ends_on=each.ends_on or (order.ends_on if alone else None),
    )


def _check_first_day(match: re.Match[str], on: date) -> None:
    for name, text in match.groupdict().items():
        if name.startswith("from") and text and _day(text) != on:
            raise _NotUnderstoodError(
                "発令内容の始まりの日が発令日と違います",
                "the text begins on another day than the order",
            )


def _day(text: str) -> date:
    """Return a day that a text names; raises _NotUnderstoodError for one that there never was."""
    found = _JAPANESE_DAY.fullmatch(text)
    if found is not None:
        year = 1 if found[2] == "元" else int(found[2])
        with suppress(ValueError):
            return date(_BEFORE_FIRST_YEAR[found[1]] + year, int(found[3]), int(found[4]))
    raise _NotUnderstoodError(
        "発令内容の日付が暦にありません", "the text names a day that is in no calendar"
    )
