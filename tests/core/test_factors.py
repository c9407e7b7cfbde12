"""Codes of an authenticator, and what a sign-in owes: the vectors of the RFC, and each rule."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from itertools import product
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from syncd.core.factors import (
    FactorPolicy,
    PendingSignIn,
    Step,
    encode_secret,
    matching_step,
    next_step,
    otpauth_uri,
    step_at,
    totp,
)
from tests.fakes.readings import at

KEY = b"12345678901234567890"
SECRET = encode_secret(KEY)
PENDING = PendingSignIn("ab" * 32, "sato", None, "local", "192.0.2.1", "/", at(0))


@pytest.mark.parametrize(
    ("second", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_the_codes_are_those_of_appendix_b_of_rfc_6238(second: int, code: str):
    step = step_at(datetime.fromtimestamp(second, UTC))
    assert totp(KEY, step, digits=8) == code


@pytest.mark.parametrize("drift", [-60, -30, 0, 30, 60])
def test_a_clock_may_be_one_step_off_and_no_more(drift: int):
    shown = totp(KEY, step_at(at(0) + timedelta(seconds=drift)))
    assert (matching_step(SECRET, shown, at(0)) is not None) is (abs(drift) <= 30)


def test_a_step_that_was_used_matches_nothing_nor_does_one_before_it():
    now = step_at(at(0))
    assert matching_step(SECRET, totp(KEY, now), at(0), now - 1) == now
    assert matching_step(SECRET, totp(KEY, now), at(0), now) is None
    assert matching_step(SECRET, totp(KEY, now - 1), at(0), now - 1) is None


@pytest.mark.parametrize(
    "code", ["", "0", "abcdef", "１２３４５６", "123456789012345678901234567890"]
)
def test_what_is_no_code_is_a_wrong_code(code: str):
    assert matching_step(SECRET, code, at(0)) is None


def test_a_code_may_be_typed_in_two_halves():
    code = totp(KEY, step_at(at(0)))
    assert matching_step(SECRET, f" {code[:3]} {code[3:]} ", at(0)) == step_at(at(0))


@pytest.mark.parametrize("method", ["local", "ldap"])
def test_with_a_factor_nothing_comes_before_its_code(method: str):
    for policy, must_change, offered in product(
        (FactorPolicy.OPTIONAL, FactorPolicy.REQUIRED), (False, True), ("", SECRET)
    ):
        pending = PendingSignIn("ab", "sato", None, method, "", "/", at(0), offered=offered)
        found = next_step(pending, policy, has_factor=True, must_change=must_change)
        assert found is Step.CODE


def test_without_one_it_is_owed_where_it_is_required_and_only_there():
    owed = {
        policy: next_step(PENDING, policy, has_factor=False, must_change=False)
        for policy in FactorPolicy
    }
    assert owed == {
        FactorPolicy.OFF: None,
        FactorPolicy.OPTIONAL: None,
        FactorPolicy.REQUIRED: Step.ENROL,
    }


def test_a_password_that_was_given_is_changed_before_anything_is_set_up():
    step = next_step(PENDING, FactorPolicy.REQUIRED, has_factor=False, must_change=True)
    assert step is Step.PASSWORD


def test_a_provider_asks_for_its_own_factors():
    pending = PendingSignIn("ab", "sato", None, "oidc", "", "/", at(0))
    for has_factor in (False, True):
        step = next_step(pending, FactorPolicy.REQUIRED, has_factor=has_factor, must_change=True)
        assert step is None


def test_an_authenticator_reads_whose_it_is_from_the_picture():
    parts = urlsplit(otpauth_uri(SECRET, "sato:1&x", "みほん市 syncd"))
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert unquote(parts.path) == "/みほん市 syncd:sato:1&x"
    assert parse_qs(parts.query) == {"secret": [SECRET], "issuer": ["みほん市 syncd"]}
    assert base64.b32decode(SECRET) == KEY
