r"""Whose account a line names: `DOMAIN\user`, `user@domain`, distinguished names, in any case."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Generic, TypeVar

_RDN = re.compile(r"[A-Za-z][A-Za-z0-9-]*=([^,+]+)")
T = TypeVar("T")


def parted(text: str) -> tuple[str, str]:
    """Return (account, domain) of a name as a log writes it, folded; an empty domain: none said."""
    name = unicodedata.normalize("NFKC", text).strip().strip('"').casefold()
    if found := _RDN.match(name):
        return found[1].strip(), ""
    if "\\" in name:
        domain, _, account = name.rpartition("\\")
        return account, domain
    account, _, domain = name.partition("@")
    return account, domain


class Accounts(Generic[T]):
    """Finds what concerns an account by the name a log gives it.

    A name and an account that both say a domain are one where the domains are, or where the log's
    is one of `domains`; where one of them says none, the name counts, unless `domains` are given
    and the log's is another.
    """

    def __init__(self, domains: Collection[str] = ()) -> None:
        """Take the domains whose accounts are the directory's; none: any."""
        self._domains = {domain.casefold() for domain in domains}
        self._known: dict[str, list[tuple[str, T]]] = defaultdict(list)

    def add(self, account: str, what: T) -> None:
        """Say what concerns an account."""
        name, domain = parted(account)
        self._known[name].append((domain, what))

    def named(self, text: str) -> Iterable[T]:
        """Yield what concerns the account that a log names."""
        name, domain = parted(text)
        for own, what in self._known.get(name, ()):
            if self._is_ours(domain, own):
                yield what

    def _is_ours(self, domain: str, own: str) -> bool:
        if domain == own or domain in self._domains or not domain:
            return True
        return not self._domains and not own
