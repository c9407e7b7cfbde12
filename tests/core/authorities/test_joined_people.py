"""One person under several numbers and authorities; contradictions are held for a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from syncd.core.decide import decide
from syncd.core.facts import EmploymentStatus, HeldRow, Provides
from syncd.core.findings import Notice, Verdict
from syncd.core.ground import Ground
from tests import builders as b
from tests.core.authorities.people import (
    HIRED,
    LAST,
    SCHOOL,
    SHARED_BOARD,
    at_board,
    board,
    city,
    link,
    policy,
)

JUSTIFIED = (Verdict.JUSTIFIED, ())
DAY = timedelta(days=1)


def verdict(*rosters, account=1, on=b.APRIL, numbers=None, **known):
    """What is said of the TAX right of `account`, whose number `numbers` gives (else its own)."""
    facts = b.facts(rosters=rosters, **known)
    shown = b.snapshot(b.block(account), accounts=[b.account(account, numbers)])
    return b.verdict_of(facts, shown, account=account, on=on, under=policy())


def conflicts(*rosters, on=b.APRIL, **known):
    facts = b.facts(rosters=rosters, **known)
    found = decide(facts, [b.snapshot()], policy(), on).notices
    return {n.staff_number for n in found if n.notice is Notice.HR_CONFLICT}


# --- kept apart -----------------------------------------------------------------------------------


def test_one_number_of_two_authorities_is_two_people():
    rosters = (city(b.roster_entry(1)), board(at_board("E-0000001")))
    assert verdict(*rosters) == JUSTIFIED
    assert verdict(*rosters, account=2, numbers="E-0000001") == (
        Verdict.STALE,
        ("not-designated",),
    )


def test_a_directory_of_an_authority_shows_its_own_numbers():
    facts = b.facts(
        rosters=(city(b.roster_entry(1)), board(at_board("E-0000001", "12010"))),
        designations=[b.designation("E-0000001")],
        entitlements=[b.entitlement(directory="board-ad"), b.entitlement()],
    )
    theirs, ours = b.snapshot(directory="board-ad"), b.snapshot()
    found = decide(facts, [theirs, ours], policy(), b.APRIL).findings
    assert [(f.directory, f.staff_number) for f in found] == [("ad", "0000001")]


def test_no_authority_cancels_the_order_of_another():
    orders = [
        b.order("R9-1", to="15000"),
        b.order("R9-2", "取消", target="R9-1", source="board-orders"),
    ]
    rosters = (city(b.roster_entry(1)), board(at_board("E-0000009")))
    assert verdict(*rosters, orders=orders) == (Verdict.STALE, ("transferred",))
    ours = [orders[0], b.order("R9-2", "取消", target="R9-1")]
    assert verdict(*rosters, orders=ours) == JUSTIFIED


def test_an_order_that_a_person_brought_counts_for_the_authority_it_is_about():
    rosters = (city(b.roster_entry(1)), board(at_board("E-0000009")))
    moved = b.order("R9-1", to="15000")
    for by in (
        b.order("R9-2", "取消", target="R9-1", source="console"),
        b.order("R9-2", to="12010", source="api"),
    ):
        assert verdict(*rosters, orders=[moved, by]) == JUSTIFIED
    gone = b.order("R9-3", "退職", b.APRIL - DAY, source="console")
    assert verdict(*rosters, orders=[gone]) == (Verdict.STALE, ("separated",))
    stranger = b.order("R9-4", "採用", to="12010", number=77, source="console")
    known = verdict(*rosters, orders=[stranger], account=77, designations=[b.designation(77)])
    assert known == JUSTIFIED


def test_nobody_is_a_stranger_while_an_authority_has_given_no_roster():
    facts = b.facts(rosters=(city(b.roster_entry(2)),))
    found = decide(facts, [b.snapshot()], policy(), b.APRIL).findings
    assert [(f.verdict, "教育委員会" in f.unknown_because) for f in found] == [
        (Verdict.UNKNOWN, True)
    ]
    heard = b.facts(rosters=(city(b.roster_entry(2)), board(at_board("E-0000009"))))
    assert b.verdict_of(heard, under=policy()) == (Verdict.STALE, ("unknown-account",))


# --- joined ---------------------------------------------------------------------------------------

JOINED = [link("E-0000001", 1)]


def test_a_linked_person_works_for_both_and_either_account_is_theirs():
    rosters = (city(b.roster_entry(1)), board(at_board("E-0000001")))
    lines = [b.designation(), b.designation("E-0000001", "NHI", SCHOOL)]
    rights = [b.entitlement(), b.entitlement("NHI-EDIT", ("cn=nhi",), affairs=("NHI",))]
    facts = b.facts(rosters=rosters, designations=lines, entitlements=rights, links=JOINED)
    accounts = [b.account(1), b.account(2, "E-0000001")]
    held = [b.block(1, 2), b.block(1, 2, key="cn=nhi")]
    found = decide(facts, [b.snapshot(*held, accounts=accounts)], policy(), b.APRIL)
    assert found.findings == ()
    person = Ground(facts, policy(), b.APRIL).people[b.staff(1)]
    assert [(p.org_unit, p.kind) for p in person.readings[0].posts] == [
        ("12010", "本務"),
        (SCHOOL, "併任"),
    ]
    assert person.other_numbers == ("E-0000001",)


def test_a_designation_of_either_number_is_the_persons():
    rosters = (city(b.roster_entry(1)), board(at_board("E-0000001")))
    lines = [b.designation("E-0000001")]
    assert verdict(*rosters, designations=lines, links=JOINED) == JUSTIFIED
    assert verdict(*rosters, designations=lines) == (Verdict.STALE, ("not-designated",))


def test_training_under_either_number_is_the_persons():
    facts = b.facts(
        rosters=(city(b.roster_entry(1)), board(at_board("E-0000001"))),
        training=[b.training("E-0000001", b.APRIL - DAY)],
        links=JOINED,
    )
    assert b.verdict_of(facts, under=policy(training_months=12)) == JUSTIFIED


def test_a_link_holds_from_its_first_to_its_last_day():
    rosters = (city(b.roster_entry(1)), board(at_board("E-0000001")))
    lines = [b.designation("E-0000001")]
    dated = [link("E-0000001", 1, starts_on=b.APRIL, ends_on=b.APRIL)]
    said = [
        verdict(*rosters, designations=lines, links=dated, on=b.APRIL + n * DAY)[0]
        for n in (-1, 0, 1)
    ]
    assert said == [Verdict.STALE, Verdict.JUSTIFIED, Verdict.STALE]


def test_a_new_number_at_reappointment_carries_the_person_on():
    """再任用: the old number ended, the new one began the day after; the designation stands."""
    old = b.roster_entry(1, separated_on=LAST, status=EmploymentStatus.SEPARATED)
    new = b.roster_entry(9001, hired_on=HIRED)
    renumbered = [link(1, 9001, starts_on=HIRED)]
    rosters = (city(old, new), board(at_board("E-0000009")))
    assert verdict(*rosters, links=renumbered) == JUSTIFIED  # the old account
    assert verdict(*rosters, links=renumbered, account=9001) == JUSTIFIED
    assert conflicts(*rosters, links=renumbered) == set()
    assert verdict(*rosters) == (Verdict.STALE, ("separated",))


def test_a_new_number_by_order_alone_carries_the_person_on_too():
    orders = [
        b.order("R9-1", "退職", LAST),
        b.order("R9-2", "再任用", HIRED, "12010", number=9001),
    ]
    rosters = (city(b.roster_entry(1)), board(at_board("E-0000009")))
    assert verdict(*rosters, orders=orders, links=[link(1, 9001)]) == JUSTIFIED
    before = verdict(*rosters, orders=orders, links=[link(1, 9001)], on=LAST)
    assert before == JUSTIFIED


def test_a_move_from_one_authority_to_another_names_what_ended():
    left = b.roster_entry(1, separated_on=LAST)
    rosters = (city(left), board(at_board("E-0000001", hired_on=HIRED)))
    facts = b.facts(rosters=rosters, links=JOINED)
    (found,) = decide(facts, [b.snapshot()], policy(), b.APRIL).findings
    assert (found.reasons, found.since, found.needs_person) == (("transferred",), HIRED, False)


def test_links_run_on_from_number_to_number():
    rosters = (city(b.roster_entry(3)), board(at_board("E-0000009")))
    chain = [link(1, 2), link(2, 3)]
    assert verdict(*rosters, links=chain, designations=[b.designation(3)]) == JUSTIFIED


def test_an_order_of_the_other_authority_gives_a_further_post_whether_its_roster_lists_guests():
    """併任 across authorities, in one number space: old enough for the board's roster to know."""
    orders = [b.order("K-1", "併任", b.BASE - DAY, SCHOOL, source="board-orders")]
    rosters = (city(b.roster_entry(1)), board(at_board(9)))
    facts = b.facts(rosters=rosters, orders=orders, designations=[b.designation(org_unit=SCHOOL)])
    shared = policy(SHARED_BOARD)
    assert b.verdict_of(facts, under=shared) == JUSTIFIED
    person = Ground(facts, shared, b.APRIL).people[b.staff(1)]
    assert [(p.org_unit, p.kind) for p in person.readings[0].posts] == [
        ("12010", "本務"),
        (SCHOOL, "併任"),
    ]
    released = b.order("K-2", "併任解除", b.APRIL, SCHOOL, source="board-orders")
    ended = replace(facts, orders=(*orders, released))
    assert b.verdict_of(ended, under=shared) == (Verdict.STALE, ("transferred",))


def test_a_primary_post_by_order_in_an_authority_whose_roster_lacks_the_person_is_held():
    orders = [b.order("K-1", "転任", b.BASE - DAY, SCHOOL, source="board-orders")]
    rosters = (city(b.roster_entry(1)), board(at_board(9)))
    facts = b.facts(rosters=rosters, orders=orders, designations=[b.designation(org_unit=SCHOOL)])
    (found,) = decide(facts, [b.snapshot()], policy(SHARED_BOARD), b.APRIL).findings
    assert held((found,)) == {"transferred"}


# --- held -----------------------------------------------------------------------------------------


def held(found):
    (one,) = found
    assert one.needs_person
    assert "hr-conflict" in one.reasons
    return set(one.reasons) - {"hr-conflict"}


def findings(*rosters, **known):
    facts = b.facts(rosters=rosters, links=JOINED, **known)
    return decide(facts, [b.snapshot()], policy(), b.APRIL).findings


@pytest.mark.parametrize(
    ("left", "there"),
    [
        ({"separated_on": LAST}, {}),
        ({"separated_on": LAST}, {"hired_on": LAST}),
        ({"status": EmploymentStatus.SEPARATED}, {"hired_on": b.BASE - 40 * DAY}),
    ],
)
def test_separated_in_one_roster_and_at_work_in_another_is_held_as_separated(left, there):
    rosters = (city(b.roster_entry(1, **left)), board(at_board("E-0000001", **there)))
    assert held(findings(*rosters)) == {"separated", "transferred"}
    turned = (city(b.roster_entry(1, **there)), board(at_board("E-0000001", **left)))
    assert held(findings(*turned)) == {"separated"}
    assert conflicts(*turned, links=JOINED) == {"0000001"}


def test_a_term_that_ended_in_one_roster_only_is_held():
    rosters = (city(b.roster_entry(1)), board(at_board("E-0000001", term_ends_on=LAST)))
    assert held(findings(*rosters)) == {"term-expired"}


def test_on_leave_in_one_roster_and_at_work_in_another_is_held_as_on_leave():
    away = at_board("E-0000001", status=EmploymentStatus.SUSPENDED)
    assert held(findings(city(b.roster_entry(1)), board(away))) == {"suspended"}


def test_two_primary_posts_of_one_authority_are_held_and_neither_alone_is_enough():
    rosters = (city(b.roster_entry(1), b.roster_entry(2, "15000")), board(at_board("E-0000009")))
    facts = b.facts(rosters=rosters, links=[link(2, 1)])
    assert held(decide(facts, [b.snapshot()], policy(), b.APRIL).findings) == {"transferred"}
    both = [b.designation(), b.designation(1, org_unit="15000")]
    assert verdict(*rosters, links=[link(2, 1)], designations=both) == JUSTIFIED
    assert conflicts(*rosters, links=[link(2, 1)], designations=both) == {"0000001"}


def test_one_post_told_twice_is_no_contradiction():
    rosters = (city(b.roster_entry(1), b.roster_entry(2)), board(at_board("E-0000009")))
    assert conflicts(*rosters, links=[link(2, 1)]) == set()


def test_a_link_that_names_two_people_joins_nobody_and_is_reported_of_all():
    rosters = (city(*map(b.roster_entry, (1, 2, 3))), board(at_board("E-0000009")))
    both = [link(1, 2), link(1, 3)]
    lines = [b.designation(2)]
    said = verdict(*rosters, links=both, designations=lines)
    assert said == (Verdict.STALE, ("not-designated", "hr-conflict"))
    assert conflicts(*rosters, links=both) == {"0000001", "0000002", "0000003"}


def test_a_circle_of_links_joins_nobody_and_is_reported():
    rosters = (city(*map(b.roster_entry, (1, 2))), board(at_board("E-0000009")))
    circle = [link(1, 2), link(2, 1)]
    assert verdict(*rosters, links=circle, designations=[b.designation(2)])[0] is Verdict.STALE
    assert conflicts(*rosters, links=circle) == {"0000001", "0000002"}


def test_what_was_set_aside_of_one_number_leaves_the_person_unknown():
    row = HeldRow(Provides.ROSTER, "board", 7, b.staff("E-0000001"), "読めません", None)
    rosters = (city(b.roster_entry(1)), board(at_board("E-0000009")))
    assert verdict(*rosters, held=[row], links=JOINED)[0] is Verdict.UNKNOWN
    assert verdict(*rosters, held=[row]) == JUSTIFIED


def test_who_is_in_the_other_authoritys_roster_has_not_vanished():
    gone = city(b.roster_entry(2), gone=[b.roster_entry(1)])
    there = board(at_board("E-0000001", "12010"))
    assert verdict(gone, there, links=JOINED) == JUSTIFIED
    assert verdict(gone, there)[0] is Verdict.UNKNOWN


def test_a_contractor_stands_where_the_sponsor_stands_whoever_appointed_the_sponsor():
    from syncd.core.facts import AccountKind

    facts = b.facts(
        rosters=(city(b.roster_entry(2)), board(at_board("E-0000001"))),
        accounts=[b.listed_account("c1", AccountKind.CONTRACTOR, sponsor="E-0000001")],
        designations=[b.designation("c1", org_unit=SCHOOL)],
    )
    shown = b.snapshot(b.block("c1"), accounts=[b.account("c1")])
    assert b.verdict_of(facts, shown, account="c1", under=policy()) == JUSTIFIED


def test_the_eve_of_a_day_knows_the_links_of_the_eve():
    orders = [b.order("R9-2", to="15000", number=9001)]
    rosters = (city(b.roster_entry(1)), board(at_board("E-0000009")))
    facts = b.facts(rosters=rosters, orders=orders, links=[link(9001, 1, starts_on=b.APRIL)])
    people = Ground(facts, policy(), b.APRIL).people
    assert [o.order.staff_number for o in people.orders_on(b.APRIL)] == ["0000001"]
    assert "9001" not in map(str, people)
    assert people.as_of(b.APRIL - DAY)[b.staff(9001)].staff_number == "0009001"


def test_a_card_shows_a_person_by_the_voice_that_knows_most():
    rosters = (
        city(b.roster_entry(1, None, status=EmploymentStatus.AWAY, name="")),
        board(at_board("E-0000001", name="山田 太郎", kana="ヤマダ タロウ")),
    )
    people = Ground(b.facts(rosters=rosters, links=JOINED), policy(), b.APRIL).people
    for number in ("0000001", "E-0000001"):
        card = people.card(b.staff(number))
        assert (card.staff_number, card.name, card.section) == ("0000001", "山田 太郎", SCHOOL)
    assert list(people) == ["0000001"]
    assert "E-0000001" not in people
