"""The `entra` directory: groups of Microsoft Entra ID over Microsoft Graph v1.0."""

from __future__ import annotations

from typing import ClassVar

from connectors.entra.options import EntraOptions
from connectors.entra.reader import EntraReader
from connectors.entra.writer import EntraWriter
from syncd.ports.directory import Capability, DirectoryContext

__all__ = ["EntraDirectoryType", "EntraOptions", "EntraReader", "EntraWriter"]


class EntraDirectoryType:
    """What the entry point `entra` names."""

    Options: ClassVar[type[EntraOptions]] = EntraOptions

    @staticmethod
    def capabilities(options: EntraOptions) -> frozenset[Capability]:
        """Return what it can do: everything, though not in every group (`Group.unwritable`)."""
        del options
        return frozenset(Capability)

    @staticmethod
    def build_reader(options: EntraOptions, context: DirectoryContext) -> EntraReader:
        """Return the reader; connects to nothing yet."""
        return EntraReader(context.name, options, context)

    @staticmethod
    def build_writer(options: EntraOptions, context: DirectoryContext) -> EntraWriter:
        """Return the writer; connects to nothing yet."""
        return EntraWriter(context.name, options, context)
