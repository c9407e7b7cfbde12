"""What is asked of users and groups of Graph, how it is read, and which groups nobody can change.

`$select` names few properties, so that little is known of people. Groups whose members a rule
decides, that come from an on-premises AD, or that Exchange keeps cannot be changed here
(https://learn.microsoft.com/graph/api/resources/groups-overview): each says what to do instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote

from connectors.entra.batch import Part
from connectors.entra.chain import Raw
from connectors.entra.options import EntraOptions
from connectors.shared.bilingual import both
from connectors.shared.http.lists import PagesBrokenError
from connectors.shared.object_groups import ObjectGroup, ObjectUser

_GROUP = (
    "id,displayName,groupTypes,membershipRule,onPremisesSyncEnabled,mailEnabled,securityEnabled,"
    "isAssignableToRole,visibility"
)
_KIND = "@odata.type"
_OBJECT_ID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_GROUP_KIND = "#microsoft.graph.group"
_USER_KIND = "#microsoft.graph.user"
DYNAMIC = both(
    "会員は規則で決まります(動的グループ)。規則が見る属性か membershipRule を変えてください",
    "a rule decides who is a member (dynamic group): change the attribute that the rule looks at, "
    "or the rule",
)
SYNCED = both(
    "オンプレミスの AD から同期されたグループです。AD の側で外してください",
    "the group is synchronised from the on-premises AD: remove the member there",
)
MAIL = both(
    "メールが有効なグループは Exchange が持っています。Exchange 管理センターで外してください",
    "a mail-enabled group is kept by Exchange: remove the member in its admin center",
)


def select_users(options: EntraOptions) -> str:
    """Return the `$select` of users."""
    wanted = {"id", "accountEnabled", options.account_attribute, options.staff_number_attribute}
    return ",".join(sorted(wanted))


def users_path(options: EntraOptions) -> str:
    """Return where the users stand."""
    return f"/users?$select={select_users(options)}&$top={options.page_size}"


def groups_path(options: EntraOptions) -> str:
    """Return where the groups stand."""
    return f"/groups?$select={_GROUP}&$top={options.page_size}"


def delta_path(kind: str, options: EntraOptions) -> str:
    """Return where to begin to hear of changes, from now on."""
    select = select_users(options) if kind == "users" else f"{_GROUP.removeprefix('id,')},members"
    return f"/{kind}/delta?$select={select}&$deltatoken=latest"


def ask_user(user_id: str, options: EntraOptions) -> Part:
    """Return the request for one user."""
    return Part("GET", f"/users/{_quoted(user_id)}?$select={select_users(options)}")


def ask_group(group_id: str) -> Part:
    """Return the request for one group, without its members."""
    return Part("GET", f"/groups/{_quoted(group_id)}?$select={_GROUP}")


def ask_members(group_id: str, options: EntraOptions) -> Part:
    """Return the request for the first page of the direct members of a group."""
    return Part("GET", f"/groups/{_quoted(group_id)}/members?$select=id&$top={options.page_size}")


def ask_removal(group_id: str, member: str) -> Part:
    """Return the request that takes a member out of a group.

    Without `/$ref` it would delete the member itself from the directory.
    """
    return Part("DELETE", f"/groups/{_quoted(group_id)}/members/{_quoted(member)}/$ref")


def ask_addition(root: str, group_id: str, member: str) -> Part:
    """Return the request that puts a member into a group."""
    link = {"@odata.id": f"{root}/directoryObjects/{_quoted(member)}"}
    return Part("POST", f"/groups/{_quoted(group_id)}/members/$ref", link)


def user_of(raw: Raw, options: EntraOptions) -> ObjectUser:
    """Return a user as read; raises PagesBrokenError."""
    return ObjectUser(
        raw["id"],
        _text(raw, options.account_attribute),
        _text(raw, options.staff_number_attribute),
        enabled=raw.get("accountEnabled") is not False,
    )


def group_of(raw: Raw, members: Iterable[Raw] = ()) -> ObjectGroup:
    """Return a group as read, with the ids of its direct members; raises PagesBrokenError."""
    ids = tuple(dict.fromkeys(member["id"] for member in members))
    return ObjectGroup(raw["id"], _text(raw, "displayName") or raw["id"], ids, _unwritable(raw))


def hides_members(raw: Raw) -> bool:
    """Tell whether a group shows its members only to who may see hidden ones.

    To others it looks empty (https://learn.microsoft.com/graph/api/group-list-members).
    """
    return raw.get("visibility") == "HiddenMembership"


def is_role_assignable(raw: Raw) -> bool:
    """Tell whether directory roles can be given to the group: only few may change it."""
    return raw.get("isAssignableToRole") is True


def stranger_of(raw: Raw) -> ObjectUser | None:
    """Return a member that is no person (an application, a device, a contact); else None."""
    kind = raw.get(_KIND)
    if kind in (_USER_KIND, _GROUP_KIND) or not isinstance(kind, str):
        return None
    name = f"{kind.rpartition('.')[2]}:{raw['id']}"
    return ObjectUser(raw["id"], name, is_person=False)


def is_object_id(text: str) -> bool:
    """Tell whether a text can be the id of an object at all: nothing else goes into a path."""
    return _OBJECT_ID.fullmatch(text) is not None


def is_group(raw: Raw) -> bool:
    """Tell whether a member is a group."""
    return raw.get(_KIND) == _GROUP_KIND


def _unwritable(raw: Raw) -> str:
    """Return why nobody can change the members here, and what to do; empty where one can."""
    kinds = raw.get("groupTypes")
    if not isinstance(kinds, list):
        raise PagesBrokenError(both("groupTypes がありません", "a group has no groupTypes"))
    if "DynamicMembership" in kinds or raw.get("membershipRule"):
        return DYNAMIC
    if raw.get("onPremisesSyncEnabled") is True:
        return SYNCED
    return MAIL if raw.get("mailEnabled") is True and "Unified" not in kinds else ""


def _text(raw: Raw, name: str) -> str:
    given = raw.get(name)
    if given is not None and not isinstance(given, str):
        raise PagesBrokenError(both(f"{name} が文字ではありません", f"{name} is no text"))
    return given or ""


def _quoted(text: str) -> str:
    return quote(text, safe="")
