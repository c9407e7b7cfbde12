"""Where a reader stands in a server's changes: cookies, and what they are bound to.

A cookie means something only to the server and the content it came from. So before it is used,
the content is looked at: it must be the same one, and must not have gone back behind the cookie,
as it does when a backup is restored (an OpenLDAP contextCSN, kept for each server that writes).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ldap3 import Connection

from connectors.shared.dn import dn_key, is_under
from connectors.shared.groups import Entry
from connectors.shared.ldap.search import Query, read_each
from connectors.shared.ldap.syncrepl import CONTROL, refresh

_ROOT = ("supportedControl", "namingContexts")
_HEAD = ("contextCSN", "entryUUID", "nsUniqueId")
_CSN = re.compile(r"\d{14}\.\d{6}Z#[0-9a-f]{6}#([0-9a-f]{3})#[0-9a-f]{6}")


class NoPlaceError(Exception):
    """Changes cannot be followed from here; the text says why, in both languages."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the changes of one server: for each search its cookie and the content's head.

    `server` is the URL it came from. A head is the content's identity and its CSNs.
    """

    server: str
    cookies: tuple[bytes, ...]
    heads: tuple[Head, ...]


@dataclass(frozen=True, slots=True)
class Head:
    """The entry that carries a content's state: its DN, its UUID, and CSNs by server id."""

    dn: str
    uuid: str
    csns: Mapping[str, str]


def take_place(connection: Connection, queries: tuple[Query, ...]) -> Place:
    """Return the place at which the server is now; raises NoPlaceError, SearchBrokenError.

    OpenLDAP's cookie is made of the contextCSN, which costs nothing; of any other server the
    cookie is asked for, with all entries and none of their attributes.
    """
    (root,) = read_each(connection, ("",), _ROOT)
    if root is None or CONTROL not in root.attributes.get("supportedcontrol", ()):
        raise NoPlaceError(
            "サーバは変更を伝えません(OpenLDAP: syncprov、389: Content Synchronization) / "
            "the server does not offer RFC 4533 (OpenLDAP: overlay syncprov, 389: the plug-in "
            "Content Synchronization)"
        )
    bases = tuple(_context_of(query.base, root) for query in queries)
    heads = read_heads(connection, bases)
    cookies = tuple(
        _cookie_of(head) or refresh(connection, _bare(query), b"").cookie
        for query, head in zip(queries, heads, strict=True)
    )
    return Place(connection.server.name, cookies, heads)


def _context_of(base: str, root: Entry) -> str:
    """Return the naming context in which a base stands: the nearest above it."""
    key = dn_key(base)
    above = [c for c in root.attributes.get("namingcontexts", ()) if is_under(key, dn_key(c))]
    return max(above, key=len, default=base)


def read_heads(connection: Connection, dns: tuple[str, ...]) -> tuple[Head, ...]:
    """Return what the contents say of their state; raises SearchBrokenError."""
    heads = []
    for dn, entry in zip(dns, read_each(connection, dns, _HEAD), strict=True):
        known = {} if entry is None else entry.attributes
        uuid = next((known[name][0] for name in ("nsuniqueid", "entryuuid") if name in known), "")
        heads.append(Head(dn, uuid, _csns(known.get("contextcsn", ()))))
    return tuple(heads)


def check_head(then: Head, now: Head, cookie: bytes) -> None:
    """Hold that a cookie still means something to a content; raises NoPlaceError."""
    if then.uuid != now.uuid:
        raise NoPlaceError(
            "サーバの内容が別のものに替わりました / the server holds another content than before"
        )
    for sid, csn in _csns([cookie.decode("ascii", "replace")]).items():
        if now.csns.get(sid, "") < csn:
            raise NoPlaceError(
                "サーバの内容が前回より古くなりました(復元) / "
                "the server went back behind where we stood (restored from a backup?)"
            )


def _cookie_of(head: Head) -> bytes:
    """Return the cookie of OpenLDAP for a content's state (slapd's ldap_sync.c), empty if none."""
    csns = ";".join(csn for _, csn in sorted(head.csns.items()))
    return f"rid=000,csn={csns}".encode() if csns else b""


def _csns(texts: Iterable[str]) -> dict[str, str]:
    """Return change sequence numbers by the id of the server that gave them out."""
    return {found[1]: found[0] for text in texts for found in _CSN.finditer(text)}


def _bare(query: Query) -> Query:
    """Return a query for entries without attributes (RFC 4511, section 4.5.1.8)."""
    return Query(query.base, query.filter, ("1.1",), query.scope)
