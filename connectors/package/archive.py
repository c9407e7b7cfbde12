"""Opens a package and believes nothing of it before it is proved: names, sizes, signature, digests.

Promise: what comes out are the bytes that the sender signed, all of them and nothing else, or
BrokenPackageError says what is wrong. Nothing is ever written to disk, so that no path in the
archive leads anywhere; no member is unpacked further than the manifest says it is long.
"""

from __future__ import annotations

import hashlib
import hmac
import stat
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import ValidationError

from connectors.package.manifest import MANIFEST, SIGNATURE, Manifest, ManifestFile
from connectors.package.signing import SIZE, is_signed
from connectors.shared.bilingual import both

MOST_PACKED = 512 * 1024 * 1024
_MOST_MANIFEST = 256 * 1024
_MOST_MEMBERS = 64
_ENCRYPTED = 0x1
# What zipfile and zlib raise on a damaged archive; each is a fault of the package.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    UnicodeError,
    ValueError,
)


class BrokenPackageError(Exception):
    """The package is refused whole; `part` names the member at fault, empty for the archive."""

    def __init__(self, part: str, why: str) -> None:
        """Say what is wrong with what."""
        self.part = part
        super().__init__(why)


@dataclass(frozen=True, slots=True)
class SeenPackage:
    """A package whose manifest the sender signed; the files are read when they are wanted."""

    path: Path
    manifest: Manifest


def look_at(path: Path, keys: Iterable[Ed25519PublicKey]) -> SeenPackage:
    """Return the package with its proved manifest; raises BrokenPackageError."""
    with _opened(path) as archive:
        content = _unpacked(archive, MANIFEST, _MOST_MANIFEST)
        signature = _unpacked(archive, SIGNATURE, SIZE)
        if not is_signed(content, signature, keys):
            raise BrokenPackageError(
                SIGNATURE,
                both(
                    "署名が合いません。送り主の鍵を確かめ、送り直してもらってください",
                    "the signature is not the sender's: check the key and have it sent again",
                ),
            )
        manifest = _parsed(content)
        _check_members(archive, manifest)
    return SeenPackage(path, manifest)


def read_whole(package: SeenPackage) -> dict[str, bytes]:
    """Return every file by name, each proved by its digest; raises BrokenPackageError."""
    with _opened(package.path) as archive:
        return {file.name: _proved(archive, file) for file in package.manifest.files}


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        if path.is_symlink() or not path.is_file():
            raise BrokenPackageError("", both("普通のファイルではありません", "no plain file"))
        if path.stat().st_size > MOST_PACKED:
            raise BrokenPackageError("", both("大きすぎます", "the package is too large"))
        with zipfile.ZipFile(path) as archive:
            _check_archive(archive)
            yield archive
    except _DAMAGE as error:
        raise BrokenPackageError(
            "",
            both(
                "zip として読めません。壊れているか途中で切れています。送り直しを頼んでください",
                f"not a readable zip ({type(error).__name__}): have it sent again",
            ),
        ) from error


def _check_archive(archive: zipfile.ZipFile) -> None:
    """Refuse what no package ever holds, before anything is unpacked."""
    members = archive.infolist()
    if len(members) > _MOST_MEMBERS:
        raise BrokenPackageError("", both("ファイルが多すぎます", "too many files"))
    seen: set[str] = set()
    for member in members:
        name = member.filename
        if name.casefold() in seen:
            raise BrokenPackageError(name, both("同じ名前が二度あります", "the name comes twice"))
        seen.add(name.casefold())
        _check_member(member)


def _check_member(member: zipfile.ZipInfo) -> None:
    mode = member.external_attr >> 16
    if member.is_dir() or (stat.S_IFMT(mode) not in (0, stat.S_IFREG)):
        raise BrokenPackageError(
            member.filename,
            both("普通のファイルではありません(リンクなど)", "no plain file (a link or a folder)"),
        )
    if member.flag_bits & _ENCRYPTED:
        raise BrokenPackageError(
            member.filename, both("暗号化されています", "the file is encrypted")
        )


def _parsed(content: bytes) -> Manifest:
    try:
        return Manifest.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise BrokenPackageError(
            MANIFEST,
            both(f"目録が正しくありません: {place}", f"the manifest is wrong: {first['msg']}"),
        ) from None


def _check_members(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    """Hold that the archive has exactly what the manifest names."""
    there = {member.filename for member in archive.infolist()} - {MANIFEST, SIGNATURE}
    named = {file.name for file in manifest.files}
    for name in sorted(named - there):
        raise BrokenPackageError(name, both("目録にあるのに入っていません", "the file is missing"))
    for name in sorted(there - named):
        raise BrokenPackageError(
            name, both("目録にないファイルです", "the manifest does not name this file")
        )


def _proved(archive: zipfile.ZipFile, file: ManifestFile) -> bytes:
    content = _unpacked(archive, file.name, file.size)
    digest = hashlib.sha256(content).hexdigest()
    if len(content) != file.size or not hmac.compare_digest(digest, file.sha256):
        raise BrokenPackageError(
            file.name,
            both(
                "目録の SHA-256 と違います。書き換えられたか壊れています",
                "it is not what the manifest says: changed or damaged",
            ),
        )
    return content


def _unpacked(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """Return a member, never unpacking more than `most` bytes and one (a bomb stops there)."""
    try:
        member = archive.getinfo(name)
    except KeyError:
        raise BrokenPackageError(name, both("入っていません", "it is missing")) from None
    with archive.open(member) as stream:
        content = stream.read(most + 1)
    if len(content) > most:
        raise BrokenPackageError(
            name, both("目録より大きく展開されます", "it unpacks to more than it may")
        )
    return content
