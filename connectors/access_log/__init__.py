"""The `file` access log: sign-in logs as files, CSV, JSON lines or syslog, rotated and packed.

Files of many gigabytes are read line by line and never held in memory; what a line says is
looked at only where its moment lies in a window that somebody asks about.
"""

from __future__ import annotations

from typing import ClassVar

from connectors.access_log.options import AccessLogOptions
from connectors.access_log.reader import FileAccessLog
from syncd.ports.access_log import AccessLogContext

__all__ = ["AccessLogOptions", "FileAccessLog", "FileAccessLogType"]


class FileAccessLogType:
    """What the entry point `file` names."""

    Options: ClassVar[type[AccessLogOptions]] = AccessLogOptions

    @staticmethod
    def build(options: AccessLogOptions, context: AccessLogContext) -> FileAccessLog:
        """Return the log; the files need not be there yet."""
        return FileAccessLog(options, context)
