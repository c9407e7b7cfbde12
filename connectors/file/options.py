"""The options of a `[[sources]]` table whose `type` is `file`."""

from __future__ import annotations

from connectors.shared.records.options import RecordOptions


class FileOptions(RecordOptions):
    """How to find and read the file; keys and meanings are those of docs/inputs.md."""
