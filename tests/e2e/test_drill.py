"""The drill on whole sites: all poisons held, nothing real touched, and able to fail."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from syncd.bootstrap import OpenSite, open_site
from syncd.core.audit import AuditEvent
from syncd.core.calendar import midnight
from syncd.core.drill.poisons import Outcome
from syncd.daemon.drilling import hold_drill
from syncd.demo import make_city
from syncd.errors import SourceRefused
from syncd.flow.drill.keeping import DrillReport
from syncd.flow.evidence import verify_trail

NOON = midnight(date(2027, 3, 31)) + timedelta(hours=12)


def ticking() -> Callable[[], datetime]:
    at = [NOON]

    def clock() -> datetime:
        at[0] += timedelta(milliseconds=1)
        return at[0]

    return clock


def city(folder: Path, guards: str = "", **replaced: str) -> OpenSite:
    made = make_city(folder / "city")
    text = made.config.read_text("utf-8")
    for before, after in replaced.items():
        text = text.replace(before, after)
    made.config.write_text(f"{text}\n[policy.guards]\n{guards}\n" if guards else text, "utf-8")
    return open_site(made.config, lambda *_: None, clock=ticking())


def missed(report: DrillReport) -> set[str]:
    return {r.poison.id for r in report.results if r.outcome is Outcome.MISSED}


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> tuple[OpenSite, DrillReport, Path]:
    opened = city(tmp_path_factory.mktemp("held"))
    report, kept = hold_drill(opened, "kansa")
    return opened, report, kept


def test_every_poison_that_a_city_can_be_given_is_held(held):
    _, report, _ = held
    assert missed(report) == set()
    assert report.count(Outcome.FIRED) >= 60
    assert report.exit_code == 0
    for result in report.results:
        if result.outcome is Outcome.FIRED:
            assert result.fired & result.expected
            assert (result.writes, result.held) == (0, True)


def test_what_does_not_apply_says_why_in_both_languages(held):
    _, report, _ = held
    others = [r for r in report.results if r.outcome is Outcome.NOT_APPLICABLE]
    assert {r.poison.id for r in others} == {
        "roster-too-old",
        "roster-number-missing",
        "roster-number-again",
        "rosters-swapped",
        "order-feeds-swapped",
        "directories-swapped",
        "counts-of-last-year",
    }
    assert all(r.because.ja and r.because.en and r.because.ja != r.because.en for r in others)


def test_the_result_is_kept_on_record_and_in_a_file_and_the_trail_verifies(held):
    opened, report, kept = held
    with opened.site.store.begin() as unit:
        leaves = [json.loads(leaf) for _, leaf, _ in unit.audit_leaves()]
    assert [r["event"] for r in leaves] == [AuditEvent.DRILL_STARTED, AuditEvent.DRILL_FINISHED]
    finished = leaves[1]["ground"]
    assert (finished["fired"], finished["missed"]) == (report.count(Outcome.FIRED), 0)
    assert len(finished["poisons"]) == len(report.results)
    in_file = json.loads(kept.read_text("utf-8"))
    assert in_file["poisons"] == finished["poisons"]
    assert in_file["poisons_sha256"] == finished["poisons_sha256"]
    assert verify_trail(opened.site.store).faults == ()
    assert kept.stat().st_mode & 0o077 == 0


def test_nobody_is_named_in_what_a_drill_keeps(held):
    opened, _, kept = held
    text = kept.read_text("utf-8")
    with opened.site.store.begin() as unit:
        text += "".join(leaf.decode() for _, leaf, _ in unit.audit_leaves())
    for seat in opened.site.sources:
        for record in seat.source.read().records:
            for name in ("name", "staff_number", "kana"):
                value = getattr(record, name, "")
                assert not value or str(value) not in text


def test_a_drill_leaves_no_trace_in_the_facts_the_cases_or_the_directory(tmp_path: Path):
    opened = city(tmp_path)
    folder = opened.settings.base_dir
    before = {
        p: p.read_bytes() for p in folder.rglob("*") if p.suffix in (".ldif", ".csv", ".xlsx")
    }
    hold_drill(opened, "kansa")
    after = {p: p.read_bytes() for p in folder.rglob("*") if p.suffix in (".ldif", ".csv", ".xlsx")}
    assert before == after
    with opened.site.store.begin() as unit:
        assert unit.cases() == ()
        assert unit.runs(5) == ()
        assert unit.last_accepted("roster") is None
        assert unit.last_snapshot("mihon") is None


def test_the_real_writer_is_never_made(tmp_path: Path):
    """Every directory is in mode apply; whoever asked for its writer would end the drill."""
    opened = city(tmp_path)

    def exploding() -> object:
        raise AssertionError("the real writer was asked for")

    for seat in opened.site.directories.values():
        object.__setattr__(seat, "writer", exploding)
    report, _ = hold_drill(opened, "kansa")
    assert report.exit_code == 0


def test_a_run_can_go_on_beside_a_drill(tmp_path: Path):
    opened = city(tmp_path)
    with opened.site.store.exclusive("run"):
        report, _ = hold_drill(opened, "kansa")
    assert report.exit_code == 0


def test_a_site_whose_input_is_refused_cannot_be_drilled(tmp_path: Path):
    opened = city(tmp_path)
    (opened.settings.base_dir / "in" / "training.csv").write_bytes(b"")
    with pytest.raises(SourceRefused):
        hold_drill(opened, "kansa")


# --- a drill can fail: each guard left out in turn -------------------------------------------------

WITHOUT = {
    "max_row_loss = 1.0": """
        accounts-half designations-half directory-accounts-shifted directory-numbers-emptied
        directory-numbers-slipped directory-page-lost entitlements-half orders-half
        orders-last-year orders-next-year roster-half training-half units-half""",
    "max_turnover = 1.0": """
        accounts-all-expired designations-affairs-slipped designations-all-expired
        designations-all-released designations-not-begun designations-numbers-slipped
        entitlements-affairs-slipped entitlements-groups-slipped orders-all-cancelled
        orders-everybody-leaves orders-everybody-suspended roster-everybody-left
        roster-numbers-slipped roster-sections-slipped roster-terms-over units-all-ended""",
    "max_directory_loss = 1.0": "directory-groups-half directory-half",
    "max_base_days_ahead = 99999": "roster-far-future",
    "max_days_between_runs = 9999": "clock-next-year",
    "max_removals = 99999": "designations-third-released roster-third-terms-over",
}
"""What the drill must show as missed, and nothing else, where a guard is configured away."""


@pytest.mark.parametrize("guards", WITHOUT)
def test_a_guard_that_is_left_out_shows_as_missed_and_no_other_poison_does(
    tmp_path: Path, guards: str
):
    report, _ = hold_drill(city(tmp_path, guards), "kansa")
    assert missed(report) == set(WITHOUT[guards].split())
    assert report.exit_code == 1
    if "max_removals" in guards:  # what the limits let through is counted
        lost = [r for r in report.results if r.outcome is Outcome.MISSED]
        assert all(r.writes > 0 and not r.held for r in lost)


def test_a_source_without_its_loss_check_shows_as_missed(tmp_path: Path):
    loose = 'name = "roster"\nloss_check = false'
    opened = city(tmp_path, **{'name = "roster"': loose})
    report, _ = hold_drill(opened, "kansa")
    lost = missed(report)
    assert {"roster-half", "roster-section-missing", "roster-numbers-slipped"} <= lost
    assert all(poison.startswith("roster") for poison in lost)


def test_a_missed_guard_raises_an_alarm(tmp_path: Path):
    opened = city(tmp_path, "max_days_between_runs = 9999")
    hold_drill(opened, "kansa")
    with opened.site.store.begin() as unit:
        leaves = [json.loads(leaf) for _, leaf, _ in unit.audit_leaves()]
    alarms = [r for r in leaves if r["event"] == AuditEvent.ALARM_RAISED]
    assert [r["subject"] for r in alarms] == ["drill"]
