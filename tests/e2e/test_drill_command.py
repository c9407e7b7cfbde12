"""`syncd drill --json` as people and CI run it: on what `init` writes, and over a real server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from syncd.bootstrap import now
from syncd.core.calendar import day_of
from syncd.settings.template import init_site
from tests.e2e.drill_city import handlers, seed, write_town
from tests.fakes.slapd import Slapd, group

PEOPLE = 300


def drill(config: Path, *more: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "syncd", "--config", str(config), "drill", *more]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={**os.environ, "SUDO_USER": "kansa", "PYTHONUTF8": "1"},
    )
    return done.returncode, done.stdout


def outcomes(answer: dict) -> dict[str, str]:
    return {poison["id"]: poison["outcome"] for poison in answer["poisons"]}


@pytest.fixture(scope="module")
def slapd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slapd]:
    folder = tmp_path_factory.mktemp("slapd")
    server = Slapd(folder, seed(PEOPLE))
    server.prepare()
    yield server.start()
    server.stop()


def test_over_a_real_server_every_poison_is_held_and_the_server_is_left_as_it_was(
    slapd: Slapd, tmp_path: Path
):
    before = {n: slapd.values(group(f"mn-{n}"), "member") for n in range(5)}
    assert len(before[0]) == len(handlers(PEOPLE, 0)) == 30
    code, out = drill(write_town(tmp_path / "town", slapd, PEOPLE, day_of(now())), "--json")
    answer = json.loads(out)
    assert (code, answer["missed"]) == (0, 0), outcomes(answer)
    assert answer["fired"] >= 55
    held = [p for p in answer["poisons"] if p["outcome"] == "fired"]
    assert all(p["held"] and p["writes"] == 0 for p in held)
    assert outcomes(answer)["roster-too-old"] == "fired"
    assert {n: slapd.values(group(f"mn-{n}"), "member") for n in range(5)} == before


def test_a_server_that_does_not_answer_is_drilled_as_it_was_last_read(slapd: Slapd, tmp_path: Path):
    config = write_town(tmp_path / "town", slapd, PEOPLE, day_of(now()))
    run = [sys.executable, "-m", "syncd", "--config", str(config), "sync", "--json"]
    assert subprocess.run(run, capture_output=True, check=False, timeout=120).returncode in (0, 3)
    lost = config.read_text("utf-8").replace(slapd.ldaps, "ldaps://127.0.0.1:1")
    config.write_text(lost, "utf-8")
    code, out = drill(config, "--json")
    assert (code, json.loads(out)["missed"]) == (0, 0)


def test_what_init_writes_can_be_drilled(tmp_path: Path):
    init_site(tmp_path / "site")
    code, out = drill(tmp_path / "site" / "syncd.toml", "--json")
    answer = json.loads(out)
    assert (code, answer["missed"]) == (0, 0)
    assert answer["fired"] >= 35
    assert answer["fired"] + answer["not_applicable"] == len(answer["poisons"])
    assert Path(answer["kept_in"]).exists()


def test_people_read_a_table_in_their_language(tmp_path: Path):
    init_site(tmp_path / "site")
    code, japanese = drill(tmp_path / "site" / "syncd.toml")
    assert code == 0
    assert "止めた" in japanese
    _, english = drill(tmp_path / "site" / "syncd.toml", "--lang", "en")
    assert "half of the roster is missing" in english
    assert "does not apply" in english


def test_a_missed_guard_ends_with_1_and_nothing_to_show_with_2(tmp_path: Path):
    init_site(tmp_path / "site")
    config = tmp_path / "site" / "syncd.toml"
    text = config.read_text("utf-8")
    config.write_text(f"{text}\n[policy.guards]\nmax_base_days_ahead = 99999\n", "utf-8")
    code, out = drill(config, "--json")
    assert (code, json.loads(out)["missed"]) == (1, 1)
    config.write_text("[organization]\nname = 'x'\n", "utf-8")
    code, out = drill(config, "--json")
    assert code == 2


def test_a_refused_input_ends_with_5_and_a_faulty_table_with_2(tmp_path: Path):
    init_site(tmp_path / "site")
    config = tmp_path / "site" / "syncd.toml"
    (tmp_path / "site" / "in" / "roster.csv").write_bytes(b"")
    assert drill(config, "--json")[0] == 5
    (tmp_path / "site" / "poisons.toml").write_text("[[poisons]]\nid = 'x'\n", "utf-8")
    text = config.read_text("utf-8")
    config.write_text(f'{text}\n[drill]\npoisons_file = "poisons.toml"\n', "utf-8")
    code, out = drill(config, "--json")
    assert code == 2
    assert "poisons[1]" in json.loads(out)["error"]["message"]
