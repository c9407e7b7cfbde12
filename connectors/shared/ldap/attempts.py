"""Reading with a second try: a read that breaks is thrown away and begun again elsewhere.

Half of one never counts. What is left when the tries are used up is told as `DirectoryUnreadable`,
with what the administrator can do about it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from ldap3 import Connection

from connectors.shared.bilingual import both
from connectors.shared.groups import Entry
from connectors.shared.ldap.connection import connected, reading_login, remedy_for
from connectors.shared.ldap.options import LinkOptions
from connectors.shared.ldap.search import NO_SUCH_OBJECT, SearchBrokenError
from syncd.errors import DirectoryUnreadable
from syncd.ports.directory import DirectoryContext

_LIMITS = {3: ("時間", "time"), 4: ("件数", "size"), 11: ("管理上の", "administrative")}
_BASES = both("people_base と groups_base を確かめてください", "check both bases")
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


def unreadable(directory: str, error: SearchBrokenError) -> DirectoryUnreadable:
    """Return a search that broke as the port tells it."""
    limit = _LIMITS.get(error.code)
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
