"""Every person of `city/people.txt`: the verdict of the real command is the one written by hand."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from tests.acceptance.city_text import read_city
from tests.acceptance.comparing import assert_person, found_in, of
from tests.acceptance.make_city import HERE

CITY = read_city(HERE / "people.txt")
COUNTS = {"memberships", "justified", "stale", "excepted", "unknown", "removed", "failed"}
REASONS = {
    "unknown-account",
    "separated",
    "term-expired",
    "suspended",
    "not-designated",
    "designation-ended",
    "designation-not-begun",
    "transferred",
    "operation-exceeded",
    "training-overdue",
}


@pytest.fixture(scope="session")
def report(ran):
    assert ran.stdout.strip(), ran.stderr
    return ran.report


@pytest.fixture(scope="session")
def findings(report):
    return found_in(report)


@pytest.mark.parametrize("person", CITY.people, ids=of)
def test_the_verdict_is_the_one_written_by_hand(person, findings):
    assert_person(CITY, person, findings)


@pytest.mark.parametrize("person", [p for p in CITY.people if p.notices], ids=of)
def test_the_other_direction_is_reported(person, report):
    said = {(notice["notice"], notice["staff_number"]) for notice in report["notices"]}
    assert {(name, person.staff_number) for name in person.notices} <= said


def test_a_person_with_the_right_they_are_designated_for_is_not_missed_one(report):
    lacking = {
        notice["staff_number"]
        for notice in report["notices"]
        if notice["notice"] == "designated-without-right"
    }
    assert "0003027" not in lacking


def test_a_my_number_group_in_no_list_is_reported(report):
    unlisted = [n for n in report["notices"] if n["notice"] == "entitlement-unlisted"]
    assert len(unlisted) == 1
    assert "mn-old-nenkin" in str(unlisted[0])


def test_nothing_is_said_of_rights_that_nobody_holds(findings):
    held = {
        (CITY.directory_of(line.right), line.right, line.account)
        for person in CITY.people
        for line in person.expected
    }
    assert set(findings) <= held


def test_standard_output_is_one_object_of_the_documented_shape(ran, report):
    assert ran.stdout.lstrip().startswith("{")
    wanted = {"run", "as_of", "complete", "held", "refused", "counts", "findings"}
    assert wanted <= set(report)
    assert report["as_of"] == "2027-04-01"
    assert report["complete"] is True
    assert report["refused"] == []
    wanted_of_each = "directory entitlement account staff_number verdict reasons since due because path case state"
    for finding in report["findings"]:
        assert set(wanted_of_each.split()) <= set(finding)


def test_the_counts_are_those_written_by_hand_and_add_up(report):
    verdicts = Counter(line.verdict for person in CITY.people for line in person.expected)
    counts = report["counts"]
    assert set(counts) == COUNTS
    assert counts == {
        "memberships": verdicts.total(),
        "justified": verdicts["justified"],
        "stale": verdicts["stale"],
        "excepted": 0,
        "unknown": verdicts["unknown"],
        "removed": 0,
        "failed": 0,
    }


def test_the_exit_code_says_that_something_is_unknown(ran):
    assert ran.exit_code == 5, ran.stderr


def test_a_dry_run_leaves_the_directory_and_its_folder_as_they_were(city, ran):
    _, folder = city
    assert {path.name for path in (folder / "in").iterdir()} == {
        "accounts.csv",
        "designations.xlsx",
        "entitlements.csv",
        "kikan.ldif",
        "org_units.csv",
        "orders.csv",
        "roster.csv",
        "training.csv",
        "zei.ldif",
    }


def test_the_set_names_every_reason_alone_and_every_word_of_the_domain():
    alone = {tuple(line.reasons) for person in CITY.people for line in person.expected}
    assert {(reason,) for reason in REASONS} <= alone
    words = {order["発令区分"].strip() for person in CITY.people for order in person.orders}
    named = (
        "採用 昇任 降任 配置換 転任 出向 派遣 兼職 兼務 併任 事務取扱 事務代理 充て職 心得 身分換 任命換え "
        "臨時的任用 休職 育児休業 停職 復職 辞職 退職 免職 失職 解職 再任用 組織改正読替 死亡 取消 訂正 "
        "兼務解除 兼職解除 併任解除 事務取扱解除 事務代理解除 充て職解除 心得解除"
    )
    assert set(named.split()) <= words


def test_the_days_of_the_set_lie_as_the_stories_say():
    as_of = datetime(2027, 4, 1, tzinfo=UTC).date()
    assert (as_of - timedelta(days=30)).isoformat() == "2027-03-02"
