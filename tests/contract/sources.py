"""The implementations on which the contract of sources is tried: how each is laid out, and broken.

`good` and `one_row_wrong` are whatever `lay` of that bench takes: bytes of a file, rows of a
service or of a table. All but SmartHR, which knows no trainings, read two trainings.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from connectors.file import FileSourceType
from connectors.http import HttpFeedOptions
from connectors.http.source import http_source
from connectors.package import PackageSourceType
from connectors.sftp import SftpSourceType
from connectors.smarthr import SmartHrOptions
from connectors.smarthr.source import smarthr_source
from connectors.sql.feed import SqlSourceType
from syncd.core.calendar import JST
from syncd.core.facts import Provides
from syncd.ports.source import Source, SourceContext
from tests.connectors.package.conftest import SENDER, Sender
from tests.fakes.http_script import Answer, Asked, HttpScript
from tests.fakes.smarthr import SmartHr
from tests.fakes.sshd import Sshd

HEADER = "職員番号,研修名,受講日\r\n"
GOOD = (HEADER + "1,研修,R7.4.1\r\n2,研修,20250402\r\n").encode("cp932")
ONE_ROW_WRONG = (HEADER + "1,研修,R7.4.1\r\n2,研修,2025-02-30\r\n").encode("cp932")
MY_NUMBERS = ("123456789018", "111111111118", "222222222225", "333333333332")
NOW = datetime(2027, 4, 1, 0, 5, tzinfo=JST)
ROWS = (("1", "研修", "2025-04-01"), ("2", "研修", "2025-04-02"))
WRONG_ROWS = (ROWS[0], ("2", "研修", "2025-02-30"))
NUMBERED_ROWS = tuple((str(n), number, "2025-04-01") for n, number in enumerate(MY_NUMBERS, 1))


@dataclass(frozen=True)
class Bench:
    """One implementation: `lay` puts an input in place and returns the source that reads it."""

    lay: Callable[..., Source]
    good: Any
    one_row_wrong: Any
    refused: dict[str, Any] = field(default_factory=dict)


def context(
    folder: Path, provides: Provides = Provides.TRAINING, words: dict[str, str] | None = None
) -> SourceContext:
    return SourceContext("feed", provides, folder, 7, words or {}, lambda: NOW)


FILES_REFUSED: dict[str, bytes | None] = {
    "missing": None,
    "empty": b"",
    "undecodable": GOOD + b"\xff\xff,\x85\r\n",
    "binary": hashlib.sha256(b"x").digest() * 40,
    "truncated": GOOD[:-6],
    "open quote": GOOD + b'3,"x,R7.4.1\r\n',
    "no header": GOOD.split(b"\r\n", 1)[1],
    "my numbers": (HEADER + "".join(f"{n},研修{n},R7.4.1\r\n" for n in MY_NUMBERS)).encode("cp932"),
    "broken workbook": b"PK\x03\x04" + GOOD,
}


@contextmanager
def file_bench(folder: Path) -> Iterator[Bench]:
    def lay(raw: bytes | None, **options: object) -> Source:
        if raw is not None:
            (folder / "in.csv").write_bytes(raw)
        chosen = FileSourceType.Options(path="in.csv", **options)
        return FileSourceType.build(chosen, context(folder))

    yield Bench(lay, GOOD, ONE_ROW_WRONG, FILES_REFUSED)


@contextmanager
def sftp_bench(folder: Path) -> Iterator[Bench]:
    own = folder.with_name(f"{folder.name}-ssh")  # it logs what it does
    own.mkdir()
    (folder / "drop").mkdir()
    server = Sshd(own).start()

    def lay(raw: bytes | None, **options: object) -> Source:
        if raw is not None:
            (folder / "drop" / "in.csv").write_bytes(raw)
        given = {
            "host": "127.0.0.1",
            "port": server.port,
            "username": server.user,
            "host_key": server.host_key,
            "key_file": str(own / "client"),
            "path": f"{folder}/drop/in.csv",
            "timeout_s": 10,
        }
        chosen = SftpSourceType.Options.model_validate({**given, **options})
        return SftpSourceType.build(chosen, context(folder))

    try:
        yield Bench(lay, GOOD, ONE_ROW_WRONG, FILES_REFUSED)
    finally:
        server.stop()


@contextmanager
def package_bench(folder: Path) -> Iterator[Bench]:
    sender = Sender(folder)
    sender.drop.mkdir(exist_ok=True)

    def lay(raw: bytes | str | None, **options: object) -> Source:
        """A package of two trainings whose table is then `raw`, signed as if it were right."""
        if isinstance(raw, bytes):
            path = sender.send(training=GOOD.decode("cp932"))
            sender.forged(path, lambda members: _with_table(members, raw), sign=True)
        elif raw == "unsigned":
            path = sender.send(training=GOOD.decode("cp932"))
            sender.forged(path, lambda members: members.update({"manifest.sig": b"x" * 64}))
        elif raw == "stray":
            (sender.drop / "stray.zip").write_bytes(b"PK")
        given = {"path": "drop", "sender": SENDER, "sender_key": "hr.pub", **options}
        chosen = PackageSourceType.Options.model_validate(given)
        return PackageSourceType.build(chosen, context(folder))

    broken = {"unsigned": "unsigned", "stray": "stray"}
    yield Bench(lay, GOOD, ONE_ROW_WRONG, {**FILES_REFUSED, **broken})


def _with_table(members: dict[str, bytes], raw: bytes) -> None:
    """Put another table into a package, and state it in the manifest."""
    manifest = json.loads(members["manifest.json"])
    (file,) = manifest["files"]
    members[file["name"]] = raw
    file["sha256"], file["size"] = hashlib.sha256(raw).hexdigest(), len(raw)
    members["manifest.json"] = json.dumps(manifest, ensure_ascii=False).encode()


@contextmanager
def http_bench(folder: Path) -> Iterator[Bench]:
    (folder / "token").write_text("secret")
    shown: list[Answer] = []
    server = HttpScript(lambda _: replace(shown[0], headers={"content-type": "application/json"}))

    def lay(given: Any, **options: object) -> Source:
        shown[:] = [given if isinstance(given, Answer) else Answer(200, _as_json(given))]
        fields = {"職員番号": "code", "研修名": "course", "受講日": "day"}
        url = {"url": f"{server.url}/trainings", "allow_plaintext": True, "token_file": "token"}
        chosen = HttpFeedOptions.model_validate({**url, "fields": fields, "attempts": 1, **options})
        return http_source(chosen, context(folder), lambda _: None)

    refused = {
        "no rows at the place": {"rows": []},
        "not json": Answer(200, b"<html>"),
        "cut": Answer(200, _as_json(ROWS), cut_at=20),
        "no right": Answer(403, {}),
        "a field is missing": [{"code": "1", "course": "x"}],
        "my numbers": NUMBERED_ROWS,
    }
    try:
        yield Bench(lay, ROWS, WRONG_ROWS, refused)
    finally:
        server.stop()


def _as_json(rows: Any) -> Any:
    if not isinstance(rows, tuple):
        return rows
    return [{"code": n, "course": course, "day": day} for n, course, day in rows]


@contextmanager
def smarthr_bench(folder: Path) -> Iterator[Bench]:
    tenant = SmartHr()
    (folder / "token").write_text(tenant.token)

    def answer(asked: Asked) -> Answer:
        return tenant.over_sockets(asked)

    server = HttpScript(answer)
    tenant.url = server.url

    def lay(crews: Any, **options: object) -> Source:
        tenant.lists["crews"] = []
        for number, changes in enumerate(crews, 1):
            tenant.add_crew(number, **changes)
        given = {"url": server.url, "allow_plaintext": True, "token_file": "token", "pause_s": 0}
        chosen = SmartHrOptions.model_validate({**given, "attempts": 1, **options})
        words = {"在職": "at-work", "休職": "suspended", "退職": "separated"}
        where = context(folder, Provides.ROSTER, words)
        return smarthr_source(chosen, where, lambda _: None)

    refused = {
        "nobody": (),
        "the same number twice": ({"emp_code": "7"}, {"emp_code": "7"}),
        "a department that is in no list": ({"departments": [{"id": "d99"}]},),
        "my numbers": tuple({"position": number} for number in MY_NUMBERS),
    }
    try:
        yield Bench(lay, ({}, {}), ({}, {"entered_at": "2025-02-30"}), refused)
    finally:
        server.stop()


@contextmanager
def sql_bench(folder: Path) -> Iterator[Bench]:
    path = folder / "hr.db"

    def lay(rows: Any, **options: object) -> Source:
        path.unlink(missing_ok=True)
        if isinstance(rows, bytes):
            path.write_bytes(rows)
        elif rows is not None:
            with closing(sqlite3.connect(path)) as database, database:
                columns = ("職員番号", "研修名", "受講日")[: len(rows[0])]
                database.execute(f"CREATE TABLE t ({', '.join(columns)})")
                marks = ", ".join("?" for _ in columns)
                database.executemany(f"INSERT INTO t VALUES ({marks})", rows)  # noqa: S608
        given = {"url": "sqlite:///hr.db", "view": "t", **options}
        chosen = SqlSourceType.Options.model_validate(given)
        return SqlSourceType.build(chosen, context(folder))

    refused = {
        "missing": None,
        "no database": b"not a database, only a file of that name" * 20,
        "a column is missing": (("1", "研修"),),
        "my numbers": NUMBERED_ROWS,
    }
    yield Bench(lay, ROWS, WRONG_ROWS, refused)


BENCHES = {
    "file": file_bench,
    "sftp": sftp_bench,
    "package": package_bench,
    "http": http_bench,
    "smarthr": smarthr_bench,
    "sql": sql_bench,
}
WAYS = {
    "file": tuple(FILES_REFUSED),
    "sftp": tuple(FILES_REFUSED),
    "package": (*FILES_REFUSED, "unsigned", "stray"),
    "http": (
        "no rows at the place",
        "not json",
        "cut",
        "no right",
        "a field is missing",
        "my numbers",
    ),
    "smarthr": (
        "nobody",
        "the same number twice",
        "a department that is in no list",
        "my numbers",
    ),
    "sql": ("missing", "no database", "a column is missing", "my numbers"),
}
"""What each bench must refuse, told before one is made; a test holds that this is all of it."""
