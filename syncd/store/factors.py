"""The store's half of `ports.access` for second factors and sign-ins that owe a step."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from syncd.core.factors import PendingSignIn, SecondFactor
from syncd.store.console_tables import pending_sign_ins, second_factors
from syncd.store.moments import decode_moment, encode_moment
from syncd.store.upsert import upsert


class FactorUnitQueries:
    """Implements the factors of `ports.access.AccessUnit` over a unit's connection."""

    _connection: Connection

    # --- second factors ---
    def save_factor(self, factor: SecondFactor) -> None:
        """Keep somebody's authenticator in place of any other of theirs."""
        values = {
            "account": factor.account,
            "secret": factor.secret,
            "enrolled_at": encode_moment(factor.enrolled_at),
            "last_step": factor.last_step,
        }
        upsert(self._connection, second_factors, values)

    def factor(self, account: str) -> SecondFactor | None:
        """Return somebody's authenticator."""
        query = select(second_factors).where(second_factors.c.account == account)
        row = self._connection.execute(query).mappings().first()
        if row is None:
            return None
        enrolled_at = decode_moment(row["enrolled_at"])
        return SecondFactor(row["account"], row["secret"], enrolled_at, row["last_step"])

    def use_step(self, account: str, step: int) -> bool:
        """Note that a code was used; return False where it or a later one was used already."""
        earlier = second_factors.c.account == account, second_factors.c.last_step < step
        used = update(second_factors).where(*earlier).values(last_step=step)
        return bool(self._connection.execute(used).rowcount)

    def remove_factor(self, account: str) -> bool:
        """Forget somebody's authenticator; return whether there was one."""
        theirs = delete(second_factors).where(second_factors.c.account == account)
        return bool(self._connection.execute(theirs).rowcount)

    # --- sign-ins that owe a step ---
    def add_pending(self, pending: PendingSignIn) -> None:
        """Add a sign-in whose password was right."""
        values = {
            "secret_hash": pending.secret_hash,
            "account": pending.account,
            "staff_number": pending.staff_number,
            "method": pending.method,
            "address": pending.address,
            "target": pending.target,
            "created_at": encode_moment(pending.created_at),
            "has_proved": pending.has_proved,
            "offered": pending.offered,
        }
        self._connection.execute(insert(pending_sign_ins).values(values))

    def pending(self, secret_hash: str) -> PendingSignIn | None:
        """Return a sign-in by the hash of its secret."""
        query = select(pending_sign_ins).where(pending_sign_ins.c.secret_hash == secret_hash)
        row = self._connection.execute(query).mappings().first()
        return None if row is None else _pending(row)

    def advance_pending(self, secret_hash: str, *, has_proved: bool, offered: str) -> bool:
        """Set how far a sign-in has come; return False where it is not there any more."""
        theirs = pending_sign_ins.c.secret_hash == secret_hash
        come = update(pending_sign_ins).where(theirs)
        values = {"has_proved": has_proved, "offered": offered}
        return bool(self._connection.execute(come.values(values)).rowcount)

    def take_pending(self, secret_hash: str) -> PendingSignIn | None:
        """Return a sign-in and remove it, so that it begins one session at most."""
        theirs = pending_sign_ins.c.secret_hash == secret_hash
        taken = delete(pending_sign_ins).where(theirs).returning(*pending_sign_ins.c)
        row = self._connection.execute(taken).mappings().first()
        return None if row is None else _pending(row)

    def forget_pending(self, before: datetime) -> None:
        """Remove sign-ins that were begun before a moment and never finished."""
        old = pending_sign_ins.c.created_at < encode_moment(before)
        self._connection.execute(delete(pending_sign_ins).where(old))

    def end_pending_of(self, account: str, *, but: str = "") -> None:
        """Remove the unfinished sign-ins of an account, but for one by the hash of its secret."""
        theirs = pending_sign_ins.c.account == account, pending_sign_ins.c.secret_hash != but
        self._connection.execute(delete(pending_sign_ins).where(*theirs))


def _pending(row: RowMapping) -> PendingSignIn:
    return PendingSignIn(
        secret_hash=row["secret_hash"],
        account=row["account"],
        staff_number=row["staff_number"],
        method=row["method"],
        address=row["address"],
        target=row["target"],
        created_at=decode_moment(row["created_at"]),
        has_proved=row["has_proved"],
        offered=row["offered"],
    )
