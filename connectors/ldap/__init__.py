"""The `ldap` directory: OpenLDAP, 389 Directory Server and their like, over verified TLS."""

from __future__ import annotations

from typing import ClassVar

from connectors.ldap.options import LdapOptions
from connectors.ldap.passwords import LdapPasswords
from connectors.ldap.reader import LdapReader
from connectors.ldap.writer import LdapWriter
from syncd.ports.directory import Capability, DirectoryContext

__all__ = ["LdapDirectoryType", "LdapOptions", "LdapPasswords", "LdapReader", "LdapWriter"]


class LdapDirectoryType:
    """What the entry point `ldap` names."""

    Options: ClassVar[type[LdapOptions]] = LdapOptions

    @staticmethod
    def capabilities(options: LdapOptions) -> frozenset[Capability]:
        """Return what it can do; whether a server tells changes shows when it is asked."""
        return frozenset(Capability) - (set() if options.delta else {Capability.DELTA})

    @staticmethod
    def build_reader(options: LdapOptions, context: DirectoryContext) -> LdapReader:
        """Return the reader; connects to nothing yet."""
        return LdapReader(context.name, options, context)

    @staticmethod
    def build_writer(options: LdapOptions, context: DirectoryContext) -> LdapWriter:
        """Return the writer; connects to nothing yet."""
        return LdapWriter(context.name, options, context)

    @staticmethod
    def build_password_check(options: LdapOptions, context: DirectoryContext) -> LdapPasswords:
        """Return who knows the passwords of its accounts; connects to nothing yet."""
        return LdapPasswords(options, context)
