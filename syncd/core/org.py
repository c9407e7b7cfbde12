"""The section table: which section stands above which on a day, and what became of old codes.

Rows are dated (組織改正 replaces codes on one day); `successors` carries an old code to the new
ones. Without a table every code stands for itself alone, and nothing is above anything.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from syncd.core.facts import OrgUnit
from syncd.core.ids import OrgUnitCode


class OrgChart:
    """The section table as of one day."""

    def __init__(self, rows: Iterable[OrgUnit], on: date) -> None:
        """Keep the rows that hold on the day, and the ended ones that name successors."""
        self._parent: dict[OrgUnitCode, OrgUnitCode | None] = {}
        self._successors: dict[OrgUnitCode, tuple[OrgUnitCode, ...]] = {}
        self._abolished: set[OrgUnitCode] = set()
        self.rank: dict[OrgUnitCode, int] = {}
        self.names: dict[OrgUnitCode, str] = {}
        for row in rows:
            self.names.setdefault(row.code, row.name)
            if row.ends_on is not None and row.ends_on < on:
                if row.successors:
                    self._successors[row.code] = row.successors
            elif row.starts_on is None or row.starts_on <= on:
                self._parent[row.code] = row.parent
                self.names[row.code] = row.name
                if row.rank is not None:
                    self.rank[row.code] = row.rank
            if row.ends_on is not None and row.ends_on < on and not row.successors:
                self._abolished.add(row.code)
        self._lineage: dict[OrgUnitCode, frozenset[OrgUnitCode]] = {}
        self._current: dict[OrgUnitCode, frozenset[OrgUnitCode]] = {}

    def lists(self, code: OrgUnitCode) -> bool:
        """Tell whether the table has the code today; True for every code when there is no table."""
        return not self._parent or code in self._parent

    def is_abolished(self, code: OrgUnitCode) -> bool:
        """Tell whether the section ended before today and nothing followed it."""
        return code in self._abolished and code not in self._parent

    def current(self, code: OrgUnitCode) -> frozenset[OrgUnitCode]:
        """Return the codes that stand today for a code, itself unless it was replaced."""
        known = self._current.get(code)
        if known is None:
            known = self._current[code] = self._follow(code)
        return known

    def _follow(self, code: OrgUnitCode) -> frozenset[OrgUnitCode]:
        found: set[OrgUnitCode] = set()
        seen: set[OrgUnitCode] = set()
        todo = [code]
        while todo:
            this = todo.pop()
            if this in seen:
                continue
            seen.add(this)
            successors = () if this in self._parent else self._successors.get(this, ())
            todo.extend(successors)
            if not successors:
                found.add(this)
        return frozenset(found or {code})

    def lineage(self, code: OrgUnitCode) -> frozenset[OrgUnitCode]:
        """Return the codes that stand today for a code, and every section above them."""
        known = self._lineage.get(code)
        if known is None:
            known = self._lineage[code] = frozenset(self._upwards(code))
        return known

    def _upwards(self, code: OrgUnitCode) -> set[OrgUnitCode]:
        above: set[OrgUnitCode] = {code}
        todo = list(self.current(code))
        while todo:
            this = todo.pop()
            if this not in above or this == code:
                above.add(this)
                parent = self._parent.get(this)
                if parent is not None and parent not in above:
                    todo.append(parent)
        return above

    def covers(self, designated: OrgUnitCode, post: OrgUnitCode) -> bool:
        """Tell whether a section is, or stands above, the section of a post."""
        above = self.lineage(post)
        return designated in above or not above.isdisjoint(self.current(designated))
