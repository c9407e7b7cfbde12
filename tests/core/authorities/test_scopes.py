"""Of what a feed may speak, and that no two people ever meet in one key."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.core.authorities.rows import keyed, outliers
from syncd.core.facts import EmploymentStatus
from syncd.core.ids import StaffNumber
from syncd.core.scopes import Authority, NumberRange, begins_like_a_key
from tests import builders as b
from tests.core.authorities.people import BOARD, MAYOR, SHARED_BOARD, at_board

NONE: frozenset[str] = frozenset()


def columns(record, authority=BOARD, prefixes=NONE):
    return [each.column for each in outliers(record, authority, prefixes, b.ORDER_KINDS)]


def test_a_row_in_its_own_sections_and_numbers_is_within():
    assert columns(at_board(2_000_001), SHARED_BOARD) == []


def test_a_section_of_another_authority_is_outside_wherever_it_stands():
    assert columns(at_board(1, "12010")) == ["所属コード"]
    assert columns(at_board(1, concurrent=["30020", "12010"])) == ["兼務所属コード"]
    assert columns(b.order(to="12010")) == ["所属コード"]
    assert columns(b.designation()) == ["所属コード"]
    assert columns(b.org_unit("12010")) == ["所属コード"]


def test_a_number_outside_the_ranges_is_outside_whatever_the_row_says():
    assert columns(at_board(1), SHARED_BOARD) == ["職員番号"]
    assert columns(b.training(1), SHARED_BOARD) == ["職員番号"]
    assert columns(b.listed_account(1, number=2_000_001, sponsor=1), SHARED_BOARD) == ["管理者"]


@pytest.mark.parametrize("status", [EmploymentStatus.AWAY, EmploymentStatus.SEPARATED])
def test_where_somebody_went_is_no_post_of_the_authority_they_left(status):
    assert columns(at_board(1, "12010", status=status)) == []


@pytest.mark.parametrize("kind", ["出向", "退職", "取消"])
def test_orders_that_open_no_post_may_name_sections_elsewhere(kind):
    assert columns(b.order(kind=kind, to="12010")) == []


@pytest.mark.parametrize("kind", ["配置換", "併任", "併任解除", "訂正", "謎の発令"])
def test_orders_that_open_change_or_close_a_post_may_not(kind):
    assert columns(b.order(kind=kind, to="12010")) == ["所属コード"]


def test_a_number_that_begins_like_anothers_key_is_never_taken():
    for authority in (MAYOR, BOARD):
        row = b.roster_entry("E-0000001", authority.sections[0].replace("*", "2010"))
        assert columns(row, authority, frozenset({"E"})) == ["職員番号"]


def test_keys_are_made_of_every_number_in_a_record():
    assert keyed(at_board(1), BOARD).staff_number == "E-0000001"
    account = keyed(b.listed_account(1, number=2, sponsor=3), BOARD)
    assert (account.staff_number, account.sponsor) == ("E-0000002", "E-0000003")
    assert keyed(b.entitlement(), BOARD) == b.entitlement()
    assert keyed(b.roster_entry(1), MAYOR) == b.roster_entry(1)


raw = st.from_regex(r"[0-9A-Za-z][0-9A-Za-z_-]{0,8}", fullmatch=True).map(StaffNumber)
prefixes_in_use = st.sampled_from([("", "E"), ("E", "F"), ("E", "EE"), ("", "0")])


@given(raw, raw, prefixes_in_use)
def test_numbers_of_two_authorities_never_make_one_key(one, other, prefixes):
    """Whatever the two feeds write: a row that could collide is not taken at all."""
    first, second = (Authority(f"a{n}", prefix) for n, prefix in enumerate(prefixes))
    known = frozenset(filter(None, prefixes))
    if not begins_like_a_key(one, known) and not begins_like_a_key(other, known):
        assert first.key(one) != second.key(other)
        assert first.owns(first.key(one), known)
        assert not second.owns(first.key(one), known)


def test_a_range_holds_numbers_of_its_own_length_only():
    held = NumberRange("2000000", "2999999")
    assert [held.holds(n) for n in ("2000000", "2999999", "3000000", "20000000", "25")] == [
        True,
        True,
        False,
        False,
        False,
    ]
