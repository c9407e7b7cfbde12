"""The directory of みほん市 as `slapcat` exports it: people, groups, one group within another.

RFC 2849: values that are not ASCII stand in base64, lines are folded at 76 columns.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from pathlib import Path
from uuid import UUID

from syncd.demo.cast import Role
from syncd.demo.guests import GUESTS
from syncd.demo.sections import BY_CODE, NESTED, RIGHTS

SUFFIX = "dc=mihon,dc=example"
PEOPLE_BASE = f"ou=people,{SUFFIX}"
GROUPS_BASE = f"ou=groups,{SUFFIX}"
MY_NUMBER_GROUPS = "^番号_"
UNLISTED_GROUP = "番号_旧住民情報_照会"
_ALL_STAFF = "職員_全員"
_WIDTH = 76

Entry = list[tuple[str, str]]


def write_directory(path: Path, roles: Iterable[Role]) -> None:
    """Write the export."""
    roles = tuple(roles)
    entries = (*_top(), *_people(roles), *_groups(roles))
    text = "".join(_rendered(entry, place) for place, entry in enumerate(entries, 1))
    path.write_bytes(text.encode("ascii"))


def _top() -> Iterator[Entry]:
    yield [("dn", SUFFIX), ("objectClass", "domain"), ("dc", "mihon")]
    for dn, name in ((PEOPLE_BASE, "people"), (GROUPS_BASE, "groups")):
        yield [("dn", dn), ("objectClass", "organizationalUnit"), ("ou", name)]


def _people(roles: tuple[Role, ...]) -> Iterator[Entry]:
    for role in roles:
        person = role.person
        surname, _, given = person.name.partition("　")
        yield [
            ("dn", account_dn(person.account)),
            ("objectClass", "inetOrgPerson"),
            ("uid", person.account),
            ("cn", person.name),
            ("sn", surname),
            ("givenName", given),
            ("employeeNumber", person.staff_number),
            ("departmentNumber", person.section),
            ("ou", BY_CODE[person.section].name),
        ]
    for guest in GUESTS:
        entry = [("dn", account_dn(guest.account)), ("objectClass", "inetOrgPerson")]
        yield [*entry, ("uid", guest.account), ("cn", guest.account), ("sn", guest.account)]


def _groups(roles: tuple[Role, ...]) -> Iterator[Entry]:
    groups = {right.entitlement: right.group for right in RIGHTS}
    for entitlement, group in groups.items():
        inner = [groups[low] for low, high in NESTED.items() if high == entitlement]
        members = [group_dn(name) for name in inner]
        members += [account_dn(r.person.account) for r in roles if entitlement in r.direct]
        members += [account_dn(guest.account) for guest in GUESTS if guest.right == entitlement]
        yield _group(group, members)
    yield _group(_ALL_STAFF, [account_dn(role.person.account) for role in roles])
    old_hands = [r.person.account for r in roles if r.rights][:2]
    yield _group(UNLISTED_GROUP, [account_dn(account) for account in old_hands])


def _group(name: str, members: list[str]) -> Entry:
    entry = [("dn", group_dn(name)), ("objectClass", "groupOfNames"), ("cn", name)]
    return [*entry, *(("member", member) for member in members)]


def account_dn(account: str) -> str:
    """Return the DN of an account."""
    return f"uid={account},{PEOPLE_BASE}"


def group_dn(name: str) -> str:
    """Return the DN of a group."""
    return f"cn={name},{GROUPS_BASE}"


def _rendered(entry: Entry, place: int) -> str:
    """Return one entry with the operational attributes slapcat adds, and the blank line."""
    kinds = [value for name, value in entry if name == "objectClass"]
    operational = [
        ("structuralObjectClass", kinds[0]),
        ("entryUUID", str(UUID(int=place, version=4))),
        ("createTimestamp", "20190401000000Z"),
    ]
    return "".join(_line(name, value) for name, value in (*entry, *operational)) + "\n"


def _line(name: str, value: str) -> str:
    line = f"{name}: {value}"
    if not value.isascii():
        line = f"{name}:: {base64.b64encode(value.encode()).decode()}"
    head, rest = line[:_WIDTH], line[_WIDTH:]
    step = _WIDTH - 1
    folded = [f" {rest[at : at + step]}" for at in range(0, len(rest), step)]
    return "\n".join([head, *folded]) + "\n"
