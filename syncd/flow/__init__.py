"""The use cases: ports in, the pure core in the middle, ports out. No database, no framework."""
