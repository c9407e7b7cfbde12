"""How a sentence for the person who must act is written: Japanese first, English beside it."""

from __future__ import annotations


def both(japanese: str, english: str) -> str:
    """Return one sentence in both languages, Japanese first."""
    return f"{japanese} / {english}"


ROW = both("行", "row")
"""The column of a fault that lies in a whole row."""
