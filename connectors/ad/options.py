"""The options of a `[[directories]]` table whose `type` is `ad`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from connectors.shared.groups import Shape
from connectors.shared.ldap.options import Filter, LinkOptions

_MAX_PAGE = 1_000
"""MaxPageSize of a domain controller as it comes (MS-ADTS 3.1.1.3.4.6)."""


class AdOptions(LinkOptions):
    """How to reach, read and change the domain; keys are explained in docs/directories.md."""

    people_base: str = ""
    people_filter: Filter = "(&(objectCategory=person)(objectClass=user))"
    groups_base: str = ""
    groups_filter: Filter = "(objectClass=group)"
    staff_number_attribute: str = "employeeID"
    account_attribute: str = "sAMAccountName"
    page_size: Annotated[int, Field(ge=1, le=_MAX_PAGE)] = _MAX_PAGE
    range_size: Annotated[int, Field(ge=0)] = 0
    changes_by: Literal["dirsync", "usnchanged"] = "dirsync"
    distribution_groups: Literal["count", "ignore"] = "count"
    max_unresolved_percent: Annotated[float, Field(ge=0, le=100)] = 10

    def shape(self, width: int) -> Shape:
        """Return what the entries are resolved by; the server kept the bases apart already."""
        return Shape(
            "",
            "",
            self.staff_number_attribute,
            self.account_attribute,
            "",
            width,
            self.max_unresolved_percent,
        )
