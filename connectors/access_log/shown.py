"""Texts of a log as they may be kept: cut, printable, and without anything that may be a My Number.

番号法: the records themselves must hold no 特定個人情報. A run of twelve digits and more is masked,
full-width, spaced and hyphenated ones too, whether or not its check digit is right.
"""

from __future__ import annotations

import re
import unicodedata

_MOST = 200
_RUN = re.compile(r"\d(?:[\s\-‐‑‒–—―−ーｰ・.?]{0,2}\d){11,}")
MASK = "************"


def shown(text: str) -> str:
    """Return a text as it may be kept and shown."""
    plain = unicodedata.normalize("NFKC", text[: 4 * _MOST])
    printable = "".join(c if c.isprintable() else "?" for c in plain)
    masked = _RUN.sub(MASK, printable)
    return masked if len(masked) <= _MOST else masked[: _MOST - 1] + "…"
