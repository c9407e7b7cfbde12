"""Merkle Tree Hash by RFC 6962, section 2.1: the audit trail's fingerprint.

Only hashing is decided here; storing leaves and signing checkpoints is left to others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable


def leaf_hash(leaf: bytes) -> bytes:
    """Return the hash of one leaf (RFC 6962, 2.1: 0x00 before the entry)."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """An append-only tree that keeps only the roots of its full subtrees: O(log n) memory."""

    def __init__(self) -> None:
        """Start empty; the root of the empty tree is the hash of nothing."""
        self.size = 0
        self._peaks: list[tuple[int, bytes]] = []

    @classmethod
    def resumed(cls, peaks: Iterable[tuple[int, bytes]]) -> Tree:
        """Return the tree with these `peaks`, to be grown further."""
        tree = cls()
        tree._peaks = list(peaks)
        tree.size = sum(size for size, _ in tree._peaks)
        return tree

    @property
    def peaks(self) -> tuple[tuple[int, bytes], ...]:
        """Return (leaves, root) of each full subtree, largest first."""
        return tuple(self._peaks)

    def append(self, hashed_leaf: bytes) -> None:
        """Add one leaf hash at the end."""
        size, node = 1, hashed_leaf
        while self._peaks and self._peaks[-1][0] == size:
            _, left = self._peaks.pop()
            size, node = size * 2, _node(left, node)
        self._peaks.append((size, node))
        self.size += 1

    def root(self) -> bytes:
        """Return the Merkle Tree Hash of everything added so far."""
        if not self._peaks:
            return hashlib.sha256(b"").digest()
        root = self._peaks[-1][1]
        for _, left in reversed(self._peaks[:-1]):
            root = _node(left, root)
        return root


def root_of(leaf_hashes: Iterable[bytes]) -> bytes:
    """Return the root over these leaf hashes, in order."""
    tree = Tree()
    for hashed in leaf_hashes:
        tree.append(hashed)
    return tree.root()
