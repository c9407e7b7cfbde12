"""Sign-in logs as files: found, unpacked, read by format, and never silent about what they lack."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import tracemalloc
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from connectors.access_log import AccessLogOptions, FileAccessLog
from connectors.access_log.files import missing_before
from syncd.core.calendar import JST
from syncd.core.residual.reports import Finding
from syncd.core.residual.use import LogAnswer, Question
from syncd.core.residual.window import Window
from syncd.errors import AccessLogUnreadable
from syncd.ports.access_log import AccessLogContext

FROM = datetime(2027, 4, 1, tzinfo=JST)
UNTIL = datetime(2027, 4, 10, 9, 30, tzinfo=JST)
WINDOW = Window(FROM, UNTIL)
CSV: dict[str, Any] = {
    "format": "csv",
    "columns": {
        "at": "日時",
        "account": "利用者",
        "action": "操作",
        "target": "対象",
        "result": "結果",
    },
    "failure": ["失敗"],
}
HEADER = "日時,利用者,操作,対象,結果"


def log_of(folder: Path, **options: Any) -> FileAccessLog:
    given = {"path": "logs/*", **options}
    context = AccessLogContext("税ログ", "ad", folder, lambda: datetime(2027, 4, 11, tzinfo=JST))
    return FileAccessLog(AccessLogOptions.model_validate(given), context)


def write(folder: Path, name: str, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "logs" / name
    path.parent.mkdir(exist_ok=True)
    content = text.encode(encoding)
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return path


def ask(log: FileAccessLog, *accounts: str, window: Window = WINDOW, right: str = "") -> LogAnswer:
    (answer,) = log.read([Question("r1", window, frozenset(accounts or ("u0001",)), right)])
    return answer


def csv_lines(*rows: str, first: str = "2027-03-31 08:00:00", last: str = "2027-04-10 18:00:00"):
    around = [f"{first},other,ログイン,税務,成功", *rows, f"{last},other,ログイン,税務,成功"]
    return "\r\n".join([HEADER, *around, ""])


def whys(answer: LogAnswer) -> set[str]:
    return {hole.why for hole in answer.holes}


def test_a_use_after_the_end_of_the_right_is_found_in_a_cp932_csv(tmp_path: Path):
    text = csv_lines(
        "2027-03-31 23:59:59,u0001,照会,税務,成功",
        "2027-04-03 10:15:30,u0001,照会,税務①,成功",
        "2027-04-04 10:15:30,u0002,照会,税務,成功",
        "2027-04-05 10:15:30,u0001,ログイン,税務,失敗",
    )
    path = write(tmp_path, "access.csv", text, "cp932")
    answer = ask(log_of(tmp_path, **CSV, encoding="cp932", quiet_hours=200))
    assert answer.finding is Finding.FOUND
    (row,) = answer.rows
    assert row.at == datetime(2027, 4, 3, 10, 15, 30, tzinfo=JST)
    assert (row.account, row.action, row.result) == ("u0001", "照会", "成功")
    assert (row.file, row.number) == ("access.csv", 4)
    assert (answer.uses, answer.failed) == (1, 1)
    assert answer.is_whole
    (file,) = answer.files
    assert file.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert file.size == path.stat().st_size


def test_no_use_is_said_of_a_log_that_covers_the_window_whole(tmp_path: Path):
    write(tmp_path, "access.csv", csv_lines("2027-04-05 09:00:00,u0002,照会,税務,成功"))
    answer = ask(log_of(tmp_path, **CSV, quiet_hours=200))
    assert answer.finding is Finding.NONE
    assert answer.holes == ()


@pytest.mark.parametrize(
    ("first", "last", "why", "hole"),
    [
        ("2027-04-02 08:00:00", "2027-04-10 18:00:00", "begins-later", (1, 2)),
        ("2027-03-31 08:00:00", "2027-04-09 18:00:00", "ends-earlier", (9, 10)),
    ],
)
def test_a_log_that_does_not_cover_the_window_never_says_no_use(tmp_path, first, last, why, hole):
    rows = [f"2027-04-0{d} 12:00:00,u0002,照会,税務,成功" for d in (3, 5, 7)]
    write(tmp_path, "access.csv", csv_lines(*rows, first=first, last=last))
    answer = ask(log_of(tmp_path, **CSV))
    assert answer.finding is Finding.NOT_KNOWN
    (found,) = answer.holes
    assert found.why == why
    assert (found.from_at.day, found.until_at.day) == hole


def test_a_long_pause_is_said_to_be_a_hole(tmp_path: Path):
    write(tmp_path, "access.csv", csv_lines("2027-04-09 09:00:00,u0002,照会,税務,成功"))
    answer = ask(log_of(tmp_path, **CSV))
    assert whys(answer) == {"too-quiet"}
    assert answer.finding is Finding.NOT_KNOWN
    assert ask(log_of(tmp_path, **CSV, quiet_hours=300)).finding is Finding.NONE


def test_rotated_and_packed_files_are_one_log_and_a_missing_one_is_a_hole(tmp_path: Path):
    days = {"access.log.3.gz": (30, 3), "access.log.2.gz": (2, 4), "access.log.1": (5, 4)}
    for name, (day, month) in days.items():
        write(tmp_path, name, f"{HEADER}\n2027-0{month}-{day:02} 08:00:00,u0001,照会,税務,成功\n")
    write(
        tmp_path,
        "access.log",
        f"{HEADER}\n2027-04-08 08:00:00,x,照会,税務,成功\n2027-04-11 08:00:00,x,照会,税務,成功\n",
    )
    options = {**CSV, "path": "logs/access.log*"}
    whole = ask(log_of(tmp_path, **options))
    assert whole.is_whole, whole.holes
    assert [row.at.day for row in whole.rows] == [2, 5]
    assert {file.name for file in whole.files} == {*days, "access.log"}
    (tmp_path / "logs" / "access.log.2.gz").unlink()
    holed = ask(log_of(tmp_path, **{**options, "quiet_hours": 8000}))
    assert whys(holed) == {"file-missing"}
    (hole,) = holed.holes
    assert (hole.from_at.day, hole.until_at.day) == (1, 5)


@pytest.mark.parametrize(
    ("names", "missing"),
    [
        (["a.3", "a.2", "a.1", "a"], [False] * 4),
        (["a.3.gz", "a.1", "a"], [False, True, False]),
        (["a-20270401", "a-20270402", "a-20270404", "a"], [False, False, True, False]),
        (["a-20270401", "a-20270408", "a-20270415"], [False] * 3),
        (["ex2027-04-01.log", "ex2027-04-02.log"], [False] * 2),
        (["a.001", "a.002", "a.004"], [False, False, True]),
        (["dc1.log", "dc2.log"], [False, False]),
    ],
)
def test_a_gap_in_the_names_of_rotated_files_is_seen(names, missing):
    assert list(missing_before(names)) == missing


def test_files_that_lie_before_or_after_the_window_are_not_read(tmp_path: Path):
    for day, month in ((1, 2), (1, 3), (31, 3), (5, 4), (11, 4), (12, 4)):
        write(
            tmp_path,
            f"a-2027{month:02}{day:02}.csv",
            f"{HEADER}\n2027-{month:02}-{day:02} 08:00:00,x,照会,税務,成功\n",
        )
    answer = ask(log_of(tmp_path, **CSV, quiet_hours=8000))
    assert [file.name for file in answer.files] == ["a-20270331.csv", "a-20270405.csv"]


def test_json_lines_with_paths_into_them(tmp_path: Path):
    lines = [
        {"time": "2027-03-31T15:00:00Z", "user": {"upn": "u0001@mihon.example"}, "r": "Success"},
        {"time": "2027-04-02T01:02:03.5Z", "user": {"upn": "U0001@MIHON.EXAMPLE"}, "r": "Success"},
        {"time": "2027-04-03T01:02:03Z", "user": {"upn": "u0001@other.example"}, "r": "Success"},
        {"time": "2027-04-04T01:02:03Z", "user": {"upn": "u0001@mihon.example"}, "r": "Denied"},
        {"time": 1807318800, "event": "tick"},
        {"time": "2027-04-11T00:00:00Z", "event": "tick"},
    ]
    write(tmp_path, "a.jsonl", "\n".join(json.dumps(line) for line in lines))
    log = log_of(
        tmp_path,
        format="jsonl",
        columns={"at": "time", "account": "user.upn", "result": "r"},
        success=["success"],
        domains=["mihon.example"],
        quiet_hours=300,
    )
    answer = ask(log)
    assert [row.at.astimezone(UTC).isoformat() for row in answer.rows] == [
        "2027-03-31T15:00:00+00:00",  # 00:00 in Japan: the first moment of the window
        "2027-04-02T01:02:03.500000+00:00",
    ]
    assert answer.failed == 1
    assert answer.is_whole


def test_syslog_in_its_three_forms(tmp_path: Path):
    write(
        tmp_path,
        "auth.log",
        "Mar 31 22:00:00 zeimu app[1]: started\n"
        "<38>Apr  3 08:03:11 zeimu app[1]: login user=u0001 result=ok\n"
        '<38>1 2027-04-04T09:00:00.123+09:00 zeimu app 12 ID47 [x@1 y="z"] login user=u0001 result=ok\n'
        "2027-04-05T00:00:00+00:00 zeimu app[1]: login user=MIHON\\u0001 result=ok\n"
        "Apr  6 08:03:11 zeimu app[1]: login user=u0001 result=failed\n"
        "Apr 10 09:30:00 zeimu app[1]: login user=u0001 result=ok\n",
    )
    log = log_of(
        tmp_path,
        format="syslog",
        pattern=r"login user=(?P<account>\S+) result=(?P<result>\S+)",
        failure=["failed"],
        year=2027,
        quiet_hours=200,
    )
    answer = ask(log)
    assert [(row.at.day, row.at.hour) for row in answer.rows] == [(3, 8), (4, 9), (5, 0)]
    assert answer.failed == 1
    assert answer.is_whole


def test_stamps_without_a_year_go_over_the_turn_of_it(tmp_path: Path):
    path = write(
        tmp_path,
        "auth.log",
        "Dec 30 08:00:00 h a: login user=x\nDec 31 08:00:00 h a: login user=u0001\n"
        "Jan  1 08:00:00 h a: login user=u0001\nDec 31 23:59:59 h a: login user=u0001\n"
        "Jan  3 08:00:00 h a: login user=x\n",
    )
    written = datetime(2028, 1, 3, 9, tzinfo=JST).timestamp()
    os.utime(path, (written, written))
    log = log_of(tmp_path, format="syslog", pattern=r"user=(?P<account>\S+)")
    window = Window(datetime(2027, 12, 31, tzinfo=JST), datetime(2028, 1, 2, tzinfo=JST))
    answer = ask(log, window=window)
    assert [(r.at.year, r.at.month, r.at.day) for r in answer.rows] == [
        (2027, 12, 31),
        (2027, 12, 31),
        (2028, 1, 1),
    ]
    assert answer.is_whole


def test_a_pattern_that_matches_nothing_does_not_look_like_no_use(tmp_path: Path):
    write(tmp_path, "a", "Mar 31 08:00:00 h a: x\nApr 20 08:00:00 h a: login user=u0001\n")
    log = log_of(
        tmp_path, format="syslog", pattern="USER=(?P<account>.*)", year=2027, quiet_hours=8000
    )
    answer = ask(log)
    assert answer.finding is Finding.NOT_KNOWN
    assert whys(answer) == {"nothing-read"}


def test_nothing_there_is_not_known_for_the_whole_window(tmp_path: Path):
    answer = ask(log_of(tmp_path, **CSV))
    assert answer.finding is Finding.NOT_KNOWN
    assert [(h.from_at, h.until_at, h.why) for h in answer.holes] == [(FROM, UNTIL, "nothing-read")]


def test_every_unreadable_line_in_the_window_is_counted_and_named_and_never_quoted(tmp_path: Path):
    text = csv_lines(
        '2027-04-02 08:00:00,"u0001,照会,税務,成功',
        "昨日,u0001,照会,税務,成功",
        "2027-04-03 08:00:00",
        "2027-04-04 08:00:00,x,照会,税務,成功",
    )
    write(tmp_path, "a.csv", f"{text}kaputt,u0001\r\n")
    answer = ask(log_of(tmp_path, **CSV, quiet_hours=8000))
    assert answer.finding is Finding.NOT_KNOWN
    assert answer.unreadable == 3  # the last one lies behind a line of after the window
    assert [(bad.number, bad.why) for bad in answer.bad_lines] == [
        (3, "no-form"),
        (4, "no-moment"),
        (5, "no-form"),
    ]
    assert "u0001" not in repr(answer.bad_lines)


def test_an_unreadable_head_hides_nothing_of_what_follows(tmp_path: Path):
    junk = "x\n" * 500
    text = csv_lines("2027-04-04 08:00:00,u0001,照会,税務,成功")
    write(tmp_path, "a.csv", f"{HEADER}\n{junk}{text.partition(chr(10))[2]}")
    answer = ask(log_of(tmp_path, **CSV, quiet_hours=8000))
    assert answer.uses == 1
    assert not answer.unreadable  # they lie before a line of before the window


def test_huge_lines_and_control_characters_do_no_harm(tmp_path: Path):
    text = csv_lines(
        "2027-04-02 08:00:00,u0001," + "x" * 3_000_000 + ",税務,成功",
        "2027-04-03 08:00:00,u0001,=cmd|'/c calc'!A1\x00\x1b[31m<script>alert(1)</script>,"
        + "y" * 900
        + ",成功",
    )
    write(tmp_path, "a.csv", text)
    answer = ask(log_of(tmp_path, **CSV, quiet_hours=8000))
    assert answer.unreadable == 1
    assert answer.bad_lines[0].why == "too-long"
    (row,) = answer.rows
    assert row.action.isprintable()
    assert len(row.target) == 200


def test_a_my_number_in_a_log_is_masked(tmp_path: Path):
    text = csv_lines(
        "2027-04-02 08:00:00,u0001,照会 123456789018,１２３４－５６７８－９０１８,成功",
        "2027-04-03 08:00:00,u0001,照会 12345678901,令和9年,成功",
    )
    write(tmp_path, "a.csv", text)
    rows = ask(log_of(tmp_path, **CSV, quiet_hours=8000)).rows
    assert "9018" not in repr(rows)
    assert rows[0].action == "照会 ************"
    assert rows[1].action == "照会 12345678901"


def test_a_file_that_unpacks_without_end_or_breaks_off_is_a_hole(tmp_path: Path):
    whole = csv_lines("2027-04-02 08:00:00,u0001,照会,税務,成功").encode()
    (tmp_path / "logs").mkdir()
    packed = gzip.compress(b"\n".join([whole] * 3))
    (tmp_path / "logs" / "a.csv.gz").write_bytes(packed[:-20])
    answer = ask(log_of(tmp_path, **CSV, quiet_hours=8000))
    assert not answer.is_whole
    bomb = gzip.compress(whole.replace(b"-10 18", b"-09 18") + b"0" * 200_000_000)
    (tmp_path / "logs" / "a.csv.gz").write_bytes(bomb)
    answer = ask(log_of(tmp_path, **CSV, quiet_hours=8000))
    assert not answer.is_whole
    assert answer.files[0].sha256 == hashlib.sha256(bomb).hexdigest()


def test_headings_that_are_not_there_are_a_hole_and_told_by_check(tmp_path: Path):
    write(tmp_path, "a.csv", "時刻,ID\n2027-04-02 08:00:00,u0001\n")
    answer = ask(log_of(tmp_path, **CSV))
    assert answer.finding is Finding.NOT_KNOWN
    assert "file-broken" in whys(answer)
    with pytest.raises(AccessLogUnreadable, match=r"no line can be read in a\.csv"):
        log_of(tmp_path, **CSV).check()
    with pytest.raises(AccessLogUnreadable, match="no file matches"):
        log_of(tmp_path / "nowhere", **CSV).check()


def test_check_says_since_when_the_log_goes(tmp_path: Path):
    write(tmp_path, "a.csv", csv_lines())
    assert log_of(tmp_path, **CSV).check() == "1 files, from 2027-03-31 08:00"


def test_a_freshly_rotated_file_of_headings_alone_is_no_hole(tmp_path: Path):
    write(tmp_path, "a.csv.1", csv_lines("2027-04-05 08:00:00,x,照会,税務,成功"))
    write(tmp_path, "a.csv", f"{HEADER}\n")
    write(tmp_path, "empty", "")
    assert ask(log_of(tmp_path, **CSV, quiet_hours=8000)).finding is Finding.NONE


def test_a_row_that_is_about_another_right_is_counted_apart(tmp_path: Path):
    text = csv_lines(
        "2027-04-02 08:00:00,u0001,照会,福祉,成功",
        "2027-04-03 08:00:00,u0001,照会,税務,成功",
        "2027-04-04 08:00:00,u0001,照会,不明,成功",
    )
    write(tmp_path, "a.csv", text)
    log = log_of(
        tmp_path,
        **CSV,
        quiet_hours=8000,
        entitlements={"福祉": ["WELFARE"], "税務": ["TAX-EDIT", "TAX-READ"]},
    )
    answer = ask(log, right="TAX-EDIT")
    assert (answer.uses, answer.elsewhere) == (2, 1)


@pytest.mark.parametrize(
    ("written", "own", "domains", "is_theirs"),
    [
        ("u0001", "u0001", (), True),
        ("U0001", "u0001", (), True),
        ("ｕ０００１", "u0001", (), True),
        (r"MIHON\u0001", "u0001", (), True),
        ("u0001@mihon.example", "u0001", (), True),
        ("uid=u0001,ou=people,dc=mihon", "u0001", (), True),
        (r"OTHER\u0001", "u0001", ("MIHON",), False),
        (r"MIHON\u0001", "u0001", ("MIHON",), True),
        ("u0001", "u0001@mihon.example", (), True),
        ("u0001@else.example", "u0001@mihon.example", (), False),
        ("u00011", "u0001", (), False),
    ],
)
def test_accounts_are_known_however_they_are_written(tmp_path, written, own, domains, is_theirs):
    quoted = f'"{written}"' if "," in written else written
    write(tmp_path, "a.csv", csv_lines(f"2027-04-02 08:00:00,{quoted},照会,税務,成功"))
    answer = ask(log_of(tmp_path, **CSV, domains=domains, quiet_hours=8000), own)
    assert bool(answer.uses) == is_theirs


def test_all_rows_are_counted_and_the_earliest_kept(tmp_path: Path):
    rows = [f"2027-04-02 08:{n // 60:02}:{n % 60:02},u0001,照会,税務,成功" for n in range(1700)]
    write(tmp_path, "a.csv", csv_lines(*reversed(rows)))
    answer = ask(log_of(tmp_path, **CSV, quiet_hours=8000))
    assert answer.uses == 1700
    assert len(answer.rows) == 500
    assert answer.rows[0].at.minute == 0
    assert answer.rows[-1].at < answer.rows[0].at + timedelta(seconds=500)


def test_many_questions_are_answered_in_one_pass(tmp_path: Path):
    write(
        tmp_path,
        "a.csv",
        csv_lines(
            "2027-04-02 08:00:00,u0001,照会,税務,成功", "2027-04-06 08:00:00,u0002,照会,税務,成功"
        ),
    )
    later = Window(datetime(2027, 4, 5, tzinfo=JST), UNTIL)
    questions = [
        Question("a", WINDOW, frozenset({"u0001"})),
        Question("b", later, frozenset({"u0001", "u0002"})),
        Question("c", WINDOW, frozenset({"u0003"})),
    ]
    answers = log_of(tmp_path, **CSV, quiet_hours=8000).read(questions)
    assert [(a.key, a.uses) for a in answers] == [("a", 1), ("b", 1), ("c", 0)]
    assert answers[2].finding is Finding.NONE


def test_a_clock_that_is_ahead_and_an_offset_are_taken_into_account(tmp_path: Path):
    write(tmp_path, "a.csv", csv_lines("2027-03-31 15:05:00,u0001,照会,税務,成功"))
    assert ask(log_of(tmp_path, **CSV, quiet_hours=8000)).uses == 0
    utc = log_of(tmp_path, **CSV, quiet_hours=8000, offset="+00:00")
    assert ask(utc).uses == 1
    ahead = log_of(tmp_path, **CSV, quiet_hours=8000, offset="+00:00", clock_ahead_s=301)
    assert ask(ahead).uses == 0


MOMENTS = st.integers(min_value=-5, max_value=5)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.booleans(), MOMENTS), min_size=1, max_size=8))
def test_the_edges_of_the_window_are_exact(tmp_path_factory, uses):
    folder = tmp_path_factory.mktemp("edges")
    rows, inside = [], 0
    for at_start, second in uses:
        at = (FROM if at_start else UNTIL) + timedelta(seconds=second)
        inside += FROM <= at < UNTIL
        rows.append(f"{at:%Y-%m-%d %H:%M:%S},u0001,照会,税務,成功")
    write(folder, "a.csv", csv_lines(*rows))
    answer = ask(log_of(folder, **CSV, quiet_hours=8000))
    assert answer.uses == inside
    assert all(WINDOW.holds(row.at) for row in answer.rows)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"format": "syslog"}, "needs a pattern"),
        ({"format": "csv", "pattern": "(?P<account>x)"}, "belongs to format syslog"),
        ({"format": "syslog", "pattern": "("}, "not a regular expression"),
        ({"format": "syslog", "pattern": "(?P<user>x)"}, "name at least one group"),
        ({"format": "csv", "encoding": "utf-16"}, "use utf-8"),
        ({"format": "csv", "encoding": "klingon"}, "no such encoding"),
        ({"format": "csv", "offset": "JST"}, "write it as"),
        ({"format": "jsonl", "header": ["a"]}, "belongs to format csv"),
    ],
)
def test_options_that_cannot_be_meant_are_refused(options, told):
    with pytest.raises(ValidationError, match=told):
        AccessLogOptions.model_validate({"path": "x", **options})


@pytest.mark.parametrize(
    "text",
    [
        "2027-04-03 08:00:00",
        "2027/4/3 8:00:00",
        "2027年4月3日 8時00分00秒",
        "2027-04-02T23:00:00Z",
        "03/Apr/2027:08:00:00 +0900",
        "1806706800",
        "1806706800000",
        "2027-04-03T08:00:00.000+09:00",
    ],
)
def test_moments_are_read_in_the_forms_that_logs_have(tmp_path: Path, text: str):
    write(tmp_path, "a.csv", csv_lines(f"{text},u0001,照会,税務,成功"))
    (row,) = ask(log_of(tmp_path, **CSV, quiet_hours=8000)).rows
    assert row.at == datetime(2027, 4, 3, 8, tzinfo=JST)


def test_a_date_and_a_time_in_two_columns_and_no_headings(tmp_path: Path):
    write(
        tmp_path,
        "a.tsv",
        "2027/03/31\t8:00:00\tx\n2027/04/03\t8:00:01\tu0001\n2027/04/30\t8:00:00\tx\n",
    )
    log = log_of(
        tmp_path,
        format="csv",
        delimiter="\t",
        header=["日付", "時刻", "ID"],
        columns={"at": ["日付", "時刻"], "account": "ID"},
        quiet_hours=8000,
    )
    (row,) = ask(log).rows
    assert row.at == datetime(2027, 4, 3, 8, 0, 1, tzinfo=JST)


def test_a_large_log_is_never_in_memory_whole(tmp_path: Path):
    (tmp_path / "logs").mkdir()
    with (tmp_path / "logs" / "a.csv").open("w", encoding="utf-8") as file:
        file.write(f"{HEADER}\n2027-03-31 08:00:00,x,照会,税務,成功\n")
        for n in range(20_000):
            stamp = FROM + timedelta(seconds=n)
            file.write(f"{stamp:%Y-%m-%d %H:%M:%S},u{n % 500:05},照会,{'x' * 1_100},成功\n")
        file.write("2027-04-11 08:00:00,x,照会,税務,成功\n")
    size = (tmp_path / "logs" / "a.csv").stat().st_size
    log = log_of(tmp_path, **CSV, quiet_hours=8000)
    tracemalloc.start()
    answer = ask(log, "u00007")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size > 20_000_000
    assert peak < 6_000_000
    assert answer.uses == 40
