"""What is asked of users and groups, and no more, so that little is known of people.

`attributes` (RFC 7644, section 3.9) names what is needed; the id always comes. Lists are read from
their JSON as it is and not through the models of scim2-models, which look at every attribute of
every member: of a city that costs more than everything else together (docs/decisions/0012). Names
of attributes are compared without regard to case (RFC 7643, section 2.1).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from scim2_models import EnterpriseUser, Group, ListResponse, Resource, User

from connectors.scim.options import ScimOptions
from connectors.scim.paging import Identified, Page
from connectors.shared.bilingual import both
from connectors.shared.http.lists import PagesBrokenError
from connectors.shared.object_groups import ObjectGroup, ObjectUser

PERSON = User[EnterpriseUser]
_LIST = str(ListResponse.__schema__)
_EXTENSION = str(EnterpriseUser.__schema__)
_OFF = (False, "false", "False")
_NO_LIST = both("一覧の応答ではありません", "the answer is no list (not SCIM 2.0)")
Raw = Mapping[str, Any]
"""One resource as the server wrote it."""
T = TypeVar("T", bound=Identified)


@dataclass(frozen=True, slots=True)
class Listing(Generic[T]):
    """A list to be read: the kind of its resources, what is asked of each, how it is read."""

    model: type[Resource[Any]]
    attributes: tuple[str, ...]
    read: Callable[[Raw], T]

    def page_of(self, content: Raw) -> Page[T]:
        """Return a page by what was answered; raises PagesBrokenError."""
        page = _lower(content)
        schemas, total = page.get("schemas"), _number(page.get("totalresults"))
        listed = page.get("resources")
        if listed is None and total == 0:
            listed = []
        if not isinstance(schemas, list) or _LIST not in schemas or not isinstance(listed, list):
            raise PagesBrokenError(_NO_LIST)
        start, per_page = _number(page.get("startindex")), _number(page.get("itemsperpage"))
        return Page(total, start, per_page, [self.read(_lower(raw)) for raw in listed])


def users(options: ScimOptions) -> Listing[ObjectUser]:
    """Return the list of users as the options name them."""
    asked = {options.account_attribute, options.staff_number_attribute} - {"id"}
    paths = {_path(attribute) for attribute in asked} | {"active"}

    def read(raw: Raw) -> ObjectUser:
        return ObjectUser(
            _text(raw, "id"),
            _value(raw, options.account_attribute),
            _value(raw, options.staff_number_attribute),
            enabled=raw.get("active") not in _OFF,
        )

    return Listing(PERSON, tuple(sorted(paths)), read)


def groups(options: ScimOptions) -> Listing[ObjectGroup]:
    """Return the list of groups, with members unless each group is asked by itself."""
    each = options.members == "each"
    return Listing(Group, ("displayName",) if each else ("displayName", "members"), _group)


def members_of(group: Group) -> tuple[str, ...]:
    """Return the ids of the members of one group; raises PagesBrokenError where one has none."""
    return _ids(member.value for member in group.members or ())


def _group(raw: Raw) -> ObjectGroup:
    members = raw.get("members") or []
    if not isinstance(members, list):
        raise PagesBrokenError(_NO_LIST)
    key = _text(raw, "id")
    ids = _ids(_member(member) for member in members)
    return ObjectGroup(key, _text(raw, "displayName") or key, ids)


def _member(raw: object) -> object:
    if not isinstance(raw, dict):
        return None
    return raw["value"] if "value" in raw else _lower(raw).get("value")


def _ids(values: Iterable[object]) -> tuple[str, ...]:
    ids: dict[str, None] = {}
    for value in values:
        if not isinstance(value, str) or not value:
            raise PagesBrokenError(both("value のない会員です", "a member has no value"))
        ids[value] = None
    return tuple(ids)


def _path(attribute: str) -> str:
    """Return an attribute as a request names it (RFC 7644, section 3.10)."""
    return f"{_EXTENSION}:{attribute}" if attribute == "employeeNumber" else attribute


def _value(raw: Raw, attribute: str) -> str:
    if attribute != "employeeNumber":
        return _text(raw, attribute)
    extension = raw.get(_EXTENSION.lower())
    return _text(_lower(extension), attribute) if isinstance(extension, dict) else ""


def _text(raw: Raw, name: str) -> str:
    given = raw.get(name.lower())
    if given is not None and not isinstance(given, str):
        raise PagesBrokenError(both(f"{name} が文字ではありません", f"{name} is no text"))
    return given or ""


def _number(given: object) -> int | None:
    if given is not None and (not isinstance(given, int) or isinstance(given, bool)):
        raise PagesBrokenError(_NO_LIST)
    return given


def _lower(raw: object) -> Raw:
    if not isinstance(raw, dict):
        raise PagesBrokenError(_NO_LIST)
    return {name.lower(): value for name, value in raw.items()}
