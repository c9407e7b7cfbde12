"""Signing in: on record, slow to guess, and over at once when it is ended."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from syncd.core.ids import StaffNumber
from syncd.core.votes import Role
from syncd.errors import IdentityUnavailable, SignInRefused, UsageError, WeakPassword
from syncd.flow.access.sign_in import (
    SignedIn,
    Turnstile,
    begin_session,
    end_session,
    end_sessions_of,
    knock,
    prove,
    resume,
)
from syncd.flow.access.users import add_user, disable_user, enable_user, set_password
from syncd.identity.local import LocalPasswords, hash_password
from syncd.identity.strength import check_strength
from syncd.ports.identity import Identity
from tests.flow.town import Town, town_in

PASSWORD = "correct horse battery"


@dataclass
class Door:
    """A town with one local account, and a turnstile whose waits are counted, not waited."""

    town: Town
    waits: list[float] = field(default_factory=list)
    secrets: int = 0

    def __post_init__(self) -> None:
        self.site = self.town.site()
        number, roles = StaffNumber("0000900"), frozenset({Role.APPROVER})
        add_user(self.site, "sato", hash_password(PASSWORD), "root", number, roles)

    @property
    def turnstile(self) -> Turnstile:
        return Turnstile(self._secret, timedelta(minutes=30), timedelta(hours=10))

    def _secret(self) -> str:
        self.secrets += 1
        return f"secret {self.secrets}"

    def enter(self, account: str = "sato", password: str = PASSWORD, **ask: object) -> SignedIn:
        checks = ask.get("checks", [LocalPasswords(self.site.store)])
        address = str(ask.get("address", "192.0.2.1"))
        knocked = knock(self.site, account, address)
        self.waits.append(knocked.wait_s)
        identity = prove(self.site, checks, knocked, password)  # type: ignore[arg-type]
        return begin_session(self.site, self.turnstile, identity, address)

    def records(self, event: str) -> list[dict[str, object]]:
        with self.site.store.begin() as unit:
            unit.checkpoint(self.site.clock())
            leaves = [json.loads(leaf) for _, leaf, _ in unit.audit_leaves()]
        return [leaf for leaf in leaves if leaf["event"] == event]


@pytest.fixture
def door(tmp_path: Path) -> Door:
    return Door(town_in(tmp_path))


def test_the_right_password_begins_a_session_on_record(door: Door):
    signed_in = door.enter()
    assert resume(door.site, door.turnstile, signed_in.secret) == signed_in.session
    assert [r["actor"] for r in door.records("session.begun")] == ["sato"]


@pytest.mark.parametrize(
    ("account", "password"), [("sato", "wrong"), ("nobody", PASSWORD), ("sato", ""), ("", "")]
)
def test_a_wrong_account_and_a_wrong_password_are_answered_alike(
    door: Door, account: str, password: str
):
    with pytest.raises(SignInRefused) as refused:
        door.enter(account, password)
    with pytest.raises(SignInRefused) as other:
        door.enter("sato", "something else")
    assert str(refused.value) == str(other.value)
    assert len(door.records("session.refused")) == 2


def test_no_password_and_no_secret_stands_in_the_store_or_the_trail(door: Door, tmp_path: Path):
    signed_in = door.enter()
    with pytest.raises(SignInRefused):
        door.enter("sato", "a wrong password that somebody typed")
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*.db*"))
    assert PASSWORD.encode() not in kept
    assert signed_in.secret.encode() not in kept
    assert b"somebody typed" not in kept


def test_guessing_gets_slow_and_then_is_not_even_looked_at(door: Door):
    for _ in range(20):
        with pytest.raises(SignInRefused):
            door.enter("sato", "guess")
    assert door.waits[:3] == [0, 0, 0]
    assert door.waits[-1] == 8
    with pytest.raises(SignInRefused):
        door.enter()


def test_guesses_are_counted_together_however_the_name_is_spelled(door: Door):
    for spelled in ("sato", "SATO", "Sato", "saTo"):
        with pytest.raises(SignInRefused):
            door.enter(spelled, "guess")
    assert door.waits[-1] > 0


def test_a_hash_of_less_work_is_renewed_by_the_first_right_password(door: Door):
    weak = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(PASSWORD)
    set_password(door.site, "sato", weak, "root")
    with pytest.raises(SignInRefused):
        door.enter("sato", "wrong")
    assert hash_of_sato(door) == weak
    door.enter()
    assert hash_of_sato(door).startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    renewed = hash_of_sato(door)
    door.enter()
    assert hash_of_sato(door) == renewed


def hash_of_sato(door: Door) -> str:
    with door.site.store.begin() as unit:
        user = unit.user("sato")
    assert user is not None
    return user.password_hash


def test_a_guesser_elsewhere_slows_the_owner_and_never_shuts_them_out(door: Door):
    for _ in range(200):
        with pytest.raises(SignInRefused):
            door.enter("sato", "guess", address="192.0.2.66")
    assert door.enter(address="192.0.2.1").session.account == "sato"
    assert door.waits[-1] == 8


def test_guesses_made_all_at_once_are_counted_one_by_one(door: Door):
    knocked = [knock(door.site, "sato", "192.0.2.1") for _ in range(40)]
    assert sum(k.attempt is not None for k in knocked) == 20


def test_a_name_that_cannot_be_one_is_refused_on_record(door: Door):
    with pytest.raises(SignInRefused):
        door.enter("sa\x00to")
    assert [r["actor"] for r in door.records("session.refused")] == ["?"]


def test_who_was_shut_out_by_a_guesser_comes_in_a_quarter_of_an_hour_later(door: Door):
    for _ in range(25):
        with pytest.raises(SignInRefused):
            door.enter("sato", "guess")
    door.town.now += timedelta(minutes=16)
    assert door.enter().session.account == "sato"


def test_many_accounts_tried_from_one_address_slow_that_address_only(door: Door):
    for n in range(80):
        with pytest.raises(SignInRefused):
            door.enter(f"u{n}", "guess", address="192.0.2.66")
    with pytest.raises(SignInRefused):
        door.enter(address="192.0.2.66")
    assert door.enter(address="192.0.2.1").session.account == "sato"


def test_a_session_ends_when_nobody_uses_it(door: Door):
    signed_in = door.enter()
    door.town.now += timedelta(minutes=29)
    assert resume(door.site, door.turnstile, signed_in.secret) is not None
    door.town.now += timedelta(minutes=29)
    assert resume(door.site, door.turnstile, signed_in.secret) is not None
    door.town.now += timedelta(minutes=31)
    assert resume(door.site, door.turnstile, signed_in.secret) is None


def test_a_session_that_is_used_all_day_ends_all_the_same(door: Door):
    signed_in = door.enter()
    for _ in range(21):
        door.town.now += timedelta(minutes=29)
        lives = resume(door.site, door.turnstile, signed_in.secret)
    assert lives is None


def test_ended_sessions_are_over_at_once(door: Door):
    first, second = door.enter(), door.enter()
    end_session(door.site, first.session)
    assert resume(door.site, door.turnstile, first.secret) is None
    assert resume(door.site, door.turnstile, second.secret) is not None
    assert end_sessions_of(door.site, "sato", "admin") == 1
    assert resume(door.site, door.turnstile, second.secret) is None


def test_each_session_has_a_secret_of_its_own(door: Door):
    assert door.enter().secret != door.enter().secret


def test_a_disabled_account_is_out_at_once_and_does_not_come_in(door: Door):
    signed_in = door.enter()
    disable_user(door.site, "sato", "root")
    assert resume(door.site, door.turnstile, signed_in.secret) is None
    with pytest.raises(SignInRefused):
        door.enter()


def test_a_new_password_ends_the_sessions_of_the_old_one(door: Door):
    signed_in = door.enter()
    changed = set_password(door.site, "sato", hash_password("another long sentence"), "root")
    assert resume(door.site, door.turnstile, signed_in.secret) is None
    assert changed.roles == {Role.APPROVER}


def test_a_name_that_is_taken_is_not_taken_again(door: Door):
    disable_user(door.site, "sato", "root")
    with pytest.raises(UsageError, match="user enable"):
        add_user(door.site, "sato", hash_password(PASSWORD), "root")
    with pytest.raises(SignInRefused):
        door.enter()
    assert enable_user(door.site, "sato", "root").roles == {Role.APPROVER}
    assert door.enter().session.account == "sato"


class Dead:
    method = "ldap"

    def check(self, account: str, password: str) -> Identity | None:
        raise IdentityUnavailable("the directory does not answer. Try again later.")


def test_a_dead_directory_refuses_and_is_told_from_a_wrong_password(door: Door):
    with pytest.raises(IdentityUnavailable):
        door.enter(checks=[Dead()])
    assert door.enter(checks=[Dead(), LocalPasswords(door.site.store)]).session.method == "local"


@pytest.mark.parametrize(
    "weak",
    [
        "short",
        "passwordpassword",
        "aaaaaaaaaaaaaaaa",
        "12345678901234",
        "P@ssw0rd2027",
        "qwertyuiop123",
        "iloveyou12345",
        "sakurasakura12",
        "administrator1",
    ],
)
def test_passwords_that_are_tried_first_are_not_taken(weak: str):
    with pytest.raises(UsageError):
        hash_password(weak)


@pytest.mark.parametrize(
    "weak", ["mynumber syncd", "マイナンバーマイナンバー", "sato sato sato", "みほん市みほん市2027"]
)
def test_words_of_this_place_make_no_password(weak: str):
    with pytest.raises(WeakPassword):
        hash_password(weak, "sato", "みほん市")


@pytest.mark.parametrize(
    "good",
    [
        "一羽の鷺が堰の上に立つ朝",
        "four grey herons",
        " \t☃ any thing at all ",
        "".join(chr(0x4E00 + n * 37 % 9001) for n in range(1024)),
    ],
)
def test_any_characters_and_any_length_up_to_1024_make_a_password(good: str, door: Door):
    set_password(door.site, "sato", hash_password(good), "root")
    assert door.enter(password=good)
    with pytest.raises(SignInRefused):
        door.enter(password=good[:-1])


def test_looking_at_a_long_password_takes_no_long_time():
    begun = time.perf_counter()
    with pytest.raises(WeakPassword):
        hash_password("@4{(3601!|7$5+%2" * 64 + "x")
    check_strength("@4{(3601!|7$5+%2" * 64)
    assert time.perf_counter() - begun < 5


def test_disabling_nobody_says_who_there_is(door: Door):
    with pytest.raises(UsageError, match="user list"):
        disable_user(door.site, "nobody", "root")
