"""Residual reports and what logs said of them, kept alike on SQLite and PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from syncd.core.calendar import midnight
from syncd.core.cards import Card, Section
from syncd.core.cases import CaseState
from syncd.core.ids import OrgUnitCode, StaffNumber
from syncd.core.residual.reports import (
    Filing,
    Finding,
    Method,
    Outcome,
    ResidualEvent,
    ResidualReport,
    ResidualState,
    moved,
)
from syncd.core.residual.use import BadLine, Hole, LogAnswer, LogFile, UseRow
from syncd.core.residual.window import Window
from syncd.errors import IllegalMove, NoSuchCase, UsageError
from syncd.ports.residual import LogReading, ResidualQuery
from syncd.ports.store import Store
from tests.fakes.readings import at, case

SECTION = OrgUnitCode("12010")
APRIL = date(2027, 4, 1)
DAY = timedelta(days=1)


def report(number: int = 1, **changes: object) -> ResidualReport:
    about = case(number, account=f"u{number:04}")
    made = ResidualReport(
        report_id=f"r{number}",
        case_id=about.case_id,
        directory=about.directory,
        entitlement=about.entitlement,
        account=about.account,
        staff_number=about.staff_number,
        section=SECTION,
        reasons=("transferred",),
        because=("order R9-1", "designation TAX/12010"),
        from_at=midnight(APRIL),
        until_at=None,
        state=ResidualState.OPENED,
        opened_at=at(number),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def kept(store: Store, *reports: ResidualReport) -> None:
    with store.begin() as unit:
        for each in reports:
            unit.insert_case(case(int(each.report_id[1:]), account=each.account))
        unit.add_residuals(reports)


def test_a_report_is_kept_whole(store: Store):
    full = report(
        until_at=at(30),
        state=ResidualState.CLOSED,
        asked_at=at(1),
        asked_of=("sato", "abe"),
        method=Method.ALL,
        finding=Finding.FOUND,
        focus="時間外",
        measures="本人に聞いた",
        checked_by="unyo",
        checked_by_number=StaffNumber("0000001"),
        checked_at=at(2),
        outcome=Outcome.WORK_USE,
        decision="引継ぎのため",
        decided_by="sato",
        decided_by_number=StaffNumber("0000002"),
        decided_for="abe",
        decided_at=at(3),
        closing_note="閲覧",
        closed_by="kansa",
        closed_by_number=StaffNumber("0000003"),
        closed_at=at(4),
        sent_back_by="kansa",
        sent_back_because="もう一度",
        known_on=APRIL,
        known_set_by="sato",
        filing=Filing.NO_REPORT,
        filing_reason="業務上の利用",
        filed_by="sato",
        filed_at=at(5),
        withdrawn_because="-",
        ended_at=at(6),
        version=9,
    )
    kept(store, full)
    with store.begin() as unit:
        assert unit.residual("r1") == full
        assert unit.residual_of(full.case_id) == full
        assert unit.residuals() == ()
        assert unit.residuals([ResidualState.CLOSED]) == (full,)
        assert unit.residual_of("none") is None
        with pytest.raises(NoSuchCase, match="r9"):
            unit.residual("r9")


def test_of_two_who_change_a_report_at_once_the_second_is_refused(store: Store):
    first = report()
    kept(store, first)
    asked = moved(first, ResidualEvent.ASK, at(1))
    with store.begin() as unit:
        unit.update_residual(first, asked)
    with store.begin() as unit, pytest.raises(IllegalMove, match="meanwhile"):
        unit.update_residual(first, moved(first, ResidualEvent.WITHDRAW, at(2)))
    with store.begin() as unit:
        assert unit.residual("r1") == asked


def answer(**changes: object) -> LogAnswer:
    window = Window(midnight(APRIL), at(40))
    made = LogAnswer(
        key="r1",
        log="税ログ",
        window=window,
        rows=(
            UseRow(at(2), "u0001", "照会", "税", "成功", "a.csv", 7),
            UseRow(at(3), "u0001", "", "", "", "a.csv", 9),
        ),
        uses=812,
        failed=3,
        elsewhere=2,
        holes=(Hole(at(5), at(6), "file-missing"),),
        unreadable=4,
        bad_lines=(BadLine("a.csv", 12, "no-moment"),),
        files=(
            LogFile("a.csv", 4711, "ab" * 32, 900, at(1), at(4)),
            LogFile("b.csv", 0, "", 0, None, None),
        ),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def test_what_a_log_said_is_kept_with_its_rows_in_their_order(store: Store):
    kept(store, report())
    first = LogReading("g1", "r1", at(50), "syncd", answer())
    later = LogReading("g2", "r1", at(60), "unyo", answer(rows=(), uses=0))
    with store.begin() as unit:
        unit.add_log_readings([later, first])
    with store.begin() as unit:
        assert unit.log_readings(["r1"]) == (first, later)
        bare = unit.log_readings(["r1"], with_rows=False)
        assert bare[0].answer == answer(rows=())
        assert unit.log_readings([]) == ()


def test_only_what_stood_too_long_and_has_no_report_is_told(store: Store):
    now = midnight(date(2027, 4, 3))
    stands = {
        1: {},
        2: {"state": CaseState.EXCEPTED},
        3: {"state": CaseState.WITHDRAWN},
        4: {"state": CaseState.VERIFIED, "updated_at": now},
        5: {"state": CaseState.GONE, "updated_at": now - 9 * DAY},
        6: {"since": None},
        7: {"since": date(2027, 4, 2)},
        8: {"since": date(2027, 4, 3)},
        9: {"state": CaseState.REFUSED},
    }
    with store.begin() as unit:
        for number, changes in stands.items():
            made = case(number, account=f"u{number:04}")
            unit.insert_case(replace(made, **{"since": APRIL, **changes}))  # type: ignore[arg-type]

    def found(ended_since, longer_than=DAY) -> list[str]:
        with store.begin() as unit:
            return [c.account for c in unit.unreported_residue(longer_than, now, ended_since)]

    assert found(now - DAY) == ["u0001", "u0004", "u0007", "u0009"]
    assert found(None) == ["u0001", "u0004", "u0005", "u0007", "u0009"]
    assert found(now + DAY, timedelta(0)) == ["u0001", "u0007", "u0008", "u0009"]
    with store.begin() as unit:
        unit.add_residuals([report(1)])
    assert found(now - DAY) == ["u0004", "u0007", "u0009"]


def test_pages_go_from_the_newest_and_show_only_what_is_visible(store: Store):
    others = OrgUnitCode("20010")
    kept(store, *(report(n, section=others if n == 3 else SECTION) for n in range(1, 6)))
    with store.begin() as unit:
        unit.save_cards([Card(StaffNumber("0000001"), "山田", "ヤマダ", SECTION, "主事")])
        unit.save_sections([Section(SECTION, "市民税課", None, 1)])
    with store.begin() as unit:
        first = unit.residual_page(ResidualQuery(limit=2))
        assert [line.report.report_id for line in first.lines] == ["r5", "r4"]
        assert first.total == 5
        second = unit.residual_page(ResidualQuery(limit=2, after=first.after))
        assert [line.report.report_id for line in second.lines] == ["r3", "r2"]
        seen = unit.residual_page(ResidualQuery(visible=frozenset({SECTION})))
        assert [line.report.report_id for line in seen.lines] == ["r5", "r4", "r2", "r1"]
        assert {line.section_name for line in seen.lines} == {"市民税課"}
        none = unit.residual_page(ResidualQuery(visible=frozenset()))
        assert none.total == 0
        narrow = ResidualQuery(
            states=frozenset({ResidualState.ASKED}), directory="ad", section=SECTION
        )
        assert unit.residual_page(narrow).lines == ()
        with pytest.raises(UsageError, match="begins nowhere"):
            unit.residual_page(ResidualQuery(after=("x",)))
