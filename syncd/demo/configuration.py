"""The configuration of みほん市, and the people of it who may act."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from syncd.demo.directory import GROUPS_BASE, MY_NUMBER_GROUPS, PEOPLE_BASE
from syncd.demo.files import DIRECTORY


@dataclass(frozen=True, slots=True)
class Actors:
    """Accounts of the operating system, as the configuration names them."""

    approver: str = "hosaka"
    chief: str = "soukatsu"
    operator: str = "unyo"
    auditor: str = "kansa"
    personnel: str = "jinji"
    admin: str = "kanri"


ACTORS: Final = Actors()

SEATS: Final[Mapping[str, tuple[str, int]]] = {
    ACTORS.approver: ("20020", 0),
    ACTORS.chief: ("10000", 0),
    ACTORS.operator: ("10040", 4),
    ACTORS.auditor: ("10010", 5),
    ACTORS.personnel: ("10022", 1),
    ACTORS.admin: ("10040", 1),
}
"""The section and seat of each actor; none of them holds a My-Number right."""

_ROLES: Final = {
    ACTORS.approver: ("税務課長（保護責任者）", '["approver"]'),
    ACTORS.chief: ("総務部長（総括責任者）", '["chief"]'),
    ACTORS.operator: ("情報政策課（運用担当）", '["operator"]'),
    ACTORS.auditor: ("総務課（監査責任者）", '["auditor"]'),
    ACTORS.personnel: ("人事課人事係", '["personnel"]'),
    ACTORS.admin: ("情報政策課（管理者）", '["admin"]'),
}

_SOURCES: Final = (
    ("roster", "roster.csv", "フリガナ=カナ氏名 所属名=所属名称 職名=補職名"),
    ("orders", "orders.csv", ""),
    ("designations", "designations.xlsx", ""),
    ("entitlements", "entitlements.csv", ""),
    ("training", "training.csv", ""),
    ("accounts", "accounts.csv", ""),
    ("org_units", "org_units.csv", ""),
)

_HEAD: Final = """\
# みほん市(架空の市)の設定。パスはこのファイルからの相対です。
# The configuration of a fictional city. Paths are relative to this file.
[organization]
name = "みほん市"
staff_number_width = 7

[store]
url = "sqlite:///var/syncd.db"
"""

_DIRECTORY: Final = f"""
[[directories]]
name = "{DIRECTORY}"
type = "ldif"
mode = "apply"
path = "directory/mihon.ldif"
in_place = true
people_base = "{PEOPLE_BASE}"
groups_base = "{GROUPS_BASE}"
staff_number_attribute = "employeeNumber"
account_attribute = "uid"
my_number_groups = "{MY_NUMBER_GROUPS}"

[policy]
training_months = 12

[policy.approval]
separated = "auto"
term-expired = "auto"
transferred = "one"
"""


def render_configuration(staff_numbers: Mapping[str, str]) -> str:
    """Return syncd.toml; `staff_numbers` gives that of each actor's account."""
    sources = "".join(_source(*source) for source in _SOURCES)
    actors = "".join(_actor(account, number) for account, number in staff_numbers.items())
    return _HEAD + sources + _DIRECTORY + actors


def _source(provides: str, name: str, columns: str) -> str:
    lines = ["", "[[sources]]", f'name = "{provides}"', 'type = "file"']
    lines += [f'provides = "{provides}"', f'path = "in/{name}"']
    if columns:
        pairs = (pair.split("=") for pair in columns.split())
        shown = ", ".join(f'"{ours}" = "{theirs}"' for ours, theirs in pairs)
        lines.append(f"columns = {{ {shown} }}")
    return "\n".join(lines) + "\n"


def _actor(account: str, staff_number: str) -> str:
    post, roles = _ROLES[account]
    lines = ["", f"# {post}", "[[actors]]", f'account = "{account}"']
    return "\n".join([*lines, f'staff_number = "{staff_number}"', f"roles = {roles}"]) + "\n"
