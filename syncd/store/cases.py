"""Cases: at most one that has not ended for a right of an account, changed by compare-and-set.

`seal` is the hash of the whole stored case, so that one UPDATE both checks that nobody changed it
meanwhile and changes it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from functools import cache
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, Connection, Update, bindparam, insert, select, update

from syncd.core.cases import ENDED, Case, CaseState
from syncd.core.findings import Because, Reason
from syncd.core.ids import AccountId, CaseId, EntitlementId, OrgUnitCode, StaffNumber
from syncd.errors import IllegalMove, NoSuchCase
from syncd.store.codec import decode_date, dumps, encode_date
from syncd.store.moments import decode_maybe, decode_moment, encode_maybe, encode_moment
from syncd.store.sentences import pack, unpack
from syncd.store.tables import cases, removals
from syncd.store.upsert import insert_new

_IDS_A_QUERY = 10_000
_PLAIN = (
    "case_id",
    "directory",
    "entitlement",
    "account",
    "staff_number",
    "section",
    "member",
    "path",
    "needs_person",
    "round",
    "escalated",
    "requested_by",
    "regrant_of",
    "exception_reason",
    "attempts",
    "last_error",
)
_MOMENTS = ("opened_at", "updated_at", "due_at", "escalate_at", "hard_deadline_at")
_REMOVED = frozenset({CaseState.REMOVED, CaseState.VERIFIED})
_ENDED_NAMES = sorted(str(state) for state in ENDED)
CASE_COLUMNS = [column for column in cases.c if column.name not in ("seal", "moved_by")]
_COLUMN_NAMES = [column.name for column in CASE_COLUMNS]
_COLUMN_OF = {f.name: f.name if f.name in cases.c else "lists" for f in fields(Case)}
_FIELDS = attrgetter(*_COLUMN_OF)
_STATES = {str(state): state for state in CaseState}
_REASONS = {str(reason): reason for reason in Reason}


CaseMemory = dict[CaseId, tuple[str, Case]]
"""Cases that one process knows, each with its seal: what has the seal of a case is that case."""


def find_case(connection: Connection, case_id: CaseId) -> Case:
    """Return one case; raises NoSuchCase."""
    row = connection.execute(select(*CASE_COLUMNS).where(cases.c.case_id == case_id)).first()
    if row is None:
        raise _no_such_case(case_id)
    return decode_case(*row)


def find_cases_of(
    connection: Connection, case_ids: Iterable[CaseId], memory: CaseMemory
) -> tuple[Case, ...]:
    """Return these cases in their order, each once; raises NoSuchCase."""
    wanted = list(dict.fromkeys(case_ids))
    found: CaseMemory = {}
    for start in range(0, len(wanted), _IDS_A_QUERY):
        part = cases.c.case_id.in_(wanted[start : start + _IDS_A_QUERY])
        found |= _found(connection, part, memory)
    for case_id in wanted:
        if case_id not in found:
            raise _no_such_case(case_id)
    memory.update(found)
    return tuple(found[case_id][1] for case_id in wanted)


def find_cases(
    connection: Connection, states: Iterable[CaseState] | None, memory: CaseMemory
) -> tuple[Case, ...]:
    """Return the cases in these states (None: all that have not ended), oldest first."""
    wanted: ColumnElement[bool] = cases.c.state.not_in(_ENDED_NAMES)
    if states is not None:
        wanted = cases.c.state.in_(sorted(str(state) for state in states))
    found = _found(connection, wanted, memory)
    if states is None:
        memory.clear()  # what has ended since is not asked for again
    memory.update(found)
    return tuple(case for _, case in found.values())


def _found(connection: Connection, wanted: ColumnElement[bool], memory: CaseMemory) -> CaseMemory:
    """Return the wanted cases, oldest first; they are read only where some are not known."""
    oldest_first = cases.c.opened_at, cases.c.case_id
    if memory:
        sealed = select(cases.c.case_id, cases.c.seal).where(wanted).order_by(*oldest_first)
        rows = connection.execute(sealed).all()
        known = {i: (seal, case) for i, seal in rows if (case := _remembered(memory, i, seal))}
        if len(known) == len(rows):
            return known
    query = select(cases.c.seal, *CASE_COLUMNS).where(wanted).order_by(*oldest_first)
    return {
        columns[0]: (seal, _remembered(memory, columns[0], seal) or decode_case(*columns))
        for seal, *columns in connection.execute(query)
    }


def _remembered(memory: CaseMemory, case_id: CaseId, seal: str) -> Case | None:
    known_seal, case = memory.get(case_id, ("", None))
    return case if known_seal == seal else None


def find_cases_about(
    connection: Connection, directory: str, entitlements: Collection[EntitlementId]
) -> tuple[Case, ...]:
    """Return the cases of these rights that have not ended, oldest first."""
    found: list[Case] = []
    wanted = sorted(set(entitlements))
    for start in range(0, len(wanted), _IDS_A_QUERY):
        query = select(*CASE_COLUMNS).where(
            cases.c.directory == directory,
            cases.c.entitlement.in_(wanted[start : start + _IDS_A_QUERY]),
            cases.c.state.not_in(_ENDED_NAMES),
        )
        found += [decode_case(*row) for row in connection.execute(query)]
    return tuple(sorted(found, key=lambda case: (case.opened_at, case.case_id)))


def last_verified(connection: Connection, key: tuple[str, str, str]) -> Case | None:
    """Return the newest verified case of (directory, entitlement, account), if any."""
    directory, entitlement, account = key
    query = select(*CASE_COLUMNS).where(
        cases.c.directory == directory,
        cases.c.entitlement == entitlement,
        cases.c.account == account,
        cases.c.state == str(CaseState.VERIFIED),
    )
    newest = query.order_by(cases.c.updated_at.desc(), cases.c.opened_at.desc()).limit(1)
    row = connection.execute(newest).first()
    return None if row is None else decode_case(*row)


def insert_case(connection: Connection, case: Case) -> None:
    """Add a new case; raises IllegalMove where its key has one that has not ended."""
    if not insert_new(connection, cases, _sealed(case)):
        raise IllegalMove(
            f"case {case.case_id} cannot be opened: {case.account} already has a case about "
            f"{case.entitlement} in {case.directory} that has not ended. 'syncd cases' shows it.",
            ja=(
                f"案件 {case.case_id} は開けません。{case.directory} の {case.entitlement} "
                f"について、{case.account} の案件がまだ終わっていません。"
            ),
        )


def update_case(connection: Connection, before: Case, after: Case, memory: CaseMemory) -> None:
    """Replace a case; raises IllegalMove when the stored one is no longer `before`."""
    if _replace(connection, [(before, after)], memory) != 1:
        now = find_case(connection, before.case_id)
        raise IllegalMove(
            f"case {before.case_id} was changed meanwhile by somebody else and is now "
            f"{now.state}. Look at it again with 'syncd cases' and decide anew.",
            ja=(
                f"案件 {before.case_id} は、その間にほかの人が変えました。もう一度見て、"
                "判断し直してください。"
            ),
        )
    _record_removals(connection, [(before, after)])


def update_cases(
    connection: Connection, changes: Sequence[tuple[Case, Case]], memory: CaseMemory
) -> None:
    """Replace many cases at once; raises IllegalMove where a stored one is no longer `before`."""
    if _replace(connection, changes, memory) != len(changes):
        # Which one it was is told by doing them singly; the unit that this ends undoes them all.
        for before, after in changes:
            if find_case(connection, before.case_id) != after:
                update_case(connection, before, after, memory)
    _record_removals(connection, changes)


def _replace(
    connection: Connection, changes: Iterable[tuple[Case, Case]], memory: CaseMemory
) -> int:
    """Replace the cases that are still what they were; return how many were.

    Only the columns that change are written: the others have indexes that would be written too.
    """
    replaced = 0
    rows = (_replacement(before, after, memory) for before, after in changes)
    for columns, alike in groupby(rows, key=tuple):
        replaced += connection.execute(_replace_columns(columns), list(alike)).rowcount
    return replaced


def _replacement(before: Case, after: Case, memory: CaseMemory) -> dict[str, Any]:
    """Return the columns that change, and by what the row is found."""
    known = memory.get(before.case_id)
    is_known = known is not None and known[1] is before
    stored_seal = known[0] if known is not None and is_known else _seal(_encode(before))
    new = _sealed(after)
    memory[after.case_id] = (new["seal"], after)
    pairs = zip(_COLUMN_OF.values(), _FIELDS(before), _FIELDS(after), strict=True)
    changed = {"seal", *(column for column, old, now in pairs if old is not now)}
    if "lists" in changed:
        changed.add("moved_by")
    written = {name: value for name, value in new.items() if name in changed}
    return written | {"stored_id": before.case_id, "stored_seal": stored_seal}


@cache
def _replace_columns(names: tuple[str, ...]) -> Update:
    is_stored = cases.c.case_id == bindparam("stored_id"), cases.c.seal == bindparam("stored_seal")
    written: dict[str, Any] = {name: bindparam(name) for name in names if name in cases.c}
    return update(cases).where(*is_stored).values(written)


def _no_such_case(case_id: str) -> NoSuchCase:
    return NoSuchCase.case(case_id)


def removed_since(connection: Connection, moment: datetime) -> tuple[Case, ...]:
    """Return the cases whose membership was removed since `moment`, each once."""
    removed = select(removals.c.case_id).where(removals.c.at >= encode_moment(moment))
    query = select(*CASE_COLUMNS).where(cases.c.case_id.in_(removed)).order_by(cases.c.case_id)
    return tuple(decode_case(*row) for row in connection.execute(query))


def _record_removals(connection: Connection, changes: Iterable[tuple[Case, Case]]) -> None:
    """Note which groups the cases left whose membership was just removed, and when."""
    rows = [
        {
            "case_id": after.case_id,
            "directory": after.directory,
            "at": encode_moment(after.updated_at),
            "group_key": group,
        }
        for before, after in changes
        if after.state in _REMOVED and before.state not in _REMOVED
        for group in dict.fromkeys(after.left_groups)
    ]
    if rows:
        connection.execute(insert(removals), rows)


def _sealed(case: Case) -> dict[str, Any]:
    """Return a case's row, with the order that moved the person, by which lists are grouped."""
    row = _encode(case)
    moved_by = next((b.ref for b in case.because if b.kind == "order"), None)
    return row | {"seal": _seal(row), "moved_by": moved_by}


def _seal(row: Mapping[str, Any]) -> str:
    return hashlib.sha256(dumps([row[name] for name in _COLUMN_NAMES]).encode()).hexdigest()


def _encode(case: Case) -> dict[str, Any]:
    row: dict[str, Any] = {name: getattr(case, name) for name in _PLAIN}
    row |= {name: encode_moment(getattr(case, name)) for name in _MOMENTS}
    because = [[b.kind, b.ref, encode_date(b.on), b.source, b.line] for b in case.because]
    return row | {
        "state": str(case.state),
        "since": encode_date(case.since),
        "exception_until": encode_date(case.exception_until),
        "restored_at": encode_maybe(case.restored_at),
        "lists": dumps(
            [case.groups, case.reasons, because, case.approved_reasons, *_nesting(case)]
        ),
    }


def _nesting(case: Case) -> list[list[Any]]:
    """Return what nested groups have to do with a case; most have none, and are kept without."""
    if not (case.cuts or case.blocked):
        return []
    told = ([pack(text) for text in texts] for texts in (case.blocked, case.instead))
    return [[case.cuts, *told, case.dependents]]


def decode_case(  # noqa: PLR0913, PLR0917 - the columns of the table, in their order
    case_id: CaseId,
    directory: str,
    entitlement: EntitlementId,
    account: AccountId,
    staff_number: StaffNumber | None,
    section: OrgUnitCode | None,
    member: str,
    path: str,
    state: str,
    since: str | None,
    needs_person: bool,  # noqa: FBT001 - a column
    opened_at: str,
    updated_at: str,
    due_at: str,
    escalate_at: str,
    hard_deadline_at: str,
    round_: int,
    escalated: bool,  # noqa: FBT001 - a column
    requested_by: str,
    regrant_of: CaseId | None,
    exception_until: str | None,
    exception_reason: str,
    *rest: Any,  # noqa: ANN401 - the last four columns
) -> Case:
    """Return a case from the columns of its row."""
    attempts, last_error, restored_at, lists = rest
    groups, reasons, because, approved_reasons, *nesting = json.loads(lists)
    return Case(
        case_id,
        directory,
        entitlement,
        account,
        staff_number,
        member,
        tuple(groups),
        path,
        _STATES[state],
        tuple(map(_REASONS.__getitem__, reasons)),
        tuple(Because(k, ref, decode_date(on), *place) for k, ref, on, *place in because),
        decode_date(since),
        needs_person,
        decode_moment(opened_at),
        decode_moment(updated_at),
        decode_moment(due_at),
        decode_moment(escalate_at),
        decode_moment(hard_deadline_at),
        round_,
        escalated,
        requested_by,
        regrant_of,
        decode_date(exception_until),
        exception_reason,
        tuple(map(_REASONS.__getitem__, approved_reasons)),
        attempts,
        last_error,
        decode_maybe(restored_at),
        section,
        *_decode_nesting(nesting),
    )


def _decode_nesting(
    kept: Sequence[Any],
) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...], tuple[str, ...], tuple[AccountId, ...]]:
    if not kept:
        return (), (), (), ()
    cuts, blocked, instead, dependents = kept[0]
    edges = tuple((group, member) for group, member in cuts)
    return edges, tuple(map(unpack, blocked)), tuple(map(unpack, instead)), tuple(dependents)
