"""A whole `syncd sync` over feeds: a JSON API, an SFTP drop folder, a database, signed packages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import psycopg
import pytest

from connectors.package import PackageSourceType
from syncd.bootstrap import now
from syncd.core.facts import Provides
from syncd.ports.handover import Packing
from tests.e2e.one_directory import syncd
from tests.fakes.http_script import Answer, Asked, HttpScript
from tests.fakes.postgres import PostgresServer
from tests.fakes.sshd import Sshd

CONFIG = """
[organization]
name = "みほん市"
[store]
url = "sqlite:///syncd.db"

[[authorities]]
name = "市長"
sections = ["1*"]
[[authorities]]
name = "教育委員会"
number_prefix = "E"
sections = ["3*"]

[[sources]]
name = "city"
type = "http"
provides = "roster"
authority = "市長"
url = "{api}/people"
allow_plaintext = true
token_file = "secrets/token"
rows = "people"
total = "total"
row_id = "code"
paging = "page"
size = 2
keep_s = 0
[sources.fields]
"職員番号" = "code"
"所属コード" = "section"
"退職日" = "left_on?"

[[sources]]
name = "city-orders"
type = "package"
provides = "orders"
authority = "市長"
path = "drop"
sender = "人事課"
sender_key = "hr.pub"
loss_check = false

[[sources]]
name = "board"
type = "sql"
provides = "roster"
authority = "教育委員会"
url = "{database}"
view = "v_roster"
columns = {{ "職員番号" = "code", "所属コード" = "busho" }}

[[sources]]
name = "designations"
type = "sftp"
provides = "designations"
host = "127.0.0.1"
port = {port}
username = "{user}"
host_key = "{host_key}"
key_file = "{key_file}"
path = "{remote}/designations_*.csv"
integrity = "required"

[[sources]]
name = "rights"
type = "file"
provides = "entitlements"
path = "rights.csv"

[[directories]]
name = "ad"
type = "ldif"
mode = "propose"
path = "ad.ldif"
people_base = "ou=people,dc=x"
groups_base = "ou=groups,dc=x"
staff_number_attribute = "employeeNumber"
account_attribute = "uid"
"""
GROUP = "cn=tax,ou=groups,dc=x"
ACCOUNTS = {"m1": "0000001", "m2": "0000002", "m3": "0000003", "e1": "E-0000001"}
ORDERS = "発令番号,発令日,発令区分,職員番号,所属コード\r\n"
DESIGNATED = "事務コード,所属コード,職員番号,指定日\r\n" + "".join(
    f"TAX,{section},{number},2026-04-01\r\n"
    for number, section in zip(ACCOUNTS.values(), ("12010", "12010", "12010", "30010"), strict=True)
)


class Feeds:
    """The servers that feed the site, and what they give."""

    def __init__(self, site: Path, sshd: Sshd, database: str) -> None:
        self.site, self.sshd, self.database = site, sshd, database
        self.remote = site / "remote"
        self.people = [{"code": str(n), "section": "12010"} for n in (1, 2, 3)]
        self.status = 200
        self.made = 0
        self.api = HttpScript(self._answer)
        self._write()

    def _answer(self, asked: Asked) -> Answer:
        if self.status != 200 or asked.headers.get("authorization") != "Bearer t0ken":
            return Answer(self.status if self.status != 200 else 401, {})
        page = int(asked.query["page"])
        shown = self.people[(page - 1) * 2 : page * 2]
        body = {"total": len(self.people), "people": shown}
        return Answer(200, body, {"content-type": "application/json"})

    def run(self, *statements: str) -> None:
        with psycopg.connect(self.database, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)  # type: ignore[arg-type]  # a test's own literal

    def _write(self) -> None:
        for folder in ("secrets", "drop", "remote"):
            (self.site / folder).mkdir()
        (self.site / "secrets" / "token").write_text("t0ken\n")
        PackageSourceType.make_keys(self.site / "hr", self.site / "hr.pub")
        self.pack("")
        self.run(
            "CREATE TABLE shain (code char(10), busho char(8), pay integer)",
            "INSERT INTO shain VALUES ('1', '30010', 1), ('2', '30010', 1)",
            "CREATE VIEW v_roster AS SELECT * FROM shain",
        )
        self.put("designations_1.csv", DESIGNATED.encode("cp932"))
        rights = f'権限ID,システム,グループ,事務コード\nTAX-EDIT,ad,"{GROUP}",TAX\n'
        (self.site / "rights.csv").write_text(rights, encoding="utf-8")
        self._write_directory()
        text = CONFIG.format(
            api=self.api.url,
            database=self.database,
            port=self.sshd.port,
            user=self.sshd.user,
            host_key=self.sshd.host_key,
            key_file=self.sshd.folder / "client",
            remote=self.remote,
        )
        (self.site / "syncd.toml").write_text(text, encoding="utf-8")

    def put(self, name: str, raw: bytes) -> None:
        import hashlib

        (self.remote / name).write_bytes(raw)
        digest = hashlib.sha256(raw).hexdigest()
        (self.remote / f"{name}.sha256").write_text(f"{digest}  {name}\n")

    def pack(self, rows: str) -> Path:
        """Hand over orders as the personnel section does."""
        table = self.site / "orders.csv"
        table.write_bytes((ORDERS + rows).encode("cp932"))
        self.made += 1
        made_at = now() + timedelta(seconds=self.made)
        packing = Packing(
            "人事課", made_at.date(), made_at, self.site / "hr", {Provides.ORDERS: table}, 7, {}
        )
        return PackageSourceType.pack(packing, self.site / "drop")

    def _write_directory(self) -> None:
        entries = ["dn: dc=x\nobjectClass: domain\ndc: x\n"]
        entries += [
            f"dn: ou={name},dc=x\nobjectClass: organizationalUnit\nou: {name}\n"
            for name in ("people", "groups")
        ]
        entries += [
            f"dn: uid={uid},ou=people,dc=x\nobjectClass: inetOrgPerson\nuid: {uid}\ncn: {uid}\n"
            f"sn: {uid}\nemployeeNumber: {number}\n"
            for uid, number in ACCOUNTS.items()
        ]
        members = "".join(f"member: uid={uid},ou=people,dc=x\n" for uid in ACCOUNTS)
        entries.append(f"dn: {GROUP}\nobjectClass: groupOfNames\ncn: tax\n{members}")
        (self.site / "ad.ldif").write_text("version: 1\n\n" + "\n".join(entries) + "\n")


@pytest.fixture
def feeds(tmp_path: Path, postgres: PostgresServer) -> Iterator[Feeds]:
    (tmp_path / "ssh").mkdir()
    (tmp_path / "site").mkdir()
    sshd = Sshd(tmp_path / "ssh").start()
    made = Feeds(tmp_path / "site", sshd, postgres.fresh_database())
    try:
        yield made
    finally:
        made.api.stop()
        sshd.stop()


def stale(report: dict) -> dict[str, list[str]]:
    return {f["account"]: f["reasons"] for f in report["findings"] if f["verdict"] == "stale"}


def test_a_site_of_feeds_only_from_the_check_to_the_stale_right(feeds: Feeds) -> None:
    code, told = syncd(feeds.site, "check")
    assert code == 0, told
    code, report = syncd(feeds.site, "sync")
    assert (code, report["complete"], report["refused"]) == (0, True, [])
    assert report["counts"]["justified"] == 4

    today: date = now().date()
    feeds.pack(f"R9-1,{today},配置換,2,13000\r\n")
    feeds.run("UPDATE shain SET busho = '30020' WHERE code = '1'")
    feeds.people[1]["section"] = "13000"
    feeds.people[2]["left_on"] = (today - timedelta(days=1)).isoformat()
    code, report = syncd(feeds.site, "sync")
    assert (code, report["refused"]) == (3, [])
    assert stale(report) == {"m2": ["transferred"], "m3": ["separated"], "e1": ["transferred"]}
    (moved,) = [f for f in report["findings"] if f["account"] == "m2"]
    assert "order R9-1" in moved["because"]


BREAKS = {
    "city": lambda feeds: setattr(feeds, "status", 403),
    "city-orders": lambda feeds: (feeds.site / "drop" / "stray.zip").write_bytes(b"PK"),
    "board": lambda feeds: feeds.run(
        "DROP VIEW v_roster", "CREATE VIEW v_roster AS SELECT code FROM shain"
    ),
    "designations": lambda feeds: (feeds.remote / "designations_1.csv").write_bytes(b"cut"),
}
MENDS = {
    "city": lambda feeds: setattr(feeds, "status", 200),
    "city-orders": lambda feeds: (feeds.site / "drop" / "stray.zip").unlink(),
    "board": lambda feeds: feeds.run(
        "DROP VIEW v_roster", "CREATE VIEW v_roster AS SELECT * FROM shain"
    ),
    "designations": lambda feeds: feeds.put("designations_1.csv", DESIGNATED.encode("cp932")),
}


def test_a_feed_that_breaks_is_named_and_leaves_nothing_known_until_it_is_mended(
    feeds: Feeds,
) -> None:
    assert syncd(feeds.site, "sync")[0] == 0
    for name, breaks in BREAKS.items():
        breaks(feeds)
        code, report = syncd(feeds.site, "sync")
        assert code == 5
        assert [refused["source"] for refused in report["refused"]] == [name]
        assert (stale(report), report["counts"]["justified"]) == ({}, 0)
        MENDS[name](feeds)
        code, report = syncd(feeds.site, "sync")
        assert (code, report["refused"]) == (0, [])
        assert report["counts"]["justified"] == 4
