"""`[[authorities]]`: every fault of a scope is told with its place before anything is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from syncd.core.ids import OrgUnitCode, StaffNumber
from syncd.core.scopes import Outside
from syncd.errors import ConfigurationError
from syncd.settings import load_settings

CITY = '[[authorities]]\nname = "市長"\n'
BOARD = '[[authorities]]\nname = "教育委員会"\nnumber_prefix = "E"\n'


def source(name: str, provides: str, more: str = "") -> str:
    return f'[[sources]]\nname = "{name}"\ntype = "file"\nprovides = "{provides}"\n{more}\n'


def load(folder: Path, text: str):
    path = folder / "syncd.toml"
    path.write_text(f'[organization]\nname = "みほん市"\n{text}', encoding="utf-8")
    return load_settings(path)


def faults(folder: Path, text: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        load(folder, text)
    return str(caught.value)


def test_a_scope_reaches_the_policy_with_padded_numbers_and_keys(tmp_path: Path):
    board = (
        f'{BOARD}sections = ["３*"]\nstaff_numbers = ["１-9", "0000020"]\noutside = "quarantine"\n'
    )
    text = CITY + board + source("b", "roster", 'authority = "教育委員会"')
    text += '[[directories]]\nname = "ad"\ntype = "ldif"\nauthority = "教育委員会"\n'
    known = load(tmp_path, text).policy().authorities
    authority = known.source("b")
    assert authority is not None
    assert authority.outside is Outside.QUARANTINE
    assert authority.speaks_of_section(OrgUnitCode("30010"))
    assert not authority.speaks_of_section(OrgUnitCode("12010"))
    numbers = ("0000001", "0000009", "0000010", "0000020")
    assert [authority.speaks_of_number(StaffNumber(n)) for n in numbers] == [1, 1, 0, 1]
    assert known.key_in_directory("ad", StaffNumber("0000001")) == "E-0000001"
    assert known.roster_sources == {"b"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (CITY + source("r", "roster"), "names its own"),
        (CITY + source("o", "orders"), "names its own"),
        (source("r", "roster", 'authority = "消防長"'), "no [[authorities]] has this name"),
        (CITY + source("e", "entitlements", 'authority = "市長"'), "no one authority"),
        (CITY + source("l", "person_links", 'authority = "市長"'), "no one authority"),
        (
            CITY + '[[directories]]\nname = "ad"\ntype = "ldif"\nauthority = "x"\n',
            "no [[authorities]]",
        ),
        (CITY + CITY, "this name is taken"),
        (BOARD + BOARD.replace("教育", "農業").replace('"E"', '"e"'), "another authority has this"),
        (CITY + 'number_prefix = "1"\n', "number_prefix"),
        (CITY + 'number_prefix = "E-"\n', "number_prefix"),
        (CITY + 'staff_numbers = ["1-10"]\n', "one length"),
        (CITY + 'staff_numbers = ["9-1"]\n', "stand in order"),
        (CITY + 'staff_numbers = ["1-2-3"]\n', "2000000-2999999"),
    ],
)
def test_a_scope_that_cannot_be_meant_is_a_fault(text: str, told: str, tmp_path: Path):
    assert told in faults(tmp_path, text)


def test_lists_need_no_authority_and_without_authorities_nothing_does(tmp_path: Path):
    assert load(tmp_path, CITY + source("d", "designations") + source("t", "training"))
    assert load(tmp_path, source("r", "roster") + source("o", "orders"))
