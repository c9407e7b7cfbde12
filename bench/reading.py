"""Reading City over LDAP, and nothing else of syncd: first, again, and what changed since.

Beside it stands `ldapsearch` dumping the same attributes, in turns within one run, so that the
ratio says something where the seconds do not. Nothing is asserted. Run as
`python -m bench.reading`.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from bench.shapes import (
    CITY,
    GROUPS_DN,
    PEOPLE_DN,
    Day,
    Drawing,
    account_dn,
    group_dn,
    members_of,
)
from bench.slapd import ADMIN, PASSWORD, find_program, loaded_slapd, write_ldif
from bench.tables import print_table
from connectors.ldap import LdapOptions, LdapReader
from syncd.bootstrap import tune_collector
from syncd.core.calendar import JST
from syncd.ports.directory import DirectoryContext

_AT = datetime(2027, 4, 1, tzinfo=JST)
_ROUNDS = 7
_CHANGED = 100
_PEOPLE = ("(|(objectClass=person)(objectClass=account)(objectClass=posixAccount))", PEOPLE_DN)
_GROUPS = (
    "(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=posixGroup))",
    GROUPS_DN,
)
_OF_PEOPLE = (
    "uid",
    "employeeNumber",
    "gidNumber",
    "nsAccountLock",
    "pwdAccountLockedTime",
    "entryUUID",
)
_OF_GROUPS = (
    "objectClass",
    "cn",
    "gidNumber",
    "member",
    "uniqueMember",
    "memberUid",
    "entryUUID",
)
_DUMP = "ldapsearch, same attributes"


def _dump(url: str, folder: Path) -> None:
    """Dump people and groups to a file, one search after the other."""
    for (wanted, base), about in ((_PEOPLE, _OF_PEOPLE), (_GROUPS, _OF_GROUPS)):
        command = [find_program("ldapsearch"), "-x", "-LLL", "-H", url, "-D", ADMIN]
        with (folder / "dump").open("wb") as out:
            subprocess.run(
                [*command, "-w", PASSWORD, "-b", base, wanted, *about], stdout=out, check=True
            )


def _reader(url: str, folder: Path) -> LdapReader:
    (folder / "secret").write_text(PASSWORD)
    options = LdapOptions(
        url=url,
        allow_plaintext=True,
        bind_dn=ADMIN,
        bind_password_file=Path("secret"),
        people_base=PEOPLE_DN,
        groups_base=GROUPS_DN,
    )
    return LdapReader("bench", options, DirectoryContext("bench", folder, 7, lambda: _AT))


def _change(url: str, folder: Path, drawing: Drawing, change: str) -> None:
    """Take one member out of a hundred groups, or put them back."""
    members = members_of(drawing)
    records = "".join(
        f"dn: {group_dn(g)}\nchangetype: modify\n{change}: member\n"
        f"member: {account_dn(members[g][0])}\n\n"
        for g in range(_CHANGED)
    )
    command = [find_program("ldapmodify"), "-x", "-H", url, "-D", ADMIN, "-w", PASSWORD]
    subprocess.run(
        command, input=records.encode(), stdout=subprocess.DEVNULL, check=True, cwd=folder
    )


def measure(folder: Path, memberships: int, rounds: int) -> dict[str, list[float]]:
    """Return the seconds of every round for each work."""
    drawing = Drawing(memberships, Day.STEADY)
    ldif = folder / "town.ldif"
    write_ldif(ldif, drawing)
    (folder / "slapd").mkdir()
    seconds: dict[str, list[float]] = defaultdict(list)

    def timed(name: str, work: Callable[[], object]) -> None:
        start = time.perf_counter()
        work()
        seconds[name].append(time.perf_counter() - start)

    with loaded_slapd(folder / "slapd", ldif) as url:
        _reader(url, folder).read(lambda *_: None)
        for turn in range(rounds):
            print(f"round {turn + 1} of {rounds}", file=sys.stderr)
            reader = _reader(url, folder)
            timed(_DUMP, lambda: _dump(url, folder))
            timed("first read", lambda: reader.read(lambda *_: None))  # noqa: B023 - at once
            timed("second read", lambda: reader.read(lambda *_: None))  # noqa: B023 - at once
            reader.changes()
            for change in ("delete", "add"):
                _change(url, folder, drawing, change)
                timed(f"delta, {_CHANGED} groups changed", reader.changes)
            timed("delta, nothing changed", reader.changes)
    return seconds


def main() -> None:
    """Measure a town and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--memberships", type=int, default=CITY)
    parser.add_argument("--rounds", type=int, default=_ROUNDS)
    given = parser.parse_args()
    tune_collector()
    with tempfile.TemporaryDirectory(prefix="syncd-bench-") as name:
        seconds = measure(Path(name), given.memberships, given.rounds)
    base = statistics.median(seconds[_DUMP])
    print_table(
        f"Reading {given.memberships:,} memberships over LDAP, {given.rounds} rounds in turns",
        ("work", "median s", "min", "max", "ratio"),
        [
            (
                name,
                f"{statistics.median(taken):.3f}",
                f"{min(taken):.3f}",
                f"{max(taken):.3f}",
                f"{statistics.median(taken) / base:.2f}",
            )
            for name, taken in seconds.items()
        ],
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 // 1_000_000
    print(f"peak of this process, which also drew the town: {peak} MB")


if __name__ == "__main__":
    main()
