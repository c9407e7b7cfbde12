"""The `sftp` source: tables fetched from a drop folder over SFTP, the host's key pinned."""

from __future__ import annotations

from connectors.sftp.options import SftpOptions
from connectors.sftp.source import SftpSourceType

__all__ = ["SftpOptions", "SftpSourceType"]
