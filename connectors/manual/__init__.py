"""The `manual` directory: systems that nothing can reach, changed by people and read from a list.

住基ネットの操作者ID, a packaged application, a door, a key, a permit to carry a device: its owner
exports who holds what, and a removal becomes a task for a person (`syncd.core.tasks`).
"""

from __future__ import annotations

from typing import ClassVar

from connectors.manual.options import COLUMNS, ManualOptions
from connectors.manual.reader import ManualReader
from connectors.manual.writer import ManualWriter
from connectors.shared.tables.options import FILLER
from syncd.core.tasks import HandOver
from syncd.errors import ConfigurationError
from syncd.ports.directory import Capability, DirectoryContext

__all__ = ["ManualDirectoryType", "ManualOptions", "ManualReader", "ManualWriter"]


class ManualDirectoryType:
    """What the entry point `manual` names."""

    Options: ClassVar[type[ManualOptions]] = ManualOptions

    @staticmethod
    def capabilities(options: ManualOptions) -> frozenset[Capability]:
        """Return what it can do: nothing is written here, and a list proves itself or does not."""
        able = {Capability.WRITE, Capability.BATCH}
        if options.path:
            able |= {Capability.READ_WHOLE}
        if options.path and options.proves_itself:
            able |= {Capability.PROVE_COMPLETE}
        return frozenset(able)

    @staticmethod
    def hand_over(options: ManualOptions) -> HandOver:
        """Return who does the tasks, and how."""
        return HandOver(
            options.kind,
            options.doers,
            options.contact,
            options.instructions,
            needs_evidence=options.evidence == "required",
            due_open_days=options.due_open_days,
        )

    @staticmethod
    def build_reader(options: ManualOptions, context: DirectoryContext) -> ManualReader:
        """Return the reader; raises ConfigurationError naming columns that do not exist."""
        named = {*options.columns, *(name for name, _ in options.widths)} - {FILLER}
        known = {column.name for column in COLUMNS}
        wrong = sorted(named - known)
        if wrong:
            raise ConfigurationError(
                f"directory {context.name!r}: a list has no columns {', '.join(wrong)}; "
                f"it has: {', '.join(sorted(known))}"
            )
        return ManualReader(context.name, options, context)

    @staticmethod
    def build_writer(options: ManualOptions, context: DirectoryContext) -> ManualWriter:
        """Return the writer, which hands over; the list need not be there yet."""
        return ManualWriter(context.name, ManualReader(context.name, options, context))
