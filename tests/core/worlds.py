"""Small random towns: every kind of fact, on days close enough together to collide."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import strategies as st

from syncd.core.facts import (
    AccountKind,
    Designation,
    EmploymentStatus,
    Facts,
    ListedAccount,
    Order,
    ReviewOutcome,
    RosterEntry,
)
from syncd.core.memberships import DirectorySnapshot
from tests import builders as b
from tests.nested_blocks import blocks_of, groups_in

PEOPLE = 4
UNITS = ("10000", "11000", "12000", "12010", "13000")
CHART = (
    b.org_unit("10000"),
    b.org_unit("11000", "10000"),
    b.org_unit("12000", "10000"),
    b.org_unit("12010", "12000"),
    b.org_unit("13000", "10000", ends_on=b.BASE, successors=("11000",)),
)
GROUPS = ("cn=a", "cn=b", "cn=c")

numbers = st.integers(1, PEOPLE)
units = st.sampled_from(UNITS)
days = st.sampled_from(
    [b.APRIL + timedelta(days=n) for n in (-400, -33, -32, -31, -30, -2, -1, 0, 1, 2, 60)]
)
maybe_day = st.none() | days
words = st.sampled_from([*b.ORDER_KINDS, "配置換", "配置換", "退職", "取消", "訂正"])
scopes = st.frozensets(st.sampled_from(["照会", "更新", "全て"]), max_size=2)


@st.composite
def orders(draw: st.DrawFn) -> Order:
    return b.order(
        f"R9-{draw(st.integers(1, 12))}",
        draw(words),
        draw(days),
        draw(st.none() | units),
        number=draw(numbers),
        target=f"R9-{draw(st.integers(1, 12))}",
        ends_on=draw(st.none() | st.none() | days),
        confirmed=draw(st.sampled_from([True, True, True, False])),
    )


def order_feeds(max_size: int = 6) -> st.SearchStrategy[list[Order]]:
    """Feeds in which a number belongs to one order of a person, as personnel systems keep it."""
    return st.lists(
        orders(), max_size=max_size, unique_by=lambda o: (o.staff_number, o.order_number)
    )


@st.composite
def entries(draw: st.DrawFn, number: int) -> RosterEntry:
    return b.roster_entry(
        number,
        draw(units),
        concurrent=draw(st.none() | st.lists(units, max_size=1)),
        status=draw(st.sampled_from([EmploymentStatus.AT_WORK] * 5 + list(EmploymentStatus))),
        hired_on=draw(st.none() | st.none() | days),
        term_ends_on=draw(st.none() | st.none() | days),
        separated_on=draw(st.none() | st.none() | st.none() | days),
    )


@st.composite
def designations(draw: st.DrawFn) -> Designation:
    return b.designation(
        draw(numbers),
        draw(st.sampled_from(["TAX", "NHI"])),
        draw(units),
        scope=draw(scopes),
        designated_on=draw(maybe_day),
        released_on=draw(st.none() | st.none() | days),
        expires_on=draw(st.none() | st.none() | days),
        line=draw(st.integers(2, 1_000_000)),
    )


@st.composite
def listed(draw: st.DrawFn) -> ListedAccount:
    return b.listed_account(
        draw(st.integers(1, PEOPLE + 2)),
        draw(st.sampled_from(list(AccountKind))),
        number=draw(st.none() | numbers),
        sponsor=draw(st.none() | numbers),
        expires_on=draw(maybe_day),
    )


@st.composite
def outcomes(draw: st.DrawFn) -> ReviewOutcome:
    return b.outcome(
        draw(st.integers(1, PEOPLE + 2)),
        draw(st.sampled_from(["TAX-VIEW", "TAX-EDIT", "BOTH"])),
        draw(maybe_day),
    )


@st.composite
def towns(draw: st.DrawFn, feed: st.SearchStrategy[list[Order]] | None = None) -> Facts:
    people = draw(st.lists(numbers, unique=True, min_size=1, max_size=PEOPLE))
    gone = [n for n in range(1, PEOPLE + 1) if n not in people and draw(st.booleans())]
    roster = b.roster(*[draw(entries(n)) for n in people], gone=[draw(entries(n)) for n in gone])
    lines = draw(st.lists(designations(), max_size=8, unique_by=lambda d: d.line))
    missing = draw(st.lists(designations(), max_size=1))
    trained = draw(st.lists(st.builds(b.training, numbers, days), max_size=3))
    return b.facts(
        rosters=(roster,),
        orders=draw(feed if feed is not None else order_feeds()),
        designations=lines,
        vanished_designations=[b.vanished(d) for d in missing],
        entitlements=[
            b.entitlement("TAX-VIEW", ("cn=a",), operations=("照会",)),
            b.entitlement("TAX-EDIT", ("cn=b",), operations=("照会", "更新")),
            b.entitlement("BOTH", ("cn=c",), affairs=("TAX", "NHI")),
        ],
        org_units=draw(st.sampled_from([(), CHART])),
        accounts=draw(st.lists(listed(), max_size=3, unique_by=lambda a: a.account)),
        training=trained,
        review_outcomes=draw(
            st.lists(outcomes(), max_size=4, unique_by=lambda o: (o.entitlement, o.account))
        ),
    )


policies = st.builds(
    b.policy, training_months=st.none() | st.just(1), training_grace_days=st.just(30)
)


@st.composite
def directories(draw: st.DrawFn) -> DirectorySnapshot:
    everyone = [b.account_name(n) for n in range(1, PEOPLE + 3)]
    members = st.lists(st.sampled_from(everyone), unique=True, max_size=len(everyone))
    holds: dict[str, list[str]] = {}
    primary: dict[str, list[str]] = {}
    for key in GROUPS:
        nested = st.lists(st.sampled_from(GROUPS), unique=True, max_size=1)
        holds[key] = [*draw(nested), *draw(members)]
        if draw(st.booleans()):
            primary[key] = draw(members)
    accounts = [b.account(n) for n in range(1, PEOPLE + 1)]
    accounts.append(b.account(f"u{PEOPLE + 1:04}", draw(numbers)))
    accounts.append(b.account(f"u{PEOPLE + 2:04}"))
    groups = [b.group(key, subgroups=groups_in(holds, key)) for key in GROUPS]
    blocks = blocks_of(holds, primary, primary_climbs=draw(st.booleans()))
    return replace(b.snapshot(accounts=accounts, groups=groups), blocks=tuple(blocks))
