"""Revokes rights by configured statements: one transaction a group, read back before it counts.

Within the transaction the memberships are looked at before and after. If anything else is gone or
new than what was asked for, everything of that group is rolled back: a statement that takes too
much takes nothing. A value that the database refuses fails alone, behind a savepoint.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from connectors.shared.bilingual import both, said
from connectors.shared.failures import SetUpError
from connectors.sql.faults import SET_UP, fault_of, is_conflict, is_cut, joined
from connectors.sql.line import changing, writing
from connectors.sql.options import SqlOptions
from connectors.sql.rows import Asker, Standing
from connectors.sql.statements import ACCOUNT, GROUP, bound
from syncd.errors import DirectoryUnreadable, DirectoryWriteError
from syncd.ports.directory import DirectoryContext, GroupRemoval, WriteOutcome

_ATTEMPTS = 3
_LOOK = both(
    "途中まで行われたかもしれません。次の突合で確かめます",
    "some of it may have been done; the next run looks",
)
_STILL = both(
    "文は成功しましたが、権限は残っています。設定の文を確かめてください",
    "the statement succeeded, but the right still stands: check the configured statement",
)
_TOO_MUCH = both(
    "頼んだ以外の権限まで変わるため、取り消しました。設定の文を直してください",
    "more would have changed than what was asked for, so all was rolled back: mend the statement",
)
_NO_GROUP = both("グループがありません", "there is no such group")
_NOT_BACK = both(
    "文は成功しましたが、権限が戻っていません",
    "the statement succeeded, but the right does not stand",
)


class _TooMuchError(Exception):
    """A statement changed more than what it was asked for; the transaction is rolled back."""


@dataclass(frozen=True, slots=True)
class SqlWriter:
    """The writing half of an `sql` directory."""

    name: str
    options: SqlOptions
    context: DirectoryContext

    def remove_members(
        self, removals: Sequence[GroupRemoval]
    ) -> tuple[tuple[WriteOutcome, ...], ...]:
        """Revoke members, each group in a transaction of its own."""
        self._check_configured(self.options.revoke, "revoke")
        if not removals:
            return ()
        with self._connected() as connection:
            return tuple(self._remove_from(connection, removal) for removal in removals)

    def add_member(self, group: str, member: str, change_id: str) -> WriteOutcome:
        """Put one member back; who is there already is no error."""
        del change_id
        self._check_configured(self.options.revoke, "revoke")
        if not self.options.restore:
            return WriteOutcome(
                member, both("restore の文がありません", "restore is not configured")
            )
        with self._connected() as connection:
            return self._settled(
                connection, (member,), lambda: self._restore(connection, group, member)
            )[0]

    def _remove_from(
        self, connection: Connection, removal: GroupRemoval
    ) -> tuple[WriteOutcome, ...]:
        return self._settled(connection, removal.members, lambda: self._revoke(connection, removal))

    def _settled(
        self,
        connection: Connection,
        members: Sequence[str],
        change: Callable[[], tuple[WriteOutcome, ...]],
    ) -> tuple[WriteOutcome, ...]:
        """Make a change in one transaction, again where somebody else's stood in its way."""
        failed = ""
        for _ in range(_ATTEMPTS):
            try:
                with changing(connection, self.options):
                    return change()
            except _TooMuchError:
                return tuple(WriteOutcome(member, _TOO_MUCH) for member in members)
            except SQLAlchemyError as error:
                if is_cut(error):
                    raise
                failed = _told(error)
                if not is_conflict(error):
                    break
        return tuple(WriteOutcome(member, failed) for member in members)

    def _revoke(self, connection: Connection, removal: GroupRemoval) -> tuple[WriteOutcome, ...]:
        """Revoke within a transaction and read back; raises _TooMuchError."""
        look = Asker(self.name, self.options, connection)
        before, total = self._look(look, removal.group)
        asked = dict.fromkeys((removal.group, member) for member in removal.members)
        statement, errors = bound(self.options.revoke), dict[str, str]()
        for pair in asked:
            if not before[pair]:
                continue
            try:
                with connection.begin_nested():
                    done = connection.execute(
                        statement, dict(zip((GROUP, ACCOUNT), pair, strict=True))
                    )
                    if done.rowcount > before[pair]:
                        raise _TooMuchError
            except SQLAlchemyError as error:
                if is_cut(error) or is_conflict(error):
                    raise
                errors[pair[1]] = _told(error)
        after, left = self._look(look, removal.group)
        _check_only(before, after, set(asked))
        if (
            total is not None
            and left is not None
            and total - left != before.total() - after.total()
        ):
            raise _TooMuchError
        for pair in asked:
            if after[pair]:
                errors.setdefault(pair[1], _STILL)
        return tuple(WriteOutcome(member, errors.get(member)) for member in removal.members)

    def _restore(self, connection: Connection, group: str, member: str) -> tuple[WriteOutcome, ...]:
        look = Asker(self.name, self.options, connection)
        before, _ = self._look(look, group)
        if before[group, member]:
            return (WriteOutcome(member),)
        if group not in look.groups():
            return (WriteOutcome(member, _NO_GROUP),)
        connection.execute(bound(self.options.restore), {GROUP: group, ACCOUNT: member})
        after, _ = self._look(look, group)
        _check_only(after, before, {(group, member)})
        return (WriteOutcome(member, None if after[group, member] else _NOT_BACK),)

    def _look(self, look: Asker, group: str) -> tuple[Standing, int | None]:
        """Return what stands: everything, or with `present` the group and the control total."""
        if self.options.present:
            return look.members(group), look.total()
        return look.memberships(), None

    def _check_configured(self, statement: str, key: str) -> None:
        if not statement:
            why = both(f"{key} の文がありません", f"the statement {key} is not configured")
            remedy = both(f"{key} を設定してください", f"configure {key}")
            raise DirectoryWriteError(self.name, why, remedy)

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        """Connect; raises DirectoryWriteError where nothing can be said of what is left."""
        try:
            with writing(self.options, self.context.base_dir) as connection:
                yield connection
        except DirectoryUnreadable as failure:
            raise DirectoryWriteError(self.name, failure.why, failure.remedy) from None
        except SetUpError as error:
            raise DirectoryWriteError(self.name, said(error), SET_UP) from None
        except (SQLAlchemyError, ImportError, UnicodeError) as error:
            fault = fault_of(error)
            why = joined(": ", self.options.label, fault.why)
            raise DirectoryWriteError(self.name, why, joined(" ", fault.remedy, _LOOK)) from None


def _check_only(more: Standing, less: Standing, asked: set[tuple[str, str]]) -> None:
    """Hold that only the asked pairs differ, and none of them grew; raises _TooMuchError."""
    differing = {pair for pair in more.keys() | less.keys() if more[pair] != less[pair]}
    if differing - asked or any(less[pair] > more[pair] for pair in differing):
        raise _TooMuchError


def _told(error: SQLAlchemyError) -> str:
    fault = fault_of(error)
    return joined(". ", fault.why, fault.remedy)
