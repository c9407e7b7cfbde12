"""The `ldif` directory: an LDIF export read from a file, for closed networks without a server.

Reading is from the file that `path` names. Applying writes change records beside it (for
`ldapmodify` and `ldifde -i`), and with `in_place = true` rewrites the file as well.
"""

from __future__ import annotations

from typing import ClassVar

from connectors.ldif.options import LdifOptions
from connectors.ldif.reader import LdifReader
from connectors.ldif.writer import LdifWriter
from syncd.ports.directory import Capability, DirectoryContext

__all__ = ["LdifDirectoryType", "LdifOptions", "LdifReader", "LdifWriter"]


class LdifDirectoryType:
    """What the entry point `ldif` names."""

    Options: ClassVar[type[LdifOptions]] = LdifOptions

    @staticmethod
    def capabilities(options: LdifOptions) -> frozenset[Capability]:
        """Return what it can do."""
        missing = {Capability.DELTA}
        if not options.in_place:
            missing |= {Capability.READ_BACK}
        return frozenset(Capability) - missing

    @staticmethod
    def build_reader(options: LdifOptions, context: DirectoryContext) -> LdifReader:
        """Return the reader; the file need not be there yet."""
        return LdifReader(context.name, options, context)

    @staticmethod
    def build_writer(options: LdifOptions, context: DirectoryContext) -> LdifWriter:
        """Return the writer; the file need not be there yet."""
        return LdifWriter(context.name, options, context)
