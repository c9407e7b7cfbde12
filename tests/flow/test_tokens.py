"""Tokens of machines: shown once, kept as hashes, over when their day comes or somebody says so."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from syncd.core.access import Permission
from syncd.core.tokens import Token
from syncd.errors import UsageError
from syncd.flow.access.tokens import MadeToken, TokenWish, end_token, make_token, resolve_token
from tests.flow.town import Town, town_in

WISH = TokenWish("人事システム", "hr", frozenset({Permission.BRING_ORDERS}), 30)


@dataclass
class Keys:
    town: Town
    made: int = 0

    def __post_init__(self) -> None:
        self.site = self.town.site()

    def _secret(self) -> str:
        self.made += 1
        return f"random-{self.made}"

    def make(self, **changes: object) -> MadeToken:
        return make_token(self.site, self._secret, replace(WISH, **changes), "root")  # type: ignore[arg-type]

    def resolve(self, secret: str) -> Token | None:
        return resolve_token(self.site, secret)

    def records(self, event: str) -> list[dict[str, object]]:
        with self.site.store.begin() as unit:
            unit.checkpoint(self.site.clock())
            leaves = [json.loads(leaf) for _, leaf, _ in unit.audit_leaves()]
        return [leaf for leaf in leaves if leaf["event"] == event]


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys(town_in(tmp_path))


def test_a_token_is_known_by_its_prefix_and_does_what_it_says(keys: Keys):
    made = keys.make()
    assert made.secret.startswith("syncd_")
    found = keys.resolve(made.secret)
    assert found is not None
    assert (found.account, found.scopes) == ("hr", {Permission.BRING_ORDERS})


def test_making_and_ending_is_on_record_without_the_secret(keys: Keys):
    made = keys.make()
    end_token(keys.site, made.token.token_id, "admin")
    (born,), (ended,) = keys.records("token.made"), keys.records("token.ended")
    assert (born["actor"], ended["actor"]) == ("root", "admin")
    assert born["subject"] == ended["subject"] == made.token.token_id
    assert made.secret not in json.dumps([born, ended])


def test_the_secret_stands_nowhere_in_the_store(keys: Keys, tmp_path: Path):
    made = keys.make()
    keys.resolve(made.secret)
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*.db*"))
    assert made.secret.removeprefix("syncd_").encode() not in kept
    assert made.token.token_id.encode() in kept


def test_a_token_ends_on_its_day_and_a_later_use_is_on_record(keys: Keys):
    made = keys.make(days=2)
    keys.town.now += timedelta(days=1, hours=23)
    assert keys.resolve(made.secret) is not None
    keys.town.now += timedelta(hours=2)
    assert keys.resolve(made.secret) is None
    (refused,) = keys.records("request.refused")
    assert (refused["actor"], refused["ground"]["why"]) == ("hr", "expired")  # type: ignore[index]


def test_a_token_that_was_ended_is_over_at_once(keys: Keys):
    made, other = keys.make(), keys.make()
    end_token(keys.site, made.token.token_id, "root")
    assert keys.resolve(made.secret) is None
    assert keys.resolve(other.secret) is not None


def test_use_is_noted_each_minute_and_no_more_often(keys: Keys):
    made = keys.make()
    first = keys.resolve(made.secret)
    second = keys.resolve(made.secret)
    keys.town.now += timedelta(minutes=2)
    third = keys.resolve(made.secret)
    assert first is not None
    assert second is not None
    assert third is not None
    assert first.used_at == second.used_at != third.used_at


@pytest.mark.parametrize("secret", ["", "syncd_", "random-1", "syncd_random-2", "SYNCD_random-1"])
def test_what_is_no_token_is_nobody_and_leaves_no_record(keys: Keys, secret: str):
    keys.make()
    assert keys.resolve(secret) is None
    assert keys.records("request.refused") == []


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"days": 0}, "366"),
        ({"days": 367}, "366"),
        ({"days": -1}, "366"),
        ({"scopes": frozenset()}, "scope"),
        ({"name": " "}, "name"),
        ({"account": ""}, "account"),
        ({"name": "a\nb"}, "name"),
    ],
)
def test_a_token_without_an_end_a_scope_or_a_name_is_not_made(
    keys: Keys, changes: dict[str, object], word: str
):
    with pytest.raises(UsageError, match=word):
        keys.make(**changes)


def test_ending_a_token_that_does_not_stand_says_so(keys: Keys):
    made = keys.make()
    end_token(keys.site, made.token.token_id, "root")
    for token_id in (made.token.token_id, "none"):
        with pytest.raises(UsageError, match="token list"):
            end_token(keys.site, token_id, "root")
