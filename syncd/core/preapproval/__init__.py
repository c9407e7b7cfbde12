"""Approving ahead: people decide days before what a coming day will take, line by line."""
