"""The command line as design section 7 fixes it: words, exit codes, one JSON object, who acts."""

from __future__ import annotations

import json
import os
import pwd
import re
from pathlib import Path

import pytest

from syncd.bootstrap import acting_account

ROOT = Path(__file__).resolve().parents[2]
KEYS = {"directory", "entitlement", "account", "staff_number", "verdict", "reasons", "since", "due"}
COUNTS = ["memberships", "justified", "stale", "excepted", "unknown", "removed", "failed"]

# Acting as another person needs SUDO_USER, and that counts only for root.
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="two persons are two accounts: needs root")


def test_a_new_site_works_as_it_stands(tmp_path, cli):
    assert cli("init", str(tmp_path / "new")).returncode == 0
    config = str(tmp_path / "new" / "syncd.toml")
    assert cli("check", "--config", config).returncode == 0
    assert cli("--config", config, "sync", "--dry-run").returncode == 3


def test_init_overwrites_nothing(cli):
    before = cli.config.read_bytes()
    assert cli("init", str(cli.site)).returncode == 2
    assert cli.config.read_bytes() == before


def test_a_dry_run_gives_one_object_of_the_fixed_shape_and_nothing_else(cli):
    done = cli("sync", "--dry-run", "--json")
    told = json.loads(done.stdout)
    assert done.stdout.count("\n") == 1
    assert list(told["counts"]) == COUNTS
    assert {"run", "as_of", "complete", "held", "refused", "counts", "findings"} <= told.keys()
    (finding,) = told["findings"]
    assert finding.keys() >= KEYS | {"because", "path", "case", "state"}
    assert finding["reasons"] == ["transferred"]
    assert finding["because"] == ["order R8-0101", "designation TAX/12010"]
    assert (finding["since"], finding["due"]) == ("2026-10-01", "2026-10-01T00:00:00+09:00")
    assert (finding["path"], finding["case"], finding["state"]) == ("direct", None, None)


def test_a_dry_run_records_nothing(cli):
    cli("sync", "--dry-run")
    assert cli.json("evidence", "verify")["records"] == 0
    assert cli.json("explain", "2")["known"] is False


def test_another_day_is_judged_and_nothing_is_done(cli):
    cli.apply()
    told = cli.json("sync", "--as-of", "2026-11-01")
    assert (told["counts"]["stale"], told["findings"][0]["case"]) == (1, None)
    assert cli.json("preview", "--on", "2026-09-30")["counts"]["stale"] == 0


@as_root
def test_the_main_job_finds_approves_removes_reads_back_and_then_finds_nothing(cli):
    cli.apply()
    found = cli.json("sync")
    case, plan = found["findings"][0]["case"], found["plan"]
    assert cli("approve", case).returncode == 2  # unyo decides nothing
    assert cli("approve", "--plan", plan[:12], account="sato").returncode == 0
    removed = cli.json("sync")
    assert (removed["counts"]["removed"], removed["findings"][0]["state"]) == (1, "verified")
    assert b"uid=mihon2,ou=people" not in cli.ldif.read_bytes().split(b"cn=mn-tax", 1)[1]
    assert cli.json("evidence", "verify")["faults"] == []
    assert cli("sync").returncode == 0
    assert cli.json("cases")["cases"] == []


@as_root
def test_a_right_that_somebody_puts_back_is_found_again_and_says_so(cli):
    cli.apply()
    before = cli.ldif.read_bytes()
    first = cli.json("sync")["findings"][0]["case"]
    cli("approve", first, account="sato")
    cli("sync")
    cli.ldif.write_bytes(before)
    cli("sync")
    (again,) = cli.json("cases")["cases"]
    assert (again["regrant_of"], again["state"]) == (first, "open")
    cli("approve", again["case"], account="ito")
    assert cli("sync").returncode == 0
    assert cli("sync").returncode == 0


@as_root
def test_an_exception_and_a_restore_take_two_persons(cli):
    cli.apply()
    case = cli.json("sync")["findings"][0]["case"]
    refuse = ("refuse", case, "--until", "2099-01-01", "--reason", "引継ぎ")
    assert cli.json(*refuse, account="sato")["cases"][0]["state"] == "refused"
    assert cli.json(*refuse, account="ito")["cases"][0]["state"] == "excepted"
    assert cli("sync").returncode == 0


@as_root
def test_a_removal_is_put_back_by_two_persons(cli):
    cli.apply()
    case = cli.json("sync")["findings"][0]["case"]
    cli("approve", case, account="sato")
    cli("sync")
    restore = ("restore", case, "--reason", "誤り")
    cli(*restore, account="sato")
    cli(*restore, account="ito")
    assert b"uid=mihon2,ou=people" in cli.ldif.read_bytes().split(b"cn=mn-tax", 1)[1]


def test_a_refused_input_is_five_and_names_its_faults(cli):
    roster = cli.site / "in" / "roster.csv"
    roster.write_text(roster.read_text().replace("2015-04-01", "2015-02-30"))
    done = cli("sync", "--json")
    (refused,) = json.loads(done.stdout)["refused"]
    assert (done.returncode, refused["source"]) == (5, "roster")
    assert (refused["faults"][0]["line"], refused["faults"][0]["column"]) == (2, "採用日")


def test_a_directory_that_is_missing_is_five_and_never_empty(cli):
    cli("sync")
    cli.ldif.unlink()
    done = cli("sync", "--json")
    told = json.loads(done.stdout)
    assert (done.returncode, told["complete"], told["counts"]["unknown"]) == (5, False, 2)


def test_check_says_what_is_wrong_and_what_to_do(cli):
    cli.ldif.unlink()
    done = cli("check", "--json")
    wrong = [line for line in json.loads(done.stdout)["lines"] if not line["ok"]]
    assert done.returncode == 5
    assert [line["name"] for line in wrong] == ["ad"]
    assert wrong[0]["remedy"]


def test_check_shows_what_each_directory_can_do_in_a_fixed_order(cli):
    told = {line["name"]: line for line in cli.json("check")["lines"]}
    assert told["ad"]["capabilities"] == [
        "read-whole",
        "prove-complete",
        "write",
        "batch",
        "restore",
    ]
    assert not [name for name, line in told.items() if "capabilities" in line and name != "ad"]


def test_check_says_in_words_of_either_language_what_a_directory_cannot_do(cli):
    table = cli("check").stdout
    assert "読み返し" in table
    assert "ad: 失効の結果はその場で見えず、次の突合で確かめます" in table
    english = cli("check", "--lang", "en").stdout
    assert "read back" in english
    assert "ad: a removal does not show at once" in english
    assert "失効" not in english


@pytest.mark.parametrize(
    "arguments",
    [
        ("cases", "--config", "nowhere.toml"),
        ("approve",),
        ("approve", "no-such-case"),
        ("approve", "--plan", "0123456789ab"),
        ("refuse", "x", "--until", "2020-01-01", "--reason", "r"),
        ("restore", "x"),
    ],
)
def test_what_cannot_be_done_is_two_and_one_json_object(cli, arguments):
    done = cli(*arguments, "--json")
    assert done.returncode == 2
    assert json.loads(done.stdout)["error"]["exit_code"] == 2
    assert done.stderr.startswith("syncd: ")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("arguments", [(), ("nonsense",), ("sync", "--as-of", "soon")])
def test_wrong_words_are_two(cli, arguments):
    assert cli(*arguments).returncode == 2


def test_the_configuration_is_found_by_option_environment_or_folder(cli, tmp_path):
    assert cli("cases").returncode == 0
    assert cli("cases", cwd=tmp_path).returncode == 2
    assert cli("cases", cwd=tmp_path, SYNCD_CONFIG=str(cli.config)).returncode == 0
    assert cli("cases", "--config", str(cli.config), cwd=tmp_path).returncode == 0


def test_explain_tells_in_japanese_and_in_english(cli):
    cli("sync")
    japanese = cli("explain", "２").stdout
    english = cli("explain", "0000002", "--lang", "en").stdout
    assert "職員番号 0000002" in japanese
    assert "指定された所属の職に就いていません" in japanese
    assert "R8-0101" in japanese
    assert "It must go" in english
    assert "designations:3" in english


def test_no_name_of_a_person_is_printed_by_a_run(cli):
    done = cli("sync")
    assert "見本" not in done.stdout + done.stderr


@pytest.mark.parametrize("page", ["README.md", "README.ja.md", "docs/operators.md"])
def test_every_command_that_a_page_names_exists(cli, page):
    text = (ROOT / page).read_text(encoding="utf-8")
    named = {
        found[1] for found in re.finditer(r"(?:`|^|sato )syncd ([a-z-]+)\b", text, re.MULTILINE)
    }
    known = set(re.findall(r"^    ([a-z-]+) ", cli("--help").stdout, re.MULTILINE))
    assert named & known
    assert named - known - {"drill"} == set()  # the pages say that it is not there yet


def test_nobody_acts_as_another_by_setting_a_variable(monkeypatch):
    for variable in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(variable, "sato")
    monkeypatch.delenv("SUDO_USER", raising=False)
    assert acting_account() == pwd.getpwuid(os.geteuid()).pw_name
