"""The `sql` directory: an application's own table of rights, by statements of the configuration."""

from __future__ import annotations

from typing import ClassVar

from connectors.sql.options import SqlOptions
from connectors.sql.reader import SqlReader
from connectors.sql.writer import SqlWriter
from syncd.ports.directory import Capability, DirectoryContext

__all__ = ["SqlDirectoryType", "SqlOptions", "SqlReader", "SqlWriter"]


class SqlDirectoryType:
    """What the entry point `sql` names."""

    Options: ClassVar[type[SqlOptions]] = SqlOptions

    @staticmethod
    def capabilities(options: SqlOptions) -> frozenset[Capability]:
        """Return what the configured statements allow."""
        able = {Capability.READ_WHOLE, Capability.READ_BACK}
        if options.has_known_snapshots or options.count:
            able.add(Capability.PROVE_COMPLETE)
        if options.revoke:
            able |= {Capability.WRITE, Capability.BATCH}
        if options.restore:
            able.add(Capability.RESTORE)
        return frozenset(able)

    @staticmethod
    def build_reader(options: SqlOptions, context: DirectoryContext) -> SqlReader:
        """Return the reader; connects to nothing yet."""
        return SqlReader(context.name, options, context)

    @staticmethod
    def build_writer(options: SqlOptions, context: DirectoryContext) -> SqlWriter:
        """Return the writer; connects to nothing yet."""
        return SqlWriter(context.name, options, context)
