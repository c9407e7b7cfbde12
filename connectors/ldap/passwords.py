"""Tells whether a password is right: the account is searched by name, then bound as.

The password goes to the server and nowhere else. Names are compared as the server compares them,
so who signs in as `SATO` is `sato`: the spelling of the entry counts, never the one typed.
"""

from __future__ import annotations

from dataclasses import dataclass

from ldap3.core.exceptions import LDAPException
from ldap3.protocol.sasl.sasl import sasl_prep
from ldap3.utils.conv import escape_filter_chars

from connectors.ldap.options import LdapOptions
from connectors.shared.groups import Entry, is_locked, staff_number_of
from connectors.shared.ldap.connection import connected, password_is_right, reading_login
from connectors.shared.ldap.search import Query, SearchBrokenError, Tally, paged_search
from syncd.errors import DirectoryUnreadable, IdentityUnavailable
from syncd.ports.directory import DirectoryContext
from syncd.ports.identity import Identity

_LOCKS = ("nsAccountLock", "pwdAccountLockedTime", "userAccountControl")
_A_FEW = 10


@dataclass(frozen=True, slots=True)
class LdapPasswords:
    """Implements `ports.identity.PasswordCheck` over one configured directory."""

    options: LdapOptions
    context: DirectoryContext
    method: str = "ldap"

    def check(self, account: str, password: str) -> Identity | None:
        """Return who it is; raises IdentityUnavailable.

        For an account that is not there a bind is tried all the same, so that both take as long.
        """
        secret = _prepared(password)
        if not account or not secret:
            return None
        context, options = self.context, self.options
        try:
            found = self._find(account)
            dn = found.dn if found is not None else f"cn=syncd-nobody,{options.people_base}"
            right = password_is_right(context.name, options, context.base_dir, dn, secret)
        except (DirectoryUnreadable, SearchBrokenError, LDAPException, OSError) as error:
            raise IdentityUnavailable(f"directory {context.name!r}: {error}") from error
        return self._identity(found) if found is not None and right else None

    def _find(self, account: str) -> Entry | None:
        """Return the one entry of an account that is not locked; None for none and for several."""
        options, name = self.options, self.options.account_attribute
        wanted = f"(&{options.people_filter}({name}={escape_filter_chars(account)}))"
        about = tuple(dict.fromkeys((name, options.staff_number_attribute, *_LOCKS)))
        login = reading_login(options)
        with connected(self.context.name, options, self.context.base_dir, login) as connection:
            query = Query(options.people_base, wanted, about)
            found = list(paged_search(connection, query, _A_FEW, Tally()))
        if len(found) != 1 or is_locked(found[0]):
            return None
        # Spellings that only the server takes for the same would each be counted anew by whoever
        # counts wrong passwords.
        is_same = self._name_of(found[0]).casefold() == account.casefold()
        return found[0] if is_same else None

    def _name_of(self, entry: Entry) -> str:
        return entry.attributes[self.options.account_attribute.lower()][0]

    def _identity(self, entry: Entry) -> Identity:
        numbers = entry.attributes.get(self.options.staff_number_attribute.lower(), ())
        number = staff_number_of(numbers, self.context.staff_number_width)
        return Identity(self._name_of(entry), number, self.method)


def _prepared(password: str) -> bytes:
    """Return the password as LDAP wants it (RFC 4013); empty where it cannot be one.

    Characters that this maps to nothing may leave nothing, which would be an anonymous bind.
    """
    try:
        prepared: str = sasl_prep(password)
    except (LDAPException, ValueError):
        return b""
    return prepared.encode()
