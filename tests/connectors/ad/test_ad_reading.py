"""Reading a real domain controller: whole and proved, everybody known by objectGUID."""

from __future__ import annotations

import pytest

from connectors.ad.identity import DOMAIN_SCOPE, EXTENDED_DN, native_of
from connectors.shared.ldap.connection import connected, reading_login
from connectors.shared.ldap.search import Query, SearchBrokenError, Tally, paged_search
from syncd.core.facts import Entitlement
from syncd.core.ids import AffairCode, EntitlementId, normalise_group
from syncd.core.memberships import DirectorySnapshot
from syncd.core.memberships import Path as Way
from syncd.core.reach import reach_of
from syncd.errors import DirectoryUnreadable
from tests.connectors.ad.conftest import WORLD
from tests.fakes.samba import DOMAIN, GROUPS, PEOPLE, SITE, group, person


def silent(_what: str, _done: int, _total: int | None) -> None:
    pass


def named(snapshot: DirectorySnapshot, name: str):
    (found,) = (g for g in snapshot.groups if g.name == name)
    return found


def blocks_of(snapshot: DirectorySnapshot, name: str) -> dict[Way, set[str]]:
    key = named(snapshot, name).key
    return {b.path: set(b.accounts) for b in snapshot.blocks if b.group == key}


def direct(snapshot: DirectorySnapshot, name: str) -> set[str]:
    return blocks_of(snapshot, name).get(Way(), set())


def refused(connect, **changes) -> DirectoryUnreadable:
    with pytest.raises(DirectoryUnreadable) as caught:
        connect.reader(**changes).read(silent)
    return caught.value


def test_everything_is_read_page_by_page_and_proved(connect):
    snapshot = connect.reader().read(silent)
    assert len([a for a in snapshot.accounts if a.startswith("u0")]) == 40
    assert snapshot.accounts["u012"].staff_number == "0000012"
    assert snapshot.accounts["nobody"].staff_number is None
    assert direct(snapshot, "tax") == {"u001", "u002", "u003"}
    assert snapshot.proof.method == "paged search, RFC 2696"
    assert snapshot.proof.pages >= 6
    assert snapshot.proof.entries >= len([e for e in WORLD if "OU" not in e[0][:3]]) - 1


def test_two_reads_of_the_same_directory_are_equal(connect):
    reader = connect.reader()
    assert reader.read(silent) == reader.read(silent)


def test_the_attribute_with_the_staff_number_can_be_chosen(connect, world):
    world.replace(person("u010"), "employeeNumber", "77")
    snapshot = connect.reader(staff_number_attribute="employeeNumber").read(silent)
    assert snapshot.accounts["u010"].staff_number == "0000077"
    assert snapshot.accounts["u011"].staff_number is None


def test_disabled_and_expired_accounts_are_not_enabled_and_those_that_never_expire_are(connect):
    accounts = connect.reader().read(silent).accounts
    found = {name: accounts[name].enabled for name in ("left", "expired", "lasting", "u001")}
    assert found == {"left": False, "expired": False, "lasting": True, "u001": True}


@pytest.mark.parametrize("size", [1, 7, 39, 40, 41, 1500])
def test_a_group_cut_into_ranges_is_asked_on_until_it_is_whole(connect, size):
    cut, whole = connect.reader(range_size=size).read(silent), connect.reader().read(silent)
    assert len(direct(cut, "crowd")) == 40
    assert {g.key: g.direct_count for g in cut.groups} == {
        g.key: g.direct_count for g in whole.groups
    }
    for group_ in whole.groups:
        assert blocks_of(cut, group_.name) == blocks_of(whole, group_.name)


def test_nested_groups_are_followed_and_the_path_names_them_as_people_read_them(connect):
    snapshot = connect.reader().read(silent)
    told = {str(path): accounts for path, accounts in blocks_of(snapshot, "top").items()}
    assert told == {
        "direct": {"u005"},
        f"nested through {group('bottom')} > {group('middle')}": {"u007"},
        f"nested through {group('list')} > {group('middle')}": {"u006"},
    }


def test_our_own_walk_finds_whom_the_servers_chain_rule_finds(connect, world):
    snapshot = connect.reader().read(silent)
    with world.administrator() as connection:
        for found in snapshot.groups:
            dn = found.key.partition(";")[0]
            chain = f"(&(objectCategory=person)(objectClass=user)(memberOf:1.2.840.113556.1.4.1941:={dn}))"
            connection.search(SITE, chain, attributes=["sAMAccountName"])
            entries = [e for e in connection.response if e["type"] == "searchResEntry"]
            theirs = {e["raw_attributes"]["sAMAccountName"][0].decode() for e in entries}
            people = {a for a in snapshot.accounts if a.islower() and "=" not in a}
            ours = {a for accounts in blocks_of(snapshot, found.name).values() for a in accounts}
            assert ours & people == theirs, found.name


def test_a_primary_group_is_a_membership_of_its_own_kind(connect):
    snapshot = connect.reader(people_base=None, groups_base=None).read(silent)
    found = blocks_of(snapshot, "Domain Users")
    assert {"u001", "nobody", "Administrator"} <= found[Way(primary=True)]
    assert Way() not in found


def test_who_holds_a_right_by_a_primary_group_that_stands_in_the_group_is_found(connect, world):
    users = f"CN=Domain Users,CN=Users,{DOMAIN}"
    world.put(group("top"), users)
    try:
        snapshot = connect.reader(people_base=None, groups_base=None).read(silent)
    finally:
        world.drop(group("top"), users)
    (through,) = (path for path in blocks_of(snapshot, "top") if path.primary)
    assert "u011" in blocks_of(snapshot, "top")[through]
    assert [key.partition(";")[0] for key in through.through] == [users]


def test_principals_of_other_domains_and_well_known_ones_are_unknown_accounts_by_their_sid(connect):
    snapshot = connect.reader().read(silent)
    assert "S-1-5-11" in direct(snapshot, "strangers")
    assert snapshot.accounts["S-1-5-11"].staff_number is None


def test_contacts_and_computers_are_not_taken_for_people(connect):
    snapshot = connect.reader().read(silent)
    vendor = f"CN=vendor,{PEOPLE}"
    assert {"PRINTER$", vendor} < direct(snapshot, "strangers")
    assert {snapshot.accounts[n].staff_number for n in ("PRINTER$", vendor)} == {None}
    assert [a for a in snapshot.accounts.values() if a.staff_number == "0000001"] == [
        snapshot.accounts["u001"]
    ]


def test_somebody_outside_the_base_stays_a_member_under_a_name_that_can_be_read(connect, world):
    administrator = f"CN=Administrator,CN=Users,{DOMAIN}"
    world.put(group("tax"), administrator)
    try:
        snapshot = connect.reader().read(silent)
    finally:
        world.drop(group("tax"), administrator)
    assert administrator in direct(snapshot, "tax")
    assert snapshot.accounts[administrator].staff_number is None


def test_distribution_groups_count_or_bring_nothing_as_the_site_wants(connect):
    counted = connect.reader().read(silent)
    ignored = connect.reader(distribution_groups="ignore").read(silent)
    assert "u006" in {a for s in blocks_of(counted, "middle").values() for a in s}
    assert "u006" not in {a for s in blocks_of(ignored, "middle").values() for a in s}
    assert direct(ignored, "list") == {"u006"}


# --- identity -----------------------------------------------------------------------------------


def test_a_renamed_and_moved_account_is_the_same_one(connect, world):
    before = connect.reader().read(silent).accounts["u020"]
    world.move(person("u020"), "CN=u020 married", GROUPS)
    try:
        after = connect.reader().read(silent)
    finally:
        world.move(f"CN=u020 married,{GROUPS}", "CN=u020", PEOPLE)
    assert after.accounts["u020"] == before
    assert "u020" in direct(after, "crowd")


def test_a_renamed_and_moved_group_is_the_same_one_and_the_list_still_finds_it_by_name(
    connect, world
):
    before = named(connect.reader().read(silent), "tax")
    world.move(group("tax"), "CN=tax of old", SITE)
    try:
        after = named(connect.reader(groups_base=SITE).read(silent), "tax")
        kept = connect.reader().present_members({before.key: [person("u001"), person("u009")]})
    finally:
        world.move(f"CN=tax of old,{SITE}", "CN=tax", GROUPS)
    assert native_of(after.key) == native_of(before.key)
    assert after.key.startswith(f"CN=tax of old,{SITE};<GUID=")
    assert kept == {before.key: {person("u001")}}


def test_a_list_may_name_a_group_by_dn_name_guid_or_sid(connect, world):
    snapshot = connect.reader().read(silent)
    tax = named(snapshot, "tax")
    names = (group("tax").lower(), "TAX", native_of(tax.key), world.sid(group("tax")), tax.key)
    assert len({normalise_group(name) for name in names}) == 5
    for name in names:
        entitlement = Entitlement(
            entitlement=EntitlementId("TAX"),
            directory="ad",
            groups=(name,),
            name="",
            affairs=(AffairCode("TAX"),),
            operations=frozenset(),
        )
        (conveyed,) = reach_of(snapshot, [entitlement]).conveyed
        assert not conveyed.missing, name
        assert {a for b in conveyed.blocks for a in b.accounts} == {"u001", "u002", "u003"}


# --- what rules the domain ----------------------------------------------------------------------


def test_groups_that_rule_the_domain_are_protected_whatever_they_are_called(connect, world):
    admins = f"CN=Domain Admins,CN=Users,{DOMAIN}"
    world.move(admins, "CN=ドメイン管理者")
    world.replace(f"CN=ドメイン管理者,CN=Users,{DOMAIN}", "sAMAccountName", "ドメイン管理者")
    try:
        snapshot = connect.reader(people_base=None, groups_base=None).read(silent)
    finally:
        world.move(f"CN=ドメイン管理者,CN=Users,{DOMAIN}", "CN=Domain Admins")
        world.replace(admins, "sAMAccountName", "Domain Admins")
    protected = {g.name for g in snapshot.groups if g.protected}
    assert {"ドメイン管理者", "Administrators", "Enterprise Admins", "Schema Admins"} < protected
    assert {"Account Operators", "Server Operators", "Backup Operators"} < protected
    assert not protected & {"tax", "Domain Users", "Users", "Guests"}


def test_a_group_that_adminsdholder_marked_is_protected(connect, world):
    world.replace(group("empty"), "adminCount", 1)
    try:
        assert named(connect.reader().read(silent), "empty").protected
    finally:
        world.replace(group("empty"), "adminCount")
    assert not named(connect.reader().read(silent), "empty").protected


def test_one_administrator_who_can_sign_in_must_stay(connect, world):
    admins = f"CN=Domain Admins,CN=Users,{DOMAIN}"
    world.put(admins, person("left"), person("u001"))
    try:
        snapshot = connect.reader(people_base=None, groups_base=None).read(silent)
    finally:
        world.drop(admins, person("left"), person("u001"))
    accounts = snapshot.accounts
    keeps = set(named(snapshot, "Domain Admins").must_keep)
    assert keeps == {accounts["Administrator"].native, accounts["u001"].native}
    assert named(snapshot, "Administrators").must_keep == (accounts["Administrator"].native,)
    assert named(snapshot, "tax").must_keep == ()


# --- what is not whole is never returned --------------------------------------------------------


def test_no_reference_to_another_server_comes_and_one_that_did_would_break_the_read(connect):
    assert len(connect.reader(people_base=None, groups_base=None).read(silent).groups) > 40
    options, context = connect.options(), connect.context
    query = Query(DOMAIN, "(sAMAccountName=tax)", ("cn",), controls=(EXTENDED_DN,))
    scoped = Query(DOMAIN, "(sAMAccountName=tax)", ("cn",), controls=(EXTENDED_DN, DOMAIN_SCOPE))
    with connected("ad", options, context.base_dir, reading_login(options)) as line:
        assert len(list(paged_search(line, scoped, 10, Tally()))) == 1
        with pytest.raises(SearchBrokenError, match="referrals are not followed"):
            list(paged_search(line, query, 10, Tally()))


def test_groups_that_all_look_empty_are_refused_and_not_believed(connect):
    failure = refused(connect, groups_filter="(sAMAccountName=empty)")
    assert "no member" in failure.why
    assert "member" in failure.remedy


def test_a_base_that_does_not_exist_is_refused(connect):
    failure = refused(connect, groups_base=f"OU=nowhere,{GROUPS}")
    assert "groups_base" in failure.remedy


def test_a_filter_that_hides_people_does_not_make_them_unknown(connect):
    failure = refused(connect, people_filter="(sAMAccountName=u00*)")
    assert "max_unresolved_percent" in failure.remedy


def test_several_controllers_are_tried_in_order(connect, world):
    urls = ("ldaps://127.0.0.1:1", "ldaps://127.0.0.2:1", world.ldaps)
    snapshot = connect.reader(url=urls).read(silent)
    assert world.address in snapshot.proof.server
    told = str(refused(connect, url=urls[:2]))
    assert "127.0.0.1:1" in told
    assert "127.0.0.2:1" in told


def test_the_check_connects_and_counts(connect):
    assert "8 groups" in connect.reader().check()
