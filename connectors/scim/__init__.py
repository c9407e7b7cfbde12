"""The `scim` directory: users and groups of a service over SCIM 2.0 (RFC 7643, RFC 7644)."""

from __future__ import annotations

from typing import ClassVar

from connectors.scim.options import ScimOptions
from connectors.scim.reader import ScimReader
from connectors.scim.writer import ScimWriter
from syncd.ports.directory import Capability, DirectoryContext

__all__ = ["ScimDirectoryType", "ScimOptions", "ScimReader", "ScimWriter"]


class ScimDirectoryType:
    """What the entry point `scim` names."""

    Options: ClassVar[type[ScimOptions]] = ScimOptions

    @staticmethod
    def capabilities(options: ScimOptions) -> frozenset[Capability]:
        """Return what it can do: SCIM has no way to ask what changed."""
        del options
        return frozenset(Capability) - {Capability.DELTA}

    @staticmethod
    def build_reader(options: ScimOptions, context: DirectoryContext) -> ScimReader:
        """Return the reader; connects to nothing yet."""
        return ScimReader(context.name, options, context)

    @staticmethod
    def build_writer(options: ScimOptions, context: DirectoryContext) -> ScimWriter:
        """Return the writer; connects to nothing yet."""
        return ScimWriter(context.name, options, context)
