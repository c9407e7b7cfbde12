"""The daemon's short tick against a real slapd that tells its changes (RFC 4533)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from syncd.bootstrap import OpenSite, open_site
from syncd.core.cases import CaseState
from syncd.core.findings import Notice
from syncd.flow.delta import Followed, follow
from syncd.flow.run import run
from syncd.flow.site import RunRequest
from tests.e2e.one_directory import make_site
from tests.fakes.slapd import (
    GROUPS,
    PEOPLE,
    READER,
    Slapd,
    group,
    ldif_group,
    ldif_person,
    person,
)


@pytest.fixture
def slapd(tmp_path: Path) -> Iterator[Slapd]:
    folder = tmp_path / "slapd"
    folder.mkdir()
    people = "".join(ldif_person(f"mihon{n}", f"000000{n}") for n in (1, 2, 3))
    server = Slapd(folder, people + ldif_group("mn-tax", [person("mihon1")]), session_log=1000)
    server.prepare()
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.fixture
def opened(tmp_path: Path, slapd: Slapd) -> Iterator[OpenSite]:
    directory = f"""type = "ldap"
mode = "propose"
url = "{slapd.ldaps}"
ca_file = "{slapd.ca}"
bind_dn = "{READER}"
bind_password_file = "secrets/read"
people_base = "{PEOPLE}"
groups_base = "{GROUPS}"
"""
    folder = tmp_path / "site"
    make_site(folder, directory, {"read": "secret-reader"}, group("mn-tax"))
    config = folder / "syncd.toml"
    site = open_site(config, lambda *_: None)
    run(site.site, RunRequest(site.today(), "syncd"))
    yield site
    site.site.store.close()


def open_cases(opened: OpenSite) -> list[tuple[str, CaseState]]:
    with opened.site.store.begin() as unit:
        return [(case.account, case.state) for case in unit.cases()]


def sync(opened: OpenSite):
    return run(opened.site, RunRequest(opened.today(), "syncd"))


def test_a_right_that_somebody_grants_by_hand_is_a_case_at_the_next_tick(opened, slapd):
    assert follow(opened.site) == Followed()
    slapd.add_values(group("mn-tax"), "member", [person("mihon2")])
    assert follow(opened.site) == Followed(groups=1, opened=1)
    assert open_cases(opened) == [("mihon2", CaseState.OPEN)]
    assert follow(opened.site) == Followed()


def test_the_daily_run_finds_nothing_that_the_ticks_did_not_tell(opened, slapd):
    slapd.add_values(group("mn-tax"), "member", [person("mihon2")])
    follow(opened.site)
    slapd.add_values(group("mn-tax"), "member", [person("mihon3")])
    report = sync(opened)
    assert report.complete
    assert Notice.DELTA_DIFFERS not in {notice.notice for notice in report.decision.notices}
    assert {account for account, _ in open_cases(opened)} == {"mihon2", "mihon3"}


def test_a_server_that_was_down_in_between_loses_no_grant(opened, slapd):
    slapd.stop()
    assert follow(opened.site).whole_run_due
    assert not sync(opened).complete
    slapd.start()
    slapd.add_values(group("mn-tax"), "member", [person("mihon2")])
    assert follow(opened.site).whole_run_due
    assert sync(opened).complete
    assert open_cases(opened) == [("mihon2", CaseState.OPEN)]
