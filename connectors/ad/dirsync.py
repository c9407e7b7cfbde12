"""Changes as DirSync tells them (MS-ADTS 3.1.1.3.4.1.3), in groups value by value.

With the object security flag an account sees the changes of what it may read, and needs no further
right; with incremental values a changed group tells who came (`member;range=1-1`) and who went
(`member;range=0-0`), however large it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ldap3 import DEREF_NEVER, SUBTREE, Connection
from ldap3.core.exceptions import LDAPException
from ldap3.protocol.microsoft import dir_sync_control

from connectors.ad.identity import DOMAIN_SCOPE, EXTENDED_DN
from connectors.ad.place import LostPlaceError
from connectors.ad.touched import KINDS, Touch, named_of
from connectors.shared.bilingual import both
from connectors.shared.ldap.search import SearchBrokenError

OBJECT_SECURITY = True
_CONTROL = "1.2.840.113556.1.4.841"
_NOTHING = "(!(objectClass=*))"
_CAME, _WENT = "member;range=1-1", "member;range=0-0"
_ALWAYS = frozenset({"objectguid", "instancetype"})
_REFUSED = frozenset({12, 50, 53})
"""unavailableCriticalExtension, insufficientAccessRights, unwillingToPerform."""
_BYTES = 1 << 20


class DirSyncRefusedError(Exception):
    """The controller does not tell changes this way, or not to this account."""


def first_cookie(connection: Connection, domain: str) -> bytes:
    """Return where the controller stands now, without anything that it holds.

    Raises DirSyncRefusedError and SearchBrokenError.
    """
    _, cookie = _ask_all(connection, domain, _NOTHING, ("name",), b"")
    return cookie


def changes_since(
    connection: Connection, domain: str, attributes: Sequence[str], cookie: bytes
) -> tuple[list[Touch], bytes]:
    """Return what changed, and where the controller stands after it.

    Raises LostPlaceError where the controller does not take the cookie, and SearchBrokenError.
    """
    asked = ("name", "isDeleted", "member", *attributes)
    try:
        entries, after = _ask_all(connection, domain, KINDS, asked, cookie)
    except DirSyncRefusedError as error:
        raise LostPlaceError(
            both(
                f"コントローラーが印を受け取りません（{error}）",
                f"the controller does not take the cookie ({error})",
            )
        ) from error
    return [_touch(entry) for entry in entries], after


def _ask_all(
    connection: Connection, domain: str, wanted: str, attributes: Sequence[str], cookie: bytes
) -> tuple[list[dict[str, Any]], bytes]:
    """Ask until the controller has no more; ldap3 must not put ranges together here."""
    connection.auto_range = connection.empty_attributes = False
    found: list[dict[str, Any]] = []
    while True:
        control = dir_sync_control(True, OBJECT_SECURITY, False, False, True, _BYTES, cookie)  # noqa: FBT003 - ldap3's signature
        try:
            connection.search(
                domain,
                wanted,
                SUBTREE,
                DEREF_NEVER,
                list(dict.fromkeys(attributes)),
                controls=[control, EXTENDED_DN, DOMAIN_SCOPE],
            )
        except (LDAPException, OSError) as error:
            raise SearchBrokenError(f"the connection broke: {error}") from error
        found += _entries(connection.response or ())
        more, cookie = _end(connection.result)
        if not more:
            return found, cookie


def _entries(response: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    kept = []
    for answer in response:
        if answer["type"] != "searchResEntry":
            raise SearchBrokenError("the server refers to another one; referrals are not followed")
        kept.append(answer)
    return kept


def _end(result: Mapping[str, Any]) -> tuple[bool, bytes]:
    """Return whether there is more, and the cookie; raises for whatever is no success."""
    code, word = result["result"], result["description"]
    if code in _REFUSED:
        raise DirSyncRefusedError(word)
    value = (result.get("controls") or {}).get(_CONTROL, {}).get("value")
    if code or not value or not value["cookie"]:
        raise SearchBrokenError(f"DirSync: {word}", code)
    return bool(value["more_results"]), bytes(value["cookie"])


def _touch(entry: Mapping[str, Any]) -> Touch:
    attributes = {k.lower(): v for k, v in entry["raw_attributes"].items()}
    return Touch(
        named_of(entry["dn"]),
        is_deleted=attributes.get("isdeleted") == [b"TRUE"],
        added=tuple(named_of(value.decode()) for value in attributes.get(_CAME, ())),
        removed=tuple(named_of(value.decode()) for value in attributes.get(_WENT, ())),
        is_told_whole=attributes.keys() <= {_CAME, _WENT, *_ALWAYS},
    )
