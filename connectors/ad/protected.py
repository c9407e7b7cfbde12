"""Which groups rule the domain itself, by their well-known SIDs, whatever they are called.

The names are translated and may be changed; the SIDs may not (MS-ADTS 6.1.1.6, 3.1.1.6.1.1).
AdminSDHolder guards these groups and everything that stands in them, and marks it by adminCount.
"""

from __future__ import annotations

from connectors.ad.identity import Named

_BUILTIN = "S-1-5-32-"
_BUILTIN_RIDS = frozenset({544, 548, 549, 550, 551, 552})
"""Administrators, Account, Server, Print and Backup Operators, Replicator."""
_DOMAIN_RIDS = frozenset({498, 512, 516, 517, 518, 519, 520, 521, 526, 527})
"""Domain, Schema and Enterprise Admins, controllers, certificates, policies, keys."""
_MUST_NOT_EMPTY = (("S-1-5-32-", 544), ("S-1-5-21-", 512))
"""Administrators and Domain Admins: without somebody in them nobody can mend the domain."""


def is_protected(named: Named, admin_count: str) -> bool:
    """Tell whether nobody may be taken out of a group without two persons."""
    rids = _BUILTIN_RIDS if named.sid.startswith(_BUILTIN) else _DOMAIN_RIDS
    return named.rid in rids or admin_count not in ("", "0")


def needs_administrator(named: Named) -> bool:
    """Tell whether one account that can sign in must always stay in the group."""
    return any(named.sid.startswith(sid) and named.rid == rid for sid, rid in _MUST_NOT_EMPTY)
