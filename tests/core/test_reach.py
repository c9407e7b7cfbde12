"""Which groups convey which rights."""

from __future__ import annotations

import pytest

from syncd.core.reach import Reach, leaf_of, present, reach_of
from tests import builders as b

SECTION = "cn=section,ou=groups"


def _reach(*blocks: object, groups: object = None, rights: object = None) -> Reach:
    directory = b.snapshot(*blocks, groups=groups)  # type: ignore[arg-type]
    return reach_of(directory, rights or [b.entitlement()])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "named",
    [b.GROUP, "tax-edit", "TAX-EDIT", "CN=Tax-Edit, OU=Groups", " cn = tax-edit,ou=groups "],
)
def test_a_group_is_found_by_dn_or_name_without_regard_to_case(named: str) -> None:
    (conveyed,) = _reach(rights=[b.entitlement(groups=[named])]).conveyed
    assert [block.accounts for block in conveyed.blocks] == [("u0001",)]
    assert conveyed.missing == ()


def test_a_group_that_is_not_there_is_named_as_missing() -> None:
    (conveyed,) = _reach(rights=[b.entitlement(groups=[b.GROUP, "cn=gone"])]).conveyed
    assert conveyed.missing == ("cn=gone",)
    assert len(conveyed.blocks) == 1


def test_a_group_named_twice_counts_once() -> None:
    reach = _reach(rights=[b.entitlement(groups=[b.GROUP, "tax-edit"])])
    assert len(reach.conveyed[0].blocks) == 1


def test_standing_in_a_nested_group_conveys_what_the_outer_group_conveys() -> None:
    blocks = [b.block(1, key=SECTION), b.block(1, through=(SECTION,)), b.block(2)]
    rights = [b.entitlement(), b.entitlement("SECTION", [SECTION])]
    reach = _reach(*blocks, rights=rights)
    assert reach.conveys[SECTION] == {"TAX-EDIT", "SECTION"}
    assert reach.conveys[b.GROUP] == {"TAX-EDIT"}
    assert reach.listed == {SECTION, b.GROUP}


def test_a_group_that_only_nests_is_not_managed() -> None:
    reach = _reach(b.block(1, through=(SECTION,)))
    assert SECTION not in reach.listed
    assert reach.conveys[SECTION] == {"TAX-EDIT"}


def test_the_edge_to_cut_is_the_one_nearest_the_account() -> None:
    assert leaf_of(b.block(1)) == b.GROUP
    assert leaf_of(b.block(1, through=(SECTION, "cn=mid"))) == SECTION


def test_presence_is_told_of_what_was_asked_and_of_this_directory_only() -> None:
    reach = _reach(b.block(1, 2))
    here, gone = ("ad", "TAX-EDIT", "u0001"), ("ad", "TAX-EDIT", "u0009")
    elsewhere = ("lgwan", "TAX-EDIT", "u0001")
    assert present(reach, [here, gone, elsewhere]) == {here}
