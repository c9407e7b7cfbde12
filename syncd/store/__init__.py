"""The store: facts, cases, votes, plans, snapshots and the audit trail in SQLite or PostgreSQL.

`open_store` is all that others need. What is kept and how is told in
docs/decisions/0002-storage.md.
"""

from syncd.store.sql import SqlStore, open_store

__all__ = ["SqlStore", "open_store"]
