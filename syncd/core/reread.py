"""Guards on a directory's answer: what no honest directory loses between two whole reads.

A read can be complete, and prove so, and still be of another server, of a base that was moved, or
of an account that may no longer see what it saw. What it lacks would count as gone. Such an answer
is no reading: the directory is unknown until somebody has looked (design, sections 1 and 6).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from syncd.bilingual import Bilingual
from syncd.core.policy import GuardPolicy

_FEW = 10
_FEW_GROUPS = 1


class RereadGuard(StrEnum):
    """What makes the answer of a directory unbelievable; permanent names."""

    DIRECTORY_LOSS = "directory-loss"
    IDENTITY_CHANGE = "identity-change"
    UNREADABLE = "directory-unread"


@dataclass(frozen=True, slots=True)
class SnapshotChange:
    """How a snapshot differs from the one recorded before it, at `before_at`.

    Each pair counts what there was, and how much of it is gone. `renumbered` counts accounts that
    had a staff number and now have another or none.
    """

    before_at: datetime
    accounts: tuple[int, int]
    groups: tuple[int, int]
    members: tuple[int, int]
    renumbered: int


@dataclass(frozen=True, slots=True)
class Implausible:
    """Why an answer is not believed, and what to do."""

    guard: RereadGuard
    why: Bilingual
    remedy: Bilingual


_REMEDY = Bilingual(
    "See whether it is the right server, base and account. If it is, accept it once with "
    "loss_check = false in its [[directories]] table.",
    ja="サーバ、base、読み取り用アカウントが正しいか確かめてください。正しければ "
    "[[directories]] の loss_check = false で一度だけ受け入れてください。",
)


def check_change(
    change: SnapshotChange, own_removals: int, guards: GuardPolicy
) -> Implausible | None:
    """Return why a read is not believed; `own_removals` are members that syncd took out since."""
    before, gone = change.members
    losses = (
        ("利用者", "accounts", _FEW, *change.accounts),
        ("グループ", "groups", _FEW_GROUPS, *change.groups),
        ("所属", "memberships", _FEW, before, max(0, gone - own_removals)),
    )
    for ja, en, few, there, lost in losses:
        if lost > max(few, there * guards.max_directory_loss) or (there and lost == there):
            why = Bilingual(
                f"{lost} of the {there} {en} of the last read are missing "
                f"(limit {guards.max_directory_loss:.0%})",
                ja=f"前回読んだ{ja} {there} 件のうち {lost} 件がありません"
                f"（上限 {guards.max_directory_loss:.0%}）",
            )
            return Implausible(RereadGuard.DIRECTORY_LOSS, why, _REMEDY)
    known = change.accounts[0]
    if change.renumbered > max(_FEW, known * guards.max_row_loss):
        why = Bilingual(
            f"{change.renumbered} of {known} accounts have another staff number than before, or "
            f"none (limit {guards.max_row_loss:.0%})",
            ja=f"利用者 {known} 件のうち {change.renumbered} 件の職員番号が、前回と違うか空です"
            f"（上限 {guards.max_row_loss:.0%}）",
        )
        return Implausible(RereadGuard.IDENTITY_CHANGE, why, _REMEDY)
    return None
