"""What every store keeps to, on SQLite and PostgreSQL alike."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import pytest

from syncd.bilingual import Bilingual
from syncd.core.audit import AuditEvent, AuditRecord
from syncd.core.cases import ENDED, CaseEvent, CaseState, moved
from syncd.core.facts import (
    AccountKind,
    Entitlement,
    ListedAccount,
    OrderCount,
    OrgUnit,
    PersonLink,
    Provides,
    TrainingRecord,
)
from syncd.core.findings import Counts, Reason
from syncd.core.guards import Guard, Trip
from syncd.core.ids import (
    AccountId,
    AffairCode,
    CaseId,
    EntitlementId,
    OrgUnitCode,
    PlanHash,
    RunId,
    StaffNumber,
)
from syncd.core.memberships import (
    Account,
    DirectorySnapshot,
    Group,
    MembershipBlock,
    Path,
    Proof,
)
from syncd.core.merkle import leaf_hash, root_of
from syncd.core.plan import Blocked, Plan, PlanLine
from syncd.core.votes import Choice, Vote
from syncd.errors import AlreadyRunning, IllegalMove, NoSuchCase, RowFault, StoreError
from syncd.ports.runs import RunRow
from syncd.ports.store import PlanState, Store, StoredPlan
from tests.fakes.readings import (
    at,
    case,
    designation,
    designations,
    order,
    orders,
    person,
    reading,
    roster,
)

TRIP = Trip(Guard.GROUP_LIMIT, "ad", "cn=tax", 20, 3, 10)

# --- units -------------------------------------------------------------------------------------


def begin_and_fail(store: Store) -> None:
    with store.begin() as unit:
        unit.accept(roster(person("1")), at(1))
        unit.insert_case(case())
        unit.audit([record(1)])
        raise ZeroDivisionError


def test_everything_in_a_unit_is_undone_when_it_raises(store: Store) -> None:
    with pytest.raises(ZeroDivisionError):
        begin_and_fail(store)
    with store.begin() as unit:
        assert unit.last_accepted("roster") is None
        assert unit.cases() == ()
        assert unit.checkpoint(at(2)).size == 0


def test_a_store_answers_ping_when_its_schema_is_current(store: Store) -> None:
    store.ping()


def test_naive_moments_are_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="aware"), store.begin() as unit:
        unit.accept(roster(person("1")), at(1).replace(tzinfo=None))


# --- facts -------------------------------------------------------------------------------------


def test_an_accepted_input_is_read_back_with_its_sections(store: Store) -> None:
    given = roster(person("1"), person("2", "13010", 3), person("3", "13010", 4))
    with store.begin() as unit:
        accepted = unit.accept(given, at(1))
    with store.begin() as unit:
        assert unit.last_accepted("roster") == accepted
    assert accepted.fingerprint == given.fingerprint
    assert (accepted.base_on, accepted.rows) == (given.base_on, 3)
    assert accepted.sections == {"12010": 1, "13010": 2}
    assert accepted.recorded_at == at(1)


def test_records_of_every_kind_come_back_equal_and_in_their_order(store: Store) -> None:
    people = (
        person("9"),
        replace(person("1", line=3), concurrent_units=(OrgUnitCode("1"), OrgUnitCode("2"))),
    )
    units = (
        OrgUnit(
            OrgUnitCode("12010"),
            "税務課",
            None,
            3,
            date(2020, 4, 1),
            None,
            (OrgUnitCode("12020"),),
            "org_units",
            2,
        ),
    )
    rights = (
        Entitlement(
            EntitlementId("TAX-EDIT"),
            "ad",
            ("cn=b", "cn=a"),
            "更新",
            frozenset({AffairCode("TAX"), AffairCode("WEL")}),
            frozenset({"更新"}),
            "entitlements",
            2,
        ),
    )
    trained = (TrainingRecord(StaffNumber("1"), "個人番号", date(2026, 6, 1), "training", 2),)
    accounts = (
        ListedAccount(
            "ad",
            AccountId("svc"),
            None,
            AccountKind.SERVICE,
            StaffNumber("1"),
            date(2028, 3, 31),
            "accounts",
            2,
        ),
    )
    with store.begin() as unit:
        unit.accept(roster(*people), at(1))
        unit.accept(orders(order("R9-1", "1")), at(1))
        unit.accept(designations(designation("1")), at(1))
        unit.accept(reading(Provides.ORG_UNITS, units), at(1))
        unit.accept(reading(Provides.ENTITLEMENTS, rights), at(1))
        unit.accept(reading(Provides.TRAINING, trained), at(1))
        unit.accept(reading(Provides.ACCOUNTS, accounts), at(1))
        known = unit.facts(at(2))
    assert known.rosters[0].entries == people
    assert known.orders == (order("R9-1", "1"),)
    assert known.designations == (designation("1"),)
    assert known.org_units == units
    assert known.entitlements == rights
    assert known.training == trained
    assert known.accounts == accounts


def test_a_past_moment_answers_as_it_did_then(store: Store) -> None:
    with store.begin() as unit:
        unit.accept(roster(person("1"), person("2", line=3)), at(1))
        unit.accept(designations(designation("1"), designation("2", line=3)), at(1))
    with store.begin() as unit:
        then = unit.facts(at(1))
        unit.accept(roster(person("2", "13010")), at(2))
        unit.accept(designations(designation("2", by="部長")), at(2))
    with store.begin() as unit:
        assert unit.facts(at(1)) == then
        assert unit.facts(at(2)).rosters != then.rosters
        assert unit.facts(at(0)).rosters == ()


def test_an_input_is_not_slipped_under_moments_already_answered_when_the_clock_goes_back(
    store: Store,
) -> None:
    with store.begin() as unit:
        unit.accept(designations(designation("1")), at(5))
        late = unit.accept(designations(designation("2")), at(3))
        assert late.recorded_at == at(5)
        assert unit.facts(at(4)).designations == ()


def test_a_line_is_cited_from_the_file_that_was_known(store: Store) -> None:
    with store.begin() as unit:
        unit.accept(designations(designation("1", line=2)), at(1))
        unit.accept(designations(designation("1", line=40)), at(2))
        assert unit.facts(at(1)).designations[0].line == 2
        assert unit.facts(at(2)).designations[0].line == 40


def test_the_roster_of_each_base_day_is_kept_and_one_day_loads_only_its_own(store: Store) -> None:
    march, april = date(2027, 3, 1), date(2027, 4, 1)
    with store.begin() as unit:
        unit.accept(roster(person("1"), base_on=april), at(1))
        unit.accept(roster(person("1"), person("2"), base_on=march), at(2))
        unit.accept(roster(person("1"), person("3"), base_on=april), at(3))
        every, one = unit.facts(at(4)), unit.facts(at(4), as_of=date(2027, 3, 20))
        assert unit.facts(at(4), as_of=date(2027, 2, 1)).rosters == ()
    assert [known.base_on for known in every.rosters] == [march, april]
    assert one.rosters == every.rosters[:1]
    assert [e.staff_number for e in every.rosters[1].entries] == ["1", "3"]


@pytest.mark.parametrize("late", [False, True])
def test_people_missing_from_a_later_roster_vanished_whichever_arrived_first(
    store: Store,
    late: bool,
) -> None:
    february = roster(person("1", "11010"), person("2"), base_on=date(2027, 2, 1))
    march = roster(person("1", "13010"), person("2"), base_on=date(2027, 3, 1))
    april = roster(person("2"), base_on=date(2027, 4, 1))
    inputs = [april, march, february] if late else [february, march, april]
    with store.begin() as unit:
        for hour, given in enumerate(inputs):
            unit.accept(given, at(hour))
        known = unit.facts(at(9)).rosters
    assert [roster.vanished for roster in known] == [(), (), (person("1", "13010"),)]


def test_people_missing_from_a_roster_sent_again_for_the_same_day_vanished(store: Store) -> None:
    with store.begin() as unit:
        unit.accept(roster(person("1"), person("2", line=3)), at(1))
        unit.accept(roster(person("1")), at(2))
        (known,) = unit.facts(at(3)).rosters
    assert known.vanished == (person("2", line=3),)


def test_a_person_who_comes_back_has_not_vanished(store: Store) -> None:
    with store.begin() as unit:
        for hour, people in enumerate([("1", "2"), ("2",), ("1", "2")]):
            base_on = date(2027, 4, 1 + hour)
            unit.accept(roster(*(person(p) for p in people), base_on=base_on), at(hour))
        assert [len(known.vanished) for known in unit.facts(at(9)).rosters] == [0, 1, 0]


def test_a_designation_that_vanishes_is_told_with_the_moment_it_was_last_seen(store: Store) -> None:
    with store.begin() as unit:
        unit.accept(designations(designation("1", line=7), designation("2", line=8)), at(1))
        unit.accept(designations(designation("1", line=9), designation("2")), at(2))
        unit.accept(designations(designation("2")), at(3))
        (vanished,) = unit.facts(at(4)).vanished_designations
        assert unit.facts(at(2)).vanished_designations == ()
    assert vanished.designation == designation("1", line=9)
    assert vanished.last_seen_at == at(2)


def test_a_changed_designation_has_not_vanished(store: Store) -> None:
    with store.begin() as unit:
        unit.accept(designations(designation("1")), at(1))
        unit.accept(designations(designation("1", by="部長")), at(2))
        known = unit.facts(at(3))
    assert known.vanished_designations == ()
    assert known.designations == (designation("1", by="部長"),)


def test_orders_accumulate_over_inputs(store: Store) -> None:
    with store.begin() as unit:
        unit.accept(orders(order("R9-1", "1")), at(1))
        unit.accept(orders(order("R9-2", "1")), at(2))
        assert unit.facts(at(3)).orders == (order("R9-1", "1"), order("R9-2", "1"))


def test_an_order_named_again_replaces_its_lines_for_that_person_only(store: Store) -> None:
    first = orders(order("R9-1", "1"), order("R9-1", "1", "14010", line=3), order("R9-1", "2"))
    with store.begin() as unit:
        unit.accept(first, at(1))
        unit.accept(orders(order("R9-1", "1", "15010")), at(2))
        known = set(unit.facts(at(3)).orders)
    assert known == {order("R9-1", "2"), order("R9-1", "1", "15010")}


@pytest.mark.parametrize("notice_first", [True, False])
def test_an_advance_notice_never_replaces_the_confirmed_order(
    store: Store, notice_first: bool
) -> None:
    notice = orders(order("R9-1", "1", "19999", confirmed=False))
    confirmed = orders(order("R9-1", "1"))
    inputs = [notice, confirmed] if notice_first else [confirmed, notice]
    with store.begin() as unit:
        for hour, given in enumerate(inputs):
            unit.accept(given, at(hour))
        assert unit.facts(at(9)).orders == (order("R9-1", "1"),)


def test_an_advance_notice_of_one_source_yields_to_the_confirmed_order_of_another(
    store: Store,
) -> None:
    notice = reading(Provides.ORDERS, [order("R9-1", "1", confirmed=False)], source="notices")
    with store.begin() as unit:
        unit.accept(notice, at(1))
        unit.accept(orders(order("R9-1", "1")), at(2))
        assert unit.facts(at(3)).orders == (order("R9-1", "1"),)


def test_rows_set_aside_are_told_until_the_next_list(store: Store) -> None:
    fault = RowFault(4, "指定日", "31/31", "a date", StaffNumber("0000007"))
    nobody = RowFault(5, "指定日", "31/31", "a date")
    given = reading(Provides.DESIGNATIONS, [designation("1")], held=[fault, nobody])
    with store.begin() as unit:
        unit.accept(given, at(1))
        (held,) = unit.facts(at(1)).held
        unit.accept(designations(designation("1")), at(2))
        assert unit.facts(at(2)).held == ()
        assert unit.facts(at(1)).held == (held,)
    assert (held.staff_number, held.line, held.source) == ("0000007", 4, "designations")
    assert "31/31" in held.why


def test_an_order_set_aside_stays_unknown_until_something_good_names_the_person(
    store: Store,
) -> None:
    fault = RowFault(4, "発令日", "?", "a date", StaffNumber("7"))
    with store.begin() as unit:
        unit.accept(reading(Provides.ORDERS, [order("R9-1", "1")], held=[fault]), at(1))
        unit.accept(orders(order("R9-2", "1")), at(2))
        assert [held.staff_number for held in unit.facts(at(2)).held] == ["7"]
        unit.accept(orders(order("R9-3", "7")), at(3))
        assert unit.facts(at(3)).held == ()


def test_a_refused_input_is_told_until_a_good_one_comes(store: Store) -> None:
    faults = (RowFault(2, "職員番号", None, "not a My Number"),)
    with store.begin() as unit:
        unit.accept(roster(person("1")), at(1))
        unit.refuse("roster", Provides.ROSTER, "in/a.csv", at(2), faults)
        unit.refuse("roster", Provides.ROSTER, "in/b.csv", at(3), faults)
        (refused,) = unit.refused_inputs()
        assert len(unit.facts(at(4)).rosters[0].entries) == 1
        unit.accept(roster(person("1")), at(5))
        assert unit.refused_inputs() == ()
    assert (refused.where, refused.refused_at, refused.faults) == ("in/b.csv", at(3), faults)


def test_a_fault_is_kept_in_both_languages(store: Store) -> None:
    expected = Bilingual(
        "値が必要です / a value is needed", ja="値が必要です", en="a value is needed"
    )
    fault = RowFault(3, Bilingual("行数", en="rows"), None, expected, "0000001")
    with store.begin() as unit:
        unit.refuse("roster", Provides.ROSTER, "in/a.csv", at(2), (fault,))
    with store.begin() as unit:
        (kept,) = unit.refused_inputs()[0].faults
    assert kept == fault
    assert (kept.told.ja, kept.told.en) == (fault.told.ja, fault.told.en)


def test_a_roster_without_its_base_day_is_refused(store: Store) -> None:
    with pytest.raises(StoreError, match="基準日"), store.begin() as unit:
        unit.accept(reading(Provides.ROSTER, [person("1")]), at(1))


# --- cases -------------------------------------------------------------------------------------


def test_a_case_comes_back_equal(store: Store) -> None:
    full = replace(
        case(),
        escalated=True,
        requested_by="sato",
        regrant_of=CaseId("C-00000"),
        exception_until=date(2027, 5, 1),
        exception_reason="引継ぎ",
        approved_reasons=(Reason.TRANSFERRED,),
        attempts=2,
        last_error="busy",
        restored_at=at(3),
        round=4,
    )
    with store.begin() as unit:
        unit.insert_case(full)
        assert unit.case(full.case_id) == full


def test_an_unknown_case_is_told(store: Store) -> None:
    with store.begin() as unit, pytest.raises(NoSuchCase, match="C-404"):
        unit.case(CaseId("C-404"))


def test_cases_are_listed_by_state_oldest_first_and_ended_ones_only_when_asked(
    store: Store,
) -> None:
    young, old = case(1, "a", hours=2), case(2, "b", hours=1)
    gone = case(3, "c", CaseState.GONE)
    with store.begin() as unit:
        for added in (young, old, gone):
            unit.insert_case(added)
        assert unit.cases() == (old, young)
        assert unit.cases([CaseState.GONE, CaseState.FAILED]) == (gone,)
        assert unit.cases([]) == ()


def test_a_right_has_one_case_that_has_not_ended(store: Store) -> None:
    with store.begin() as unit:
        unit.insert_case(case(1))
        with pytest.raises(IllegalMove, match="u0001"):
            unit.insert_case(case(2))
        assert unit.cases() == (case(1),)


@pytest.mark.parametrize("state", sorted(ENDED))
def test_a_right_that_comes_back_opens_a_new_case(store: Store, state: CaseState) -> None:
    with store.begin() as unit:
        unit.insert_case(case(1, state=state))
        unit.insert_case(case(2))
        assert unit.cases() == (case(2),)


def test_a_change_on_a_case_that_somebody_changed_meanwhile_is_refused(store: Store) -> None:
    opened = case()
    approved = moved(opened, CaseEvent.APPROVE, at(1))
    with store.begin() as unit:
        unit.insert_case(opened)
        unit.update_case(opened, replace(opened, last_error="seen"))
    with pytest.raises(IllegalMove, match="meanwhile"), store.begin() as unit:
        unit.update_case(opened, approved)
    with store.begin() as unit, pytest.raises(NoSuchCase):
        unit.update_case(case(9), case(9))


def test_of_two_who_change_a_case_at_once_one_succeeds(store: Store) -> None:
    opened = case()
    with store.begin() as unit:
        unit.insert_case(opened)
    outcomes: list[str] = []
    ready = threading.Barrier(2)

    def approve() -> None:
        ready.wait()
        try:
            with store.begin() as unit:
                unit.update_case(opened, moved(opened, CaseEvent.APPROVE, at(1)))
            outcomes.append("done")
        except IllegalMove:
            outcomes.append("refused")

    in_threads(approve, approve)
    assert sorted(outcomes) == ["done", "refused"]


def test_the_newest_verified_case_of_a_right_is_found(store: Store) -> None:
    first = case(1, state=CaseState.VERIFIED)
    second = replace(case(2, state=CaseState.VERIFIED), updated_at=at(5))
    with store.begin() as unit:
        for added in (second, first, case(3, "other", CaseState.VERIFIED)):
            unit.insert_case(added)
        assert unit.last_verified(first.key) == second
        assert unit.last_verified(("ad", "TAX-EDIT", "nobody")) is None


def test_the_cases_of_some_rights_are_those_that_have_not_ended_oldest_first(store: Store) -> None:
    later = replace(case(1), opened_at=at(6))
    others = (
        case(2, "u2"),
        replace(case(3, "u3"), entitlement=EntitlementId("TAX-VIEW")),
        replace(case(4, "u4"), directory="other"),
        case(5, "u5", CaseState.VERIFIED),
    )
    with store.begin() as unit:
        for added in (later, *others):
            unit.insert_case(added)
        found = unit.cases_about("ad", {EntitlementId("TAX-EDIT")})
        assert found == (others[0], later)
        assert unit.cases_about("ad", ()) == ()


def test_cases_removed_since_a_moment_are_found_each_once(store: Store) -> None:
    with store.begin() as unit:
        for number, hour in ((1, 1), (2, 5)):
            applying = case(number, f"u{number}", CaseState.APPLYING)
            unit.insert_case(applying)
            removed = moved(applying, CaseEvent.REMOVE, at(hour))
            unit.update_case(applying, removed)
            unit.update_case(removed, moved(removed, CaseEvent.VERIFY, at(hour)))
        assert [found.case_id for found in unit.removed_since(at(0))] == [
            case(1).case_id,
            case(2).case_id,
        ]
        assert [found.case_id for found in unit.removed_since(at(2))] == [case(2).case_id]
        assert unit.removed_since(at(6)) == ()


def test_a_case_that_is_removed_and_verified_in_one_step_counts_as_removed(store: Store) -> None:
    applying = case(1, state=CaseState.APPLYING)
    removed = moved(applying, CaseEvent.REMOVE, at(1))
    with store.begin() as unit:
        unit.insert_case(applying)
        unit.update_cases([(applying, moved(removed, CaseEvent.VERIFY, at(1)))])
        assert [found.case_id for found in unit.removed_since(at(0))] == [applying.case_id]


def test_a_change_that_was_undone_is_not_remembered(store: Store) -> None:
    opened = case()
    approved = moved(opened, CaseEvent.APPROVE, at(1), approved_reasons=opened.reasons)
    with store.begin() as unit:
        unit.insert_case(opened)

    def approve_and_fail() -> None:
        with store.begin() as unit:
            unit.update_cases([(opened, approved)])
            assert unit.cases_of([opened.case_id]) == (approved,)
            raise KeyError

    with pytest.raises(KeyError):
        approve_and_fail()
    with store.begin() as unit:
        assert unit.cases_of([opened.case_id]) == (opened,)
        assert unit.cases() == (opened,)
        with pytest.raises(IllegalMove):
            unit.update_case(approved, moved(approved, CaseEvent.CLAIM, at(2)))


def test_every_part_of_a_case_that_changes_is_written(store: Store) -> None:
    given = replace(case(), restored_at=None)
    changed = replace(
        given,
        reasons=(Reason.SEPARATED,),
        groups=("other",),
        because=(),
        since=date(2020, 1, 1),
        last_error="seen",
        restored_at=at(3),
        exception_until=date(2030, 1, 1),
        escalate_at=at(7),
        needs_person=not given.needs_person,
    )
    with store.begin() as unit:
        unit.insert_case(given)
        unit.update_cases([(given, changed)])
    with store.begin() as unit:
        assert unit.case(given.case_id) == changed
        unit.update_case(changed, given)
        assert unit.case(given.case_id) == given


# --- votes and plans ---------------------------------------------------------------------------


def vote(voter: str = "sato", hours: float = 1, *, round_: int = 1, number: int = 1) -> Vote:
    return Vote(
        Choice.REVOKE,
        voter,
        StaffNumber("5"),
        at(hours),
        case_id=case(number).case_id,
        round=round_,
        plan_hash=PlanHash("ab" * 32),
        deputy_for="suzuki",
        reason="異動",
        until=date(2027, 5, 1),
    )


def test_the_same_vote_counts_once_in_a_round(store: Store) -> None:
    with store.begin() as unit:
        unit.add_vote(vote(hours=1))
        unit.add_vote(vote(hours=2))
        unit.add_vote(vote(hours=3, round_=2))
        unit.add_vote(vote("tanaka", hours=4))
        found = unit.votes(case_id=case().case_id)
        assert unit.votes(plan_hash=PlanHash("ab" * 32)) == found
    assert found == (vote(hours=1), vote(hours=3, round_=2), vote("tanaka", hours=4))


def test_the_votes_of_many_cases_come_with_those_that_have_none(store: Store) -> None:
    one, two, three = (case(number).case_id for number in (1, 2, 3))
    with store.begin() as unit:
        unit.add_vote(vote(number=1))
        unit.add_vote(vote(number=3))
        assert unit.all_votes([one, two]) == {one: (vote(number=1),), two: ()}
        assert unit.all_votes([three]) == {three: (vote(number=3),)}


def test_of_two_who_vote_at_once_the_later_sees_both(store: Store) -> None:
    seen: list[int] = []
    ready = threading.Barrier(2)

    def cast(voter: str) -> None:
        ready.wait()
        with store.begin() as unit:
            unit.add_vote(vote(voter))
            seen.append(len(unit.votes(case_id=case().case_id)))

    in_threads(lambda: cast("sato"), lambda: cast("tanaka"))
    assert sorted(seen) == [1, 2]


def stored_plan(account: str = "u0001", state: PlanState = PlanState.PROPOSED) -> StoredPlan:
    line = PlanLine(
        "ad",
        "cn=tax",
        f"uid={account}",
        EntitlementId("TAX-EDIT"),
        CaseId("C-1"),
        AccountId(account),
        None,
        (Reason.SEPARATED,),
        explained=True,
    )
    blocked = Blocked(CaseId("C-2"), "ad", "cn=tax", "最後の構成員")
    return StoredPlan(Plan.of([line], [blocked]), state, at(1), RunId("R-1"))


def test_a_plan_is_found_by_its_hash_or_its_beginning(store: Store) -> None:
    kept = stored_plan()
    with store.begin() as unit:
        unit.save_plan(kept)
        assert unit.plan(kept.plan.hash) == kept
        assert unit.plan(PlanHash(kept.plan.hash[:8])) == kept
        for wrong in (kept.plan.hash[:7], "0" * 64, "%%%%%%%%"):
            with pytest.raises(NoSuchCase):
                unit.plan(PlanHash(wrong))


def test_a_plan_saved_again_changes_what_became_of_it(store: Store) -> None:
    held = replace(stored_plan(), state=PlanState.HELD, trips=(TRIP,))
    with store.begin() as unit:
        unit.save_plan(stored_plan())
        unit.save_plan(held)
        assert unit.plans(PlanState.HELD) == (held,)
        assert unit.plans(PlanState.PROPOSED) == ()


def test_plans_are_listed_newest_first(store: Store) -> None:
    old, new = stored_plan("a"), replace(stored_plan("b"), frozen_at=at(2))
    with store.begin() as unit:
        unit.save_plan(old)
        unit.save_plan(new)
        assert unit.plans(PlanState.PROPOSED) == (new, old)


# --- directories -------------------------------------------------------------------------------


def snapshot(
    members: Mapping[str, tuple[str, ...]], hours: float = 1, extra: str = ""
) -> DirectorySnapshot:
    names = sorted({m for each in members.values() for m in each} | set(filter(None, [extra])))
    accounts = {
        AccountId(n): Account(AccountId(n), f"uid={n},ou=people", StaffNumber(n)) for n in names
    }
    nested = MembershipBlock(next(iter(members)), Path(("cn=inner", "cn=deep")), (AccountId("?"),))
    primary = MembershipBlock(next(iter(members)), Path(primary=True), ())
    blocks = [MembershipBlock(g, Path(), tuple(map(AccountId, m))) for g, m in members.items()]
    return DirectorySnapshot(
        directory="ad",
        read_at=at(hours),
        proof=Proof("paged", 3, 10, "success", "ef" * 32),
        accounts=accounts,
        groups=tuple(
            Group(g, g[3:], False, len(m), placeholder=True, subgroups=("cn=b",) * (g == "cn=z"))
            for g, m in members.items()
        ),
        blocks=(*blocks, nested, primary),
        warnings=("slow",),
    )


def test_a_snapshot_comes_back_exactly_whatever_its_order(store: Store) -> None:
    given = snapshot({"cn=z": ("3", "1"), "cn=a": ("2",), "cn=m": ()})
    with store.begin() as unit:
        assert unit.last_snapshot("ad") is None
        assert unit.record_snapshot(given, RunId("R-1")) == 3
        assert unit.last_snapshot("ad") == given
        assert unit.last_snapshot("other") is None


def test_a_past_snapshot_comes_back_after_groups_came_changed_and_went(store: Store) -> None:
    days = [
        snapshot({"cn=a": ("1", "2"), "cn=b": ("1",)}, 1),
        snapshot({"cn=a": ("1",), "cn=b": ("1",)}, 2),
        snapshot({"cn=b": ("1",), "cn=c": ("4",)}, 3),
        snapshot({"cn=a": ("1", "2"), "cn=b": ("1",)}, 4),
    ]
    with store.begin() as unit:
        changes = [unit.record_snapshot(day, RunId(f"R-{n}")) for n, day in enumerate(days)]
        for day in days:
            assert unit.last_snapshot("ad", day.read_at + timedelta(minutes=1)) == day
        assert unit.last_snapshot("ad", at(0)) is None
    assert changes[0] == 2


def test_a_snapshot_counts_only_groups_that_changed(store: Store) -> None:
    members = {"cn=a": ("1",), "cn=b": ("1", "2")}
    with store.begin() as unit:
        unit.record_snapshot(snapshot(members, 1), RunId("R-1"))
        assert unit.record_snapshot(snapshot(members, 2), RunId("R-2")) == 0
        assert unit.record_snapshot(snapshot(members, 3, extra="9"), RunId("R-3")) == 0
        changed = snapshot(members | {"cn=b": ("1",)}, 4)
        assert unit.record_snapshot(changed, RunId("R-4")) == 1


# --- audit -------------------------------------------------------------------------------------


def record(number: int) -> AuditRecord:
    return AuditRecord(
        at(number), AuditEvent.VOTE_CAST, "sato", f"C-{number}", RunId("R-1"), {"理由": "異動"}
    )


def test_records_are_numbered_without_gaps_and_hash_to_the_checkpoint(store: Store) -> None:
    records = [record(number) for number in range(1, 12)]
    with store.begin() as unit:
        unit.audit(records[:7])
        assert list(unit.audit_leaves()) == []
        first = unit.checkpoint(at(1))
        unit.audit(records[7:])
        second = unit.checkpoint(at(2))
        leaves = list(unit.audit_leaves())
        assert [n for n, _, _ in unit.audit_leaves(after=9)] == [10, 11]
        assert unit.checkpoints() == (first, second)
    assert [n for n, _, _ in leaves] == list(range(1, 12))
    assert [leaf for _, leaf, _ in leaves] == [r.canonical() for r in records]
    assert all(hashed == leaf_hash(leaf) for _, leaf, hashed in leaves)
    assert first.root == root_of([h for _, _, h in leaves[:7]]).hex()
    assert second.root == root_of([h for _, _, h in leaves]).hex()


def test_numbers_have_no_gaps_when_units_and_checkpoints_run_side_by_side(store: Store) -> None:
    def write(start: int) -> None:
        for number in range(start, start + 10):
            with store.begin() as unit:
                unit.audit([record(number), record(number + 100)])
            with store.begin() as unit:
                unit.checkpoint(at(number))

    in_threads(lambda: write(1), lambda: write(1001), lambda: write(2001))
    with store.begin() as unit:
        last = unit.checkpoint(at(1))
        leaves = list(unit.audit_leaves())
        sizes = [made.size for made in unit.checkpoints()]
    assert [n for n, _, _ in leaves] == list(range(1, 61))
    assert sizes == sorted(sizes)
    assert last.root == root_of([h for _, _, h in leaves]).hex()


# --- runs and schedules ------------------------------------------------------------------------


def run_row(name: str, hours: float, *, complete: bool | None) -> RunRow:
    return RunRow(
        RunId(name),
        "full",
        date(2027, 4, 1),
        "sato",
        at(hours),
        at(hours + 0.5),
        complete,
        3,
        Counts(10, 5, 2, 1, 2, 0, 0),
    )


def test_the_newest_complete_run_is_found(store: Store) -> None:
    begun = RunRow(RunId("R-3"), "full", date(2027, 4, 1), "sato", at(3))
    with store.begin() as unit:
        assert unit.last_complete_run() is None
        unit.save_run(run_row("R-1", 1, complete=True))
        unit.save_run(run_row("R-2", 2, complete=False))
        unit.save_run(begun)
        assert unit.last_complete_run() == run_row("R-1", 1, complete=True)
        unit.save_run(run_row("R-3", 3, complete=True))
        assert unit.last_complete_run() == run_row("R-3", 3, complete=True)


def test_a_due_moment_is_claimed_by_one_of_many(store: Store) -> None:
    claims: list[bool] = []

    def claim() -> None:
        with store.begin() as unit:
            claims.append(unit.claim_firing("full", at(1), at(2)))

    in_threads(claim, claim, claim)
    assert sorted(claims) == [False, False, True]
    with store.begin() as unit:
        assert unit.claim_firing("full", at(5), at(5))
        assert unit.last_firing("full") == at(5)
        assert unit.last_firing("delta") is None


# --- locks -------------------------------------------------------------------------------------


def test_only_one_may_do_a_thing_at_a_time(store: Store) -> None:
    with store.exclusive("sync"):
        with pytest.raises(AlreadyRunning, match="sync"), store.exclusive("sync"):
            pass
        with store.exclusive("drill"):
            pass
    with store.exclusive("sync"):
        pass


def test_a_thing_may_be_done_again_after_it_failed(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.exclusive("sync"):
        raise ZeroDivisionError
    with store.exclusive("sync"):
        pass


def test_of_many_threads_one_gets_the_right(store: Store) -> None:
    outcomes: list[str] = []
    ready, done = threading.Barrier(3), threading.Barrier(3)

    def run() -> None:
        ready.wait()
        try:
            with store.exclusive("sync"):
                outcomes.append("ran")
                done.wait()
        except AlreadyRunning:
            outcomes.append("refused")
            done.wait()

    in_threads(run, run, run)
    assert sorted(outcomes) == ["ran", "refused", "refused"]


def in_threads(*jobs: object) -> None:
    threads = [threading.Thread(target=job) for job in jobs]  # type: ignore[arg-type]  # callables
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)


def test_a_run_as_of_another_day_does_not_count_as_the_last_complete_one(store: Store) -> None:
    today = RunRow(RunId("r1"), "full", date(2027, 4, 1), "syncd", at(0), at(1), complete=True)
    other = replace(
        today, run=RunId("r2"), as_of=date(2027, 5, 1), started_at=at(2), finished_at=at(3)
    )
    with store.begin() as unit:
        unit.save_run(today)
        unit.save_run(other)
        assert unit.last_complete_run() == today


def test_a_held_row_of_a_roster_that_names_nobody_is_remembered_and_of_others_is_not(store: Store):
    fault = RowFault(7, "職員番号", "", "値が必要です")
    with store.begin() as unit:
        read = reading(Provides.ROSTER, [person("0000001")], base_on=date(2027, 4, 1), held=[fault])
        unit.accept(read, at(0))
        unit.accept(reading(Provides.TRAINING, [], held=[fault]), at(0))
        outside = replace(fault, may_be_confirmed=False)
        other = reading(
            Provides.ROSTER,
            [person("0000002", source="b")],
            base_on=date(2027, 4, 1),
            held=[outside],
            source="b",
        )
        unit.accept(other, at(0))
    with store.begin() as unit:
        held = unit.facts(at(1)).held
        assert [(row.source, row.line, row.staff_number) for row in held] == [("roster", 7, "")]
        assert unit.facts_about([StaffNumber("0000001")], at(1)).held == held


def test_who_is_asked_about_brings_whoever_a_link_may_make_one_with_them(store: Store):
    """Whatever the days of the link: which of them counts is the core's to say."""
    link = PersonLink(
        StaffNumber("0000002"), StaffNumber("0000001"), date(2027, 4, 1), None, "", "市長", "l", 2
    )
    with store.begin() as unit:
        unit.accept(roster(person("0000001"), person("0000002"), person("0000003")), at(0))
        unit.accept(reading(Provides.PERSON_LINKS, [link], source="l"), at(0))
    with store.begin() as unit:
        assert unit.person_links() == (link,)
        assert unit.facts(at(1)).links == (link,)
        for asked in ("0000001", "0000002"):
            about = unit.facts_about([StaffNumber(asked)], at(1))
            found = {entry.staff_number for each in about.rosters for entry in each.entries}
            assert found == {"0000001", "0000002"}
            assert about.links == (link,)
        before = unit.facts_about([StaffNumber("0000001")], at(-1))
        assert before.links == ()


def test_a_stated_count_stands_until_it_is_stated_again_and_the_one_before_stays_known(
    store: Store,
):
    may = OrderCount(date(2027, 5, 1), "退職", 3, 1, "", "c", 2)
    first = OrderCount(date(2027, 4, 1), "", 15000, 5, "jinji", "c", 2)
    second = replace(first, count=None, line=3)
    with store.begin() as unit:
        unit.accept(reading(Provides.ORDER_COUNTS, [first], source="c"), at(0))
    with store.begin() as unit:
        unit.accept(reading(Provides.ORDER_COUNTS, [may, second], source="c"), at(1))
    with store.begin() as unit:
        unit.accept(reading(Provides.ORDER_COUNTS, [], source="c"), at(2))
    with store.begin() as unit:
        assert unit.facts(at(0)).order_counts == (first,)
        assert set(unit.facts(at(3)).order_counts) == {may, second}
        said = {(each.stated.count, each.at, each.replaced_at) for each in unit.stated_counts()}
        assert said == {(15000, at(0), at(1)), (None, at(1), None), (3, at(1), None)}
