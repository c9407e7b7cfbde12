"""City in a real slapd: syncd beside `ldapsearch` dumping the same attributes.

Both sides take turns (A B A B …) on one machine in one run, so that the ratio says something
where the seconds do not. Nothing is asserted. Run as `python -m bench.city_ldap`.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.inputs import write_inputs
from bench.shapes import CITY, GROUPS_DN, PEOPLE_DN, Day, Drawing, draw
from bench.slapd import ADMIN, PASSWORD, find_program, loaded_slapd, write_ldif
from bench.tables import OUT, print_table, write_json

ROUNDS = 5
_MEGABYTE = 1_000_000
_LDAPSEARCH = "ldapsearch"
_PAGE = 500
"""The page size of the connector, which pages to prove that it read all."""
_PEAK_GOAL_MB = 600
_PEOPLE = "(|(objectClass=person)(objectClass=account)(objectClass=posixAccount))"
_GROUPS = "(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=posixGroup))"
_OF_PEOPLE = ("uid", "employeeNumber", "gidNumber")
_OF_GROUPS = ("objectClass", "cn", "member", "uniqueMember", "memberUid", "gidNumber")
_GOALS = {
    "reading only": "≤ 1.3",
    "full run inside the daemon": "≤ 2",
    "syncd sync (command)": "≤ 3",
}


@dataclass(frozen=True, slots=True)
class Ran:
    """One program as it ran: wall time in seconds, peak resident size in MB.

    Linux counts the size this process had when it started the other, so a peak below our own
    says nothing: that of `ldapsearch` is not shown. `stdout` is the first megabyte of what it
    printed.
    """

    seconds: float
    peak_mb: int
    exit_code: int
    stdout: str


def run_program(command: Sequence[str], folder: Path) -> Ran:
    """Run a program to its end; its output goes to a file, as a dump would."""
    with (folder / "stdout").open("w+b") as out:
        start = time.perf_counter()
        child = subprocess.Popen(command, stdout=out, stdin=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        printed = out.read(_MEGABYTE).decode(errors="replace")
    return Ran(seconds, _megabytes(usage), child.returncode, printed)


def _megabytes(usage: resource.struct_rusage) -> int:
    """Return the peak resident size; Linux counts in KiB."""
    return usage.ru_maxrss * 1024 // _MEGABYTE


def ldapsearch(url: str, folder: Path, *extra: str) -> Ran:
    """Dump people and groups with the attributes syncd reads, one search after the other."""
    common = [find_program(_LDAPSEARCH), "-x", "-LLL", "-H", url, "-D", ADMIN, "-w", PASSWORD]
    people = [*common, *extra, "-b", PEOPLE_DN, _PEOPLE, *_OF_PEOPLE]
    groups = [*common, *extra, "-b", GROUPS_DN, _GROUPS, *_OF_GROUPS]
    one, two = run_program(people, folder), run_program(groups, folder)
    code = one.exit_code or two.exit_code
    return Ran(one.seconds + two.seconds, max(one.peak_mb, two.peak_mb), code, "")


def inside(config: Path) -> None:
    """Do what a daemon does, in this process: read alone, then whole runs; print the seconds.

    Each is done twice and the second is told: a daemon imports and connects for the first time
    only once.
    """
    from syncd.bootstrap import open_site  # noqa: PLC0415 - only the measured process needs it
    from syncd.flow.run import run as run_once  # noqa: PLC0415
    from syncd.flow.site import RunRequest  # noqa: PLC0415

    opened = open_site(config, lambda *_: None)
    reader = opened.site.directories["bench"].reader
    request = RunRequest(opened.today(), "bench")
    read_s = _second_time(lambda: reader.read(lambda *_: None))
    read_mb = _megabytes(resource.getrusage(resource.RUSAGE_SELF))
    run_s = _second_time(lambda: run_once(opened.site, request))
    opened.site.store.close()
    print(json.dumps({"read_s": read_s, "read_mb": read_mb, "run_s": run_s}))


def _second_time(work: Callable[[], object]) -> float:
    """Do some work twice; return how long the second time took, in seconds."""
    work()
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


@dataclass(frozen=True, slots=True)
class CityTimes:
    """What was measured: for each work the seconds of every round, and the highest peak in MB."""

    people: int
    memberships: int
    counts: dict[str, int]
    first_run_s: float
    first_run_peak_mb: int
    seconds: dict[str, list[float]]
    peak_mb: dict[str, int]


def measure(folder: Path, memberships: int, rounds: int) -> CityTimes:
    """Load a town, run both sides in turns, and return what each took."""
    town = draw(memberships, Day.STEADY)
    ldif = folder / "town.ldif"
    held = write_ldif(ldif, Drawing(memberships, Day.STEADY))
    (folder / "slapd").mkdir()
    with loaded_slapd(folder / "slapd", ldif) as url:
        config = write_inputs(folder, town, url)
        people = town.people
        del town
        first = run_program(_sync(config), folder)
        counts = _counts(first)
        seconds: dict[str, list[float]] = defaultdict(list)
        peak_mb: dict[str, int] = defaultdict(int)
        for turn in range(rounds):
            print(f"round {turn + 1} of {rounds}", file=sys.stderr)
            for name, taken, peak in _round(url, config, folder):
                seconds[name].append(taken)
                peak_mb[name] = max(peak, peak_mb[name])
    return CityTimes(
        people, held, counts, first.seconds, first.peak_mb, dict(seconds), dict(peak_mb)
    )


def _sync(config: Path) -> list[str]:
    return [sys.executable, "-m", "syncd", "--config", str(config), "sync", "--json"]


def _round(url: str, config: Path, folder: Path) -> list[tuple[str, float, int]]:
    """Run each side once; return name, seconds and peak of each."""
    itself = [sys.executable, "-m", "bench.city_ldap", "--inside", str(config)]
    dumped = ldapsearch(url, folder)
    paged = ldapsearch(url, folder, "-E", f"pr={_PAGE}/noprompt")
    command = run_program(_sync(config), folder)
    daemon = run_program(itself, folder)
    _check(dumped, paged, command, daemon)
    said = json.loads(daemon.stdout)
    return [
        (_LDAPSEARCH, dumped.seconds, 0),
        (f"{_LDAPSEARCH} in pages of {_PAGE}", paged.seconds, 0),
        ("reading only", said["read_s"], said["read_mb"]),
        ("full run inside the daemon", said["run_s"], daemon.peak_mb),
        ("syncd sync (command)", command.seconds, command.peak_mb),
    ]


def _counts(ran: Ran) -> dict[str, int]:
    """Return the counts of a run; raises SystemExit where there are none to measure."""
    if ran.exit_code not in (0, 3):
        raise SystemExit(f"syncd sync ended with {ran.exit_code}: {ran.stdout[:500]}")
    counts: dict[str, int] = {}
    head = ran.stdout.partition('"counts"')[2].partition("}")[0]
    for pair in head.partition("{")[2].split(","):
        name, _, value = pair.partition(":")
        counts[name.strip().strip('"')] = int(value)
    return counts


def _check(*programs: Ran) -> None:
    """Stop where a program failed: its time would mean nothing. 3 tells of stale rights."""
    for ran in programs:
        if ran.exit_code not in (0, 3):
            raise SystemExit(f"a measured program ended with {ran.exit_code}: {ran.stdout[:500]}")


def run(memberships: int = CITY, rounds: int = ROUNDS) -> dict[str, object]:
    """Measure in a folder of its own, print the table, keep and return the numbers."""
    with tempfile.TemporaryDirectory(prefix="syncd-bench-") as name:
        times = measure(Path(name), memberships, rounds)
    base = statistics.median(times.seconds[_LDAPSEARCH])
    print_table(
        f"City over LDAP: {times.memberships:,} memberships, {rounds} rounds in turns",
        ("work", "median s", "min", "max", "ratio", "goal", "peak MB"),
        [
            (
                name,
                f"{statistics.median(taken):.2f}",
                f"{min(taken):.2f}",
                f"{max(taken):.2f}",
                f"{statistics.median(taken) / base:.2f}",
                _GOALS.get(name, ""),
                str(times.peak_mb[name] or ""),
            )
            for name, taken in times.seconds.items()
        ],
    )
    highest = max(times.first_run_peak_mb, *times.peak_mb.values())
    print(f"first run ever: {times.first_run_s:.1f} s, {times.first_run_peak_mb} MB")
    print(f"highest peak of any run: {highest} MB (goal: {_PEAK_GOAL_MB} MB)")
    found: dict[str, object] = asdict(times)
    write_json(OUT / "city-ldap.json", found)
    return found


def main() -> None:
    """Measure City, or do one round `--inside` this process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inside", type=Path)
    parser.add_argument("--memberships", type=int, default=CITY)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    given = parser.parse_args()
    if given.inside:
        inside(given.inside)
    else:
        run(given.memberships, given.rounds)


if __name__ == "__main__":
    main()
