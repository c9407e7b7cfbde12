"""The store's half of `ports.preapprovals`: lines by their digest, votes where all votes are."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, case, insert, select, update

from syncd.core.preapproval.standing import KeptLine, Outcome
from syncd.ports.preapprovals import Seal
from syncd.store.codec import dumps
from syncd.store.locks import claim
from syncd.store.moments import decode_moment, encode_moment
from syncd.store.preapproval_tables import ahead_lines, ahead_seals
from syncd.store.upsert import insert_missing

_DIGESTS_A_QUERY = 10_000


class PreApprovalUnitQueries:
    """Implements `ports.preapprovals.PreApprovalsUnit` over a unit's connection."""

    _connection: Connection

    def keep_lines(self, lines: Sequence[KeptLine]) -> None:
        """Keep lines that somebody votes on."""
        claim(self._connection, "votes")  # who votes at the same time waits, as for cases
        insert_missing(self._connection, ahead_lines, [_values(line) for line in lines])
        for part in _parts([line.digest for line in lines]):
            again = ahead_lines.c.digest.in_(part), ahead_lines.c.outcome == str(Outcome.LAPSED)
            changed = {"round": ahead_lines.c.round + 1, "outcome": None, "settled_at": None}
            self._connection.execute(update(ahead_lines).where(*again).values(changed))

    def kept_lines(self, on: date) -> tuple[KeptLine, ...]:
        """Return every line of a day on which anybody ever voted."""
        query = select(ahead_lines).where(ahead_lines.c.on_day == on)
        return self._lines(query.order_by(ahead_lines.c.digest))

    def kept_by_digest(self, digests: Iterable[str]) -> Mapping[str, KeptLine]:
        """Return the kept ones of these lines, by digest."""
        found: dict[str, KeptLine] = {}
        for part in _parts(list(digests)):
            query = select(ahead_lines).where(ahead_lines.c.digest.in_(part))
            found.update({line.digest: line for line in self._lines(query)})
        return found

    def unsettled_lines(self, until: date) -> tuple[KeptLine, ...]:
        """Return the lines of days up to `until` of which nothing became yet."""
        due = ahead_lines.c.on_day <= until, ahead_lines.c.outcome.is_(None)
        return self._lines(select(ahead_lines).where(*due).order_by(ahead_lines.c.digest))

    def settle_lines(self, digests: Collection[str], outcome: Outcome, at: datetime) -> None:
        """Put down what became of lines; what lapses and rested on 内示 keeps its digest only."""
        lapses = outcome is Outcome.LAPSED
        forgets = (ahead_lines.c.rests_on_notice.is_(True), None)
        content = case(forgets, else_=ahead_lines.c.content) if lapses else ahead_lines.c.content
        settled = {
            "outcome": str(outcome),
            "settled_at": encode_moment(at),
            "content": content,
        }
        for part in _parts(list(digests)):
            these = ahead_lines.c.digest.in_(part)
            self._connection.execute(update(ahead_lines).where(these).values(settled))

    def keep_seal(self, seal: Seal) -> None:
        """Keep what opens a sealed record of the trail."""
        self._connection.execute(
            insert(ahead_seals).values(
                seal=seal.seal, salt=seal.salt, on_day=seal.on, digests=dumps(list(seal.digests))
            )
        )

    def seals(self, on: date) -> tuple[Seal, ...]:
        """Return what opens the sealed records of a day, oldest first."""
        query = select(ahead_seals).where(ahead_seals.c.on_day == on)
        rows = self._connection.execute(query.order_by(ahead_seals.c.number)).mappings()
        return tuple(
            Seal(row["seal"], row["salt"], row["on_day"], tuple(json.loads(row["digests"])))
            for row in rows
        )

    def _lines(self, query: Any) -> tuple[KeptLine, ...]:  # noqa: ANN401 - a select of the table
        return tuple(_line(row) for row in self._connection.execute(query).mappings())


def _parts(digests: list[str]) -> Iterable[list[str]]:
    for start in range(0, len(digests), _DIGESTS_A_QUERY):
        yield digests[start : start + _DIGESTS_A_QUERY]


def _values(line: KeptLine) -> dict[str, Any]:
    content = {
        "key": line.key,
        "staff_number": line.staff_number,
        "section": line.section,
        "orders": line.orders,
    }
    return {
        "digest": line.digest,
        "on_day": line.on,
        "content": dumps(content),
        "rests_on_notice": line.rests_on_notice,
        "kept_at": encode_moment(line.kept_at),
        "round": line.round,
        "outcome": None,
        "settled_at": None,
    }


def _line(row: RowMapping) -> KeptLine:
    content = json.loads(row["content"] or "{}")
    key = content.get("key")
    return KeptLine(
        digest=row["digest"],
        on=row["on_day"],
        key=None if key is None else (key[0], key[1], key[2]),
        staff_number=content.get("staff_number"),
        section=content.get("section"),
        orders=tuple(content.get("orders", ())),
        rests_on_notice=row["rests_on_notice"],
        kept_at=decode_moment(row["kept_at"]),
        round=row["round"],
        outcome=None if row["outcome"] is None else Outcome(row["outcome"]),
    )
