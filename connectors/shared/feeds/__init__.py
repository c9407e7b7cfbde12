"""Feeds over HTTP: lists of a personnel service, read whole in pages and proved, then as tables."""
