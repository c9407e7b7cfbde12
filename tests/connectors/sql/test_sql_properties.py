"""Whatever stands in a table and whatever a statement does: nobody else loses anything."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.sql import SqlOptions, SqlWriter
from syncd.ports.directory import DirectoryContext, GroupRemoval
from tests.contract.directories import NOW
from tests.fakes.rights_table import PRESENT, STATEMENTS, sqlite_table

PEOPLE = ["u1", "U1", "u2", "u2 ", "山田"]
ROLES = ["税務", "TAX", "tax "]
ASKS = 'SELECT label AS "group", user_id AS account FROM user_roles JOIN roles USING (role_id)'
HERE = "role_id = (SELECT role_id FROM roles WHERE label = :group)"
SLIPS = (
    "DELETE FROM user_roles WHERE HERE AND user_id = :account",
    "DELETE FROM user_roles WHERE HERE AND user_id = :account COLLATE NOCASE",
    "DELETE FROM user_roles WHERE HERE AND trim(user_id) = trim(:account)",
    "DELETE FROM user_roles WHERE HERE OR user_id = :account",
    "DELETE FROM user_roles WHERE user_id = :account AND :group <> ''",
    "DELETE FROM user_roles WHERE HERE AND user_id = :account AND 1 = 0",
    "UPDATE user_roles SET user_id = 'u2' WHERE HERE AND user_id = :account",
)
PAIRS = st.lists(st.tuples(st.integers(1, 3), st.sampled_from(PEOPLE)), max_size=12)


@settings(max_examples=100, deadline=None)
@given(
    standing=PAIRS,
    role=st.integers(1, 3),
    asked=st.lists(st.sampled_from([*PEOPLE, "nobody", ""]), min_size=1, max_size=4),
    statement=st.sampled_from(SLIPS),
    present=st.booleans(),
)
def test_only_those_asked_for_lose_anything_and_an_error_means_that_it_stands(
    standing, role, asked, statement, present
):
    with tempfile.TemporaryDirectory() as folder:
        members = {name: [m for r, m in standing if r == n] for n, name in enumerate(ROLES, 1)}
        table = sqlite_table(Path(folder)).lay(dict.fromkeys(PEOPLE), members)
        given = {
            "memberships": ASKS,
            "revoke": statement.replace("HERE", HERE),
            "groups": "",
            "restore": "",
        }
        if present:
            given["present"] = PRESENT.replace("role_id = :group", HERE)
        options = SqlOptions.model_validate({**STATEMENTS, **given, "url": table.url})
        context = DirectoryContext("kikan", Path(folder), 7, lambda: NOW)
        removal = GroupRemoval(ROLES[role - 1], tuple(asked), "c1")
        (outcomes,) = SqlWriter("kikan", options, context).remove_members([removal])
        after = table.ask("SELECT role_id, user_id FROM user_roles")
    for pair in {*standing, *after}:
        if pair not in {(role, member) for member in asked}:
            assert after.count(pair) == standing.count(pair), pair
    for outcome in outcomes:
        left = after.count((role, outcome.member))
        expected = 0 if outcome.error is None else standing.count((role, outcome.member))
        assert left == expected, outcome
