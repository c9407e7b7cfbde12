"""A fictional city for `syncd demo`: the files a city really has, and the answer to expect.

Nobody in it exists. The same bytes come out every time: no clock and no chance is asked. Before
1 April only a few old rights are stale; on the morning of 1 April the orders arrive.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from syncd.core.findings import Reason
from syncd.demo.cast import AFTER, BEFORE, Fate, Role, cast
from syncd.demo.configuration import ACTORS, SEATS, Actors, render_configuration
from syncd.demo.directory import write_directory
from syncd.demo.files import (
    write_accounts,
    write_designations,
    write_entitlements,
    write_orders,
    write_org_units,
    write_roster,
    write_training,
)
from syncd.demo.guests import GUESTS, SPONSOR_SECTION
from syncd.demo.orders import TRANSFER_DAY, arriving_orders, earlier_orders
from syncd.demo.people import everybody
from syncd.errors import UsageError

__all__ = ["Actors", "DemoCity", "Expected", "advance_to_transfer_day", "make_city"]

_MARK = ".syncd-demo"
_AUTOMATIC = (Reason.SEPARATED, Reason.TERM_EXPIRED)


@dataclass(frozen=True, slots=True)
class Expected:
    """What the inventor of the city expects syncd to find on a day, none having been removed yet.

    `by_reason` counts stale memberships by the first of their reasons, in the design's order.
    """

    memberships: int
    by_reason: Mapping[Reason, int]

    @property
    def stale(self) -> int:
        """Return how many memberships have lost their ground."""
        return sum(self.by_reason.values())

    @property
    def justified(self) -> int:
        """Return how many stand; in this city nothing is unknown."""
        return self.memberships - self.stale

    @property
    def automatic(self) -> int:
        """Return how many of the stale need nobody's approval by the city's policy."""
        return sum(self.by_reason.get(reason, 0) for reason in _AUTOMATIC)

    @property
    def waiting(self) -> int:
        """Return how many of the stale wait for one person's approval."""
        return self.stale - self.automatic


@dataclass(frozen=True, slots=True)
class DemoCity:
    """Where the city's files are, when things happen, who acts, and what should be found.

    `left_behind` is the one of 事例4: moved off My-Number work a year ago, the right is still
    there. `never_designated` are those of 事例1.
    """

    directory: Path
    config: Path
    orders: Path
    ldif: Path
    eve: date
    transfer_day: date
    actors: Actors
    people: int
    orders_before: int
    orders_arriving: int
    before: Expected
    after: Expected
    left_behind: str
    never_designated: tuple[str, ...]


def make_city(directory: Path) -> DemoCity:
    """Write the city as it is before 1 April; a city made there earlier is replaced.

    Raises UsageError when the folder holds something else.
    """
    _clear(directory)
    roles = cast(everybody())
    inputs = directory / "in"
    for folder in (inputs, directory / "directory", directory / "var"):
        folder.mkdir(parents=True)
    (directory / _MARK).write_text("made by syncd demo; everything here is replaced\n", "utf-8")
    write_roster(inputs / "roster.csv", roles)
    write_orders(inputs / "orders.csv", earlier_orders(roles))
    write_designations(inputs / "designations.xlsx", roles)
    write_entitlements(inputs / "entitlements.csv")
    write_training(inputs / "training.csv", roles)
    write_accounts(inputs / "accounts.csv", _number_at(roles, SPONSOR_SECTION, 3))
    write_org_units(inputs / "org_units.csv")
    write_directory(directory / "directory" / "mihon.ldif", roles)
    numbers = {account: _number_at(roles, *seat) for account, seat in SEATS.items()}
    (directory / "syncd.toml").write_text(render_configuration(numbers), "utf-8")
    return _describe(directory, roles)


def advance_to_transfer_day(city: DemoCity) -> None:
    """Let the morning of 1 April come: the personnel system exports its orders again."""
    roles = cast(everybody())
    write_orders(city.orders, (*earlier_orders(roles), *arriving_orders(roles)))


def _clear(directory: Path) -> None:
    """Remove a city made before, and nothing else."""
    if not directory.exists() or not any(directory.iterdir()):
        return
    if not (directory / _MARK).exists():
        raise UsageError(
            f"{directory} holds something that no demonstration wrote. Name an empty folder.",
            ja=(
                f"{directory} に、デモが書いたのでないものがあります。"
                "空のフォルダを指定してください。"
            ),
        )
    shutil.rmtree(directory)


def _describe(directory: Path, roles: tuple[Role, ...]) -> DemoCity:
    left_behind = next(r for r in roles if r.fate is Fate.LEFT_BEHIND)
    return DemoCity(
        directory=directory,
        config=directory / "syncd.toml",
        orders=directory / "in" / "orders.csv",
        ldif=directory / "directory" / "mihon.ldif",
        eve=date(2027, 3, 31),
        transfer_day=TRANSFER_DAY,
        actors=ACTORS,
        people=len(roles),
        orders_before=len(earlier_orders(roles)),
        orders_arriving=len(arriving_orders(roles)),
        before=_expected(roles, BEFORE, [guest.before for guest in GUESTS]),
        after=_expected(roles, AFTER, [guest.after for guest in GUESTS]),
        left_behind=left_behind.person.staff_number,
        never_designated=tuple(
            r.person.staff_number for r in roles if r.fate is Fate.NEVER_DESIGNATED
        ),
    )


def _expected(
    roles: tuple[Role, ...], reasons: Mapping[Fate, Reason], of_guests: list[Reason | None]
) -> Expected:
    held = [reasons.get(role.fate) for role in roles for _ in role.rights] + of_guests
    return Expected(len(held), Counter(reason for reason in held if reason is not None))


def _number_at(roles: tuple[Role, ...], section: str, seat: int) -> str:
    return next(
        role.person.staff_number
        for role in roles
        if (role.person.section, role.person.seat) == (section, seat)
    )
