"""A sentence that people read in their own language: one text that carries both.

It is made where both are known, beside what it tells, and asked for its language only where
somebody reads it. As a plain text it is what terminals, logs and machines are given.
"""

from __future__ import annotations

from typing import Self


class Bilingual(str):
    """A text with its Japanese and its English; whichever is not given is the text itself."""

    __slots__ = ("en", "ja")
    en: str
    ja: str

    def __new__(cls, text: str, *, ja: str | None = None, en: str | None = None) -> Self:
        """Make one: `Bilingual("what logs show", ja="…")`."""
        made = super().__new__(cls, text)
        made.ja = str(text) if ja is None else ja
        made.en = str(text) if en is None else en
        return made


def japanese(text: str) -> str:
    """Return a text in Japanese where it has that, else as it is."""
    return text.ja if isinstance(text, Bilingual) else text


def english(text: str) -> str:
    """Return a text in English where it has that, else as it is."""
    return text.en if isinstance(text, Bilingual) else text
