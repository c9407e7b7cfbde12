"""What can become of the bytes of a file on its way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType


def empty(_: bytes) -> bytes:
    """Leave a file of no bytes."""
    return b""


def header_only(raw: bytes) -> bytes:
    """Leave nothing but the first line."""
    return raw.splitlines(keepends=True)[0] if raw else raw


def truncate(raw: bytes, *, share: float) -> bytes:
    """Lose a share of the bytes at the end, in the middle of whatever stands there."""
    return raw[: len(raw) - max(1, round(len(raw) * share))]


def zeros(raw: bytes) -> bytes:
    """Return as many zero bytes: what a disk that was full leaves."""
    return bytes(len(raw))


def mojibake(raw: bytes) -> bytes:
    """Read the bytes in a wrong encoding and write them again in another one."""
    return raw.decode("latin-1").encode("utf-8").replace(b"\x00", b"")


def another_file(_: bytes) -> bytes:
    """Return a page that says that something went wrong, in place of the file."""
    return b"<!DOCTYPE html><html><body><h1>503 Service Unavailable</h1></body></html>\n"


RAW_MUTATORS: Mapping[str, Callable[..., bytes]] = MappingProxyType(
    {
        "empty": empty,
        "header-only": header_only,
        "truncate": truncate,
        "zeros": zeros,
        "mojibake": mojibake,
        "error-page": another_file,
    }
)
