"""`syncd order-texts`: which written-out orders (発令内容) the table understands, and which not."""

from __future__ import annotations

import argparse
from typing import Any

from rich.text import Text

from syncd import bilingual
from syncd.cli.opening import answer, open_for, sees_notices
from syncd.flow.order_texts import TextsSeen, texts_seen
from syncd.reports.words import Lang

_UNREAD = 5


def run(arguments: argparse.Namespace) -> int:
    """List them; 5 where some are not understood, since their people are unknown."""
    opened = open_for(arguments)
    seen = texts_seen(opened.site, with_notices=sees_notices(opened))
    answer(arguments, _json(seen), _text(seen, arguments.lang))
    return _UNREAD if seen.unread else 0


def _json(seen: TextsSeen) -> dict[str, Any]:
    return {
        "understood": dict(seen.understood),
        "unread": [
            {"text": u.text, "why": u.why, "orders": list(u.orders), "people": u.people}
            for u in seen.unread
        ],
    }


def _text(seen: TextsSeen, lang: Lang) -> Text:
    english = lang is Lang.EN
    read, unread = ("understood", "not understood") if english else ("読めた文", "読めない文")
    lines = [f"{read}: {sum(seen.understood.values())}"]
    lines += [f"  {pattern} {count}" for pattern, count in seen.understood.items()]
    lines.append(f"{unread}: {len(seen.unread)}")
    for each in seen.unread:
        people = f"{each.people} people" if english else f"{each.people}人"
        why = bilingual.english(each.why) if english else bilingual.japanese(each.why)
        lines.append(f"  {each.text}（{people}, {', '.join(each.orders[:5])}）: {why}")
    return Text("\n".join(lines))
