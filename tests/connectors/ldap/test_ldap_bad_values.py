"""One value that the server keeps is one failed outcome, and neither its batch nor its round.

The server has an access rule that keeps one member from being taken out of any group, and another
that keeps one group as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from syncd.ports.directory import GroupRemoval
from tests.connectors.ldap.conftest import Connect
from tests.fakes.slapd import WRITER, Slapd, group, ldif_group, ldif_person, person

KEPT = person("u0250")
EVERYBODY = [person(f"u{n:04}") for n in range(500)]
_RULE = f"""\
olcAccess: to attrs=member val/distinguishedNameMatch="{KEPT}" by dn.exact="{WRITER}" read by * break
olcAccess: to dn.exact="{group("locked")}" attrs=member by dn.exact="{WRITER}" read by * break
"""


def seed() -> str:
    people = "".join(ldif_person(f"u{n:04}", str(n)) for n in range(501))
    groups = {name: [*EVERYBODY, person("u0500")] for name in ("one", "two", "three", "locked")}
    return people + "".join(ldif_group(name, members) for name, members in groups.items())


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slapd]:
    slapd = Slapd(tmp_path_factory.mktemp("strict"), seed(), access=_RULE)
    slapd.prepare()
    try:
        yield slapd.start()
    finally:
        slapd.stop()


@pytest.fixture
def own(strict: Slapd, tmp_path: Path) -> Connect:
    return Connect(strict, tmp_path)


def test_one_bad_value_among_five_hundred_is_one_failure_that_says_what_to_do(own):
    names = ("one", "two", "three")
    outcomes = own.writer().remove_members(
        [GroupRemoval(group(name), tuple(EVERYBODY), name) for name in names]
    )
    for name, of_group in zip(names, outcomes, strict=True):
        failed = {o.member: o.error for o in of_group if o.error is not None}
        assert set(failed) == {KEPT}
        assert "insufficientAccessRights" in failed[KEPT]
        assert own.slapd.values(group(name), "member") == [KEPT, person("u0500")]


def test_a_group_that_is_locked_holds_up_no_other(own):
    leaving = (person("u0001"), person("u0002"))
    outcomes = own.writer().remove_members(
        [GroupRemoval(group(name), leaving, name) for name in ("one", "locked", "two")]
    )
    assert [[o.error is None for o in of_group] for of_group in outcomes] == [
        [True, True],
        [False, False],
        [True, True],
    ]
    assert set(leaving) <= set(own.slapd.values(group("locked"), "member"))
    assert set(leaving).isdisjoint(own.slapd.values(group("two"), "member"))
