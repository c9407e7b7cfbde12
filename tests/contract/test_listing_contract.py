"""What the console lists, alike on SQLite and PostgreSQL."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syncd.core.audit import AuditEvent, AuditRecord
from syncd.core.calendar import midnight
from syncd.core.cards import LAST_RANK, Card, Section
from syncd.core.cases import CaseEvent, CaseState, moved
from syncd.core.findings import Reason
from syncd.core.ids import AccountId, CaseId, EntitlementId, OrgUnitCode, RunId, StaffNumber
from syncd.core.votes import Choice, Vote
from syncd.errors import IllegalMove, NoSuchCase
from syncd.ports.listing import NO_SECTION, CaseOrder, CaseQuery, TrailQuery
from syncd.ports.runs import RunRow
from syncd.ports.store import Store
from tests.fakes.readings import APRIL_ORDER_DAY as DAY
from tests.fakes.readings import at, case, designation, designations, order, orders, person, roster

TAX, WELFARE = OrgUnitCode("12010"), OrgUnitCode("13010")
SECTIONS = (Section(WELFARE, "福祉課", None, 1), Section(TAX, "税務課", None, 2))
PEOPLE = {
    1: Card(StaffNumber("0000001"), "髙﨑　①子", "タカサキ イチコ", TAX, "主事"),
    2: Card(StaffNumber("0000002"), "阿部　百合", "アベ ユリ", TAX, "主査"),
    3: Card(StaffNumber("0000003"), "伊藤 100%", "イトウ", WELFARE, ""),
}


def one(number: int, section: OrgUnitCode | None = TAX, hours: float = 0, **changes: object):
    made = case(number, f"u{number:04}", hours=hours)
    who = StaffNumber(f"{number:07}")
    return replace(made, staff_number=who, section=section, **changes)  # type: ignore[arg-type]


CASES = (
    one(1, hard_deadline_at=at(120)),
    one(2, hard_deadline_at=at(48), since=None, reasons=(Reason.SEPARATED,), because=()),
    one(3, WELFARE, hard_deadline_at=at(72), entitlement=EntitlementId("WEL-EDIT")),
    one(4, None, hard_deadline_at=at(96), account=AccountId("guest")),
)


@pytest.fixture
def filled(store: Store) -> Store:
    with store.begin() as unit:
        for each in CASES:
            unit.insert_case(each)
        unit.save_cards(PEOPLE.values())
        unit.save_sections(SECTIONS)
    return store


def found(store: Store, **query: object) -> list[str]:
    with store.begin() as unit:
        page = unit.case_page(CaseQuery(**query))  # type: ignore[arg-type]
    return [line.case.case_id for line in page.lines]


@pytest.mark.parametrize(
    ("order_by", "expected"),
    [
        (CaseOrder.DEADLINE, [2, 3, 4, 1]),
        (CaseOrder.SECTION, [3, 2, 1, 4]),
        (CaseOrder.KANA, [4, 2, 3, 1]),
        (CaseOrder.TRANSFER, [4, 3, 1, 2]),
    ],
)
def test_cases_are_sorted_by_deadline_section_or_kana(
    filled: Store, order_by: CaseOrder, expected: list[int]
):
    assert found(filled, sort=order_by) == [f"C-{n:05d}" for n in expected]


def test_cases_that_no_section_answers_for_are_found_apart_and_beside_others(filled: Store):
    assert found(filled, sections=frozenset({NO_SECTION})) == ["C-00004"]
    assert found(filled, sections=frozenset({NO_SECTION, WELFARE})) == ["C-00003", "C-00004"]


@pytest.mark.parametrize("order_by", list(CaseOrder))
def test_pages_give_every_case_once_in_every_order(filled: Store, order_by: CaseOrder):
    seen, after = [], ()
    while True:
        with filled.begin() as unit:
            page = unit.case_page(CaseQuery(sort=order_by, limit=1, after=after))
        assert page.total == len(CASES)
        seen += [line.case.case_id for line in page.lines]
        after = page.after
        if not after:
            break
    assert seen == found(filled, sort=order_by)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"visible": frozenset({TAX})}, [2, 1]),
        ({"visible": frozenset()}, []),
        ({"sections": frozenset({WELFARE})}, [3]),
        ({"reason": Reason.SEPARATED}, [2]),
        ({"entitlement": "WEL-EDIT"}, [3]),
        ({"directory": "none"}, []),
        ({"order_number": "R9-0123"}, [3, 4, 1]),
        ({"order_number": "R9-012"}, []),
        ({"due_before": at(72)}, [2]),
        ({"states": frozenset({CaseState.APPROVED})}, []),
        ({"text": "髙﨑"}, [1]),
        ({"text": "アベ"}, [2]),
        ({"text": "あべ"}, [2]),
        ({"text": "ｱﾍﾞ"}, [2]),
        ({"text": "GUEST"}, [4]),
        ({"text": "100%"}, [3]),
        ({"text": "髙﨑 nobody"}, []),
    ],
)
def test_each_filter_narrows(filled: Store, query: dict[str, object], expected: list[int]):
    assert found(filled, **query) == [f"C-{n:05d}" for n in expected]


def test_a_line_shows_the_person_and_the_section(filled: Store):
    with filled.begin() as unit:
        lines = unit.case_page(CaseQuery(text="アベ")).lines
    assert [(line.card, line.section_name) for line in lines] == [(PEOPLE[2], "税務課")]


def test_what_waits_is_told_by_section_with_the_earliest_deadline(filled: Store):
    with filled.begin() as unit:
        waiting = unit.waiting()
        mine = unit.waiting(frozenset({TAX}))
    told = [(w.section, w.name, w.cases, w.deadline_at) for w in waiting]
    assert told == [
        (TAX, "税務課", 2, at(48)),
        (WELFARE, "福祉課", 1, at(72)),
        (None, "", 1, at(96)),
    ]
    assert [w.section for w in mine] == [TAX]


def test_counts_by_state_hold_every_state(filled: Store):
    with filled.begin() as unit:
        counts = unit.case_counts()
        mine = unit.case_counts(frozenset({WELFARE}))
    assert counts[CaseState.OPEN] == 4
    assert mine[CaseState.OPEN] == 1
    assert counts.keys() == set(CaseState)


def test_spans_leave_out_what_ended_before(store: Store):
    ended = moved(one(2), CaseEvent.VANISH, at(1))
    with store.begin() as unit:
        unit.insert_case(one(1))
        unit.insert_case(one(2))
        unit.update_case(one(2), ended)
        both = unit.case_spans(DAY)
        later = unit.case_spans(DAY.replace(day=2))
    assert {(s.since, s.ended_at) for s in both} == {(DAY, None), (DAY, at(1))}
    assert [s.ended_at for s in later] == [None]


def test_the_section_table_is_replaced_and_read_in_its_order(store: Store):
    unranked = Section(OrgUnitCode("99"), "未定", TAX, LAST_RANK)
    with store.begin() as unit:
        unit.save_sections(SECTIONS)
        unit.save_sections((*reversed(SECTIONS), unranked))
        assert unit.sections() == (*SECTIONS, unranked)


def test_a_card_follows_the_facts(store: Store):
    moved_on = replace(PEOPLE[1], section=WELFARE)
    with store.begin() as unit:
        unit.save_cards([PEOPLE[1], PEOPLE[2]])
        unit.save_cards([moved_on])
        numbers = [card.staff_number for card in PEOPLE.values()]
        assert unit.cards(numbers) == {moved_on.staff_number: moved_on, **_by_number(PEOPLE[2])}


def _by_number(card: Card) -> dict[StaffNumber, Card]:
    return {card.staff_number: card}


def test_cases_are_given_in_the_order_asked_for_or_not_at_all(filled: Store):
    with filled.begin() as unit:
        asked = [CaseId("C-00003"), CaseId("C-00001"), CaseId("C-00003")]
        assert [c.case_id for c in unit.cases_of(asked)] == ["C-00003", "C-00001"]
        with pytest.raises(NoSuchCase, match="nope"):
            unit.cases_of([CaseId("nope")])


def test_many_cases_change_at_once_or_none_does(filled: Store):
    changes = [(c, moved(c, CaseEvent.APPROVE, at(1))) for c in CASES]
    with filled.begin() as unit:
        unit.update_case(CASES[1], replace(CASES[1], escalated=True))
    with pytest.raises(IllegalMove, match="C-00002"), filled.begin() as unit:
        unit.update_cases(changes)
    with filled.begin() as unit:
        assert unit.case_counts()[CaseState.OPEN] == 4
        unit.update_cases([changes[0], *changes[2:]])
        assert unit.case_counts()[CaseState.APPROVED] == 3


def test_many_votes_count_each_once(filled: Store):
    vote = Vote(Choice.REVOKE, "sato", None, at(1), CASES[0].case_id, 1)
    other = replace(vote, case_id=CASES[1].case_id)
    with filled.begin() as unit:
        unit.add_votes([vote, other, vote])
        unit.add_votes([vote])
        cast = unit.all_votes([CASES[0].case_id, CASES[1].case_id])
    assert cast == {CASES[0].case_id: (vote,), CASES[1].case_id: (other,)}


def record(number: int, event: AuditEvent, actor: str, run: str | None = None) -> AuditRecord:
    return AuditRecord(at(number), event, actor, f"s{number}", None if run is None else RunId(run))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (TrailQuery(), ["s3", "s2", "s1"]),
        (TrailQuery(limit=2), ["s3", "s2"]),
        (TrailQuery(events=frozenset({"vote.cast"})), ["s2"]),
        (TrailQuery(actor="sato"), ["s3", "s2"]),
        (TrailQuery(subject="s1"), ["s1"]),
        (TrailQuery(from_at=at(2), until_at=at(3)), ["s2"]),
    ],
)
def test_the_trail_is_found_by_its_columns(store: Store, query: TrailQuery, expected: list[str]):
    with store.begin() as unit:
        unit.audit([record(1, AuditEvent.RUN_STARTED, "syncd")])
        unit.audit([record(2, AuditEvent.VOTE_CAST, "sato")])
        unit.audit([record(3, AuditEvent.VOTE_REFUSED, "sato")])
        lines = unit.trail_page(query)
        rest = unit.trail_page(replace(query, before=lines[-1].record_id))
    assert [_subject(line.leaf) for line in lines] == expected
    assert not {line.record_id for line in rest} & {line.record_id for line in lines}


def _subject(leaf: bytes) -> str:
    return leaf.decode().partition('"subject":"')[2].partition('"')[0]


def test_a_run_is_found_with_its_own_records_only(store: Store):
    row = RunRow(RunId("r1"), "full", DAY, "syncd", at(1), at(3))
    with store.begin() as unit:
        unit.save_run(row)
        unit.save_run(replace(row, run=RunId("r2"), started_at=at(2), finished_at=None))
        unit.audit([record(1, AuditEvent.INPUT_ACCEPTED, "syncd", "r1")])
        unit.audit([record(2, AuditEvent.CASE_OPENED, "syncd", "r1")])
        unit.audit([record(2, AuditEvent.CASE_OPENED, "syncd", "r2")])
        records = unit.run_records(row)
        assert unit.find_run(RunId("r1")) == row
        assert unit.find_run(RunId("r3")) is None
        assert [r.run for r in unit.runs(10)] == ["r2", "r1"]
        assert [r.run for r in unit.runs(10, at(2))] == ["r1"]
        last = unit.last_run()
    assert records.counted == {"input.accepted": 1, "case.opened": 1}
    assert len(records.leaves) == 1
    assert last is not None
    assert last.run == "r2"


def test_what_is_known_of_one_person_is_nothing_of_anybody_else(store: Store):
    with store.begin() as unit:
        unit.accept(roster(person("0000001"), person("0000002", line=3)), at(0))
        unit.accept(orders(order("R9-1", "0000001"), order("R9-2", "10000001", line=3)), at(0))
        unit.accept(designations(designation("0000001"), designation("0000002", line=3)), at(0))
        whole = unit.facts(at(1))
        about = unit.facts_about([StaffNumber("0000001")], at(1))
    assert [e.staff_number for r in about.rosters for e in r.entries] == ["0000001"]
    assert about.orders == whole.orders[:1]
    assert about.designations == whole.designations[:1]
    assert about.rosters[0].entries[0] == whole.rosters[0].entries[0]


def test_the_version_of_the_inputs_grows_with_each(store: Store):
    with store.begin() as unit:
        before = unit.inputs_version()
        unit.accept(orders(order("R9-1", "0000001")), at(0))
        assert unit.inputs_version() > before
        assert [o.order_number for o in unit.orders(at(1))] == ["R9-1"]


def test_the_history_of_a_subject_is_told_in_its_order(store: Store):
    with store.begin() as unit:
        for hour, event in ((1, AuditEvent.CASE_OPENED), (2, AuditEvent.CASE_APPROVED)):
            unit.audit([AuditRecord(at(hour), event, "syncd", "C-1")])
        unit.audit([AuditRecord(at(3), AuditEvent.CASE_OPENED, "syncd", "C-2")])
        told = unit.history("C-1")
    assert [b"opened" in leaf for leaf in told] == [True, False]
    assert midnight(DAY) == at(0)
