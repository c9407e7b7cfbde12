"""Who looks at a page: their capacities today, what is open to them, and what they may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from syncd.core.access import Permission, permissions_of
from syncd.core.ids import OrgUnitCode
from syncd.core.votes import Actor, Role
from syncd.flow.report import Explanation
from syncd.reports.words import Lang

_SEES_ALL = frozenset(Role) - {Role.APPROVER}


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who is signed in, for one request.

    `actors` are every capacity in which they may act, their own right first. `csrf` is the token
    that each form must carry. `scopes` limit a machine's token; None for people.
    """

    actors: tuple[Actor, ...]
    csrf: str
    lang: Lang
    since: datetime
    method: str
    scopes: frozenset[Permission] | None = None

    @property
    def own(self) -> Actor:
        """Return them in their own right."""
        return self.actors[0]

    @property
    def account(self) -> str:
        """Return the account under which they signed in."""
        return self.own.account

    @property
    def opened(self) -> frozenset[Permission]:
        """Return every door that is open to them in any of their capacities."""
        return frozenset().union(*(permissions_of(actor, self.scopes) for actor in self.actors))

    def may(self, permission: str) -> bool:
        """Tell whether a door is open."""
        return Permission(permission) in self.opened

    @property
    def visible(self) -> frozenset[OrgUnitCode] | None:
        """Return the sections whose cases they see; None: all.

        Approvers see those that they decide for; every other role sees the whole body.
        """
        seen: set[OrgUnitCode] = set()
        for actor in self.actors:
            if actor.roles & _SEES_ALL or (Role.APPROVER in actor.roles and not actor.sections):
                return None
            seen |= actor.sections
        return frozenset(seen)

    @property
    def sees_advance_notices(self) -> bool:
        """Tell whether 内示 may be shown to them."""
        return Permission.SEE_ADVANCE_NOTICES in self.opened


def sees_person(visitor: Visitor, told: Explanation) -> bool:
    """Tell whether a person is one of the visitor's sections: by post, designation or case."""
    if visitor.visible is None:
        return True
    sections: set[OrgUnitCode | None] = {case.section for case in told.cases}
    sections |= {line.org_unit for line in told.designations}
    if told.person is not None:
        sections |= {post.org_unit for state in told.person.readings for post in state.posts}
    return bool(sections & visitor.visible)
