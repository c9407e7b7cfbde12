"""The store's half of `ports.listing`: what the console lists."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Select,
    case,
    delete,
    func,
    insert,
    or_,
    select,
    tuple_,
)

from syncd.core.calendar import midnight
from syncd.core.cards import LAST_RANK, LAST_TEXT, Card, Section, sortable_kana
from syncd.core.cases import ENDED, CaseState
from syncd.core.facts import Order
from syncd.core.ids import AccountId, EntitlementId, OrgUnitCode, RunId, StaffNumber
from syncd.errors import UsageError
from syncd.ports.listing import (
    NO_SECTION,
    CaseLine,
    CaseOrder,
    CasePage,
    CaseQuery,
    CaseSpan,
    LastRead,
    RunRecords,
    Stretch,
    TrailLine,
    TrailQuery,
    UnreadDirectory,
    Waiting,
)
from syncd.ports.runs import RunRow
from syncd.store import runs, sightings
from syncd.store.cases import CASE_COLUMNS, decode_case
from syncd.store.codec import decode_date, decode_proof
from syncd.store.console_tables import cards, sections
from syncd.store.facts import load_orders
from syncd.store.moments import decode_moment, encode_moment
from syncd.store.tables import audit, cases, inputs, snapshots
from syncd.store.upsert import upsert

_IDS_A_QUERY = 10_000
_TOLD_IN_FULL = (
    "order_counts.met",
    "order_counts.deviated",
    "input.accepted",
    "input.refused",
    "directory.read",
    "directory.unread",
    "plan.frozen",
    "plan.held",
    "plan.overridden",
    "override.used",
)
_DIGITS = 9  # of a rank; every engine counts as far
_FOR_PEOPLE = (str(CaseState.OPEN), str(CaseState.REFUSED))
_SECTION = func.coalesce(cases.c.section, cards.c.section, "")
_RANK = func.coalesce(sections.c.rank, LAST_RANK)
_KANA = func.coalesce(cards.c.kana, "")
_PERSON = func.coalesce(cases.c.staff_number, cases.c.account)
_MOVED_BY = func.coalesce(cases.c.moved_by, LAST_TEXT)
_SORTS: Mapping[CaseOrder, tuple[ColumnElement[Any], ...]] = {
    CaseOrder.DEADLINE: (cases.c.hard_deadline_at, cases.c.case_id),
    CaseOrder.SECTION: (_RANK, _SECTION, _KANA, cases.c.case_id),
    CaseOrder.KANA: (_KANA, _PERSON, cases.c.case_id),
    CaseOrder.TRANSFER: (_MOVED_BY, _KANA, cases.c.case_id),
    CaseOrder.SINCE: (func.coalesce(cases.c.since, ""), cases.c.case_id),
}


class ListingUnitQueries:
    """Implements `ports.listing.ListingUnit` over a unit's connection."""

    _connection: Connection

    def save_cards(self, shown: Iterable[Card]) -> None:
        """Keep how people are shown, replacing what was kept of them."""
        wanted = list(shown)
        kept = self.cards(card.staff_number for card in wanted)
        for card in wanted:
            if kept.get(card.staff_number) != card:
                values = {name: getattr(card, name) for name in cards.c.keys()}  # noqa: SIM118 - columns
                upsert(self._connection, cards, values)

    def cards(self, staff_numbers: Iterable[StaffNumber]) -> Mapping[StaffNumber, Card]:
        """Return how these people are shown; nobody whom no case ever concerned."""
        wanted = list(dict.fromkeys(staff_numbers))
        found: dict[StaffNumber, Card] = {}
        for start in range(0, len(wanted), _IDS_A_QUERY):
            part = cards.c.staff_number.in_(wanted[start : start + _IDS_A_QUERY])
            for row in self._connection.execute(select(cards).where(part)):
                found[row.staff_number] = Card(*row)
        return found

    def save_sections(self, rows: Iterable[Section]) -> None:
        """Replace the section table of the last run."""
        wanted = sorted(rows, key=_by_rank)
        if tuple(wanted) == self.sections():
            return
        self._connection.execute(delete(sections))
        values = [{name: getattr(row, name) for name in sections.c.keys()} for row in wanted]  # noqa: SIM118 - columns
        if values:
            self._connection.execute(insert(sections), values)

    def sections(self) -> tuple[Section, ...]:
        """Return the section table of the last run in 建制順."""
        found = [Section(*row) for row in self._connection.execute(select(sections))]
        return tuple(sorted(found, key=_by_rank))

    def case_page(self, query: CaseQuery) -> CasePage:
        """Return one page of the cases that match."""
        wanted = _conditions(query)
        count = select(func.count())
        names_others = query.text or query.sections
        counted = _joined(count) if names_others else count.select_from(cases)
        total = int(self._connection.scalar(counted.where(*wanted)) or 0)
        if not query.limit:
            return CasePage((), total)
        rows = self._rows(query, wanted)
        shown = rows[: query.limit]
        width = len(_SORTS[query.sort])
        more = len(rows) > query.limit
        after = tuple(str(shown[-1][f"sort_{n}"]) for n in range(width)) if more else ()
        return CasePage(tuple(_line(row) for row in shown), total, after)

    def _rows(self, query: CaseQuery, wanted: list[ColumnElement[bool]]) -> Sequence[RowMapping]:
        """Return the rows of a page and one more: the keys are sorted first, then what is shown.

        Sorting whole rows of ten thousand cases would cost three times as much.
        """
        sort = [self._sorted_as_text(column) for column in _SORTS[query.sort]]
        named = [c.label(f"sort_{n}") for n, c in enumerate(sort)]
        keys = _joined(select(cases.c.case_id.label("page_id"), *named)).where(*wanted)
        if query.after:
            keys = keys.where(tuple_(*sort) > tuple_(*_typed(query.after, query.sort)))
        chosen = keys.order_by(*sort).limit(query.limit + 1).subquery()
        ordered = [chosen.c[f"sort_{n}"] for n in range(len(sort))]
        who = [c.label(f"card_{c.name}") for c in cards.c]
        columns = [*CASE_COLUMNS, *who, sections.c.name.label("section_name"), *ordered]
        listed = (
            select(*columns)
            .select_from(chosen)
            .join(cases, cases.c.case_id == chosen.c.page_id)
            .outerjoin(cards, cards.c.staff_number == cases.c.staff_number)
            .outerjoin(sections, sections.c.code == _SECTION)
            .order_by(*ordered)
        )
        return self._connection.execute(listed).mappings().all()

    def case_counts(self, visible: frozenset[OrgUnitCode] | None = None) -> Mapping[CaseState, int]:
        """Return how many cases stand in each state, among the visible ones."""
        query = select(cases.c.state, func.count()).group_by(cases.c.state)
        if visible is not None:
            query = query.where(cases.c.section.in_(sorted(visible)))
        found = {CaseState(state): int(n) for state, n in self._connection.execute(query)}
        return {state: found.get(state, 0) for state in CaseState}

    def case_entitlements(
        self, visible: frozenset[OrgUnitCode] | None = None
    ) -> tuple[EntitlementId, ...]:
        """Return every right that some visible case, ended or not, is about, sorted."""
        query = select(cases.c.entitlement).distinct()
        if visible is not None:
            query = query.where(cases.c.section.in_(sorted(visible)))
        return tuple(sorted(EntitlementId(found) for found in self._connection.scalars(query)))

    def waiting(self, visible: frozenset[OrgUnitCode] | None = None) -> tuple[Waiting, ...]:
        """Return what waits for people, by section, the earliest deadline first."""
        columns = (
            cases.c.section,
            func.coalesce(func.max(sections.c.name), cases.c.section, ""),
            func.count(),
            func.sum(case((cases.c.escalated.is_(True), 1), else_=0)),
            func.min(cases.c.hard_deadline_at),
        )
        query = select(*columns).outerjoin(sections, sections.c.code == cases.c.section)
        query = query.where(cases.c.state.in_(_FOR_PEOPLE)).group_by(cases.c.section)
        if visible is not None:
            query = query.where(cases.c.section.in_(sorted(visible)))
        found = [
            Waiting(section, name, int(count), int(escalated), decode_moment(deadline))
            for section, name, count, escalated, deadline in self._connection.execute(query)
        ]
        return tuple(sorted(found, key=lambda w: (w.deadline_at, w.section or "")))

    def last_run(self) -> RunRow | None:
        """Return the newest run, finished or not."""
        return runs.last_run(self._connection)

    def runs(self, limit: int, before: datetime | None = None) -> tuple[RunRow, ...]:
        """Return runs that started before a moment, newest first."""
        return runs.find_runs(self._connection, limit, before)

    def find_run(self, run: RunId) -> RunRow | None:
        """Return one run."""
        return runs.find_run(self._connection, run)

    def run_records(self, row: RunRow) -> RunRecords:
        """Return what the trail holds of a run: how much of each kind, and its inputs in full."""
        query = select(audit.c.event, audit.c.leaf).order_by(audit.c.id)
        query = query.where(audit.c.at >= encode_moment(row.started_at))
        if row.finished_at is not None:
            query = query.where(audit.c.at <= encode_moment(row.finished_at))
        # Other people's records of those minutes are left out here: no index tells runs apart.
        marked = f'"run":"{row.run}"'.encode()
        found = [(e, bytes(leaf)) for e, leaf in self._connection.execute(query) if marked in leaf]
        told = (leaf for event, leaf in found if event in _TOLD_IN_FULL)
        return RunRecords(Counter(event for event, _ in found), tuple(told))

    def last_reads(self) -> Mapping[str, LastRead]:
        """Return for each directory when and how it was last read whole."""
        newest = select(func.max(snapshots.c.id)).group_by(snapshots.c.directory)
        columns = snapshots.c.directory, snapshots.c.read_at, snapshots.c.proof
        query = select(*columns).where(snapshots.c.id.in_(newest))
        return {
            directory: LastRead(decode_moment(read_at), decode_proof(proof))
            for directory, read_at, proof in self._connection.execute(query)
        }

    def unread_directories(self) -> tuple[UnreadDirectory, ...]:
        """Return the directories whose newest reads all failed, by name."""
        return sightings.unread_directories(self._connection)

    def stretches(self, accounts: Mapping[str, Collection[AccountId]]) -> tuple[Stretch, ...]:
        """Return when these accounts (by directory) stood in groups, through others or not."""
        return sightings.stretches(self._connection, accounts)

    def inputs_version(self) -> int:
        """Return a number that grows with every accepted input: facts are the same while it is."""
        return int(self._connection.scalar(select(func.max(inputs.c.id))) or 0)

    def orders(self, known_at: datetime) -> tuple[Order, ...]:
        """Return the orders known at a moment, and no other facts."""
        return load_orders(self._connection, known_at)

    def case_spans(
        self, from_on: date, visible: frozenset[OrgUnitCode] | None = None
    ) -> tuple[CaseSpan, ...]:
        """Return the spans of the visible cases that had not ended before a day."""
        ended = cases.c.state.in_(sorted(str(state) for state in ENDED))
        query = select(cases.c.since, cases.c.opened_at, cases.c.updated_at, cases.c.state)
        query = query.where(or_(~ended, cases.c.updated_at >= encode_moment(midnight(from_on))))
        if visible is not None:
            query = query.where(cases.c.section.in_(sorted(visible)))
        found = []
        for since, opened, updated, state in self._connection.execute(query):
            opened_at = decode_moment(opened)
            is_over = CaseState(state) in ENDED
            found.append(
                CaseSpan(
                    decode_date(since) or opened_at.date(),
                    opened_at,
                    decode_moment(updated) if is_over else None,
                    CaseState(state),
                )
            )
        return tuple(found)

    def history(self, subject: str) -> tuple[bytes, ...]:
        """Return the leaves of all records about a subject, oldest first."""
        query = select(audit.c.leaf).where(audit.c.subject == subject).order_by(audit.c.id)
        return tuple(bytes(leaf) for leaf in self._connection.scalars(query))

    def trail_page(self, query: TrailQuery) -> tuple[TrailLine, ...]:
        """Return one page of the audit trail."""
        listed = select(audit.c.id, audit.c.seq, audit.c.leaf).order_by(audit.c.id.desc())
        for condition in _trail_conditions(query):
            listed = listed.where(condition)
        rows = self._connection.execute(listed.limit(query.limit))
        return tuple(TrailLine(number, seq, bytes(leaf)) for number, seq, leaf in rows)

    def _sorted_as_text(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """Sort text by its characters on every engine; a locale's rules would differ by host."""
        if self._connection.dialect.name == "postgresql" and column is not _RANK:
            return column.collate("C")
        return column


def _by_rank(section: Section) -> tuple[int, str]:
    return (section.rank, section.code)


def _typed(after: Sequence[str], sort: CaseOrder) -> list[str | int]:
    """Return a cursor's values; those of a rank are numbers. Raises UsageError for any other."""
    columns = _SORTS[sort]
    paired = zip(after, columns, strict=False)
    ranks = [v for v, c in paired if c is _RANK and not (v.isdecimal() and len(v) <= _DIGITS)]
    if len(after) != len(columns) or ranks:
        raise UsageError(
            "the page begins nowhere in this order; go back to the first page.",
            ja="その並び順にこのページはありません。最初のページに戻ってください。",
        )
    pairs = zip(after, columns, strict=True)
    return [int(value) if column is _RANK else value for value, column in pairs]


def _joined(query: Select[Any]) -> Select[Any]:
    return (
        query.select_from(cases)
        .outerjoin(cards, cards.c.staff_number == cases.c.staff_number)
        .outerjoin(sections, sections.c.code == _SECTION)
    )


def _conditions(query: CaseQuery) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    states = query.states or frozenset(CaseState) - ENDED
    found.append(cases.c.state.in_(sorted(str(state) for state in states)))
    if query.visible is not None:
        found.append(cases.c.section.in_(sorted(query.visible)))
    if query.sections:
        named = _SECTION.in_(sorted(query.sections))
        nobodys = NO_SECTION in query.sections
        found.append(or_(named, cases.c.section.is_(None)) if nobodys else named)
    if query.directory:
        found.append(cases.c.directory == query.directory)
    if query.entitlement:
        found.append(cases.c.entitlement == query.entitlement)
    if query.reason is not None:
        found.append(cases.c.lists.contains(f'"{query.reason}"', autoescape=True))
    if query.order_number:
        cited = f'["order","{query.order_number}",'
        found.append(cases.c.lists.contains(cited, autoescape=True))
    if query.due_before is not None:
        found.append(cases.c.hard_deadline_at < encode_moment(query.due_before))
    found += [_mentions(word) for word in query.text.split()]
    return found


def _mentions(word: str) -> ColumnElement[bool]:
    looked_at = (
        cases.c.case_id,
        cases.c.account,
        cases.c.staff_number,
        cases.c.entitlement,
        cards.c.name,
        cards.c.kana,
    )
    kana = cards.c.kana.icontains(sortable_kana(word), autoescape=True)
    return or_(*(column.icontains(word, autoescape=True) for column in looked_at), kana)


def _line(row: RowMapping) -> CaseLine:
    card = None
    if row["card_staff_number"] is not None:
        card = Card(*(row[f"card_{column.name}"] for column in cards.c))
    decoded = decode_case(*(row[column.name] for column in CASE_COLUMNS))
    return CaseLine(decoded, card, row["section_name"] or decoded.section or "")


def _trail_conditions(query: TrailQuery) -> Iterable[ColumnElement[bool]]:
    if query.events:
        yield audit.c.event.in_(sorted(query.events))
    if query.actor:
        yield audit.c.actor == query.actor
    if query.subject:
        yield audit.c.subject == query.subject
    if query.from_at is not None:
        yield audit.c.at >= encode_moment(query.from_at)
    if query.until_at is not None:
        yield audit.c.at < encode_moment(query.until_at)
    if query.before is not None:
        yield audit.c.id < query.before
