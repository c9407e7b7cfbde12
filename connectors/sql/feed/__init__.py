"""The `sql` source: a view in a personnel system's database gives any kind of fact.

Promise: the view is read whole at one moment, in a transaction that cannot write, or not taken.
"""

from __future__ import annotations

from connectors.sql.feed.options import SqlFeedOptions
from connectors.sql.feed.source import SqlSourceType

__all__ = ["SqlFeedOptions", "SqlSourceType"]
