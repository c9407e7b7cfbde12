"""Which section a name means on a day: by the dated section table, and never by likeness."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from syncd.core.facts import OrgUnit
from syncd.core.ids import OrgUnitCode
from syncd.core.order_patterns import ORDERING, normalised

_ONE_DAY = timedelta(days=1)
_HEADS = ("部", "課", "室", "局", "所", "係", "署", "センター", "館", "校", "園")


class SectionNames:
    """The names of the section table; a section is also named with those above it before it.

    The names of the eve hold on a day as well: an order that releases somebody from a section that
    ends with that day names it as it was.
    """

    def __init__(self, rows: Iterable[OrgUnit], titles: Iterable[str] = ()) -> None:
        """Keep the rows; the names of a day are worked out when it is asked for.

        `titles` are the words with which a title ends.
        """
        self._rows = tuple(rows)
        self._titles = tuple(titles)
        self._days: dict[date, Mapping[str, frozenset[OrgUnitCode]]] = {}

    def codes(self, name: str, on: date) -> frozenset[OrgUnitCode]:
        """Return every section that a name can mean on a day."""
        return self._names(on).get(normalised(name), frozenset())

    def post(self, text: str, on: date) -> tuple[frozenset[OrgUnitCode], str]:
        """Return the sections that a post can mean, and its title: 税務課長 is 課長 of 税務課.

        What stands behind the section is a title only where it ends as one, orders nothing, and
        names no unit of its own: 総務部新設課長 heads a section that the table does not have.
        """
        names = self._names(on)
        wanted = normalised(text)
        for length in range(len(wanted) - 1, 0, -1):
            found = names.get(wanted[:length])
            rest = wanted[length:]
            if found and rest.endswith(self._titles) and _is_title(wanted[:length], rest):
                return found, _title(wanted[:length], rest)
        return frozenset(), ""

    def _names(self, on: date) -> Mapping[str, frozenset[OrgUnitCode]]:
        known = self._days.get(on)
        if known is None:
            known = self._days[on] = self._work_out(on)
        return known

    def _work_out(self, on: date) -> Mapping[str, frozenset[OrgUnitCode]]:
        there = [row for row in self._rows if _holds(row, on)]
        by_code: dict[OrgUnitCode, OrgUnit] = {row.code: row for row in there}
        found: dict[str, set[OrgUnitCode]] = defaultdict(set)
        for row in there:
            name, above, seen = normalised(row.name), row.parent, {row.code}
            while name:
                found[name].add(row.code)
                parent = None if above is None or above in seen else by_code.get(above)
                if parent is None:
                    break
                seen.add(parent.code)
                name, above = f"{normalised(parent.name)}{name}", parent.parent
        return {name: frozenset(codes) for name, codes in found.items()}


def _holds(row: OrgUnit, on: date) -> bool:
    begun = row.starts_on is None or row.starts_on <= on
    return begun and (row.ends_on is None or row.ends_on >= on - _ONE_DAY)


def _is_title(section: str, rest: str) -> bool:
    if ORDERING.search(rest):
        return False
    own = next((head for head in _HEADS if section.endswith(head)), "")
    named = re.sub(f"^(?:副|次|主任)?{own}", "", rest) if own else rest
    return not any(head in named for head in _HEADS if head != "係")


def _title(section: str, rest: str) -> str:
    """Return the title behind a section's name; 長 and what follows it belong to the kind of it."""
    head = next((head for head in _HEADS if section.endswith(head)), "")
    return f"{head}{rest}" if rest.startswith("長") else rest
