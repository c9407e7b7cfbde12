"""An access review on a real slapd, weeks long: what is answered goes, a mass of silence stays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from syncd.bootstrap import OpenSite, open_site
from syncd.core.calendar import midnight
from syncd.core.cases import CaseState
from syncd.core.guards import Guard
from syncd.core.reviews.questions import Choice
from syncd.core.reviews.review import AccessReview, ReviewState
from syncd.flow.report import RunReport
from syncd.flow.reviews.answering import answer
from syncd.flow.reviews.beginning import start_review
from syncd.flow.run import run
from syncd.flow.site import RunRequest
from syncd.flow.vote import approve_cases
from tests.e2e.ldap_site import make_site
from tests.fakes.slapd import Slapd, group, ldif_group, ldif_person, person

DAY = date(2027, 6, 1)  # a Tuesday
SECTION = "12010"
ACTORS = """
[[actors]]
account = "unyo"
roles = ["operator"]

[[actors]]
account = "kato"
staff_number = "0000902"
roles = ["approver"]
"""
PEOPLE = 30


class Clock:
    """A clock that goes on by itself and can be set."""

    def __init__(self, day: date) -> None:
        self.at = midnight(day) + timedelta(minutes=1)

    def __call__(self) -> datetime:
        self.at += timedelta(milliseconds=1)
        return self.at


@pytest.fixture
def slapd(tmp_path: Path) -> Iterator[Slapd]:
    folder = tmp_path / "slapd"
    folder.mkdir()
    everybody = range(1, PEOPLE + 1)
    people = "".join(ldif_person(f"mihon{n}", f"{n:07}") for n in everybody)
    members = [person(f"mihon{n}") for n in everybody]
    server = Slapd(folder, people + ldif_group("mn-tax", members))
    server.prepare()
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.fixture
def clock() -> Clock:
    return Clock(DAY)


@pytest.fixture
def opened(tmp_path: Path, slapd: Slapd, clock: Clock) -> OpenSite:
    """A site in which all thirty are designated, and hold the right on good ground."""
    folder = make_site(tmp_path / "site", slapd)
    config, given = folder / "syncd.toml", folder / "in"
    config.write_text(config.read_text() + ACTORS)
    everybody = range(1, PEOPLE + 1)
    write_rows(given / "orders.csv", ())
    write_rows(
        given / "roster.csv",
        (f"2027-04-01,{n:07},,,正規,{SECTION},税務課,主事,在職,2015-04-01,," for n in everybody),
    )
    write_rows(
        given / "designations.csv",
        (f"TAX,個人住民税,{SECTION},{n:07},,照会;更新,2024-04-01,,,課長" for n in everybody),
    )
    return open_site(config, lambda *_: None, clock=clock)


def write_rows(path: Path, rows) -> None:
    """Keep the header of a shipped file, and give it other rows."""
    header = path.read_text("utf-8-sig").splitlines()[0]
    path.write_text("\n".join([header, *rows, ""]), "utf-8")


def night(opened: OpenSite, clock: Clock, day: date) -> RunReport:
    clock.at = midnight(day)
    return run(opened.site, RunRequest(day, "syncd"))


def begun(opened: OpenSite, clock: Clock, *, told: bool = True) -> AccessReview:
    """Return the review of 1 June; `told` as after a letter that reached the section."""
    night(opened, clock, DAY)
    clock.at = midnight(DAY) + timedelta(hours=9)
    review = start_review(opened.site, opened.actor("unyo"), "6月", DAY)
    with opened.site.store.begin() as unit:
        (sheet,) = unit.review_sheets(review.review_id)
        if told:
            asked = replace(sheet, asked_at=clock(), asked_of=("sato",))
            unit.note_sheet(review.review_id, asked)
    return review


def nights_until(opened: OpenSite, clock: Clock, first: date, last: date) -> RunReport:
    day, report = first, None
    while day <= last:
        report = night(opened, clock, day)
        day += timedelta(days=1)
    assert report is not None
    return report


def members(slapd: Slapd) -> int:
    return len(slapd.values(group("mn-tax"), "member"))


def test_weeks_of_silence_are_held_for_two_persons_and_remove_nobody(
    opened: OpenSite, clock: Clock, slapd: Slapd
):
    review = begun(opened, clock)
    assert review.questions == PEOPLE
    answer(opened.site, [opened.actor("sato")], review.review_id, [1], Choice.NEEDED)
    report = nights_until(opened, clock, DAY + timedelta(days=1), date(2027, 8, 1))
    with opened.site.store.begin() as unit:
        assert unit.reviews()[0].state is ReviewState.CLOSED
        assert {case.state for case in unit.cases()} == {CaseState.APPROVED}
    assert Guard.DIRECTORY_LIMIT in {trip.guard for trip in report.trips}
    assert len(report.held.lines) == PEOPLE - 1
    assert members(slapd) == PEOPLE


def test_one_right_that_is_not_needed_is_gone_from_the_server_and_the_others_stay(
    opened: OpenSite, clock: Clock, slapd: Slapd
):
    review = begun(opened, clock)
    site = opened.site
    answer(site, [opened.actor("sato")], review.review_id, [7], Choice.NOT_NEEDED, "担当替え")
    everybody_else = [n for n in range(1, PEOPLE + 1) if n != 7]
    answer(site, [opened.actor("sato")], review.review_id, everybody_else, Choice.NEEDED)
    night(opened, clock, DAY + timedelta(days=1))
    with site.store.begin() as unit:
        (case,) = unit.cases()
    approve_cases(site, [opened.actor("kato")], [case.case_id])
    night(opened, clock, DAY + timedelta(days=2))
    assert members(slapd) == PEOPLE - 1
    with site.store.begin() as unit:
        (standing,) = unit.questions_standing(review.review_id, [7])
        assert standing.corrected_at is not None
        assert person(standing.question.account) not in slapd.values(group("mn-tax"), "member")
    nights_until(opened, clock, DAY + timedelta(days=3), date(2027, 8, 1))
    assert members(slapd) == PEOPLE - 1


def test_a_few_that_nobody_answered_for_go_only_after_two_deadlines(
    opened: OpenSite, clock: Clock, slapd: Slapd
):
    review = begun(opened, clock)
    needed = range(1, PEOPLE - 1)
    answer(opened.site, [opened.actor("sato")], review.review_id, needed, Choice.NEEDED)
    assert review.silence_at is not None
    closing = review.silence_at.date()
    nights_until(opened, clock, DAY + timedelta(days=1), closing)
    assert members(slapd) == PEOPLE
    with opened.site.store.begin() as unit:
        waiting = unit.cases()
    assert {case.state for case in waiting} == {CaseState.OPEN}
    last = max(case.hard_deadline_at for case in waiting).date()
    nights_until(opened, clock, closing + timedelta(days=1), last - timedelta(days=1))
    assert members(slapd) == PEOPLE
    night(opened, clock, last)
    assert members(slapd) == PEOPLE - 2


def test_silence_of_who_was_never_told_takes_nothing(opened: OpenSite, clock: Clock, slapd: Slapd):
    begun(opened, clock, told=False)
    nights_until(opened, clock, DAY + timedelta(days=1), date(2027, 8, 1))
    with opened.site.store.begin() as unit:
        assert unit.cases() == ()
    assert members(slapd) == PEOPLE


def test_a_server_that_is_down_on_the_last_night_makes_nothing_gone_and_nothing_needed(
    opened: OpenSite, clock: Clock, slapd: Slapd
):
    review = begun(opened, clock)
    answer(
        opened.site, [opened.actor("sato")], review.review_id, [7], Choice.NOT_NEEDED, "担当替え"
    )
    assert review.silence_at is not None
    slapd.stop()
    report = night(opened, clock, review.silence_at.date())
    assert not report.complete
    with opened.site.store.begin() as unit:
        assert unit.cases() == ()
        (standing,) = unit.questions_standing(review.review_id, [7])
    assert standing.corrected_at is None
    slapd.start()
    night(opened, clock, review.silence_at.date() + timedelta(days=1))
    with opened.site.store.begin() as unit:
        assert len(unit.cases()) == PEOPLE
    assert members(slapd) == PEOPLE
