"""Connectors: what speaks to the outside, each known to syncd only by a port and an entry point."""
