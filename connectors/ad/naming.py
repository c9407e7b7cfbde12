"""Gives groups back the names that people know, once everything was told apart by identity."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from connectors.ad.entries import AdGroup, Translation, is_foreign
from connectors.ad.identity import group_key
from connectors.ad.protected import is_protected, needs_administrator
from syncd.core.ids import AccountId
from syncd.core.memberships import Account, DirectorySnapshot, Group, MembershipBlock, Path


class Naming:
    """The names of one read: keys of groups by native id, and of members that have no entry."""

    def __init__(self, met: Translation) -> None:
        """Take what the read met."""
        self._met = met
        self._keys = {native: group_key(group.named) for native, group in met.groups.items()}
        self._accounts = {
            AccountId(native): AccountId(named.dn)
            for native, named in met.names.items()
            if native not in met.groups and native not in met.people and not is_foreign(named)
        }

    def key(self, native: str) -> str:
        """Return the key of a group, empty where there is no such group."""
        return self._keys.get(native, "")

    def account(self, name: AccountId) -> AccountId:
        """Return the name of an account; who has no entry goes by the name in the group."""
        return self._accounts.get(name, name)

    def snapshot(self, given: DirectorySnapshot) -> DirectorySnapshot:
        """Return the snapshot with every name put in."""
        accounts = self.accounts(given.accounts)
        blocks = tuple(self.blocks(given.blocks))
        groups = tuple(self.groups(given.groups, blocks, accounts))
        return replace(given, accounts=accounts, groups=groups, blocks=blocks)

    def accounts(self, given: Mapping[AccountId, Account]) -> Mapping[AccountId, Account]:
        """Return the accounts under their names."""
        return {
            self._accounts.get(name, name): (
                replace(account, account=self._accounts[name])
                if name in self._accounts
                else account
            )
            for name, account in given.items()
        }

    def blocks(self, given: Iterable[MembershipBlock]) -> Iterator[MembershipBlock]:
        """Yield the blocks with keys of groups and names of accounts."""
        strangers = self._accounts.keys()
        for block in given:
            through = tuple(self._keys[native] for native in block.path.through)
            accounts = block.accounts
            if strangers and not strangers.isdisjoint(accounts):
                accounts = tuple(self._accounts.get(name, name) for name in accounts)
            path = Path(through, block.path.primary)
            yield MembershipBlock(self._keys[block.group], path, accounts)

    def groups(
        self,
        given: Iterable[Group],
        blocks: Iterable[MembershipBlock],
        accounts: Mapping[AccountId, Account],
    ) -> Iterator[Group]:
        """Yield the groups with all their names, and what protects them."""
        direct = {block.group: block.accounts for block in blocks if block.path == Path()}
        for group in given:
            met = self._met.groups[group.key]
            key = self._keys[group.key]
            enabled = (accounts[name] for name in direct.get(key, ()))
            keeps = needs_administrator(met.named)
            yield replace(
                group,
                key=key,
                subgroups=tuple(self._keys[native] for native in group.subgroups),
                aliases=_aliases(met),
                protected=is_protected(met.named, met.admin_count),
                must_keep=tuple(a.native for a in enabled if a.enabled) if keeps else (),
            )


def _aliases(group: AdGroup) -> tuple[str, ...]:
    """Return the further names by which a list may mean a group."""
    named = group.named
    return tuple(name for name in (named.dn, named.native, named.sid) if name)
