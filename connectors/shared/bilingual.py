"""How a sentence for the person who must act is written: Japanese first, English beside it."""

from __future__ import annotations

from syncd.bilingual import Bilingual


def both(japanese: str, english: str) -> Bilingual:
    """Return one sentence in both languages; as a plain text both stand in it, Japanese first."""
    return Bilingual(f"{japanese} / {english}", ja=japanese, en=english)


def said(error: Exception) -> str:
    """Return what an error says, with both languages where it was made of them."""
    first = error.args[0] if error.args else ""
    return first if isinstance(first, Bilingual) else str(error)


ROW = both("行", "row")
"""The column of a fault that lies in a whole row."""
