"""The main job against a real domain controller, by the real command: the transferred lose it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.one_directory import make_site, syncd
from tests.fakes.samba import (
    ADMINISTRATOR,
    DOMAIN,
    GROUPS,
    PASSWORD,
    PEOPLE,
    SITE,
    Samba,
    account_with_password,
    ad_group,
    ad_person,
    group,
    person,
)


@pytest.fixture(scope="module")
def samba(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Samba]:
    server = Samba(tmp_path_factory.mktemp("samba"))
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.fixture
def site(tmp_path: Path, samba: Samba) -> Path:
    people = [ad_person(f"mihon{n}", f"000000{n}") for n in (1, 2, 3)]
    members = [person("mihon1"), person("mihon2")]
    reader = account_with_password("reader", "Passw0rd!Svc")
    samba.fresh([*people, reader, ad_group("mn-tax", members), ad_group("other", members)])
    directory = f"""type = "ad"
mode = "apply"
url = "{samba.ldaps}"
ca_file = "{samba.ca}"
bind_dn = "reader@ad.example.jp"
bind_password_file = "secrets/read"
write_bind_dn = "{ADMINISTRATOR}"
write_password_file = "secrets/write"
people_base = "{SITE}"
groups_base = "{SITE}"
"""
    secrets = {"read": "Passw0rd!Svc", "write": PASSWORD}
    return make_site(tmp_path / "site", directory, secrets, "mn-tax")


def members(samba: Samba, dn: str) -> set[str]:
    return {value.partition(",")[0] for value in samba.values(dn, "member")}


def test_who_was_transferred_leaves_the_group_and_reading_back_proves_it(site, samba):
    assert syncd(site, "check")[0] == 0
    code, found = syncd(site, "sync")
    assert (code, found["counts"]["stale"], found["counts"]["justified"]) == (3, 1, 1)
    (finding,) = found["findings"]
    assert (finding["account"], finding["reasons"]) == ("mihon2", ["transferred"])
    syncd(site, "approve", finding["case"], account="sato")
    code, removed = syncd(site, "sync")
    assert (code, removed["counts"]["removed"]) == (0, 1)
    assert members(samba, group("mn-tax")) == {"CN=mihon1"}
    assert members(samba, group("other")) == {"CN=mihon1", "CN=mihon2"}
    assert syncd(site, "sync")[1]["findings"] == []
    assert len(syncd(site, "cases", "--state", "verified")[1]["cases"]) == 1


def test_who_and_what_is_renamed_or_moved_opens_no_case_and_loses_nothing(site, samba):
    before = syncd(site, "sync")[1]
    samba.move(person("mihon1"), "CN=mihon1 married", GROUPS)
    samba.move(group("mn-tax"), "CN=mn-tax of late", PEOPLE)
    after = syncd(site, "sync")[1]
    assert after["complete"]
    assert [f["case"] for f in after["findings"]] == [f["case"] for f in before["findings"]]
    assert after["counts"] == before["counts"]
    moved = members(samba, f"CN=mn-tax of late,{PEOPLE}")
    assert moved == {"CN=mihon1 married", "CN=mihon2"}


def test_what_was_approved_is_carried_out_on_who_and_what_was_renamed_meanwhile(site, samba):
    (finding,) = syncd(site, "sync")[1]["findings"]
    syncd(site, "approve", finding["case"], account="sato")
    samba.move(person("mihon2"), "CN=mihon2 married", GROUPS)
    samba.move(group("mn-tax"), "CN=mn-tax of late", PEOPLE)
    assert syncd(site, "sync")[1]["counts"]["removed"] == 1
    assert members(samba, f"CN=mn-tax of late,{PEOPLE}") == {"CN=mihon1"}


def test_the_night_when_no_controller_answers_is_unknown_and_removes_nothing(site, samba):
    (finding,) = syncd(site, "sync")[1]["findings"]
    syncd(site, "approve", finding["case"], account="sato")
    samba.stop()
    try:
        code, told = syncd(site, "sync")
    finally:
        samba.start()
    assert (code, told["complete"], told["counts"]["unknown"]) == (5, False, 2)
    assert told["refused"][0]["directory"] == "ad"
    assert members(samba, group("mn-tax")) == {"CN=mihon1", "CN=mihon2"}
    assert syncd(site, "sync")[1]["counts"]["removed"] == 1


def test_nobody_leaves_a_group_that_rules_the_domain_without_two_persons(site, samba):
    admins = f"CN=Domain Admins,CN=Users,{DOMAIN}"
    samba.put(admins, person("mihon1"), person("mihon2"))
    entitlements = site / "in" / "entitlements.csv"
    entitlements.write_text(entitlements.read_text().replace("mn-tax", "Domain Admins"))
    config = (site / "syncd.toml").read_text()
    (site / "syncd.toml").write_text(config.replace(f'groups_base = "{SITE}"\n', ""))
    found = syncd(site, "sync")[1]["findings"]
    (finding,) = (f for f in found if f["account"] == "mihon2")
    syncd(site, "approve", finding["case"], account="sato")
    code, told = syncd(site, "sync")
    assert (code, told["counts"]["removed"]) == (4, 0)
    assert "protected-group" in {held["guard"] for held in told["held"]}
    assert {"CN=mihon1", "CN=mihon2"} < members(samba, admins)
