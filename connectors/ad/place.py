"""Where we stand among the changes of one domain controller, and whether it is still the same.

A place means nothing to another controller, nor to the same one after it was restored: it has a new
invocationId then, or has come less far than we know it had (MS-ADTS 3.1.1.1.9, 3.1.1.5.2.7).
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from ldap3 import Connection

from connectors.ad.options import AdOptions
from connectors.ad.root import Root
from connectors.shared.bilingual import both

_PORTS = {"ldap": 389, "ldaps": 636}


class LostPlaceError(Exception):
    """Nobody can tell what changed since: a whole read is due."""


@dataclass(frozen=True, slots=True)
class Place:
    """One controller's name for itself and how far it had come.

    `cookie` is what DirSync gave; without one, changes are told by `usn`.
    """

    service: str
    invocation: str
    usn: int
    cookie: bytes | None

    @property
    def method(self) -> str:
        """Return how changes are told."""
        return "uSNChanged" if self.cookie is None else "DirSync, incremental values"

    def check(self, root: Root, invocation: str) -> None:
        """Raise LostPlaceError unless it is the same controller, and came no less far."""
        if (root.service, invocation) != (self.service, self.invocation):
            raise LostPlaceError(
                both(
                    "別のコントローラーか、復元されたコントローラーです",
                    "another controller answered, or one that was restored",
                )
            )
        if root.highest_usn < self.usn:
            raise LostPlaceError(
                both(
                    "コントローラーが以前の状態に戻されています",
                    "the controller was put back to an earlier state",
                )
            )

    def is_of(self, root: Root, invocation: str) -> bool:
        """Tell whether the place still means something to a controller."""
        try:
            self.check(root, invocation)
        except LostPlaceError:
            return False
        return True


def number_of(connection: Connection, options: AdOptions) -> int:
    """Return which of the configured servers a connection leads to."""
    server = (connection.server.host, connection.server.port)
    for number, url in enumerate(options.urls):
        parts = urlsplit(url)
        if (parts.hostname, parts.port or _PORTS.get(parts.scheme)) == server:
            return number
    return 0
