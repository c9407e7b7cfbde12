"""What a controller says has changed: which things, and in groups which members came and went."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from connectors.ad.identity import Named, escaped_guid, parse_extended
from connectors.ad.place import LostPlaceError
from connectors.shared.bilingual import both
from connectors.shared.ldap.search import SearchBrokenError

KINDS = (
    "(|(objectClass=user)(objectClass=group)(objectClass=contact)(objectClass=organizationalUnit))"
)
"""Computers are users to AD; with a unit, whatever lies below it changes its name."""
_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Touch:
    """One thing that changed. `is_told_whole` where only members came and went, and who."""

    named: Named
    is_deleted: bool = False
    added: tuple[Named, ...] = ()
    removed: tuple[Named, ...] = ()
    is_told_whole: bool = False


def check_units(touches: Sequence[Touch]) -> None:
    """Refuse what moves others with it: their new names are known only by reading whole.

    Raises LostPlaceError for a unit that is new, renamed or moved.
    """
    for touch in touches:
        named = touch.named
        if not touch.is_deleted and not named.sid and named.dn[:3].upper() == "OU=":
            raise LostPlaceError(
                both("OU が作られたか、動かされました", "an OU is new, was renamed or was moved")
            )


def named_of(text: str) -> Named:
    """Return who is meant; raises SearchBrokenError where the server does not say."""
    named = parse_extended(text)
    if named is None:
        raise SearchBrokenError("a change came without the identity of what changed")
    return named


def by_identity(natives: Sequence[str]) -> Iterator[str]:
    """Yield filters that find these things, some at a time."""
    for start in range(0, len(natives), _AT_ONCE):
        anyone = "".join(
            f"(objectGUID={escaped_guid(n)})" for n in natives[start : start + _AT_ONCE]
        )
        yield f"(|{anyone})"
