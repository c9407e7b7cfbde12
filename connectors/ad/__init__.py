"""The `ad` directory: Active Directory over verified TLS, known by objectGUID throughout."""

from __future__ import annotations

from typing import ClassVar

from connectors.ad.options import AdOptions
from connectors.ad.reader import AdReader
from connectors.ad.writer import AdWriter
from connectors.shared.ldap.kerberos import require_kerberos
from syncd.ports.directory import Capability, DirectoryContext

__all__ = ["AdDirectoryType", "AdOptions", "AdReader", "AdWriter"]


class AdDirectoryType:
    """What the entry point `ad` names."""

    Options: ClassVar[type[AdOptions]] = AdOptions

    @staticmethod
    def capabilities(options: AdOptions) -> frozenset[Capability]:
        """Return what it can do."""
        del options
        return frozenset(Capability)

    @staticmethod
    def build_reader(options: AdOptions, context: DirectoryContext) -> AdReader:
        """Return the reader; connects to nothing yet; raises ConfigurationError."""
        require_kerberos(context.name, options)
        return AdReader(context.name, options, context)

    @staticmethod
    def build_writer(options: AdOptions, context: DirectoryContext) -> AdWriter:
        """Return the writer; connects to nothing yet; raises ConfigurationError."""
        require_kerberos(context.name, options)
        return AdWriter(context.name, options, context)
