"""The `file` source: CSV, fixed-width text and xlsx, as personnel systems and sections write them.

Promise: a file is read whole and understood, or it is refused with every fault at once, or (by
setting) single rows of known persons are set aside. What a row means is left to the core.
"""

from __future__ import annotations

from connectors.file.options import FileOptions
from connectors.file.source import FileSource, FileSourceType

__all__ = ["FileOptions", "FileSource", "FileSourceType"]
