"""The options of a `[[directories]]` table whose `type` is `ldap`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from connectors.shared.groups import Shape
from connectors.shared.ldap.options import Filter, LinkOptions

_ACCOUNTS = "(|(objectClass=person)(objectClass=account)(objectClass=posixAccount))"
_GROUPS = "(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=posixGroup))"


class LdapOptions(LinkOptions):
    """How to reach, read and change the directory; keys are explained in docs/directories.md."""

    people_base: Annotated[str, Field(min_length=1)]
    people_filter: Filter = _ACCOUNTS
    groups_base: Annotated[str, Field(min_length=1)]
    groups_filter: Filter = _GROUPS
    staff_number_attribute: str = "employeeNumber"
    account_attribute: str = "uid"
    placeholder_member: str = ""
    pages: Literal["when-needed", "always"] = "when-needed"
    delta: bool = True
    max_unresolved_percent: Annotated[float, Field(ge=0, le=100)] = 10

    def shape(self, width: int) -> Shape:
        """Return what the entries are resolved by."""
        return Shape(
            self.people_base,
            self.groups_base,
            self.staff_number_attribute,
            self.account_attribute,
            self.placeholder_member,
            width,
            self.max_unresolved_percent,
        )
