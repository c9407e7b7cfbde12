"""Approving ahead: what a coming day takes, voting on it, and taking the votes over on the day."""
