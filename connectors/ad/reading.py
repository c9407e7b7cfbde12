"""The searches of a whole read and of a look at what changed: people, groups, and who else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ldap3 import Connection

from connectors.ad.entries import Translation
from connectors.ad.identity import DOMAIN_SCOPE, EXTENDED_DN
from connectors.ad.members import complete_ranges, first_range
from connectors.ad.options import AdOptions
from connectors.ad.touched import by_identity
from connectors.shared.bilingual import both
from connectors.shared.groups import Entry
from connectors.shared.ldap.search import Query, Tally, paged_search
from syncd.errors import DirectoryUnreadable
from syncd.ports.directory import Progress

_ABOUT_PEOPLE = ("userAccountControl", "accountExpires", "primaryGroupID")
_ABOUT_GROUPS = ("sAMAccountName", "cn", "groupType", "adminCount")
_OTHERS = "(&(|(objectClass=computer)(objectClass=contact))(memberOf=*))"
_EVERY = 5_000


def about_people(options: AdOptions) -> tuple[str, ...]:
    """Return the attributes that are read of an account."""
    about = (options.account_attribute, options.staff_number_attribute, *_ABOUT_PEOPLE)
    return tuple(dict.fromkeys(about))


def followed(options: AdOptions) -> tuple[str, ...]:
    """Return the attributes whose change matters, beside names and members."""
    return tuple(dict.fromkeys((*about_people(options), *_ABOUT_GROUPS)))


class Reading:
    """Searches on one connection in one domain; `tally` counts them."""

    def __init__(
        self, connection: Connection, options: AdOptions, domain: str, progress: Progress
    ) -> None:
        """Take where to search and whom to tell of it."""
        self._connection = connection
        self._options = options
        self._domain = domain
        self._progress = progress
        self.tally = Tally()

    def everything(self, met: Translation, name: str) -> Iterator[Entry]:
        """Yield accounts, groups and whatever else stands in groups, of the directory `name`.

        Raises DirectoryUnreadable where no group shows a member, and SearchBrokenError.
        """
        yield from self._people(met, name)
        self._groups(met, name)
        _check_some_member(met, name)
        yield from self._others(met, name)
        yield from met.standing(met.groups)

    def again(self, natives: Sequence[str], met: Translation) -> list[Entry]:
        """Read some of them anew; return the entries of those that are no groups."""
        found: list[Entry] = []
        for anyone in by_identity(natives):
            found += self._people(met, "", anyone)
            self._groups(met, "", anyone)
            found += self._others(met, "", anyone)
        return found

    def _people(self, met: Translation, name: str, anyone: str = "") -> Iterator[Entry]:
        options = self._options
        wanted = f"(&{options.people_filter}{anyone})"
        for entry in self._search(options.people_base, wanted, about_people(options), name):
            yield met.person(entry)

    def _groups(self, met: Translation, name: str, anyone: str = "") -> None:
        options = self._options
        wanted = f"(&{options.groups_filter}{anyone})"
        about = (*_ABOUT_GROUPS, "uSNChanged", first_range(options))
        found = [met.group(e) for e in self._search(options.groups_base, wanted, about, name)]
        for group in found:
            complete_ranges(self._connection, group)
        met.resolve_members(found)

    def _others(self, met: Translation, name: str, anyone: str = "") -> Iterator[Entry]:
        for entry in self._search("", f"(&{_OTHERS}{anyone})", ("sAMAccountName",), name):
            other = met.other(entry)
            if other is not None:
                yield other

    def _search(self, base: str, wanted: str, about: tuple[str, ...], name: str) -> Iterator[Entry]:
        controls = (EXTENDED_DN, DOMAIN_SCOPE)
        query = Query(base or self._domain, wanted, about, controls=controls)
        for entry in paged_search(self._connection, query, self._options.page_size, self.tally):
            if self.tally.entries % _EVERY == 0:
                self._progress(name, self.tally.entries, None)
            yield entry


def _check_some_member(met: Translation, name: str) -> None:
    """Refuse groups that all look empty: AD hides from us what we may not read."""
    if met.groups and not any(group.members for group in met.groups.values()):
        raise DirectoryUnreadable(
            name,
            both("どのグループにも会員が一人も見えません", "no member of any group can be seen"),
            both(
                "読み取り用アカウントに member 属性の読み取りを許してください",
                "let the account that reads read the attribute member",
            ),
        )
