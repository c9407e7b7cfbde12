"""Digests of what 内示 tells, put on record so that they prove later and tell nobody now.

A digest of little can be guessed by whoever guesses what it is of. The trail holds the SHA-256 of
a salt and the digests; the salt is kept in the store, where only who may open it reads it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import date

from syncd.ports.preapprovals import Seal
from syncd.ports.store import Unit


def seal(unit: Unit, digests: Sequence[str], on: date, new_id: Callable[[], str]) -> str:
    """Keep what opens a seal over these digests, under a day; return the seal for the trail."""
    salt = f"{new_id()}{new_id()}"
    sealed = seal_of(salt, digests)
    unit.keep_seal(Seal(sealed, salt, on, tuple(digests)))
    return sealed


def seal_of(salt: str, digests: Sequence[str]) -> str:
    """Return the SHA-256 of a salt and digests: with an empty salt, that of the digests alone."""
    return hashlib.sha256(json.dumps([salt, *digests]).encode()).hexdigest()
