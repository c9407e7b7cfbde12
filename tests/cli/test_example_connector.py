"""The connector that docs/connectors.md shows: a stranger's package that works as it stands."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "docs" / "examples" / "syncd-example-directory"
MODULE = EXAMPLE / "syncd_example_directory.py"
RIGHTS = {
    "accounts": {"mihon1": "1", "mihon2": "2", "mihon3": "3"},
    "groups": {"mn-tax": ["mihon1", "mihon2"]},
}
DIRECTORY = """
[[directories]]
name = "rights"
type = "example-json"
mode = "apply"
path = "in/rights.json"
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder into which the package was installed, by pip and from a copy of it."""
    target = tmp_path_factory.mktemp("site-packages")
    options = ("--no-deps", "--no-build-isolation", "--no-index", "--target", str(target))
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "-q", *options, str(EXAMPLE)],
        check=True,
        capture_output=True,
    )
    return target


@pytest.fixture
def site(cli, installed: Path, monkeypatch: pytest.MonkeyPatch):
    """The usual site, whose directory is the example's."""
    monkeypatch.setenv("PYTHONPATH", str(installed))
    cli.use_directory(DIRECTORY, "mn-tax")
    (cli.site / "in" / "rights.json").write_text(json.dumps(RIGHTS))
    return cli


def test_the_example_is_less_than_a_hundred_lines():
    assert len(MODULE.read_text(encoding="utf-8").splitlines()) < 100


def test_the_page_shows_the_example_word_for_word():
    page = (ROOT / "docs" / "connectors.md").read_text(encoding="utf-8")
    assert f"```python\n{MODULE.read_text(encoding='utf-8')}```" in page


def test_check_finds_it_by_its_entry_point_and_shows_what_it_can_do(site):
    told = site.json("check")
    (line,) = (line for line in told["lines"] if line["kind"] == "directory")
    assert line["ok"], line
    assert "restore" in line["capabilities"]
    assert "delta" not in line["capabilities"]
    assert told["connectors"]["syncd.directories:example-json"] == "syncd-example-directory 0.1.0"


def test_a_run_takes_the_right_of_who_was_transferred_and_leaves_the_others(site):
    run = site.json("sync")
    assert (run["counts"]["removed"], run["counts"]["unknown"]) == (1, 0)
    left = json.loads((site.site / "in" / "rights.json").read_text())
    assert left == {**RIGHTS, "groups": {"mn-tax": ["mihon1"]}}


@pytest.mark.parametrize(
    "content",
    [
        None,
        "",
        "{}",
        '{"accounts": {}, "groups": {"mn-tax": []}}',
        '{"accounts": {"a": "1"}, "groups": {}}',
        '{"accounts": {"a": "1"}, "groups": {"mn-tax": ["a"], "mn-tax": []}}',
        '{"accounts": {"a": "1"}, "groups": {"mn-tax": ["a"',
        '{"accounts": {"a": 1}, "groups": {"mn-tax": ["a"]}}',
        "[" * 100_000,
    ],
)
def test_a_file_that_is_broken_or_empty_is_unknown_and_takes_no_right(site, content):
    rights = site.site / "in" / "rights.json"
    rights.unlink()
    if content is not None:
        rights.write_text(content)
    run = site("sync", "--json")
    told = json.loads(run.stdout)
    assert (run.returncode, told["complete"], told["counts"]["removed"]) == (5, False, 0)


def test_the_contract_suite_runs_on_it_as_on_ours(installed: Path):
    suite = ("-p", "no:cacheprovider", "-q", "tests/contract/test_directory_contract.py")
    path = os.pathsep.join([str(installed), str(EXAMPLE)])
    done = subprocess.run(
        [sys.executable, "-B", "-m", "pytest", *suite],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": path, "SYNCD_CONTRACT_KINDS": "contract_seat"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout
    assert "skipped" not in done.stdout
