"""Twenty thousand removals over three thousand groups of City, in a real slapd on loopback.

`ldapmodify` with one change each (a sample of them), `ldapmodify` with one change a group, the
`ldap` connector alone, and the whole of `apply_plan` with its cases and audit records in SQLite
take turns in one run, so that the ratio says something where the seconds do not. Each takes the
same members out of the same groups, and they are put back before the next. Nothing is asserted.
Run as `python -m bench.apply`.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bench.shapes import CITY, KNOWN_AT, PEOPLE_DN, Day, Drawing, account_dn, group_dn, members_of
from bench.shapes import GROUPS_DN as GROUPS
from bench.slapd import ADMIN, PASSWORD, find_program, loaded_slapd, write_ldif
from bench.tables import OUT, print_table, write_json
from connectors.ldap import LdapDirectoryType, LdapOptions
from syncd.bootstrap import tune_collector
from syncd.core.cases import Case, CaseState
from syncd.core.findings import Because, Reason
from syncd.core.ids import AccountId, CaseId, EntitlementId, RunId
from syncd.core.plan import Plan, PlanLine
from syncd.core.policy import Policy
from syncd.flow.apply import apply_plan
from syncd.flow.site import DirectorySeat, Mode, Site
from syncd.ports.directory import DirectoryContext, GroupRemoval
from syncd.store import open_store

LINES_EACH = (7, 7, 6)
"""Removals from one group after the other: 20,000 over 3,000 groups."""
SAMPLE, ROUNDS = 2_000, 3
GOAL = 8
SINGLE = "ldapmodify, one change each"
GROUPED = "ldapmodify, one change a group"
CONNECTOR = "connector alone"
WHOLE = "whole apply_plan, SQLite"


Changes = Sequence[tuple[str, Sequence[str]]]
"""Members of groups, by (group, members)."""


def leavers(drawing: Drawing) -> Changes:
    """Return who leaves each group: the first 6 or 7 of its members."""
    return [
        (group_dn(group), [account_dn(a) for a in accounts[: LINES_EACH[group % len(LINES_EACH)]]])
        for group, accounts in enumerate(members_of(drawing))
    ]


@dataclass(frozen=True, slots=True)
class Bench:
    """A served City, the folder in which things are written, and who leaves."""

    url: str
    folder: Path
    leaving: Changes

    def singles(self) -> float:
        """Return how many removals a second `ldapmodify` makes, one change each: of a sample."""
        lines = self._lines()
        some = [(group, [member]) for group, member in lines[:: max(1, len(lines) // SAMPLE)]]
        return self._rate(some, lambda: self._ldapmodify("delete", some))

    def grouped(self) -> float:
        """Return how many a second it makes, with one change a group."""
        return self._rate(self.leaving, lambda: self._ldapmodify("delete", self.leaving))

    def connector(self) -> float:
        """Return how many a second the connector makes: it looks before, and judges refusals."""
        writer = LdapDirectoryType.build_writer(*self._given())
        removals = [GroupRemoval(group, tuple(members), "") for group, members in self.leaving]
        return self._rate(self.leaving, lambda: writer.remove_members(removals))

    def whole(self) -> float:
        """Return how many a second `apply_plan` makes: intents, looks, removals, results."""
        with tempfile.TemporaryDirectory(dir=self.folder) as name:
            site, plan = self._site(Path(name))
            done: list[str] = []
            rate = self._rate(
                self.leaving,
                lambda: done.extend(r.outcome for r in apply_plan(site, plan, RunId("bench"))),
            )
            site.store.close()
        if done != ["verified"] * len(plan.lines):
            raise SystemExit(f"not all of {len(plan.lines)} removals were verified")
        return rate

    def _rate(self, changes: Changes, work: Callable[[], object]) -> float:
        """Do the work, put the members back; return how many left a second."""
        start = time.perf_counter()
        work()
        seconds = time.perf_counter() - start
        self._ldapmodify("add", changes)
        return sum(len(members) for _, members in changes) / seconds

    def _lines(self) -> list[tuple[str, str]]:
        return [(group, member) for group, members in self.leaving for member in members]

    def _ldapmodify(self, what: str, changes: Changes) -> None:
        file = self.folder / "changes.ldif"
        merged: dict[str, list[str]] = {}
        if what == "add":  # what left one by one comes back by group: this is not measured
            for group, members in changes:
                merged.setdefault(group, []).extend(members)
            changes = list(merged.items())
        file.write_text("".join(_record(what, *change) for change in changes), "ascii")
        who = ("-x", "-H", self.url, "-D", ADMIN, "-w", PASSWORD, "-f", str(file))
        command = [find_program("ldapmodify"), *who]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    def _site(self, folder: Path) -> tuple[Site, Plan]:
        store = open_store("sqlite:///syncd.db", folder)
        cases = [_case(number, *line) for number, line in enumerate(self._lines())]
        with store.begin() as unit:
            for case in cases:
                unit.insert_case(case)
        writer = LdapDirectoryType.build_writer(*self._given())
        reader = LdapDirectoryType.build_reader(*self._given())
        seat = DirectorySeat("bench", Mode.APPLY, reader, lambda: writer)
        site = Site(
            sources=(),
            directories={"bench": seat},
            store=store,
            policy=Policy(order_kinds={}),
            clock=_Clock(),
            new_id=lambda: "bench",
            progress=lambda *_: None,
        )
        return site, Plan.of([_line(case) for case in cases])

    def _given(self) -> tuple[LdapOptions, DirectoryContext]:
        options = LdapOptions(
            url=self.url,
            allow_plaintext=True,
            bind_dn=ADMIN,
            bind_password_file=Path("password"),
            people_base=PEOPLE_DN,
            groups_base=GROUPS,
        )
        return options, DirectoryContext("bench", self.folder, 7, _Clock())


class _Clock:
    """Time that goes on by itself: what is measured is the work."""

    def __init__(self) -> None:
        self.now = KNOWN_AT

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now


def _record(what: str, group: str, members: Sequence[str]) -> str:
    values = "".join(f"member: {member}\n" for member in members)
    return f"dn: {group}\nchangetype: modify\n{what}: member\n{values}\n"


def _case(number: int, group: str, member: str) -> Case:
    return Case(
        case_id=CaseId(f"{number:016x}"),
        directory="bench",
        entitlement=EntitlementId(group.partition(",")[0]),
        account=AccountId(member.partition(",")[0][4:]),
        staff_number=None,
        member=member,
        groups=(group,),
        path="direct",
        state=CaseState.APPROVED,
        reasons=(Reason.TRANSFERRED,),
        because=(Because("order", "R9-0123", KNOWN_AT.date(), "orders", 12),),
        since=KNOWN_AT.date(),
        needs_person=False,
        opened_at=KNOWN_AT,
        updated_at=KNOWN_AT,
        due_at=KNOWN_AT,
        escalate_at=KNOWN_AT,
        hard_deadline_at=KNOWN_AT,
    )


def _line(case: Case) -> PlanLine:
    return PlanLine(
        case.directory,
        case.groups[0],
        case.member,
        case.entitlement,
        case.case_id,
        case.account,
        case.staff_number,
        case.reasons,
    )


def measure(quick: bool = False) -> dict[str, object]:  # noqa: FBT001, FBT002 - one switch for all
    """Measure in a folder of its own, print the table, keep and return the numbers."""
    tune_collector()  # as the command and the daemon do
    drawing = Drawing(CITY // 10 if quick else CITY, Day.STEADY)
    rates: dict[str, list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory(prefix="syncd-bench-") as name:
        folder = Path(name)
        (folder / "password").write_text(PASSWORD, "ascii")
        (folder / "slapd").mkdir()
        write_ldif(folder / "town.ldif", drawing)
        with loaded_slapd(folder / "slapd", folder / "town.ldif") as url:
            bench = Bench(url, folder, leavers(drawing))
            for turn in range(ROUNDS):
                print(f"round {turn + 1} of {ROUNDS}", file=sys.stderr)
                rates[SINGLE].append(bench.singles())
                rates[GROUPED].append(bench.grouped())
                rates[CONNECTOR].append(bench.connector())
                rates[WHOLE].append(bench.whole())
    found = _found(drawing, rates)
    write_json(OUT / "apply.json", found)
    return found


def _found(drawing: Drawing, rates: dict[str, list[float]]) -> dict[str, object]:
    """Print the table; return what was found: removals a second, and ratios to single changes."""
    base = statistics.median(rates[SINGLE])
    ratios = {name: statistics.median(taken) / base for name, taken in rates.items()}
    lines = sum(len(members) for _, members in leavers(drawing))
    print_table(
        f"Applying {lines:,} removals over {drawing.groups:,} groups, {ROUNDS} rounds in turns",
        ("work", "median /s", "min", "max", "ratio", "goal"),
        [
            (
                name,
                f"{statistics.median(taken):,.0f}",
                f"{min(taken):,.0f}",
                f"{max(taken):,.0f}",
                f"{ratios[name]:.1f}",
                f"≥ {GOAL}" if name in (CONNECTOR, WHOLE) else "",
            )
            for name, taken in rates.items()
        ],
    )
    return {
        "removals": lines,
        "groups": drawing.groups,
        "single_sample": SAMPLE,
        "removals_a_second": dict(rates),
        "ratios": ratios,
        "goal": GOAL,
    }


def main() -> None:
    """Measure; `--quick` takes a tenth of City."""
    parser = argparse.ArgumentParser(prog="python -m bench.apply", description=__doc__)
    parser.add_argument("--quick", action="store_true")
    measure(parser.parse_args().quick)


if __name__ == "__main__":
    main()
