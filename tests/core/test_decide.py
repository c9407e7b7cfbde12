"""The decision over whole directories: paths, accounts, exceptions, what was not read, counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from syncd.core.facts import AccountKind
from syncd.core.findings import Counts, Verdict
from syncd.core.memberships import Unread
from tests import builders as b

JUSTIFIED = (Verdict.JUSTIFIED, ())
LEFT = {"orders": [b.order(to="15000")]}
NESTED = "cn=section,ou=groups"


def test_a_sound_designation_justifies() -> None:
    assert b.verdict_of() == JUSTIFIED
    assert b.decision().counts == Counts(memberships=1, justified=1)


def test_nobody_ever_designated_is_not_designated() -> None:
    assert b.verdict_of(b.facts(designations=[])) == (Verdict.STALE, ("not-designated",))


def test_a_designation_for_another_affair_is_none_for_this() -> None:
    known = b.facts(designations=[b.designation(affair="NHI")])
    assert b.verdict_of(known)[1] == ("not-designated",)


def test_one_affair_of_several_is_enough() -> None:
    known = b.facts(entitlements=[b.entitlement(affairs=("TAX", "NHI"))])
    assert b.verdict_of(known) == JUSTIFIED


def test_a_designation_without_fault_outweighs_all_others() -> None:
    lines = [b.designation(released_on=b.BASE), b.designation(), b.designation(org_unit="15000")]
    assert b.verdict_of(b.facts(designations=lines)) == JUSTIFIED


def test_every_reason_that_holds_is_given_in_the_order_of_the_design() -> None:
    known = b.facts(
        b.roster_entry(term_ends_on=b.BASE, separated_on=b.BASE),
        designations=[
            b.designation(org_unit="15000", released_on=b.BASE, scope=frozenset({"照会"}))
        ],
        entitlements=[b.entitlement(operations=("更新",))],
    )
    assert b.verdict_of(known, under=b.policy(training_months=12))[1] == (
        "separated",
        "term-expired",
        "designation-ended",
        "transferred",
        "operation-exceeded",
        "training-overdue",
    )


def test_the_reasons_are_those_of_the_nearest_designation() -> None:
    far = b.designation(org_unit="15000", released_on=b.BASE)
    near = b.designation(expires_on=b.BASE)
    for lines in ([far, near], [near, far]):
        assert b.verdict_of(b.facts(designations=lines))[1] == ("designation-ended",)


def test_among_equally_near_designations_the_one_begun_last_speaks() -> None:
    old = b.designation(released_on=b.BASE, designated_on=date(2020, 4, 1))
    new = b.designation(org_unit="15000", designated_on=date(2026, 4, 1))
    assert b.verdict_of(b.facts(designations=[old, new]))[1] == ("transferred",)


def test_several_faults_of_one_line_make_one_finding_with_the_first_day() -> None:
    known = b.facts(designations=[b.designation(released_on=b.BASE)], **LEFT)
    (found,) = b.decision(known).findings
    assert found.since == b.BASE


@pytest.mark.parametrize(
    ("block", "words", "groups"),
    [
        (b.block(1), "direct", (b.GROUP,)),
        (b.block(1, through=(NESTED,)), "nested through section > tax-edit", (NESTED,)),
        (
            b.block(1, through=(NESTED, "cn=mid")),
            "nested through section > mid > tax-edit",
            (NESTED,),
        ),
        (b.block(1, primary=True), "primary group", ()),
    ],
)
def test_a_finding_says_by_what_path_and_which_edge_to_cut(
    block: Any, words: str, groups: tuple[str, ...]
) -> None:
    (found,) = b.decision(b.facts(**LEFT), b.snapshot(block)).findings
    assert [str(p) for p in found.paths] == [words]
    assert found.groups == groups
    assert found.member == "uid=u0001,ou=people"


def test_several_paths_are_one_membership_the_shortest_first() -> None:
    blocks = [b.block(1, through=(NESTED,)), b.block(1), b.block(1, primary=True)]
    decided = b.decision(b.facts(**LEFT), b.snapshot(*blocks))
    (found,) = decided.findings
    assert str(found.paths[0]) in ("direct", "primary group")
    assert len(found.paths) == 3
    assert set(found.groups) == {b.GROUP, NESTED}
    assert decided.counts.memberships == 1


@pytest.mark.parametrize(
    ("expires_on", "verdict"),
    [
        (None, JUSTIFIED),
        (b.APRIL, JUSTIFIED),
        (b.APRIL - b.DAY, (Verdict.STALE, ("unknown-account",))),
    ],
)
def test_a_listed_service_account_is_justified_until_it_expires(
    expires_on: date | None, verdict: object
) -> None:
    row = b.listed_account("svc", AccountKind.SERVICE, expires_on=expires_on)
    directory = b.snapshot(b.block("svc"), accounts=[b.account("svc")])
    assert b.verdict_of(b.facts(accounts=[row]), directory, account="svc") == verdict


@pytest.mark.parametrize("listed", ["SVC", "Svc", "svc"])
def test_account_names_meet_without_regard_to_case(listed: str) -> None:
    row = b.listed_account(listed, AccountKind.SERVICE)
    directory = b.snapshot(b.block("svc"), accounts=[b.account("svc")])
    assert b.verdict_of(b.facts(accounts=[row]), directory, account="svc") == JUSTIFIED


def test_a_service_account_of_another_directory_is_not_listed_here() -> None:
    row = b.listed_account("svc", AccountKind.SERVICE, directory="lgwan")
    directory = b.snapshot(b.block("svc"), accounts=[b.account("svc")])
    found = b.verdict_of(b.facts(accounts=[row]), directory, account="svc")
    assert found == (Verdict.STALE, ("unknown-account",))


def test_the_list_fills_in_a_staff_number_that_the_directory_lacks() -> None:
    directory = b.snapshot(b.block("adm"), accounts=[b.account("adm")])
    row = b.listed_account("adm", AccountKind.PRIVILEGED, number=1)
    assert b.verdict_of(b.facts(), directory, account="adm")[1] == ("unknown-account",)
    assert b.verdict_of(b.facts(accounts=[row]), directory, account="adm") == JUSTIFIED


def test_directory_and_list_that_name_different_people_make_it_unknown() -> None:
    row = b.listed_account(1, number=2)
    assert b.verdict_of(b.facts(accounts=[row]))[0] is Verdict.UNKNOWN


def test_a_member_that_is_no_account_is_an_unknown_account() -> None:
    raw = "uid=ghost,ou=elsewhere"
    (found,) = b.decision(b.facts(), b.snapshot(b.block(raw))).findings
    assert found.reasons == ("unknown-account",)
    assert (found.account, found.member, found.staff_number) == (raw, raw, None)


def test_a_person_is_justified_in_every_account() -> None:
    directory = b.snapshot(b.block(1, "u1b"), accounts=[b.account(1), b.account("u1b", 1)])
    assert b.decision(b.facts(), directory).counts == Counts(memberships=2, justified=2)


def test_a_disabled_account_keeps_its_right_in_sight() -> None:
    directory = b.snapshot(accounts=[replace(b.account(1), enabled=False)])
    assert b.verdict_of(b.facts(**LEFT), directory)[0] is Verdict.STALE


def test_a_dated_exception_makes_stale_excepted_and_nothing_else() -> None:
    key = ("ad", "TAX-EDIT", "u0001")
    decided = b.decision(b.facts(**LEFT), exceptions=[key])
    assert [f.verdict for f in decided.findings] == [Verdict.EXCEPTED]
    assert decided.counts == Counts(memberships=1, excepted=1)
    assert b.decision(exceptions=[key]).counts == Counts(memberships=1, justified=1)


def test_an_exception_makes_nothing_known() -> None:
    held = b.facts(orders=[b.order(kind="謎の発令")])
    decided = b.decision(held, exceptions=[("ad", "TAX-EDIT", "u0001")])
    assert [f.verdict for f in decided.findings] == [Verdict.UNKNOWN]


def test_what_was_not_read_is_unknown_and_never_fine() -> None:
    unread = Unread("ad", b.KNOWN_AT, "timeout", "try again", last_known=450)
    decided = b.decision(b.facts(), unread)
    assert decided.counts == Counts(memberships=450, unknown=450)
    assert decided.findings == ()


def test_a_directory_is_judged_by_its_own_entitlements() -> None:
    known = b.facts(entitlements=[b.entitlement(directory="lgwan")], **LEFT)
    assert b.decision(known).counts == Counts()


def test_a_line_that_vanished_from_the_list_leaves_its_right_unknown() -> None:
    known = b.facts(designations=[], vanished_designations=[b.vanished(b.designation())])
    assert b.verdict_of(known)[0] is Verdict.UNKNOWN


def test_a_line_that_vanished_and_would_not_have_justified_changes_nothing() -> None:
    gone = b.vanished(b.designation(released_on=b.BASE))
    known = b.facts(designations=[b.designation(released_on=b.BASE)], vanished_designations=[gone])
    assert b.verdict_of(known) == (Verdict.STALE, ("designation-ended",))


def test_findings_are_sorted_by_directory_entitlement_and_account() -> None:
    directory = b.snapshot(b.block(3, 1, 2), accounts=[b.account(n) for n in (3, 1, 2)])
    decided = b.decision(b.facts(b.roster_entry(9)), directory)
    assert [f.account for f in decided.findings] == ["u0001", "u0002", "u0003"]
