"""A town kept up to date by changes is the town that is resolved anew, whatever happens to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from connectors.shared.groups import Entry, Shape
from connectors.shared.ldap.ber import OCTETS, tlv
from connectors.shared.ldap.values import RawValues
from connectors.shared.town import Changes, Town
from syncd.core.calendar import JST
from syncd.core.memberships import DirectorySnapshot, Proof

AT = datetime(2027, 4, 1, tzinfo=JST)
PROOF = Proof("test", 1, 1, "nowhere")
PEOPLE, GROUPS = "ou=people,dc=jp", "ou=groups,dc=jp"
SHAPE = Shape(
    PEOPLE,
    GROUPS,
    placeholder_member=f"cn=nobody,{PEOPLE}",
    max_unresolved_percent=100_000_000,
)
PERSONS = [f"uid=u{n},{PEOPLE}" for n in range(4)] + [f"uid=v,ou=a,{PEOPLE}", f"cn=nobody,{PEOPLE}"]
TEAMS = [f"cn=g{n},{GROUPS}" for n in range(5)]
SPELLINGS = [str, str.upper, lambda dn: dn.replace(",", ", ")]
MEMBERS = [*PERSONS, *TEAMS, f"uid=gone,{PEOPLE}", f"uid=u1,{PEOPLE},o=elsewhere"]


def raw(values: list[str]) -> RawValues:
    return RawValues(b"".join(tlv(OCTETS, value.encode()) for value in values))


@st.composite
def persons(draw: st.DrawFn) -> Entry:
    attributes = {
        "uid": draw(st.lists(st.sampled_from(["a", "b", "c", "g"]), unique=True, max_size=2)),
        "employeenumber": draw(st.lists(st.sampled_from(["1", "2"]), max_size=1)),
        "gidnumber": draw(st.lists(st.sampled_from(["5", "6"]), max_size=1)),
    }
    return Entry(draw(st.sampled_from(PERSONS)), {k: v for k, v in attributes.items() if v})


@st.composite
def teams(draw: st.DrawFn) -> Entry:
    dn = draw(st.sampled_from(TEAMS))
    if draw(st.booleans()):
        uids = draw(st.lists(st.sampled_from(["a", "b", "zz"]), unique=True))
        number = draw(st.sampled_from(["5", "6"]))
        return Entry(dn, {"objectclass": ["posixGroup"], "gidnumber": [number], "memberuid": uids})
    values = draw(st.lists(st.sampled_from(MEMBERS), unique=True, max_size=6))
    spelled = [draw(st.sampled_from(SPELLINGS))(value) for value in values]
    members = raw(spelled) if draw(st.booleans()) else spelled
    return Entry(dn, {"objectclass": ["groupOfNames"], "member": members})


ENTRIES = st.one_of(persons(), teams())
STEPS = st.lists(
    st.tuples(
        st.lists(ENTRIES, max_size=3),
        st.sets(st.sampled_from(PERSONS[1:]), max_size=2),
        st.sets(st.sampled_from(TEAMS[1:]), max_size=2),
    ),
    max_size=4,
)
ALWAYS = [
    Entry(PERSONS[0], {"uid": ["u0"]}),
    Entry(TEAMS[0], {"objectclass": ["groupOfNames"], "member": [PERSONS[0]]}),
]


def whole(entries: dict[str, Entry]) -> DirectorySnapshot:
    town = Town(SHAPE)
    for entry in entries.values():
        town.take(entry)
    town.resolve()
    return town.snapshot("d", AT, PROOF)


def applied(before: DirectorySnapshot, change: Changes) -> DirectorySnapshot:
    """What somebody holds who knows the snapshot before and is told what changed."""
    told = {group.key for group in change.groups}
    groups = [g for g in before.groups if g.key not in told and g.key not in change.gone]
    blocks = [b for b in before.blocks if b.group not in told and b.group not in change.gone]
    accounts = {**before.accounts, **change.accounts}
    for name in change.accounts_gone:
        del accounts[name]
    return replace(
        before,
        groups=tuple(sorted([*groups, *change.groups], key=lambda g: g.key)),
        blocks=tuple(sorted([*blocks, *change.blocks], key=lambda b: b.group)),
        accounts=accounts,
        warnings=(),
    )


@given(st.lists(ENTRIES), STEPS)
def test_any_sequence_of_changes_gives_what_resolving_everything_anew_gives(start, steps):
    known = {entry.dn: entry for entry in [*start, *ALWAYS]}
    town = Town(SHAPE)
    for entry in known.values():
        town.take(entry)
    town.resolve()
    held = town.snapshot("d", AT, PROOF)
    for changed, people_gone, groups_gone in steps:
        for dn in people_gone | groups_gone:
            known.pop(dn, None)
        known.update({entry.dn: entry for entry in changed})
        change = town.replace(changed, people_gone, groups_gone)
        fresh, now = whole(known), town.snapshot("d", AT, PROOF)
        assert now == fresh
        held = applied(held, change)
        assert held == replace(fresh, warnings=())


@given(st.lists(ENTRIES), ENTRIES)
def test_what_did_not_change_is_the_identical_object(start, changed):
    town = Town(SHAPE)
    for entry in [*start, *ALWAYS]:
        town.take(entry)
    town.resolve()
    before = town.snapshot("d", AT, PROOF)
    told = {group.key for group in town.replace([changed]).groups}
    after = town.snapshot("d", AT, PROOF)
    held = {(block.group, block.path): block for block in before.blocks}
    for block in after.blocks:
        if block == held.get((block.group, block.path)):
            assert block is held[block.group, block.path]
        else:
            assert block.group in told
    again = town.snapshot("d", AT, PROOF)
    assert again.blocks is after.blocks
    assert again.groups is after.groups
    assert again.accounts is after.accounts


@given(st.lists(ENTRIES))
def test_entries_in_any_order_give_the_same_snapshot(start):
    known = {entry.dn: entry for entry in [*start, *ALWAYS]}
    assert whole(known) == whole(dict(reversed(known.items())))
