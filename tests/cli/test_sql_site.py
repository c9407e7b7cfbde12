"""A site whose rights stand in an application's own table: found, taken, read back, never guessed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.fakes.rights_table import STATEMENTS, RightsTable

PEOPLE = {f"mihon{n}": str(n) for n in (1, 2, 3)}


@pytest.fixture
def table(cli) -> RightsTable:
    """The tables of an application; the one who was transferred still has role 1."""
    path = Path(cli.site / "in" / "rights.db")
    statements = "".join(f"{name} = '''{text}'''\n" for name, text in STATEMENTS.items())
    head = '[[directories]]\nname = "rights"\ntype = "sql"\nmode = "apply"\n'
    cli.use_directory(f'{head}url = "sqlite:///in/rights.db"\n{statements}', "1")
    return RightsTable("", path).lay(PEOPLE, {"mn-tax": ["mihon1", "mihon2"], "other": ["mihon3"]})


def test_check_reads_it_and_shows_what_it_can_do(cli, table):
    (line,) = (line for line in cli.json("check")["lines"] if line["kind"] == "directory")
    assert "rights.db: 3 accounts, 2 groups, 3 memberships" in line["found"]
    assert line["capabilities"] == [
        *("read-whole", "prove-complete", "write", "batch", "read-back", "restore")
    ]


def test_a_run_revokes_in_the_table_reads_back_and_then_finds_nothing(cli, table):
    run = cli.json("sync")
    assert (run["counts"]["removed"], run["findings"][0]["state"]) == (1, "verified")
    assert table.standing(1) == {"mihon1"}
    assert cli("sync").returncode == 0


@pytest.mark.parametrize(
    "fault", ["DELETE FROM user_roles", "DELETE FROM users", "DROP TABLE user_roles"]
)
def test_a_table_that_was_emptied_or_dropped_is_unknown_and_takes_no_right(cli, table, fault):
    table.run(fault)
    run = cli("sync", "--json")
    told = json.loads(run.stdout)
    assert (run.returncode, told["complete"], told["counts"]["removed"]) == (5, False, 0)
