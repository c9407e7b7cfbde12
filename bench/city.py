"""City in a real slapd: syncd beside `ldapsearch`, an administrator's script and ldap2pg.

All sides take turns (A B C A B C …) on one machine in one run, so that the ratio says something
where the seconds do not. Nothing is asserted. Run as `python -m bench.city`.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path

from bench import ldap2pg
from bench.inputs import next_april, write_inputs
from bench.programs import Ran, admin_script, ldapsearch, run_program
from bench.shapes import CITY, DAY, Day, Drawing, Town, account_dn, draw
from bench.slapd import loaded_slapd, write_ldif
from bench.tables import OUT, print_table, write_json
from syncd.core.decide import decide
from syncd.core.policy import Policy
from syncd.settings.tables import load_order_kinds, shipped

ROUNDS = 5
BASE = "ldapsearch"
PAGED = "ldapsearch in pages of 500"
SCRIPT = "ldapsearch | sort | comm script"
LDAP2PG = "ldap2pg 5.9 --dry"
READ_FIRST, READ = "reading only, first", "reading only, second"
DAEMON, COMMAND = "full run inside the daemon", "syncd sync (command)"
DELTA, PREVIEW = "delta after 100 changed groups", "syncd preview of 1 April"
_OK = (0, 3)
"""3 tells of stale rights, which a town has."""


@dataclass(slots=True)
class CityTimes:
    """What was measured: for each work the seconds of every round, and the highest peak in MB.

    `cpu_s` are seconds on a processor, of the program itself and not of the server.
    """

    people: int
    memberships: int
    counts: dict[str, int]
    first_run_s: float
    first_run_peak_mb: int
    seconds: dict[str, list[float]] = field(default_factory=dict)
    cpu_s: dict[str, list[float]] = field(default_factory=dict)
    peak_mb: dict[str, int] = field(default_factory=dict)

    def add(self, name: str, seconds: float, cpu_s: float, peak_mb: int = 0) -> None:
        """Note one round of one work."""
        self.seconds.setdefault(name, []).append(seconds)
        self.cpu_s.setdefault(name, []).append(cpu_s)
        self.peak_mb[name] = max(peak_mb, self.peak_mb.get(name, 0))

    def median(self, name: str) -> float | None:
        """Return the median of a work, None where it was not measured."""
        taken = self.seconds.get(name)
        return statistics.median(taken) if taken else None


@dataclass(frozen=True, slots=True)
class Served:
    """A loaded town, and all that is run against it."""

    url: str
    config: Path
    folder: Path
    memberships: int
    april: date
    justified: Path

    def round(self, times: CityTimes) -> None:
        """Run each side once."""
        dumped = _checked(ldapsearch(self.url, self.folder))
        times.add(BASE, dumped.seconds, dumped.cpu_s)
        paged = _checked(ldapsearch(self.url, self.folder, "-E", "pr=500/noprompt"))
        times.add(PAGED, paged.seconds, paged.cpu_s)
        script = _checked(admin_script(self.url, self.folder, self.justified))
        times.add(SCRIPT, script.seconds, script.cpu_s)
        inside = _checked(self._python("bench.inside", self.url, str(self.memberships)))
        said = json.loads(inside.stdout)
        times.add(READ_FIRST, *said["read_first"])
        times.add(READ, *said["read"], said["read_mb"])
        times.add(DAEMON, *said["run"], inside.peak_mb)
        if "delta" in said:
            times.add(DELTA, *said["delta"])
        command = self.syncd("sync")
        times.add(COMMAND, command.seconds, command.cpu_s, command.peak_mb)
        preview = self.syncd("preview", "--on", self.april.isoformat())
        times.add(PREVIEW, preview.seconds, preview.cpu_s, preview.peak_mb)

    def syncd(self, *words: str) -> Ran:
        """Run the command; raises SystemExit where it failed."""
        command = [sys.executable, "-m", "syncd", "--config", str(self.config), *words, "--json"]
        return _checked(run_program(command, self.folder))

    def _python(self, module: str, *words: str) -> Ran:
        return run_program([sys.executable, "-m", module, str(self.config), *words], self.folder)


def _checked(ran: Ran) -> Ran:
    """Return it; stop where a program failed: its time would mean nothing."""
    if ran.exit_code not in _OK:
        raise SystemExit(f"a measured program ended with {ran.exit_code}: {ran.stdout[:500]}")
    return ran


def measure(folder: Path, memberships: int, rounds: int, *, beside: bool) -> CityTimes:
    """Load a town, run all sides in turns, and return what each took."""
    april = next_april()
    town = draw(memberships, Day.APRIL)
    (folder / "slapd").mkdir()
    held = write_ldif(folder / "town.ldif", Drawing(memberships, Day.STEADY))
    with ExitStack() as stack:
        url = stack.enter_context(loaded_slapd(folder / "slapd", folder / "town.ldif"))
        config = write_inputs(folder, town, url, april)
        justified = _write_justified(folder / "justified", memberships)
        served = Served(url, config, folder, memberships, april, justified)
        people = town.people
        del town
        first = served.syncd("sync")
        times = CityTimes(people, held, _counts(first), first.seconds, first.peak_mb)
        for turn in range(rounds):
            print(f"round {turn + 1} of {rounds}", file=sys.stderr)
            served.round(times)
        if beside:
            ldap2pg.install()
            dsn = stack.enter_context(ldap2pg.empty_postgres())
            ran = _checked(ldap2pg.dry_run(url, dsn, folder))
            times.add(LDAP2PG, ran.seconds, ran.cpu_s, ran.peak_mb)
    return times


def _write_justified(path: Path, memberships: int) -> Path:
    """Write the justified pairs of an ordinary day, sorted as `LC_ALL=C sort` does."""
    town = draw(memberships, Day.STEADY)
    policy = Policy(order_kinds=load_order_kinds([shipped("order-kinds.toml")]))
    stale = {(f.entitlement, f.account) for f in decide(*_given(town, policy)).findings}
    pairs = sorted(
        f"{block.group}\t{account_dn(account)}\n"
        for right, block in zip(town.facts.entitlements, town.snapshot.blocks, strict=True)
        for account in block.accounts
        if (right.entitlement, account) not in stale
    )
    path.write_text("".join(pairs), "ascii")
    return path


def _given(town: Town, policy: Policy) -> tuple[object, ...]:
    return town.facts, [town.snapshot], policy, DAY


def _counts(ran: Ran) -> dict[str, int]:
    """Return the counts of a run, of which only the head of its answer was kept."""
    head = ran.stdout.partition('"counts"')[2].partition("}")[0]
    found: dict[str, int] = json.loads(head.partition(":")[2].strip() + "}")
    return found


def goals(times: CityTimes) -> list[tuple[str, str, str, str]]:
    """Return each goal of section 10 as (work, what was measured, goal, whether it is met)."""
    base, full = times.median(BASE) or 1.0, times.median(DAEMON) or 1.0
    found = [
        _ratio(times, READ, base, 1.3, "× ldapsearch"),
        _ratio(times, DAEMON, base, 2.0, "× ldapsearch"),
        _ratio(times, COMMAND, base, 3.0, "× ldapsearch"),
        _ratio(times, DELTA, full / 100, 3.0, "% of the full run in the daemon"),
        _ratio(times, PREVIEW, 1.0, 5.0, "s"),
    ]
    peak = max(times.first_run_peak_mb, *times.peak_mb.values())
    return [*found, ("highest peak of any run", f"{peak} MB", "≤ 600 MB", _met(peak <= 600))]


def _ratio(
    times: CityTimes, name: str, unit: float, most: float, of: str
) -> tuple[str, str, str, str]:
    taken = times.median(name)
    if taken is None:
        return (name, "not measured", f"≤ {most:g} {of}", "")
    return (name, f"{taken / unit:.2f} {of}", f"≤ {most:g} {of}", _met(taken / unit <= most))


def _met(yes: bool) -> str:  # noqa: FBT001 - one word for one truth
    return "met" if yes else "missed"


def run(memberships: int = CITY, rounds: int = ROUNDS, *, beside: bool = True) -> CityTimes:
    """Measure in a folder of its own, print the tables, keep and return the numbers."""
    with tempfile.TemporaryDirectory(prefix="syncd-bench-") as name:
        times = measure(Path(name), memberships, rounds, beside=beside)
    print_table(
        f"City over LDAP: {times.memberships:,} memberships, {rounds} rounds in turns",
        ("work", "median s", "min", "max", "× ldapsearch", "CPU s", "rounds", "peak MB"),
        list(_rows(times)),
    )
    print(f"first run ever: {times.first_run_s:.1f} s, {times.first_run_peak_mb} MB")
    write_json(OUT / "city.json", asdict(times))
    return times


def _rows(times: CityTimes) -> Iterable[tuple[str, ...]]:
    base = times.median(BASE) or 1.0
    for name, taken in times.seconds.items():
        middle = statistics.median(taken)
        yield (
            name,
            f"{middle:.2f}",
            f"{min(taken):.2f}",
            f"{max(taken):.2f}",
            f"{middle / base:.2f}",
            f"{statistics.median(times.cpu_s[name]):.2f}",
            str(len(taken)),
            str(times.peak_mb[name] or ""),
        )


def main() -> None:
    """Measure City, or a town of another size."""
    parser = argparse.ArgumentParser(prog="python -m bench.city", description=__doc__)
    parser.add_argument("--memberships", type=int, default=CITY)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--without-ldap2pg", action="store_true")
    given = parser.parse_args()
    times = run(given.memberships, given.rounds, beside=not given.without_ldap2pg)
    print_table("goals", ("work", "measured", "goal", ""), goals(times))


if __name__ == "__main__":
    main()
