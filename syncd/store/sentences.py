"""Sentences in both languages, kept so that each reader gets theirs back."""

from __future__ import annotations

import json
from typing import Any

from syncd.bilingual import Bilingual
from syncd.store.codec import dumps

_PACKED = '["'


def pack(text: str) -> str | list[str]:
    """Return a text as JSON keeps it: both languages beside it where it has them."""
    return [str(text), text.ja, text.en] if isinstance(text, Bilingual) else text


def unpack(kept: Any) -> str:  # noqa: ANN401 - what JSON gives
    """Return what `pack` made something of."""
    if not isinstance(kept, list):
        return str(kept)
    text, ja, en = kept
    return Bilingual(text, ja=ja, en=en)


def pack_text(text: str) -> str:
    """Return a text as a column of text keeps it."""
    return dumps(pack(text)) if isinstance(text, Bilingual) else text


def unpack_text(kept: str) -> str:
    """Return what `pack_text` made something of."""
    return unpack(json.loads(kept)) if kept.startswith(_PACKED) else kept
