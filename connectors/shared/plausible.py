"""What a directory cannot plausibly look like: a read that says so is refused, not believed."""

from __future__ import annotations

from syncd.errors import DirectoryUnreadable

_FEW = 10


def check_plausible(
    directory: str, accounts: int, groups: int, missing: int, max_unresolved_percent: float
) -> None:
    """Hold the counts of a read against what can be; raises DirectoryUnreadable.

    `missing` counts the members of groups that have no entry; some always remain of people who
    were deleted, so a few are let through whatever the share.
    """
    for what, found, base in (
        ("人 / accounts", accounts, "people_base"),
        ("グループ / groups", groups, "groups_base"),
    ):
        if not found:
            raise DirectoryUnreadable(
                directory,
                f"{what} が一つも見えません / none can be seen",
                f"{base} と、読み取り用アカウントの権限(LDIF では書き出しの範囲)を確かめてください"
                f" / check {base} and what the account may read (for LDIF, what was exported)",
            )
    if missing > max(_FEW, accounts * max_unresolved_percent / 100):
        raise DirectoryUnreadable(
            directory,
            f"グループが名指す {missing} 件の項目が見えません / "
            f"{missing} members of groups have no entry that can be seen",
            "people_base に全員が入るようにするか、削除済みの人をグループから外すか、"
            "max_unresolved_percent を上げてください / let people_base cover everybody, take "
            "deleted people out of the groups, or raise max_unresolved_percent",
        )
