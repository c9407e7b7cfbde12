"""Nested groups on a real slapd, by the real command: what is cut, what is not, and what is said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.one_directory import syncd
from tests.e2e.test_ldap_site import site  # noqa: F401 - the fixture of the same site
from tests.fakes.slapd import Slapd, group, ldif_group, ldif_person, person

TAX, SECTION = group("mn-tax"), group("kakari")


@pytest.fixture
def slapd(tmp_path: Path) -> Iterator[Slapd]:
    """Mihon2, whose right is stale, comes to it through the section's group, with mihon3."""
    (tmp_path / "slapd").mkdir()
    people = "".join(ldif_person(f"mihon{n}", f"000000{n}") for n in (1, 2, 3))
    groups = ldif_group("kakari", [person("mihon2"), person("mihon3")]) + ldif_group(
        "mn-tax", [person("mihon1"), SECTION]
    )
    server = Slapd(tmp_path / "slapd", people + groups)
    server.prepare()
    try:
        yield server.start()
    finally:
        server.stop()


def test_the_nested_group_is_taken_out_and_the_section_keeps_its_members(
    site: Path,  # noqa: F811
    slapd: Slapd,
) -> None:
    found = syncd(site, "sync")[1]
    assert {f["path"] for f in found["findings"]} == {"nested through kakari > mn-tax"}
    (cut,) = found["group_cuts"]
    assert (cut["group"], cut["member"]) == (TAX, SECTION)
    assert [loss["account"] for loss in cut["losses"]] == ["mihon2", "mihon3"]
    syncd(site, "approve", "--plan", found["plan"], account="sato")
    code, removed = syncd(site, "sync")
    assert (code, removed["counts"]["removed"]) == (0, 2)
    assert slapd.values(TAX, "member") == [person("mihon1")]
    assert slapd.values(SECTION, "member") == [person("mihon2"), person("mihon3")]
    assert syncd(site, "sync")[1]["findings"] == []


def test_nothing_is_cut_on_which_somebody_depends_until_a_person_did_what_was_said(
    site: Path,  # noqa: F811
    slapd: Slapd,
) -> None:
    slapd.add_values(SECTION, "member", [person("mihon1")])
    slapd.delete_values(TAX, "member", [person("mihon1")])
    found = syncd(site, "sync")[1]
    assert found["group_cuts"] == []
    assert found["plan"] is None
    for blocked in found["blocked"]:
        assert [loss["account"] for loss in blocked["others"]] == ["mihon1"]
        assert any("直接与える" in text for text in blocked["instead"])
    told = syncd(site, "cases")[1]["cases"]
    assert {case["dependents"][0] for case in told} == {"mihon1"}
    slapd.add_values(TAX, "member", [person("mihon1")])  # directly, as was said
    plan = syncd(site, "sync")[1]["plan"]
    syncd(site, "approve", "--plan", plan, account="sato")
    syncd(site, "sync")
    assert slapd.values(TAX, "member") == [person("mihon1")]
