"""The store's half of `ports.access`: who may sign in, and as whom."""

from __future__ import annotations

import json
from datetime import date, datetime

from sqlalchemy import Connection, RowMapping, insert, select, update

from syncd.core.acting import Delegation
from syncd.core.ids import CaseId
from syncd.store.codec import dumps
from syncd.store.console_tables import delegations
from syncd.store.moments import decode_maybe, decode_moment, encode_maybe, encode_moment


class AccessUnitQueries:
    """Implements `ports.access.AccessUnit` over a unit's connection."""

    _connection: Connection

    # --- deputies ---
    def save_delegation(self, delegation: Delegation) -> None:
        """Record that somebody decides for another."""
        cases = delegation.case_ids
        values = {
            "delegation_id": delegation.delegation_id,
            "principal": delegation.principal,
            "principal_number": delegation.principal_number,
            "deputy": delegation.deputy,
            "from_on": delegation.from_on,
            "until_on": delegation.until_on,
            "case_ids": dumps(None if cases is None else sorted(cases)),
            "reason": delegation.reason,
            "created_at": encode_moment(delegation.created_at),
            "created_by": delegation.created_by,
            "ended_at": encode_maybe(delegation.ended_at),
        }
        self._connection.execute(insert(delegations).values(values))

    def delegations_to(self, deputy: str, on: date) -> tuple[Delegation, ...]:
        """Return what stands handed to an account on a day, oldest first."""
        query = select(delegations).where(
            delegations.c.deputy == deputy,
            delegations.c.from_on <= on,
            delegations.c.until_on >= on,
            delegations.c.ended_at.is_(None),
        )
        rows = self._connection.execute(query.order_by(delegations.c.created_at)).mappings()
        return tuple(_delegation(row) for row in rows)

    def delegations_by(self, principal: str) -> tuple[Delegation, ...]:
        """Return everything that an account handed over, newest first, ended ones too."""
        query = select(delegations).where(delegations.c.principal == principal)
        rows = self._connection.execute(query.order_by(delegations.c.created_at.desc())).mappings()
        return tuple(_delegation(row) for row in rows)

    def end_delegation(self, delegation_id: str, at: datetime) -> bool:
        """End one early; return whether it stood."""
        statement = (
            update(delegations)
            .where(delegations.c.delegation_id == delegation_id, delegations.c.ended_at.is_(None))
            .values(ended_at=encode_moment(at))
        )
        return bool(self._connection.execute(statement).rowcount)


def _delegation(row: RowMapping) -> Delegation:
    cases = json.loads(row["case_ids"])
    return Delegation(
        delegation_id=row["delegation_id"],
        principal=row["principal"],
        principal_number=row["principal_number"],
        deputy=row["deputy"],
        from_on=row["from_on"],
        until_on=row["until_on"],
        case_ids=None if cases is None else frozenset(CaseId(case) for case in cases),
        reason=row["reason"],
        created_at=decode_moment(row["created_at"]),
        created_by=row["created_by"],
        ended_at=decode_maybe(row["ended_at"]),
    )
