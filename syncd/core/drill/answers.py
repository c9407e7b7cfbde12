"""What can be done to a directory's whole answer so that it lies, though it looks complete."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from math import ceil
from types import MappingProxyType

from syncd.core.ids import AccountId, StaffNumber
from syncd.core.memberships import Account, DirectorySnapshot, Group, MembershipBlock


def empty_answer(answer: DirectorySnapshot) -> DirectorySnapshot:
    """Answer with nothing at all, and say that it is everything."""
    return replace(answer, accounts={}, groups=(), blocks=())


def lose_accounts(answer: DirectorySnapshot, *, share: float) -> DirectorySnapshot:
    """Lose a share of the accounts with all their memberships."""
    names = list(answer.accounts)
    kept = names[: len(names) - round(len(names) * share)]
    accounts = {name: answer.accounts[name] for name in kept}
    return _with_blocks(replace(answer, accounts=accounts), _among(answer, accounts))


def lose_page(answer: DirectorySnapshot, *, share: float) -> DirectorySnapshot:
    """Lose a page of the people's entries: the groups still name those who stood on it."""
    names = list(answer.accounts)
    lost = set(names[: max(1, round(len(names) * share))])
    accounts = {
        name: Account(name, a.native, None) if name in lost else a
        for name, a in answer.accounts.items()
    }
    return replace(answer, accounts=accounts)


def lose_groups(answer: DirectorySnapshot, *, share: float) -> DirectorySnapshot:
    """Lose a share of the groups with all that they convey."""
    kept = answer.groups[: len(answer.groups) - ceil(len(answer.groups) * share)]
    keys = {group.key for group in kept}
    return _with_blocks(replace(answer, groups=kept), [b for b in answer.blocks if b.group in keys])


def hide_members(answer: DirectorySnapshot) -> DirectorySnapshot:
    """Show the groups and none of their members, as to an account that may not see them."""
    groups = tuple(replace(group, direct_count=0, subgroups=()) for group in answer.groups)
    return replace(answer, groups=groups, blocks=())


def shift_accounts(answer: DirectorySnapshot) -> DirectorySnapshot:
    """Give every account the staff number of the one beside it."""
    known = [a for a in answer.accounts.values() if a.staff_number is not None]
    numbers = [a.staff_number for a in known]
    moved = zip(known, (*numbers[1:], *numbers[:1]), strict=True)
    changed = {a.account: replace(a, staff_number=number) for a, number in moved}
    return replace(answer, accounts={**answer.accounts, **changed})


def slip_numbers(answer: DirectorySnapshot) -> DirectorySnapshot:
    """Let the staff number of every account slip by a digit."""
    return _renumbered(answer, lambda number: StaffNumber(number[1:] + number[0]))


def forget_numbers(answer: DirectorySnapshot) -> DirectorySnapshot:
    """Empty the attribute that holds the staff number."""
    return _renumbered(answer, lambda _: None)


def rename_accounts(answer: DirectorySnapshot) -> DirectorySnapshot:
    """Answer as another server does: the same groups, in them people whom nobody knows."""
    names = {name: AccountId(f"other-{name}") for name in answer.accounts}
    accounts = {
        names[a.account]: replace(a, account=names[a.account], native=f"other-{a.native}")
        for a in answer.accounts.values()
    }
    blocks = tuple(
        replace(b, accounts=tuple(names.get(a, a) for a in b.accounts)) for b in answer.blocks
    )
    return replace(answer, accounts=accounts, blocks=blocks)


def _renumbered(
    answer: DirectorySnapshot, change: Callable[[StaffNumber], StaffNumber | None]
) -> DirectorySnapshot:
    accounts = {
        name: a if a.staff_number is None else replace(a, staff_number=change(a.staff_number))
        for name, a in answer.accounts.items()
    }
    return replace(answer, accounts=accounts)


def _among(
    answer: DirectorySnapshot, accounts: Mapping[AccountId, Account]
) -> list[MembershipBlock]:
    kept = (
        replace(b, accounts=tuple(a for a in b.accounts if a in accounts)) for b in answer.blocks
    )
    return [block for block in kept if block.accounts]


def _with_blocks(answer: DirectorySnapshot, blocks: list[MembershipBlock]) -> DirectorySnapshot:
    """Return the answer with other blocks, the groups counting what is left in them."""
    direct: dict[str, set[AccountId]] = {}
    for block in blocks:
        if not block.path.through and not block.path.primary:
            direct.setdefault(block.group, set()).update(block.accounts)

    def counted(group: Group) -> Group:
        return replace(group, direct_count=min(group.direct_count, len(direct.get(group.key, ()))))

    return replace(answer, groups=tuple(map(counted, answer.groups)), blocks=tuple(blocks))


ANSWER_MUTATORS: Mapping[str, Callable[..., DirectorySnapshot]] = MappingProxyType(
    {
        "empty-answer": empty_answer,
        "lose-accounts": lose_accounts,
        "lose-page": lose_page,
        "lose-groups": lose_groups,
        "hide-members": hide_members,
        "shift-accounts": shift_accounts,
        "slip-numbers": slip_numbers,
        "forget-numbers": forget_numbers,
        "rename-accounts": rename_accounts,
    }
)
