"""Makes a package: the sender's half of the hand-over, behind `syncd pack`.

Promise: a package is written whole or not at all, and its number is kept before it is used, so
that no number is ever given to two packages; one that was lost shows as a gap at the receiver.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pydantic import ValidationError

from connectors.package.manifest import FORMAT, MANIFEST, SIGNATURE, Manifest
from connectors.package.signing import KeyFileError, read_private_key, write_keys
from connectors.shared.bilingual import said
from connectors.shared.durable import locked, replace_file
from connectors.shared.records.options import RecordOptions
from connectors.shared.records.reading import FaultyFileError, parse_file
from syncd.core.facts import Provides
from syncd.errors import SourceRefused, UsageError
from syncd.ports.handover import Packing
from syncd.ports.source import SourceContext

NUMBERS = "numbers.json"
"""Beside the packages: the last number of all, and of each kind of fact."""


def make_keys(private: Path, public: Path) -> None:
    """Make a pair of keys, never over one that is there; raises UsageError."""
    try:
        write_keys(private, public)
    except OSError as error:
        raise UsageError(
            f"{error.filename}: {error.strerror}. No key was made or changed.",
            ja=f"{error.filename}: {error.strerror}。鍵は作らず、変えてもいません。",
        ) from error


def pack(packing: Packing, folder: Path) -> Path:
    """Write the next package into a folder and return its path.

    Every file is read as the receiver will read it. Raises SourceRefused with every fault of one,
    and UsageError where the key, the folder or what was given cannot be used.
    """
    try:
        key = read_private_key(packing.key)
        folder.mkdir(parents=True, exist_ok=True)
        contents = _contents(packing)
        with locked(folder / NUMBERS):
            manifest = _manifest(packing, contents, _numbers(folder))
            content = manifest.content()
            path = folder / f"syncd-{manifest.sequence:06}.zip"
            _keep(folder, manifest)
            replace_file(path, _zipped(content, key.sign(content), contents))
    except KeyFileError as error:
        raise UsageError(str(error), ja=said(error)) from error
    except OSError as error:
        raise UsageError(
            f"{error.filename}: {error.strerror}. Nothing was packed.",
            ja=f"{error.filename}: {error.strerror}。パッケージは作っていません。",
        ) from error
    return path


@dataclass(frozen=True, slots=True)
class _Content:
    raw: bytes
    provides: Provides
    rows: int
    base_on: date | None


def _contents(packing: Packing) -> dict[str, _Content]:
    """Read every file; raises SourceRefused, OSError, and UsageError for two of one name."""
    contents = {path.name: _checked(packing, kind, path) for kind, path in packing.files.items()}
    if len(contents) < len(packing.files):
        raise _no_package("two files have the same name", "同じ名前のファイルが二つあります")
    return contents


def _checked(packing: Packing, provides: Provides, path: Path) -> _Content:
    """Read a file as the receiver will; raises SourceRefused, OSError, UsageError."""
    raw = path.read_bytes()
    try:
        given = {**packing.options.get(provides, {}), "path": path.name}
        options = RecordOptions.model_validate(given)
    except ValidationError as error:
        why = str(error.errors(include_url=False, include_input=False)[0]["msg"])
        raise _no_package(f"{path.name}: {why}", f"{path.name}: {why}") from None
    if provides is Provides.ROSTER and options.base_on is None:
        options = options.model_copy(update={"base_on": packing.valid_on})
    width, words = packing.staff_number_width, packing.status_words
    context = SourceContext(str(provides), provides, path.parent, width, words)
    try:
        parsed = parse_file(raw, path.name, options, context)
    except FaultyFileError as error:
        raise SourceRefused(str(provides), str(path), error.faults) from error
    return _Content(raw, provides, parsed.rows, parsed.base_on)


def _numbers(folder: Path) -> dict[str, int]:
    """Return the last numbers used; raises UsageError where they cannot be told."""
    path = folder / NUMBERS
    try:
        kept = json.loads(path.read_text("utf-8"))
        return {str(kind): int(number) for kind, number in kept.items()}
    except FileNotFoundError:
        if any(folder.glob("syncd-*.zip")):
            raise _lost_numbers(path) from None
        return {}
    except (ValueError, AttributeError, TypeError):
        raise _lost_numbers(path) from None


def _lost_numbers(path: Path) -> UsageError:
    return UsageError(
        f"{path} is missing or damaged: a number could be used twice. Bring it back, or write "
        'the last numbers into it, such as {"": 12, "orders": 12, "roster": 9}.',
        ja=f"{path} がないか壊れていて、同じ通番を二度使うおそれがあります。控えから戻すか、"
        '最後の通番を {"": 12, "orders": 12, "roster": 9} のように書いてください。',
    )


def _manifest(
    packing: Packing, contents: Mapping[str, _Content], numbers: Mapping[str, int]
) -> Manifest:
    _check_day(packing.valid_on, contents)
    files = [
        {
            "name": name,
            "provides": content.provides,
            "sha256": hashlib.sha256(content.raw).hexdigest(),
            "size": len(content.raw),
            "rows": content.rows,
            "follows": numbers.get(content.provides, 0),
        }
        for name, content in contents.items()
    ]
    stated = {
        "format": FORMAT,
        "sender": packing.sender,
        "sequence": numbers.get("", 0) + 1,
        "valid_on": packing.valid_on,
        "made_at": packing.made_at,
        "files": files,
    }
    try:
        return Manifest.model_validate(stated)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise _no_package(str(first["msg"]), str(first["msg"])) from None


def _check_day(valid_on: date, contents: Mapping[str, _Content]) -> None:
    for name, content in contents.items():
        if content.base_on is not None and content.base_on != valid_on:
            raise _no_package(
                f"{name} is of {content.base_on}, not of {valid_on}",
                f"{name} の基準日は {content.base_on} で、{valid_on} ではありません",
            )


def _no_package(why: str, ja: str) -> UsageError:
    return UsageError(f"{why}. Nothing was packed.", ja=f"{ja}。パッケージは作っていません。")


def _keep(folder: Path, manifest: Manifest) -> None:
    """Keep the numbers that this package uses."""
    used = _numbers(folder) | {"": manifest.sequence}
    used |= {str(file.provides): manifest.sequence for file in manifest.files}
    replace_file(folder / NUMBERS, (json.dumps(used, sort_keys=True) + "\n").encode())


def _zipped(manifest: bytes, signature: bytes, contents: Mapping[str, _Content]) -> bytes:
    members = {MANIFEST: manifest, SIGNATURE: signature}
    members |= {name: content.raw for name, content in contents.items()}
    return _archive(list(members.items()))


def _archive(members: Sequence[tuple[str, bytes]]) -> bytes:
    """Return a zip of these members, the same bytes for the same members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
