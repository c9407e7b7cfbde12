"""Finds the file and reads its bytes; everything that can be wrong becomes SourceRefused."""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel

from connectors.file.options import FileOptions
from connectors.shared.records.checking import check_columns
from connectors.shared.records.source import FetchedTable, TableSource
from connectors.shared.tables.integrity import integrity_faults
from connectors.shared.tables.place import read_newest
from syncd.errors import ConfigurationError
from syncd.ports.source import Source, SourceContext


class FileSource(TableSource):
    """One configured file, or the newest of those that a pattern names."""


class FileSourceType:
    """The entry point of the `file` source."""

    Options: ClassVar[type[BaseModel]] = FileOptions

    @staticmethod
    def build(options: BaseModel, context: SourceContext) -> Source:
        """Return the source; raises ConfigurationError naming columns that do not exist."""
        if not isinstance(options, FileOptions):
            raise ConfigurationError(f"source {context.name!r}: these are no options of a file")
        check_columns(options, context)

        def fetch() -> FetchedTable:
            file = read_newest(options.path, context.base_dir)
            required = options.integrity == "required"
            wrong = integrity_faults(file.path, file.sha256, required=required)
            where = str(file.path)
            return FetchedTable(
                file.path.name, where, file.raw, file.modified_at, file.sha256, wrong
            )

        return FileSource(context.name, context.provides, options, context, fetch)
