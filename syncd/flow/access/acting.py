"""Who acts: an account, with the roles of its grants and of the posts that its person holds today.

Posts are read from the facts each time, never kept with a session: a role that follows a post is
gone on the first request after 00:00 of the transfer day.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from syncd.core.acting import Deputyship, Grant, Someone, deputy_actor, own_actor
from syncd.core.authorities.kinship import everyone
from syncd.core.calendar import EVER
from syncd.core.career import Post
from syncd.core.facts import PersonLink
from syncd.core.ground import Ground
from syncd.core.ids import StaffNumber
from syncd.core.ordertexts.reading import with_texts_read
from syncd.core.votes import Actor
from syncd.flow.site import Site
from syncd.ports.store import Unit


def actors_of(
    site: Site, grants: tuple[Grant, ...], person: Someone, today: date
) -> tuple[Actor, ...]:
    """Return every capacity in which a person may act today, their own right first.

    `person.roles` are those given with a local account. Raises StoreError.
    """
    with site.store.begin() as unit:
        sections = unit.sections()
        person = _with_posts(site, unit, grants, person, today)
        deputyships = tuple(_deputyships(site, unit, grants, person.account, today))
        own = own_actor(person, grants, sections, today)
        if own.staff_number is not None:
            own = replace(own, other_accounts=_accounts_of(unit, grants, own.numbers))
    return (own, *(deputy_actor(own, d, grants, sections, today) for d in deputyships))


def _accounts_of(
    unit: Unit, grants: Iterable[Grant], numbers: frozenset[StaffNumber]
) -> frozenset[str]:
    """Return every account known to be a person's: of grants, local ones, of the last sign-in."""
    named = {grant.account for grant in grants if grant.staff_number in numbers}
    local = {user.account for user in unit.users() if user.staff_number in numbers}
    return frozenset(named | local | {unit.account_of(number) for number in numbers}) - {""}


def _with_posts(
    site: Site, unit: Unit, grants: Iterable[Grant], person: Someone, today: date
) -> Someone:
    named = (g.staff_number for g in grants if g.account == person.account and g.staff_number)
    number = person.staff_number or next(named, None)
    posts: tuple[Post, ...] = ()
    if number is not None and any(grant.post_section is not None for grant in grants):
        posts = _posts_of(site, unit, number, today)
    linked = linked_numbers(unit.person_links(), number)
    return replace(person, staff_number=number, posts=posts, other_numbers=linked)


def linked_numbers(
    links: Iterable[PersonLink], number: StaffNumber | None
) -> frozenset[StaffNumber]:
    """Return the other staff numbers that any person link may make the same human being's."""
    return frozenset() if number is None else everyone(links, number) - {number}


def _posts_of(site: Site, unit: Unit, number: StaffNumber, today: date) -> tuple[Post, ...]:
    facts = with_texts_read(unit.facts_about([number], EVER), site.policy)
    return plain_posts(Ground(facts, site.policy, today), number)


def plain_posts(ground: Ground, number: StaffNumber) -> tuple[Post, ...]:
    """Return the posts somebody plainly holds; where roster and orders disagree, none."""
    person = ground.people.get(ground.kin.canonical(number))
    if person is None or not person.is_plain or ground.person_faults(person.readings[0]):
        return ()
    return person.readings[0].posts


def _deputyships(
    site: Site, unit: Unit, grants: tuple[Grant, ...], account: str, today: date
) -> Iterable[Deputyship]:
    for handed in unit.delegations_to(account, today):
        principal = Someone(handed.principal, handed.principal_number)
        principal = _with_posts(site, unit, grants, principal, today)
        yield Deputyship(principal, handed.case_ids)
