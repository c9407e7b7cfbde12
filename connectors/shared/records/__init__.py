"""From the bytes of a table to records, for every source that reads rosters, orders, lists."""
