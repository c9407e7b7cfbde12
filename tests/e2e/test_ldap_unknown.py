"""A directory that cannot be read whole is unknown in a whole run, and nobody loses anything.

A removal stands approved all the while: every fault must hold it back, and when the fault is
over it goes through.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from syncd.bootstrap import open_site
from syncd.flow.report import RunReport
from syncd.flow.run import run
from syncd.flow.site import RunRequest
from tests.e2e.ldap_site import make_site, seeded_slapd
from tests.e2e.one_directory import syncd
from tests.fakes.certificates import make_certificates
from tests.fakes.cutting_proxy import CuttingProxy
from tests.fakes.scripted_ldap import ScriptedLdap, done, entry
from tests.fakes.slapd import Slapd, group, person

STALE, STAYS = person("mihon2"), person("mihon1")


@pytest.fixture(scope="module")
def slapd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slapd]:
    server = seeded_slapd(tmp_path_factory.mktemp("slapd") / "server")
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, slapd: Slapd) -> Path:
    """A site on which the removal of the stale right was found and approved."""
    folder = make_site(tmp_path_factory.mktemp("site") / "site", slapd)
    found = syncd(folder, "sync")[1]
    syncd(folder, "approve", found["findings"][0]["case"], account="sato")
    return folder


def ran(site: Path, directory: str = "") -> RunReport:
    """One whole run, with options of the directory changed: later keys of a table count."""
    config = site / "syncd.toml"
    text = config.read_text()
    if directory:
        keys = {line.partition(" =")[0] for line in directory.splitlines()}
        before, mark, after = text.partition('type = "ldap"\n')
        table, end, rest = after.partition("\n\n")
        kept = [line for line in table.splitlines() if line.partition(" =")[0] not in keys]
        config.write_text(before + mark + directory + "\n".join(kept) + end + rest)
    opened = open_site(config, lambda *_: None)
    try:
        return run(opened.site, RunRequest(opened.today(), "syncd"))
    finally:
        opened.site.store.close()
        config.write_text(text)


def assert_unknown_and_nothing_removed(report: RunReport, slapd: Slapd) -> None:
    assert not report.complete
    assert [unread.directory for unread in report.unread] == ["ad"]
    assert report.removals == ()
    if slapd.process is not None:
        assert set(slapd.values(group("mn-tax"), "member")) == {STALE, STAYS}


def restarted(slapd: Slapd, limits: str) -> None:
    slapd.stop()
    shutil.rmtree(slapd.folder / "conf")
    slapd.limits = limits
    slapd.configure()
    slapd.start()


def test_the_plug_is_pulled_before_the_read(site: Path, slapd: Slapd):
    slapd.stop()
    assert_unknown_and_nothing_removed(ran(site), slapd)
    slapd.start()
    assert set(slapd.values(group("mn-tax"), "member")) == {STALE, STAYS}


def test_the_plug_is_pulled_in_the_middle_of_the_read(site: Path, slapd: Slapd):
    def pull() -> None:
        if slapd.process is not None:
            slapd.process.kill()
            slapd.process.wait()
            slapd.process = None

    proxy = CuttingProxy(slapd.port, 700, when_cut=pull)
    try:
        report = ran(site, plain(proxy.port))
    finally:
        proxy.close()
    assert slapd.process is None
    assert_unknown_and_nothing_removed(report, slapd)
    slapd.start()
    assert set(slapd.values(group("mn-tax"), "member")) == {STALE, STAYS}


def plain(port: int, more: str = "") -> str:
    return f'url = "ldap://127.0.0.1:{port}"\nallow_plaintext = true\n{more}'


@pytest.mark.parametrize(
    "how", ['pages = "always"\npage_size = 1\n', ""], ids=["at every page", "anywhere in one go"]
)
def test_the_line_is_cut(site: Path, slapd: Slapd, how: str):
    size = bytes_of_one_read(slapd, site, how)
    for cut in range(20, size - 1, max(1, size // 12)):
        proxy = CuttingProxy(slapd.port, cut)
        try:
            assert_unknown_and_nothing_removed(ran(site, plain(proxy.port, how)), slapd)
        finally:
            proxy.close()


def bytes_of_one_read(slapd: Slapd, site: Path, how: str) -> int:
    """How many bytes a read takes, by a dry run that reads and removes nothing."""
    proxy = CuttingProxy(slapd.port, None)
    config = site / "syncd.toml"
    text = config.read_text()
    try:
        observed = text.replace('mode = "apply"', 'mode = "observe"')
        config.write_text(observed)
        assert ran(site, plain(proxy.port, how)).complete
    finally:
        config.write_text(text)
        proxy.close()
    return proxy.passed


@pytest.mark.parametrize(
    "limits",
    [
        "size.soft=2 size.hard=2 size.prtotal=hard",
        "size.soft=2 size.hard=2 size.prtotal=2",
        "size.soft=2 size.hard=2 size.prtotal=disabled",
        "size.soft=2 size.hard=2 size.pr=1",
        "size.unchecked=1",
    ],
    ids=["soft and hard", "prtotal", "no pages", "pr", "unchecked"],
)
def test_a_limit_is_filled(site: Path, slapd: Slapd, limits: str):
    before = slapd.limits
    restarted(slapd, limits)
    try:
        assert_unknown_and_nothing_removed(ran(site), slapd)
    finally:
        restarted(slapd, before)


@pytest.mark.parametrize("code", [3, 4, 11], ids=["time", "size", "administrative"])
def test_a_server_gives_up_at_a_limit_after_some_entries(site: Path, slapd: Slapd, code: int):
    server = ScriptedLdap(lambda: [entry(STAYS), done(code)])
    try:
        port = int(server.url.rpartition(":")[2])
        assert_unknown_and_nothing_removed(ran(site, plain(port)), slapd)
    finally:
        server.close()


def test_the_certificate_has_expired(site: Path, slapd: Slapd):
    kept = [(slapd.folder / name, name) for name in ("ca.crt", "ca.key", "srv.crt", "srv.key")]
    saved = {path: path.read_bytes() for path, _ in kept}
    slapd.stop()
    make_certificates(slapd.folder, days=-1)
    slapd.start()
    try:
        report = ran(site)
        assert_unknown_and_nothing_removed(report, slapd)
        assert "expired" in report.unread[0].why
    finally:
        slapd.stop()
        for path, content in saved.items():
            path.write_bytes(content)
        slapd.start()


def test_when_all_that_is_over_the_approved_removal_goes_through(site: Path, slapd: Slapd):
    assert len(ran(site).removals) == 1
    assert slapd.values(group("mn-tax"), "member") == [STAYS]
