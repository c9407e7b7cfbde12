"""Votes: the same person's same vote on the same object and round counts once.

Two people who vote on one case at once must each see the other's vote, or neither would be the
second person: units that vote wait for one another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from syncd.core.ids import CaseId, PlanHash
from syncd.core.votes import Choice, Vote
from syncd.store.codec import decode_date, encode_date
from syncd.store.locks import claim
from syncd.store.moments import decode_moment, encode_moment
from syncd.store.tables import votes
from syncd.store.upsert import insert_missing

_IDS_A_QUERY = 10_000
_COLUMNS = (
    votes.c.choice,
    votes.c.voter,
    votes.c.voter_staff_number,
    votes.c.at,
    votes.c.case_id,
    votes.c.round,
    votes.c.plan_hash,
    votes.c.deputy_for,
    votes.c.reason,
    votes.c.until,
)


def add_vote(connection: Connection, vote: Vote) -> None:
    """Record a vote, once."""
    add_votes(connection, [vote])


def add_votes(connection: Connection, cast: Sequence[Vote]) -> None:
    """Record many votes, each once."""
    # One lock for all objects: people approve ten thousand at once, and locks are few.
    claim(connection, "votes")
    insert_missing(connection, votes, [_encode(vote) for vote in cast])


def _encode(vote: Vote) -> dict[str, Any]:
    thing = f"case {vote.case_id}" if vote.case_id is not None else f"plan {vote.plan_hash}"
    return {
        "object": thing,
        "round": vote.round,
        "choice": str(vote.choice),
        "voter": vote.voter,
        "until": encode_date(vote.until) or "",
        "voter_staff_number": vote.voter_staff_number,
        "at": encode_moment(vote.at),
        "case_id": vote.case_id,
        "plan_hash": vote.plan_hash,
        "deputy_for": vote.deputy_for,
        "reason": vote.reason,
    }


def find_votes(
    connection: Connection, case_id: CaseId | None, plan_hash: PlanHash | None
) -> tuple[Vote, ...]:
    """Return the votes on a case or a plan, oldest first."""
    query = select(*_COLUMNS).order_by(votes.c.at, votes.c.id)
    if case_id is not None:
        query = query.where(votes.c.case_id == case_id)
    if plan_hash is not None:
        query = query.where(votes.c.plan_hash == plan_hash)
    return tuple(_decode(row) for row in connection.execute(query))


def find_all_votes(
    connection: Connection, case_ids: Iterable[CaseId]
) -> Mapping[CaseId, tuple[Vote, ...]]:
    """Return the votes of many cases, an empty tuple for a case without any."""
    wanted = list(dict.fromkeys(case_ids))
    found: dict[CaseId, list[Vote]] = {case_id: [] for case_id in wanted}
    for start in range(0, len(wanted), _IDS_A_QUERY):
        part = votes.c.case_id.in_(wanted[start : start + _IDS_A_QUERY])
        query = select(*_COLUMNS).where(part).order_by(votes.c.at, votes.c.id)
        for row in connection.execute(query):
            found[row.case_id].append(_decode(row))
    return {case_id: tuple(cast) for case_id, cast in found.items()}


def _decode(row: Sequence[Any]) -> Vote:
    choice, voter, staff_number, at, case_id, round_, plan_hash, deputy_for, reason, until = row
    return Vote(
        choice=Choice(choice),
        voter=voter,
        voter_staff_number=staff_number,
        at=decode_moment(at),
        case_id=case_id,
        round=round_,
        plan_hash=plan_hash,
        deputy_for=deputy_for,
        reason=reason,
        until=decode_date(until or None),
    )
