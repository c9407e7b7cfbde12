"""Signatures by the Standard Webhooks specification 1.0.0, symmetric (`v1`, HMAC-SHA256).

Promise: a receiver that knows a secret can tell that a message is ours, whole, and when it was
sent. One secret a line: while a secret is being replaced the old one signs beside the new one,
so that no message is lost on the day.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Sequence

from connectors.shared.bilingual import both
from connectors.shared.failures import SetUpError

_PREFIX = "whsec_"
_SHORTEST = 24  # bytes, as the specification asks


def parse_secrets(text: str) -> tuple[bytes, ...]:
    """Return the keys of the lines of a secret; raises SetUpError, which shows none of them."""
    lines = (line.strip() for line in text.splitlines())
    keys = tuple(_key(line) for line in lines if line)
    if not keys or any(len(key) < _SHORTEST for key in keys):
        raise SetUpError(
            both(
                f"署名の秘密は {_SHORTEST} バイト以上にしてください",
                f"a signing secret must have at least {_SHORTEST} bytes",
            )
        )
    return keys


def sign(keys: Sequence[bytes], key_of_message: str, seconds: int, content: bytes) -> str:
    """Return the `webhook-signature` of a content sent at `seconds` since the epoch."""
    signed = f"{key_of_message}.{seconds}.".encode() + content
    digests = (hmac.digest(key, signed, "sha256") for key in keys)
    return " ".join("v1," + base64.b64encode(digest).decode("ascii") for digest in digests)


def _key(line: str) -> bytes:
    if not line.startswith(_PREFIX):
        return line.encode()
    try:
        return base64.b64decode(line.removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        raise SetUpError(
            both(
                f"{_PREFIX} に続く base64 が正しくありません",
                f"what follows {_PREFIX} is not base64",
            )
        ) from None
