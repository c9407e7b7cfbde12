"""The store's half of `ports.access`: who may sign in, and as whom."""

from __future__ import annotations

import json
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, RowMapping, delete, func, insert, select, update

from syncd.core.acting import Delegation
from syncd.core.ids import CaseId, StaffNumber
from syncd.core.sessions import Failures, Session, User
from syncd.core.votes import Role
from syncd.store.codec import dumps
from syncd.store.console_tables import attempts, delegations, sessions, users
from syncd.store.locks import claim
from syncd.store.moments import decode_maybe, decode_moment, encode_maybe, encode_moment
from syncd.store.upsert import upsert


class AccessUnitQueries:
    """Implements `ports.access.AccessUnit` over a unit's connection."""

    _connection: Connection

    # --- local accounts ---
    def save_user(self, user: User) -> None:
        """Add a local account or replace what is kept of it."""
        values = {
            "account": user.account,
            "staff_number": user.staff_number,
            "password_hash": user.password_hash,
            "roles": dumps(sorted(user.roles)),
            "must_change": user.must_change,
            "created_at": encode_moment(user.created_at),
            "created_by": user.created_by,
            "disabled_at": encode_maybe(user.disabled_at),
        }
        upsert(self._connection, users, values)

    def user(self, account: str) -> User | None:
        """Return a local account, disabled ones too."""
        query = select(users).where(users.c.account == account)
        row = self._connection.execute(query).mappings().first()
        return None if row is None else _user(row)

    def renew_hash(self, account: str, old: str, new: str) -> bool:
        """Keep a password under another hash; return False where it was changed meanwhile."""
        same = users.c.account == account, users.c.password_hash == old
        renewed = update(users).where(*same).values(password_hash=new)
        return bool(self._connection.execute(renewed).rowcount)

    def users(self) -> tuple[User, ...]:
        """Return every local account, by name."""
        rows = self._connection.execute(select(users).order_by(users.c.account)).mappings()
        return tuple(_user(row) for row in rows)

    # --- sessions ---
    def save_session(self, session: Session) -> None:
        """Add a session or set what became of it."""
        values = {
            "id_hash": session.id_hash,
            "account": session.account,
            "staff_number": session.staff_number,
            "method": session.method,
            "csrf": session.csrf,
            "created_at": encode_moment(session.created_at),
            "seen_at": encode_moment(session.seen_at),
            "expires_at": encode_moment(session.expires_at),
            "address": session.address,
            "ended_at": encode_maybe(session.ended_at),
        }
        upsert(self._connection, sessions, values)

    def session(self, id_hash: str) -> Session | None:
        """Return a session by the hash of its secret, ended ones too."""
        query = select(sessions).where(sessions.c.id_hash == id_hash)
        row = self._connection.execute(query).mappings().first()
        return None if row is None else _session(row)

    def touch_session(self, id_hash: str, at: datetime) -> bool:
        """Note that a session was used; return False where somebody has ended it meanwhile."""
        statement = (
            update(sessions)
            .where(sessions.c.id_hash == id_hash, sessions.c.ended_at.is_(None))
            .values(seen_at=encode_moment(at))
        )
        return bool(self._connection.execute(statement).rowcount)

    def sessions_of(self, account: str, now: datetime) -> tuple[Session, ...]:
        """Return the sessions of an account that nobody ended and that have not expired."""
        return self._standing(now, sessions.c.account == account)

    def live_sessions(self, now: datetime) -> tuple[Session, ...]:
        """Return every session that nobody ended and that has not expired, by account."""
        return self._standing(now)

    def _standing(self, now: datetime, *wanted: ColumnElement[bool]) -> tuple[Session, ...]:
        query = select(sessions).where(
            *wanted, sessions.c.ended_at.is_(None), sessions.c.expires_at > encode_moment(now)
        )
        ordered = query.order_by(sessions.c.account, sessions.c.created_at.desc())
        return tuple(_session(row) for row in self._connection.execute(ordered).mappings())

    def account_of(self, staff_number: StaffNumber) -> str:
        """Return under which account somebody signed in last; empty for never."""
        query = select(sessions.c.account).where(sessions.c.staff_number == staff_number)
        newest = query.order_by(sessions.c.created_at.desc()).limit(1)
        return self._connection.scalar(newest) or ""

    def end_sessions(self, account: str, at: datetime) -> int:
        """End every session of an account at once; return how many there were."""
        statement = (
            update(sessions)
            .where(sessions.c.account == account, sessions.c.ended_at.is_(None))
            .values(ended_at=encode_moment(at))
        )
        return self._connection.execute(statement).rowcount

    def end_all_sessions(self, at: datetime) -> int:
        """End every session of everybody at once; return how many there were."""
        standing = update(sessions).where(sessions.c.ended_at.is_(None))
        return self._connection.execute(standing.values(ended_at=encode_moment(at))).rowcount

    # --- wrong passwords ---
    def reserve_attempt(
        self, account: str, address: str, at: datetime, since: datetime
    ) -> tuple[Failures, int]:
        """Count the failures since a moment, then add this attempt as one, with its number."""
        claim(self._connection, "attempts")
        old = attempts.c.at < encode_moment(since)
        self._connection.execute(delete(attempts).where(old))
        of_account, from_address = attempts.c.account == account, attempts.c.address == address
        found = Failures(
            self._count(of_account),
            self._count(from_address),
            self._count(of_account, from_address),
        )
        values = {"account": account, "address": address, "at": encode_moment(at)}
        added = insert(attempts).values(values).returning(attempts.c.id)
        return found, int(self._connection.execute(added).scalar_one())

    def _count(self, *wanted: ColumnElement[bool]) -> int:
        query = select(func.count()).select_from(attempts).where(*wanted)
        return int(self._connection.scalar(query) or 0)

    def drop_attempt(self, number: int) -> None:
        """Take an attempt out again: it was not looked at."""
        self._connection.execute(delete(attempts).where(attempts.c.id == number))

    def forget_failures(self, account: str, address: str) -> None:
        """Forget the failures of an account from an address: its owner has signed in there."""
        theirs = attempts.c.account == account, attempts.c.address == address
        self._connection.execute(delete(attempts).where(*theirs))

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
        query = select(delegations).where(delegations.c.deputy == deputy, *_standing(on))
        rows = self._connection.execute(query.order_by(delegations.c.created_at)).mappings()
        return tuple(_delegation(row) for row in rows)

    def deputies(self, on: date) -> tuple[str, ...]:
        """Return the accounts to which something stands handed on a day."""
        query = select(delegations.c.deputy).where(*_standing(on)).distinct()
        return tuple(self._connection.scalars(query.order_by(delegations.c.deputy)))

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


def _standing(on: date) -> tuple[ColumnElement[bool], ...]:
    """Return what holds for a delegation that counts on a day."""
    begun, over = delegations.c.from_on <= on, delegations.c.until_on < on
    return begun, ~over, delegations.c.ended_at.is_(None)


def _user(row: RowMapping) -> User:
    return User(
        account=row["account"],
        staff_number=row["staff_number"],
        password_hash=row["password_hash"],
        roles=frozenset(Role(role) for role in json.loads(row["roles"])),
        must_change=row["must_change"],
        created_at=decode_moment(row["created_at"]),
        created_by=row["created_by"],
        disabled_at=decode_maybe(row["disabled_at"]),
    )


def _session(row: RowMapping) -> Session:
    return Session(
        id_hash=row["id_hash"],
        account=row["account"],
        staff_number=row["staff_number"],
        method=row["method"],
        csrf=row["csrf"],
        created_at=decode_moment(row["created_at"]),
        seen_at=decode_moment(row["seen_at"]),
        expires_at=decode_moment(row["expires_at"]),
        address=row["address"],
        ended_at=decode_maybe(row["ended_at"]),
    )
