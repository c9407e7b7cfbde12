"""Takes packages out of the drop folder one after the other, in the sender's own numbers.

Every file in the folder must be a package of the sender's: one that is not refuses the input and
is named, as is a gap or a number that comes again. Nothing in the folder is moved or deleted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import ClassVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from connectors.package.archive import BrokenPackageError, SeenPackage, read_whole
from connectors.package.glances import Glances
from connectors.package.manifest import ManifestFile
from connectors.package.options import PackageOptions
from connectors.package.packing import make_keys, pack
from connectors.package.signing import KeyFileError, read_public_key
from connectors.shared.bilingual import both, said
from connectors.shared.records.checking import check_columns
from connectors.shared.records.reading import FaultyFileError, Parsed, parse_file
from connectors.shared.records.source import whole_reading
from syncd.core.facts import Provides
from syncd.core.intake import InputGuard
from syncd.errors import ConfigurationError, RowFault, SourceRefused
from syncd.ports.handover import Packing
from syncd.ports.source import Fingerprint, Source, SourceContext, SourceReading

_TOKYO = ZoneInfo("Asia/Tokyo")
_SEQUENCE = both("通番", "sequence")


@dataclass(frozen=True, slots=True)
class _Numbered:
    """A proved package that holds the kind of fact asked for."""

    seen: SeenPackage
    file: ManifestFile

    @property
    def sequence(self) -> int:
        return self.seen.manifest.sequence

    @property
    def sha256(self) -> str:
        """What tells it from another of the same number: the digest of what was signed."""
        return hashlib.sha256(self.seen.manifest.content()).hexdigest()


@dataclass(slots=True)
class PackageSource:
    """One kind of fact out of a sender's packages; implements `ports.source.SequencedSource`.

    `chosen` is the one package that `following` bound this object to; None: the newest there is.
    """

    name: str
    provides: Provides
    options: PackageOptions
    context: SourceContext
    chosen: _Numbered | None = None
    glances: Glances = field(default_factory=Glances, repr=False)

    def following(self, sequence: int | None, sha256: str) -> Source | None:
        """Return the package after the one that was taken last; None where it has not come yet.

        Raises SourceRefused for a gap, a number that comes again, and a file that is no package.
        """
        waiting, broken = self._folder()
        self._check_repeats(waiting, sequence, sha256)
        left = [p for p in waiting if sequence is None or p.sequence > sequence]
        if left and (sequence is None or left[0].file.follows == sequence):
            return replace(self, chosen=left[0])
        if broken:
            raise broken[0]
        if left:
            raise self._refused(
                left[0].seen.path,
                _SEQUENCE,
                str(left[0].sequence),
                both(
                    f"これより前の {left[0].file.follows} 番が届いていません"
                    f"(最後に受理したのは {sequence} 番)",
                    f"number {left[0].file.follows} before it has not come "
                    f"(the last one taken is {sequence})",
                ),
            )
        if sequence is not None and waiting and waiting[-1].sequence < sequence:
            raise self._refused(
                waiting[-1].seen.path,
                _SEQUENCE,
                str(waiting[-1].sequence),
                both(
                    f"{sequence} 番まで受理しています。古いパッケージの繰り返しです",
                    f"number {sequence} was taken already: an old package comes again",
                ),
            )
        return None

    def fingerprint(self) -> Fingerprint:
        """Return what tells this package from the one before; raises SourceRefused."""
        return self._fingerprint(self._package())

    def read(self) -> SourceReading:
        """Read the package whole; raises SourceRefused."""
        package = self._package()
        path, file = package.seen.path, package.file
        try:
            raw = read_whole(package.seen)[file.name]
            parsed = parse_file(raw, file.name, self._options(package), self.context)
        except BrokenPackageError as error:
            raise self._refused(path, error.part, None, said(error)) from error
        except FaultyFileError as error:
            raise SourceRefused(self.name, f"{path}/{file.name}", error.faults) from error
        self._check_statement(package, parsed)
        reading = whole_reading(self.context, self._fingerprint(package), parsed)
        return replace(reading, sequence=package.sequence, follows=package.file.follows)

    def _options(self, package: _Numbered) -> PackageOptions:
        """Return the options with the day that the package is valid for as a roster's 基準日."""
        if self.provides is not Provides.ROSTER or self.options.base_on is not None:
            return self.options
        return self.options.model_copy(update={"base_on": package.seen.manifest.valid_on})

    def _check_statement(self, package: _Numbered, parsed: Parsed) -> None:
        """Hold what was read against what the manifest states of it."""
        valid_on = package.seen.manifest.valid_on
        if parsed.rows != package.file.rows:
            raise self._refused(
                package.seen.path,
                package.file.name,
                str(parsed.rows),
                both(
                    f"目録では {package.file.rows} 行です",
                    f"the manifest states {package.file.rows} rows",
                ),
            )
        if parsed.base_on is not None and parsed.base_on != valid_on:
            raise self._refused(
                package.seen.path,
                "基準日",
                parsed.base_on.isoformat(),
                both(f"目録では {valid_on} です", f"the manifest says {valid_on}"),
            )

    def _fingerprint(self, package: _Numbered) -> Fingerprint:
        made_at = package.seen.manifest.made_at.astimezone(_TOKYO)
        return Fingerprint(package.sha256, made_at, str(package.seen.path))

    def _package(self) -> _Numbered:
        if self.chosen is not None:
            return self.chosen
        waiting, broken = self._folder()
        if broken:
            raise broken[0]
        if not waiting:
            raise self._refused(
                self._drop,
                "",
                None,
                both(
                    f"{self.provides} を含むパッケージがありません",
                    f"there is no package with {self.provides}",
                ),
            )
        return waiting[-1]

    @property
    def _drop(self) -> Path:
        return self.context.base_dir / self.options.path

    def _folder(self) -> tuple[list[_Numbered], list[SourceRefused]]:
        """Return the packages that hold our kind of fact, by number, and the refused files."""
        try:
            keys = [read_public_key(self.context.base_dir / k) for k in self.options.sender_key]
            paths = sorted(p for p in self._drop.iterdir() if p.suffix.lower() == ".zip")
        except (KeyFileError, OSError) as error:
            raise self._refused(self._drop, "", None, str(error)) from error
        self.glances.forget_others(paths)
        waiting: list[_Numbered] = []
        broken: list[SourceRefused] = []
        for path in paths:
            try:
                seen = self.glances.look_at(path, keys)
            except (BrokenPackageError, OSError) as error:
                part = error.part if isinstance(error, BrokenPackageError) else ""
                broken.append(self._refused(path, part, None, said(error)))
                continue
            if seen.manifest.sender != self.options.sender:
                broken.append(self._refused(path, "sender", None, _OTHER_SENDER))
                continue
            file = seen.manifest.file_of(self.provides)
            waiting += [] if file is None else [_Numbered(seen, file)]
        return sorted(waiting, key=lambda package: package.sequence), broken

    def _check_repeats(
        self, waiting: Sequence[_Numbered], sequence: int | None, sha256: str
    ) -> None:
        numbers = [package.sequence for package in waiting]
        for package in waiting:
            twice = numbers.count(package.sequence) > 1
            changed = package.sequence == sequence and package.sha256 != sha256
            if twice or changed:
                raise self._refused(
                    package.seen.path,
                    _SEQUENCE,
                    str(package.sequence),
                    both(
                        "同じ番号のパッケージが別にあります",
                        "another package has the same number",
                    ),
                )

    def _refused(self, path: Path, part: str, value: str | None, why: str) -> SourceRefused:
        guard = InputGuard.SEQUENCE if part == _SEQUENCE else InputGuard.PACKAGE
        return SourceRefused(self.name, str(path), (RowFault(0, part, value, why, guard=guard),))


_OTHER_SENDER = both("設定にある送り主ではありません", "not the configured sender")


class PackageSourceType:
    """The entry point of the `package` source."""

    Options: ClassVar[type[BaseModel]] = PackageOptions

    @staticmethod
    def build(options: BaseModel, context: SourceContext) -> Source:
        """Return the source; raises ConfigurationError."""
        if not isinstance(options, PackageOptions):
            raise ConfigurationError(f"source {context.name!r}: these are no options of packages")
        check_columns(options, context)
        return PackageSource(context.name, context.provides, options, context)

    @staticmethod
    def make_keys(private: Path, public: Path) -> None:
        """Make a pair of keys; implements `ports.handover.PackageMaker`."""
        make_keys(private, public)

    @staticmethod
    def pack(packing: Packing, folder: Path) -> Path:
        """Write the next package; implements `ports.handover.PackageMaker`."""
        return pack(packing, folder)
