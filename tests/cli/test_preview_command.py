"""`syncd preview`: what it says, to whom, with which exit code, and that it is kept."""

from __future__ import annotations

import json
import os

import pytest

from syncd.cli.opening import json_of
from tests.cli.conftest import Cli

SYNC_KEYS = {"run", "as_of", "complete", "held", "refused", "counts", "findings", "notices", "plan"}
PERSONNEL = """
[[actors]]
account = "jinji"
roles = ["personnel"]

[[actors]]
account = "meibo"
roles = ["operator"]
sees_advance_notices = true
"""

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="who acts is SUDO_USER: needs root")


def put_order(cli: Cli, row: str) -> None:
    path = cli.site / "in" / "orders.csv"
    path.write_bytes(path.read_bytes().rstrip(b"\r\n") + b"\r\n" + row.encode() + b"\r\n")


MOVED = "R9-1,2027-04-01,配置換,0000001,,13010,主事,,,"
NOTICE = MOVED + "内示"


def test_the_object_is_that_of_a_run_with_the_preview_beside_it(cli: Cli):
    put_order(cli, MOVED)
    done = cli("preview", "--on", "2027-04-01", "--json")
    told = cli.json("preview", "--on", "2027-04-01")
    assert done.stdout.count("\n") == 1
    assert done.returncode == 3
    assert told.keys() >= SYNC_KEYS | {"preview"}
    (loss,) = told["preview"]["losses"]
    assert (loss["staff_number"], loss["orders"], loss["section"]) == ("0000001", ["R9-1"], "12010")
    assert told["preview"]["compared_with"]["id"] != told["preview"]["id"]
    assert told["preview"]["changes"] == []


def test_how_few_are_few_is_configured(cli: Cli):
    told = cli.json("preview", "--on", "2027-04-01")["preview"]["groups"]
    assert [(g["outlook"], g["stays"]) for g in told] == [("few", 1)]
    cli.config.write_text(cli.config.read_text() + "\n[foresight]\nfew_members = 1\n")
    assert cli.json("preview", "--on", "2027-04-01")["preview"]["groups"] == []


@pytest.mark.parametrize(
    "value",
    [{}, [], {"a": []}, {"件": list(range(2500)), "b": {"c": [{"d": "「x」"}] * 1001, "e": None}}],
)
def test_an_answer_in_pieces_is_the_answer(value: object):
    assert "".join(json_of(value)) == json.dumps(value, ensure_ascii=False)


@pytest.mark.parametrize("many", [0, 1, 1000, 2500])
def test_what_is_made_while_it_is_printed_is_printed_as_a_list(many: int):
    text = "".join(json_of({"a": iter(range(many)), "b": 1}))
    assert text == json.dumps({"a": list(range(many)), "b": 1})


def test_people_are_told_in_their_language_what_differs_and_why(cli: Cli):
    cli("preview", "--on", "2027-04-01")
    put_order(cli, MOVED)
    ja, en = (cli("preview", "--on", "2027-04-01", "--lang", x).stdout for x in ("ja", "en"))
    assert "前回の見通しとの違い" in ja
    assert "発令 R9-1 が出た" in ja
    assert "compared with the last preview" in en


def test_an_input_that_is_refused_is_said_and_ends_with_5(cli: Cli):
    put_order(cli, "R9-1,四月,配置換,0000001,,13010,,,,")
    done = cli("preview", "--on", "2027-04-01")
    assert done.returncode == 5
    assert "orders をいま読めません" in done.stdout


def test_nobody_without_the_role_has_advance_notices_counted(cli: Cli):
    put_order(cli, NOTICE)
    done = cli("preview", "--on", "2027-04-01", "--advance-notices", "--json", account="unyo")
    assert done.returncode == 2
    assert "R9-1" not in done.stdout + done.stderr
    assert cli.json("evidence", "verify")["records"] == 0


@as_root
@pytest.mark.parametrize("account", ["jinji", "meibo"])
def test_who_may_see_advance_notices_has_them_counted_and_marked(cli: Cli, account: str):
    cli.config.write_text(cli.config.read_text() + PERSONNEL)
    put_order(cli, NOTICE)
    asked = ("preview", "--on", "2027-04-01", "--advance-notices")
    told = cli.json(*asked, account=account)
    assert [x["rests_on_advance_notice"] for x in told["preview"]["losses"]] == [True]
    assert [f["rests_on_advance_notice"] for f in told["findings"]] == [True, False]
    shown = cli(*asked, account=account).stdout
    assert "取扱注意" in shown
    assert "【内示】" in shown


@as_root
def test_what_others_are_told_says_nothing_of_a_preview_with_advance_notices(cli: Cli):
    cli.config.write_text(cli.config.read_text() + PERSONNEL)
    put_order(cli, NOTICE)
    cli("preview", "--on", "2027-04-01", "--advance-notices", account="jinji")
    told = cli.json("preview", "--on", "2027-04-01")
    assert told["preview"]["compared_with"] is None
    assert told["preview"]["losses"] == []
    assert "R9-1" not in str(told)
