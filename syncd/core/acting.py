"""As whom a person acts on a day: by account, by the post they hold, as somebody's deputy.

A role that follows a post (「12010 の課長」) moves on the day of the transfer by itself: posts are
those of the facts on that day. Acting as a deputy (代決) never mixes with acting in own right:
each is an `Actor` of its own, and what was done says which it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from syncd.core.cards import Section, sections_below
from syncd.core.career import Post
from syncd.core.cases import Case
from syncd.core.ids import CaseId, OrgUnitCode, StaffNumber
from syncd.core.votes import MAY_DECIDE, Actor, Role, check_may_decide
from syncd.errors import NotPermitted


@dataclass(frozen=True, slots=True)
class Grant:
    """One `[[actors]]` of the configuration: roles for an account, or for whoever holds a post.

    `title` empty: every post in `post_section`. Deputy days are inclusive. `mail` is where notices
    reach whom the grant belongs to: a person's address, or that of the post.
    """

    account: str = ""
    post_section: OrgUnitCode | None = None
    post_title: str = ""
    staff_number: StaffNumber | None = None
    roles: frozenset[Role] = frozenset()
    sections: frozenset[OrgUnitCode] = frozenset()
    named_for_advance_notices: bool = False
    deputy_for: str = ""
    deputy_from: date = date.min
    deputy_until: date = date.max
    mail: str = ""

    def follows(self, post: Post) -> bool:
        """Tell whether the grant belongs to a post."""
        if self.post_section is None or self.post_section != post.org_unit:
            return False
        return self.post_title in ("", post.title)


@dataclass(frozen=True, slots=True)
class Someone:
    """A person as the grants look at them: signed in under `account`, holding `posts` today.

    `other_numbers` are staff numbers that a person link, whatever its days, may make theirs.
    """

    account: str
    staff_number: StaffNumber | None = None
    posts: tuple[Post, ...] = ()
    roles: frozenset[Role] = frozenset()
    other_numbers: frozenset[StaffNumber] = frozenset()


@dataclass(frozen=True, slots=True)
class Delegation:
    """代決 for a stretch of days (inclusive), of all decisions or of single cases.

    `case_ids` None: all that the principal may decide.
    """

    delegation_id: str
    principal: str
    principal_number: StaffNumber | None
    deputy: str
    from_on: date
    until_on: date
    case_ids: frozenset[CaseId] | None
    reason: str
    created_at: datetime
    created_by: str
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Deputyship:
    """Decisions that `principal` handed over; `case_ids` None: all of theirs."""

    principal: Someone
    case_ids: frozenset[CaseId] | None = None


def own_actor(
    person: Someone, grants: Iterable[Grant], sections: tuple[Section, ...], today: date
) -> Actor:
    """Return as whom a person acts in their own right; with no role where nothing grants one."""
    theirs = [g for g in grants if belongs_to(g, person)]
    number = person.staff_number or next((g.staff_number for g in theirs if g.staff_number), None)
    deputies = [g for g in theirs if g.deputy_for and g.deputy_from <= today <= g.deputy_until]
    return Actor(
        account=person.account,
        staff_number=number,
        roles=person.roles | frozenset(role for grant in theirs for role in grant.roles),
        sections=_decides_for(theirs, sections),
        deputy_for=deputies[0].deputy_for if deputies else "",
        named_for_advance_notices=any(g.named_for_advance_notices for g in theirs),
        other_numbers=person.other_numbers,
    )


def belongs_to(grant: Grant, person: Someone) -> bool:
    """Tell whether a grant is somebody's: by account, or by a post they hold."""
    if grant.account:
        return grant.account == person.account
    return any(grant.follows(post) for post in person.posts)


def _decides_for(grants: Sequence[Grant], sections: tuple[Section, ...]) -> frozenset[OrgUnitCode]:
    """Return the sections that an approver answers for; empty: all, where a grant names none."""
    approving = [grant for grant in grants if Role.APPROVER in grant.roles]
    named: set[OrgUnitCode] = set()
    for grant in approving:
        mine = grant.sections or (
            frozenset() if grant.post_section is None else frozenset({grant.post_section})
        )
        if not mine:
            return frozenset()
        named |= mine
    return sections_below(frozenset(named), sections)


def deputy_actor(
    own: Actor,
    deputyship: Deputyship,
    grants: Iterable[Grant],
    sections: tuple[Section, ...],
    today: date,
) -> Actor:
    """Return as whom a deputy decides: with what the principal may decide, and nothing else."""
    principal = own_actor(deputyship.principal, grants, sections, today)
    return replace(
        own,
        roles=principal.roles & MAY_DECIDE,
        sections=principal.sections,
        deputy_for=principal.account,
        deputy_for_number=principal.staff_number,
        deputy_for_other_numbers=principal.other_numbers,
        deputy_cases=deputyship.case_ids,
    )


def acting_on(actors: Sequence[Actor], case: Case) -> Actor:
    """Return the first of a person's capacities that may decide a case, their own right first.

    Raises NotPermitted with what stands against the person's own right.
    """
    refusal: NotPermitted | None = None
    for actor in actors:
        try:
            check_may_decide(actor, case)
        except NotPermitted as why:
            refusal = refusal or why
        else:
            return actor
    raise refusal or NotPermitted("nobody acts", ja="判断できる立場にありません。")
