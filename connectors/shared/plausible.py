"""What a directory cannot plausibly look like: a read that says so is refused, not believed."""

from __future__ import annotations

from dataclasses import dataclass

from connectors.shared.bilingual import both
from syncd.errors import DirectoryUnreadable

_FEW = 10


@dataclass(frozen=True, slots=True)
class Remedies:
    """What to do where no people, no groups or too few people can be seen, in both languages."""

    no_people: str
    no_groups: str
    unresolved: str


def _check_base(base: str) -> str:
    return both(
        f"{base} と、読み取り用アカウントの権限(LDIF では書き出しの範囲)を確かめてください",
        f"check {base} and what the account may read (for LDIF, what was exported)",
    )


LDAP_REMEDIES = Remedies(
    _check_base("people_base"),
    _check_base("groups_base"),
    both(
        "people_base に全員が入るようにするか、削除済みの人をグループから外すか、"
        "max_unresolved_percent を上げてください",
        "let people_base cover everybody, take deleted people out of the groups, "
        "or raise max_unresolved_percent",
    ),
)


def check_plausible(
    directory: str,
    accounts: int,
    groups: int,
    missing: int,
    max_unresolved_percent: float,
    remedies: Remedies = LDAP_REMEDIES,
) -> None:
    """Hold the counts of a read against what can be; raises DirectoryUnreadable.

    `missing` counts the members of groups that have no entry; some always remain of people who
    were deleted, so a few are let through whatever the share.
    """
    if not accounts:
        why = both("人が一人も見えません", "accounts: none can be seen")
        raise DirectoryUnreadable(directory, why, remedies.no_people)
    if not groups:
        why = both("グループが一つも見えません", "groups: none can be seen")
        raise DirectoryUnreadable(directory, why, remedies.no_groups)
    if missing > max(_FEW, accounts * max_unresolved_percent / 100):
        why = both(
            f"グループが名指す {missing} 件の項目が見えません",
            f"{missing} members of groups have no entry that can be seen",
        )
        raise DirectoryUnreadable(directory, why, remedies.unresolved)
