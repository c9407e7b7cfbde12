"""The accounts of a directory: what each is called, and whom the values of groups name.

Which of two entries bears a name that both claim depends on nothing but the entries themselves,
not on the order in which they came: a delta and a whole read must agree.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import NamedTuple

from connectors.shared.claims import Claims
from connectors.shared.dn import dn_key
from connectors.shared.groups import Entry, Shape, is_locked, member_value_key, staff_number_of
from connectors.shared.ldap.ber import OCTETS, tlv
from connectors.shared.ldap.values import RawValues
from syncd.core.ids import AccountId
from syncd.core.memberships import Account

_HEADS = [bytes((OCTETS, size)) for size in range(0x80)]


class Person(NamedTuple):
    """What one entry says. `account` bears the name it claims; `gids` tell its primary group."""

    key: str
    dn: str
    account: Account
    uids: tuple[str, ...] = ()
    gids: tuple[str, ...] = ()


_person: Callable[[tuple[object, ...]], Person] = partial(tuple.__new__, Person)  # twice as fast


@dataclass(slots=True)
class Touched:
    """What a change touched: accounts as they were, values that may name others now, gids."""

    before: dict[AccountId, Account | None] = field(default_factory=dict)
    values: set[str] = field(default_factory=set)
    gids: set[str] = field(default_factory=set)


class People:
    """The accounts of a directory, kept up to date entry by entry."""

    def __init__(self, shape: Shape) -> None:
        """Begin with nobody; `shape` says where people stand."""
        self.accounts: dict[AccountId, Account] = {}
        self._shape = shape
        self._account_attribute = shape.account_attribute.lower()
        self._number_attribute = shape.staff_number_attribute.lower()
        self._width = shape.staff_number_width
        self._persons: dict[str, Person] = {}
        self._names: dict[str, AccountId] = {}
        self._claims = Claims()
        self._uids: Claims | None = None
        self._by_gid: dict[str, set[str]] = defaultdict(set)
        self._raw: dict[bytes, AccountId] | None = None
        self._suffix = b""
        self._touched: Touched | None = None

    def copy(self) -> People:
        """Return people who stay as these are now."""
        twin = People(self._shape)
        twin.accounts = self.accounts.copy()
        twin._persons = self._persons.copy()
        twin._names = self._names.copy()
        twin._claims = self._claims.copy()
        twin._by_gid = defaultdict(set, {gid: set(keys) for gid, keys in self._by_gid.items()})
        return twin

    def __contains__(self, key: str) -> bool:
        """Tell whether an entry (its DN as a key) is an account."""
        return key in self._persons

    def __len__(self) -> int:
        """Count the entries."""
        return len(self._persons)

    def __iter__(self) -> Iterator[str]:
        """Yield the key of every entry."""
        return iter(self._persons)

    @contextmanager
    def watched(self) -> Iterator[Touched]:
        """Note what changes meanwhile."""
        self._touched = Touched()
        try:
            yield self._touched
        finally:
            self._touched = None

    def take(self, key: str, entry: Entry) -> None:
        """Add the account that an entry (its DN as a key) is, or replace what was known of it.

        A name with `=` in it could pass for somebody else's DN: such an account is named by its
        own.
        """
        attributes = entry.attributes
        dn = entry.dn
        named = attributes.get(self._account_attribute, ())
        name = named[0] if named and "=" not in named[0] else dn
        number = staff_number_of(attributes.get(self._number_attribute, ()), self._width)
        account = Account(AccountId(name), entry.native or dn, number, not is_locked(entry))
        gids = tuple(attributes.get("gidnumber", ()))
        if "primarygroupid" in attributes:
            gids += tuple(f"RID {rid}" for rid in attributes["primarygroupid"])
        person = _person((key, dn, account, tuple(attributes.get("uid", ())), gids))
        whole = self._touched is None and self._raw is None and self._uids is None
        if not whole or gids or key in self._persons or not self._claims.is_first(name, key):
            self._put(person)
            return
        # The way of nearly everybody in a whole read: the same as `_put`, in fewer steps.
        self._persons[key] = person
        self._names[key] = account.account
        self.accounts[account.account] = account

    def _put(self, person: Person) -> None:
        key = person.key
        if key in self._persons:
            self.drop(key)
        self._touch(person)
        self._persons[key] = person
        rival = self._claims.add(person.account.account, key)
        if rival:
            self._unname(rival)
            self._name(rival)
        self._name(key)
        if self._uids is not None:
            self._uids.add_all(person.uids, key)
        for gid in person.gids:
            self._by_gid[gid].add(key)

    def drop(self, key: str) -> None:
        """Forget an account, if it is one."""
        person = self._persons.get(key)
        if person is None:
            return
        self._touch(person)
        self._unname(key)
        del self._persons[key]
        heir = self._claims.remove(person.account.account, key)
        if heir:
            self._unname(heir)
            self._name(heir)
        if self._uids is not None:
            for uid in person.uids:
                self._uids.remove(uid, key)
        for gid in person.gids:
            self._by_gid[gid].discard(key)

    def named_by(
        self, attribute: str, values: Sequence[str]
    ) -> tuple[Sequence[AccountId], Sequence[str]]:
        """Return the accounts that member values name, and the values that name none."""
        if isinstance(values, RawValues):
            table = self._raw_names()
            found, others = values.split(self._suffix, table)
            if not others:
                return found, ()
            more, others = self._by_key(attribute, others)
            return (*found, *more), others
        return self._by_key(attribute, values)

    def with_primary(self, gid: str) -> tuple[AccountId, ...]:
        """Return those whose primary group has that number, in order."""
        keys = self._by_gid.get(gid)
        return tuple(sorted(self._names[key] for key in keys)) if keys else ()

    def warnings(self) -> tuple[str, ...]:
        """Say which entries claim a name that another one bears."""
        return tuple(
            f"{name} は複数の項目の利用者IDです / is the name of more than one entry: "
            f"{self._persons[key].dn}"
            for name, key in self._claims.losers()
        )

    def _of_uid(self, uid: str) -> AccountId | None:
        if self._uids is None:  # most directories have no group that names people so
            self._uids = Claims()
            for person in self._persons.values():
                self._uids.add_all(person.uids, person.key)
        key = self._uids.holder(uid)
        return None if key is None else self._names[key]

    def _by_key(self, attribute: str, values: Sequence[str]) -> tuple[list[AccountId], list[str]]:
        found: list[AccountId] = []
        others: list[str] = []
        names = self._names
        by_uid = attribute == "memberuid"
        for value in values:
            name = self._of_uid(value) if by_uid else names.get(value.casefold())
            if name is None and not by_uid:
                name = names.get(member_value_key(attribute, value))
            if name is None:
                others.append(value)
            else:
                found.append(name)
        return found, others

    def _touch(self, person: Person) -> None:
        touched = self._touched
        if touched is None:
            return
        touched.values.update((person.key, person.account.account, *person.uids))
        touched.gids.update(person.gids)
        for uid in person.uids if self._uids is not None else ():
            holder = self._of_uid(uid)
            if holder is not None:
                touched.before.setdefault(holder, self.accounts[holder])

    def _name(self, key: str) -> None:
        """Give an entry its name: the one it claims, or its DN where another bears that."""
        person = self._persons[key]
        account = person.account
        name = account.account
        if self._claims.holder(name) != key:
            name = AccountId(person.dn)
            account = replace(account, account=name)
        if self._touched is not None:
            self._touched.before.setdefault(name, None)
            self._touched.gids.update(person.gids)
            self._touched.values.update((key, name, *person.uids))
        self._names[key] = name
        self.accounts[name] = account
        if self._raw is not None and (piece := self._piece(person.dn)):
            self._raw[piece] = name

    def _unname(self, key: str) -> None:
        name = self._names.pop(key, None)
        if name is None:
            return
        account = self.accounts.pop(name)
        if self._touched is not None:
            self._touched.before.setdefault(name, account)
        if self._raw is not None:
            self._raw.pop(self._piece(self._persons[key].dn), None)

    def _raw_names(self) -> dict[bytes, AccountId]:
        """Return the names by the bytes of their DN, without the suffix that nearly all share."""
        if self._raw is None:
            some = next(iter(self._persons.values()), None)
            self._suffix = _common_suffix(some.dn, self._shape.people_base) if some else b""
            spelled = (
                (self._piece(self._persons[key].dn), name) for key, name in self._names.items()
            )
            self._raw = {piece: name for piece, name in spelled if piece}
        return self._raw

    def _piece(self, dn: str) -> bytes:
        """Return a DN as it stands among members, without the suffix; empty if it has another."""
        text, suffix = dn.encode(), self._suffix
        if not suffix or not text.endswith(suffix):
            return b""
        if len(text) < len(_HEADS):
            return _HEADS[len(text)] + text[: -len(suffix)]
        return tlv(OCTETS, text)[: -len(suffix)]


def _common_suffix(dn: str, base: str) -> bytes:
    """Return the end of the DNs of people as the server spells it, with the comma before it."""
    tail = dn[-len(base) - 1 :] if base else "," + dn.partition(",")[2]
    return (
        tail.encode() if dn_key(tail[1:]) == dn_key(base or tail[1:]) and tail[:1] == "," else b""
    )
