"""Reading with a second try: a read that breaks is thrown away and begun again elsewhere.

Half of one never counts. What is left when the tries are used up is told as `DirectoryUnreadable`,
with what the administrator can do about it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from ldap3 import Connection
from ldap3.core.exceptions import LDAPException

from connectors.shared.bilingual import both
from connectors.shared.groups import Entry
from connectors.shared.ldap.connection import connected, reading_login, remedy_for, writing_login
from connectors.shared.ldap.modify import ModifyBrokenError
from connectors.shared.ldap.options import LinkOptions
from connectors.shared.ldap.search import NO_SUCH_OBJECT, SearchBrokenError
from syncd.errors import DirectoryUnreadable, DirectoryWriteError
from syncd.ports.directory import DirectoryContext

_LIMITS = {3: ("時間", "time"), 4: ("件数", "size"), 11: ("管理上の", "administrative")}
_BASES = both("people_base と groups_base を確かめてください", "check both bases")
_CHANGES = 2
T = TypeVar("T")


def attempted(
    context: DirectoryContext,
    options: LinkOptions,
    work: Callable[[Connection], T],
    first: int = 0,
) -> T:
    """Do the work on a connection; again on the next server if the search broke.

    Begins with server number `first`. Raises DirectoryUnreadable.
    """
    broken: list[SearchBrokenError] = []
    login = reading_login(options)
    for attempt in range(options.attempts):
        number = first + attempt
        with connected(context.name, options, context.base_dir, login, number) as connection:
            try:
                return work(connection)
            except SearchBrokenError as error:
                broken.append(error)
    raise unreadable(context.name, broken[-1])


def attempted_change(
    context: DirectoryContext, options: LinkOptions, work: Callable[[Connection], T]
) -> T:
    """Do the work of a change, once more where the connection breaks: it looks before it writes.

    Raises DirectoryWriteError where nothing can be said of what is left.
    """
    login, broken = writing_login(options), Exception()
    for turn in range(_CHANGES):
        try:
            with connected(context.name, options, context.base_dir, login, turn) as connection:
                return work(connection)
        except DirectoryUnreadable as error:
            raise DirectoryWriteError(context.name, error.why, error.remedy) from error
        except (SearchBrokenError, ModifyBrokenError, LDAPException, OSError) as error:
            broken = error
    why = str(broken)
    raise DirectoryWriteError(context.name, why, remedy_for(why)) from broken


def unreadable(directory: str, error: SearchBrokenError) -> DirectoryUnreadable:
    """Return a search that broke as the port tells it."""
    limit = _LIMITS.get(error.code)
    remedy: str
    if limit is not None:
        remedy = both(
            f"サーバの{limit[0]}制限に達しました。読み取り用アカウントの制限を外してください",
            f"lift the server's {limit[1]} limit for the account that reads",
        )
    elif error.code == NO_SUCH_OBJECT:
        remedy = _BASES
    else:
        remedy = remedy_for(str(error))
    return DirectoryUnreadable(directory, str(error), remedy)


def digested(entries: Iterator[Entry], update: Callable[[bytes], None]) -> Iterator[Entry]:
    """Pass entries on, adding each to a digest: what was read can be told again later."""
    for entry in entries:
        update(entry.dn.encode())
        for name, values in entry.attributes.items():
            update(name.encode())
            update("\0".join(values).encode())
        yield entry
