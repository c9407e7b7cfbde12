"""What is asked of users and groups, and no more, so that little is known of people.

`attributes` (RFC 7644, section 3.9) names what is needed; the id always comes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from scim2_models import EnterpriseUser, Group, Resource, User

from connectors.scim.options import ScimOptions
from connectors.shared.bilingual import both
from connectors.shared.http.lists import PagesBrokenError
from connectors.shared.object_groups import ObjectGroup, ObjectUser

PERSON = User[EnterpriseUser]
R = TypeVar("R", bound=Resource[Any])
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Listing(Generic[R, T]):
    """A list to be read: the kind of its resources, what is asked of each, how it is read."""

    model: type[R]
    attributes: tuple[str, ...]
    read: Callable[[R], T]


def users(options: ScimOptions) -> Listing[User[EnterpriseUser], ObjectUser]:
    """Return the list of users as the options name them."""
    asked = {options.account_attribute, options.staff_number_attribute} - {"id"}
    paths = {_path(attribute) for attribute in asked} | {"active"}

    def read(found: User[EnterpriseUser]) -> ObjectUser:
        return ObjectUser(
            found.id or "",
            _value(found, options.account_attribute),
            _value(found, options.staff_number_attribute),
            enabled=found.active is not False,
        )

    return Listing(PERSON, tuple(sorted(paths)), read)


def groups(options: ScimOptions) -> Listing[Group, ObjectGroup]:
    """Return the list of groups, with members unless each group is asked by itself."""
    each = options.members == "each"
    return Listing(Group, ("displayName",) if each else ("displayName", "members"), _group)


def members_of(group: Group) -> tuple[str, ...]:
    """Return the ids of the members; raises PagesBrokenError where one has none."""
    ids = tuple(member.value or "" for member in group.members or ())
    if not all(ids):
        raise PagesBrokenError(both("value のない会員です", "a member has no value"))
    return tuple(dict.fromkeys(ids))


def _group(found: Group) -> ObjectGroup:
    name = found.display_name or found.id or ""
    return ObjectGroup(found.id or "", name, members_of(found))


def _path(attribute: str) -> str:
    """Return an attribute as a request names it (RFC 7644, section 3.10)."""
    if attribute == "employeeNumber":
        return f"{EnterpriseUser.__schema__}:employeeNumber"
    return attribute


def _value(user: User[EnterpriseUser], attribute: str) -> str:
    extension = user[EnterpriseUser]
    values = {
        "id": user.id,
        "userName": user.user_name,
        "externalId": user.external_id,
        "employeeNumber": extension.employee_number if extension else None,
    }
    return values[attribute] or ""
