"""Checks a file against the `<file>.sha256` beside it, as `sha256sum` writes it."""

from __future__ import annotations

import hmac
import re
from pathlib import Path

from connectors.shared.bilingual import both
from syncd.core.intake import InputGuard
from syncd.errors import RowFault

SUFFIX = ".sha256"
_LINE = re.compile(r"\\?(?P<digest>[0-9a-fA-F]{64})(?:\s+\*?(?P<name>.+?))?\s*")


def integrity_faults(path: Path, digest: str, *, required: bool) -> tuple[RowFault, ...]:
    """Return why the file is not the one that was sent; `digest` is its SHA-256 in hex.

    A checksum that is there must match whether it is required or not.
    """
    sidecar = path.with_name(path.name + SUFFIX)
    try:
        return sidecar_faults(path.name, digest, sidecar.read_bytes())
    except FileNotFoundError:
        return (missing_sidecar(path.name),) if required else ()
    except OSError as error:
        ja, en = f"チェックサムを読めません: {error}", f"the checksum cannot be read: {error}"
        return (RowFault(0, sidecar.name, None, both(ja, en), guard=InputGuard.CHECKSUM),)


def sidecar_faults(name: str, digest: str, content: bytes) -> tuple[RowFault, ...]:
    """Return what the content of a checksum file says against the file of that name."""
    try:
        stated = _stated(content.decode("utf-8-sig"), name)
    except UnicodeDecodeError:
        stated = None
    if stated is None:
        ja = f"{name} のチェックサムがありません(sha256sum の形式)"
        en = f"holds no checksum for {name} in the format of sha256sum"
        return (RowFault(0, name + SUFFIX, None, both(ja, en), guard=InputGuard.CHECKSUM),)
    if hmac.compare_digest(stated.lower(), digest):
        return ()
    ja = "チェックサムが一致しません。途中で切れたか書き換えられています。転送し直してください"
    en = f"the file is not the one that was sent (its SHA-256 is {digest}): transfer it again"
    return (RowFault(0, name + SUFFIX, None, both(ja, en), guard=InputGuard.CHECKSUM),)


def _stated(text: str, name: str) -> str | None:
    """Return the digest for the file: that of its line, or the only one if it names no file."""
    lines = [found for line in text.splitlines() if (found := _LINE.fullmatch(line))]
    named = {Path(found["name"]).name: found["digest"] for found in lines if found["name"]}
    nameless = [found["digest"] for found in lines if not found["name"]]
    return named.get(name) or (nameless[0] if len(lines) == len(nameless) == 1 else None)


def missing_sidecar(name: str) -> RowFault:
    """Return the fault of a file whose required checksum file is not there."""
    ja = 'チェックサムのファイルがありません(integrity = "required")'
    told = both(ja, "the required checksum file is missing")
    return RowFault(0, name + SUFFIX, None, told, guard=InputGuard.CHECKSUM)
