"""Everybody who can be told something today: whom the configuration names, by account or by post.

A post is told through whoever holds it on the day; where nobody knows its holder's account, the
post's own mail address does. People are read from the facts each time, as for signing in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from syncd.core.acting import (
    Deputyship,
    Grant,
    Someone,
    belongs_to,
    deputy_actor,
    own_actor,
)
from syncd.core.career import Post
from syncd.core.facts import Facts
from syncd.core.ground import Ground
from syncd.core.ids import OrgUnitCode, StaffNumber
from syncd.core.messages import Recipient, address_of
from syncd.flow.access.acting import linked_numbers, plain_posts
from syncd.flow.collect import known_facts
from syncd.flow.site import Site
from syncd.ports.store import Unit

_UNNAMED = "post:"


@dataclass(frozen=True, slots=True)
class Addresses:
    """What the configuration says of people: its grants, and the domain of their accounts' mail."""

    grants: tuple[Grant, ...]
    mail_domain: str = ""


def recipients_of(
    unit: Unit, site: Site, addresses: Addresses, today: date
) -> tuple[Recipient, ...]:
    """Return everybody with a role today, each once, sorted by account."""
    people = {one.account: one for one in _people(unit, site, addresses.grants, today)}
    sections = unit.sections()
    found = []
    for _, someone in sorted(people.items()):
        own = own_actor(someone, addresses.grants, sections, today)
        handed = _deputyships(unit, people, own.account, today)
        deputy = (deputy_actor(own, d, addresses.grants, sections, today) for d in handed)
        actors = (own, *deputy)
        if any(actor.roles for actor in actors):
            found.append(Recipient(own.account, _mail(addresses, someone), actors))
    return tuple(found)


def unreachable(site: Site, addresses: Addresses, today: date) -> tuple[str, ...]:
    """Return the accounts that are told things and that no mail reaches."""
    with site.store.begin() as unit:
        found = recipients_of(unit, site, addresses, today)
    return tuple(one.account for one in found if not one.mail and one.is_told)


def _mail(addresses: Addresses, someone: Someone) -> str:
    theirs = (grant for grant in addresses.grants if belongs_to(grant, someone))
    account = "" if someone.account.startswith(_UNNAMED) else someone.account
    return address_of(theirs, addresses.mail_domain, account)


def _deputyships(
    unit: Unit, people: Mapping[str, Someone], account: str, today: date
) -> Iterator[Deputyship]:
    for handed in unit.delegations_to(account, today):
        unknown = Someone(handed.principal, handed.principal_number)
        yield Deputyship(people.get(handed.principal, unknown), handed.case_ids)


def _people(unit: Unit, site: Site, grants: tuple[Grant, ...], today: date) -> Iterator[Someone]:
    """Yield whom grants name, local accounts, deputies, and whoever holds a named post."""
    posts = _Posts.read(unit, site, grants, today)
    links = unit.person_links()
    users = {user.account: user for user in unit.users()}
    numbers: dict[str, StaffNumber | None] = dict.fromkeys(unit.deputies(today))
    numbers |= {grant.account: grant.staff_number for grant in grants if grant.account}
    numbers |= {a: user.staff_number or numbers.get(a) for a, user in users.items()}
    for account, number in numbers.items():
        user = users.get(account)
        if user is None or user.disabled_at is None:
            roles = frozenset() if user is None else user.roles
            linked = linked_numbers(links, number)
            yield Someone(account, number, posts.of(number), roles, linked)
    named = {n for number in numbers.values() if number for n in posts.numbers(number)}
    for number, held in posts.holders():
        if number not in named:
            signed_in = next(filter(None, map(unit.account_of, posts.numbers(number))), "")
            account = signed_in or f"{_UNNAMED}{held[0].org_unit} {held[0].title}"
            linked = linked_numbers(links, number)
            yield Someone(account.strip(), number, held, other_numbers=linked)


@dataclass(frozen=True, slots=True)
class _Posts:
    """Who holds the posts that grants name; nothing is read where no grant names one."""

    grants: tuple[Grant, ...]
    ground: Ground | None

    @classmethod
    def read(cls, unit: Unit, site: Site, grants: tuple[Grant, ...], today: date) -> _Posts:
        """Read the facts of today."""
        named = tuple(grant for grant in grants if grant.post_section is not None)
        facts = known_facts(unit, site, today) if named else None
        return cls(named, None if facts is None else Ground(facts, site.policy, today))

    def of(self, number: StaffNumber | None) -> tuple[Post, ...]:
        """Return the posts that somebody plainly holds."""
        if self.ground is None or number is None:
            return ()
        return plain_posts(self.ground, number)

    def numbers(self, number: StaffNumber) -> tuple[StaffNumber, ...]:
        """Return every number of a person today."""
        if self.ground is None:
            return (number,)
        kin = self.ground.kin
        return kin.numbers(kin.canonical(number))

    def holders(self) -> Iterator[tuple[StaffNumber, tuple[Post, ...]]]:
        """Yield who holds a named post, with the named posts they hold."""
        if self.ground is None:
            return
        sections = frozenset(g.post_section for g in self.grants if g.post_section is not None)
        known_as = self.ground.kin.canonical
        for number in sorted(set(map(known_as, _seen_in(self.ground.facts, sections)))):
            held = [p for p in self.of(number) if any(g.follows(p) for g in self.grants)]
            if held:
                yield number, tuple(held)


def _seen_in(facts: Facts, sections: frozenset[OrgUnitCode]) -> set[StaffNumber]:
    """Return whom any roster or order puts into these sections: who may hold a post there."""
    seen = {o.staff_number for o in facts.orders if o.org_unit in sections}
    for roster in facts.rosters:
        seen |= {
            entry.staff_number
            for entry in roster.entries
            if entry.org_unit in sections or sections & frozenset(entry.concurrent_units or ())
        }
    return seen
