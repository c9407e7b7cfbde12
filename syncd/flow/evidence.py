"""`syncd evidence verify`: hold the audit trail against its checkpoints, leaf by leaf."""

from __future__ import annotations

from syncd.core.merkle import Tree, leaf_hash
from syncd.flow.report import TrailReport
from syncd.ports.store import Store


def verify_trail(store: Store) -> TrailReport:
    """Recompute every leaf hash and every checkpoint's root (RFC 6962, section 2.1).

    A record that was altered, removed or inserted shows as a fault; nothing is repaired.
    """
    tree = Tree()
    faults: list[str] = []
    with store.begin() as unit:
        checkpoints = {c.size: c for c in unit.checkpoints()}
        for number, leaf, stored in unit.audit_leaves():
            if number != tree.size + 1:
                faults.append(f"record {tree.size + 1} is missing")
                break
            hashed = leaf_hash(leaf)
            if hashed != stored:
                faults.append(f"record {number} was altered")
            tree.append(hashed)
            checkpoint = checkpoints.pop(tree.size, None)
            if checkpoint is not None and checkpoint.root != tree.root().hex():
                faults.append(f"the checkpoint of {checkpoint.size} records does not agree")
        checkpoints.pop(0, None)
        faults += [f"records up to {size} are missing" for size in sorted(checkpoints)]
        seen = len(unit.checkpoints())
    return TrailReport(tree.size, seen, tree.root().hex(), tuple(faults))
