"""Cursors: opaque texts that name the last thing seen; whoever alters one gets a clear error."""

from __future__ import annotations

import base64
import hashlib
import json
import re

from pydantic import BaseModel

from syncd.errors import UsageError

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def encode_cursor(parts: tuple[str, ...]) -> str | None:
    """Return a cursor, or None where nothing follows."""
    if not parts:
        return None
    return base64.urlsafe_b64encode(json.dumps(parts, ensure_ascii=False).encode()).decode()


def decode_cursor(text: str) -> tuple[str, ...]:
    """Return what a cursor holds; raises UsageError for any other text."""
    if not text:
        return ()
    try:
        parts = json.loads(base64.urlsafe_b64decode(text.encode()))
    except (ValueError, RecursionError):
        parts = None
    if not isinstance(parts, list) or not all(_is_ours(part) for part in parts):
        raise cursor_of_none_of_ours()
    return tuple(parts)


def cursor_of_none_of_ours() -> UsageError:
    """Return what is said of a cursor that was not given here."""
    return UsageError(
        "the cursor is none of ours; begin without one.",
        ja="このカーソルはここで渡したものではありません。カーソルなしで始めてください。",
    )


def _is_ours(part: object) -> bool:
    """Tell whether a part can have come from the store: halves of characters and NUL cannot."""
    return isinstance(part, str) and not _UNSTORABLE.search(part)


def etag_of(model: BaseModel) -> str:
    """Return the strong ETag of an answer: the hash of exactly what it says (RFC 9110, 8.8.3)."""
    digest = hashlib.sha256(model.model_dump_json().encode()).hexdigest()
    return f'"{digest[:32]}"'
