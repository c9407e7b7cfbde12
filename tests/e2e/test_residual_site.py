"""A retroactive order on a real slapd, by the real command: the window, its log, the way back."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.ldap_site import make_site, seeded_slapd
from tests.e2e.one_directory import syncd
from tests.fakes.slapd import Slapd, group, person

LOGS = """
[[access_logs]]
name = "tax"
directory = "ad"
type = "file"
path = "logs/tax.log*"
format = "syslog"
pattern = '(?P<action>BIND|SEARCH) dn="(?P<account>[^"]+)" (?P<result>ok|denied)'
failure = ["denied"]
quiet_hours = 8784
"""
BEGINS = "2026-10-01T00:00:00+09:00"


@pytest.fixture
def slapd(tmp_path: Path) -> Iterator[Slapd]:
    server = seeded_slapd(tmp_path / "slapd")
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.fixture
def site(tmp_path: Path, slapd: Slapd) -> Path:
    made = make_site(tmp_path / "site", slapd)
    config = made / "syncd.toml"
    config.write_text(config.read_text() + LOGS)
    (made / "logs").mkdir()
    return made


def line(at: datetime | str, text: str) -> str:
    stamp = at if isinstance(at, str) else at.isoformat()
    return f"<38>1 {stamp} zeimu slapd 1 - - {text}\n"


def use(at: datetime | str, number: int, result: str = "ok") -> str:
    return line(at, f'BIND dn="{person(f"mihon{number}")}" {result}')


def one(site: Path, *arguments: str) -> dict[str, Any]:
    code, told = syncd(site, "residual", *arguments)
    assert code == 0
    (report,) = told["residual_reports"]
    return report


def removed(site: Path) -> dict[str, Any]:
    """Remove the right that an order of October ended, and return its report."""
    found = syncd(site, "sync")[1]
    report = one(site)
    assert (report["from"], report["until"], report["state"]) == (BEGINS, None, "opened")
    syncd(site, "approve", found["findings"][0]["case"], account="sato")
    assert syncd(site, "sync")[1]["counts"]["removed"] == 1
    return one(site)


def test_the_window_ends_with_the_read_back_and_the_log_is_asked_about_exactly_it(
    site: Path, slapd: Slapd
):
    report = removed(site)
    assert slapd.values(group("mn-tax"), "member") == [person("mihon1")]
    ends = datetime.fromisoformat(report["until"])
    begins = datetime.fromisoformat(BEGINS)
    assert report["residual_days"] == (ends.date() - begins.date()).days
    tick = timedelta(microseconds=1)
    older = (
        line("2026-09-01T00:00:00Z", "start")
        + use(begins - tick, 2)
        + use(begins, 2)
        + use(begins + timedelta(days=1), 1)
        + use(begins + timedelta(days=2), 2, "denied")
    )
    newer = (
        line(begins + timedelta(days=3), "rotated")
        + use(ends - tick, 2)
        + use(ends, 2)
        + line(ends + timedelta(seconds=1), "stop")
    )
    packed = site / "logs" / "tax.log.1.gz"
    packed.write_bytes(gzip.compress(older.encode()))
    (site / "logs" / "tax.log").write_text(newer)
    assert syncd(site, "check")[0] == 0
    read = one(site, "--read")
    (reading,) = read["readings"]
    assert (read["use"], reading["uses"], reading["failed"]) == ("found", 2, 1)
    assert (reading["from"], reading["until"]) == (BEGINS, report["until"])
    assert (reading["holes"], reading["unreadable"]) == ([], 0)
    hashes = {file["name"]: file["sha256"] for file in reading["files"]}
    assert hashes["tax.log.1.gz"] == hashlib.sha256(packed.read_bytes()).hexdigest()
    assert read["known_on"] is not None
    assert syncd(site, "evidence", "verify")[0] == 0


def test_a_log_that_begins_later_is_not_known_and_never_no_use(site: Path):
    report = removed(site)
    ends = datetime.fromisoformat(report["until"])
    (site / "logs" / "tax.log").write_text(
        use("2026-10-20T09:00:00+09:00", 1) + line(ends + timedelta(seconds=1), "stop")
    )
    read = one(site, "--read")
    (reading,) = read["readings"]
    assert (read["use"], reading["finding"]) == ("not-known", "not-known")
    (hole,) = reading["holes"]
    assert (hole["from"], hole["until"]) == (BEGINS, "2026-10-20T09:00:00+09:00")
    assert hole["why"] == "begins-later"


def test_the_cancelled_order_withdraws_the_report_of_the_right_that_is_gone(site: Path):
    report = removed(site)
    orders = site / "in" / "orders.csv"
    row = "R8-0102,R08.11.01,取消,0000002,見本 花子,,,,R8-0101,確定\n"
    orders.write_text(orders.read_text() + row)
    syncd(site, "sync")
    assert syncd(site, "residual")[1]["residual_reports"] == []
    withdrawn = one(site, "--state", "withdrawn")
    assert withdrawn["report"] == report["report"]
