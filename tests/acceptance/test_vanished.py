"""People and lines that stood in one list and not in the next: unknown, never taken away for it."""

import pytest

from tests.acceptance.city_text import read_city
from tests.acceptance.comparing import assert_person, found_in, of
from tests.acceptance.make_city import HERE, make_city, write_lists
from tests.acceptance.running import run_syncd

SOURCE = HERE.parent / "vanished"
CITY = read_city(SOURCE / "people.txt")
STORIES = [person for person in CITY.people if person.story]


@pytest.fixture(scope="session")
def second_run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("vanished") / "city"
    city = make_city(folder, SOURCE, "earlier")
    first = run_syncd(folder, "sync", "--json", "--as-of", "2027-03-02")
    assert first.exit_code in (0, 3), first.stdout + first.stderr
    write_lists(folder / "in", city, "later")
    return run_syncd(folder, "sync", "--dry-run", "--json", "--as-of", "2027-04-01")


@pytest.mark.parametrize("person", STORIES, ids=of)
def test_what_vanished_takes_no_right_away_by_itself(person, second_run):
    assert_person(CITY, person, found_in(second_run.report))


@pytest.mark.parametrize("person", [p for p in STORIES if p.notices], ids=of)
def test_who_vanished_is_reported(person, second_run):
    said = {(notice["notice"], notice["staff_number"]) for notice in second_run.report["notices"]}
    assert {(name, person.staff_number) for name in person.notices} <= said


def test_the_second_lists_are_accepted_and_the_answer_is_unknown_where_it_must_be(second_run):
    assert second_run.report["refused"] == []
    assert second_run.exit_code == 5
