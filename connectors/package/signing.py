"""Ed25519 signatures over manifests (RFC 8032); keys in PEM files (RFC 8410)."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from connectors.shared.bilingual import both

SIZE = 64
"""Octets of a signature."""
_OTHERS = 0o077


class KeyFileError(Exception):
    """A key that cannot be used; the message says which file, why, and what to do."""


def read_private_key(path: Path) -> Ed25519PrivateKey:
    """Return the key that signs; raises KeyFileError, also where others may read the file."""
    raw = _read(path)
    if os.name == "posix" and path.stat().st_mode & _OTHERS:
        raise KeyFileError(
            both(
                f"{path}: ほかの人が読める鍵です。chmod 600 にしてください",
                "others may read this key: chmod 600",
            )
        )
    try:
        key = load_pem_private_key(raw, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise _no_key(path) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise _no_key(path)
    return key


def read_public_key(path: Path) -> Ed25519PublicKey:
    """Return a key that is believed; raises KeyFileError."""
    try:
        key = load_pem_public_key(_read(path))
    except (ValueError, UnsupportedAlgorithm):
        raise _no_key(path) from None
    if not isinstance(key, Ed25519PublicKey):
        raise _no_key(path)
    return key


def write_keys(private: Path, public: Path) -> None:
    """Make a pair of keys and write both; raises FileExistsError, never overwriting a key."""
    key = Ed25519PrivateKey.generate()
    content = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    handle = os.open(private, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    with public.open("xb") as file:
        file.write(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


def is_signed(content: bytes, signature: bytes, keys: Iterable[Ed25519PublicKey]) -> bool:
    """Tell whether one of the keys signed exactly these bytes."""
    for key in keys:
        try:
            key.verify(signature, content)
        except InvalidSignature:
            continue
        return True
    return False


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise KeyFileError(f"{path}: {error.strerror}") from error


def _no_key(path: Path) -> KeyFileError:
    return KeyFileError(
        both(f"{path}: Ed25519 の鍵(PEM)ではありません", "this is no Ed25519 key in PEM")
    )
