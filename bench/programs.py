"""Programs beside which syncd is measured, run to their end: how long, how large, their words."""

from __future__ import annotations

import os
import resource
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.shapes import GROUPS_DN, PEOPLE_DN
from bench.slapd import ADMIN, PASSWORD, find_program

MEGABYTE = 1_000_000
ADMIN_SCRIPT = Path(__file__).with_name("admin_script.sh")
_PEOPLE = "(|(objectClass=person)(objectClass=account)(objectClass=posixAccount))"
_GROUPS = "(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=posixGroup))"
_OF_PEOPLE = (
    *("uid", "employeeNumber", "gidNumber"),
    *("nsAccountLock", "pwdAccountLockedTime", "entryUUID"),
)
_OF_GROUPS = (
    *("objectClass", "cn", "gidNumber", "member", "uniqueMember", "memberUid"),
    "entryUUID",
)


@dataclass(frozen=True, slots=True)
class Ran:
    """One program as it ran: wall time, time on a processor, peak resident size in MB.

    `cpu_s` is its own, without the server's. It says more than the wall time where other work
    shares the machine.

    Linux counts the size this process had when it started the other, so a peak below our own
    says nothing: that of `ldapsearch` is not shown. `stdout` is the first megabyte of what it
    printed.
    """

    seconds: float
    cpu_s: float
    peak_mb: int
    exit_code: int
    stdout: str


def run_program(
    command: Sequence[str | Path], folder: Path, environment: Mapping[str, str] | None = None
) -> Ran:
    """Run a program to its end; its output goes to a file, as a dump would."""
    with (folder / "stdout").open("w+b") as out:
        start = time.perf_counter()
        child = subprocess.Popen(
            command, stdout=out, stdin=subprocess.DEVNULL, env=environment and {**environment}
        )
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        printed = out.read(MEGABYTE).decode(errors="replace")
    cpu_s = usage.ru_utime + usage.ru_stime
    return Ran(seconds, cpu_s, megabytes(usage), child.returncode, printed)


def megabytes(usage: resource.struct_rusage) -> int:
    """Return the peak resident size; Linux counts in KiB."""
    return usage.ru_maxrss * 1024 // MEGABYTE


def ldapsearch(url: str, folder: Path, *extra: str) -> Ran:
    """Dump people and groups with the attributes syncd reads, one search after the other."""
    common = [find_program("ldapsearch"), "-x", "-LLL", "-H", url, "-D", ADMIN, "-w", PASSWORD]
    people = [*common, *extra, "-b", PEOPLE_DN, _PEOPLE, *_OF_PEOPLE]
    groups = [*common, *extra, "-b", GROUPS_DN, _GROUPS, *_OF_GROUPS]
    one, two = run_program(people, folder), run_program(groups, folder)
    code = one.exit_code or two.exit_code
    cpu_s = one.cpu_s + two.cpu_s
    return Ran(one.seconds + two.seconds, cpu_s, max(one.peak_mb, two.peak_mb), code, "")


def admin_script(url: str, folder: Path, justified: Path) -> Ran:
    """Run what an administrator would write; it prints every pair that `justified` lacks."""
    given = (url, ADMIN, str(folder / "password"), GROUPS_DN, str(justified))
    return run_program([str(ADMIN_SCRIPT), *given], folder)


def ldapmodify(url: str, folder: Path, changes: str) -> None:
    """Make changes as an administrator's tool would."""
    file = folder / "changes.ldif"
    file.write_text(changes, "ascii")
    who = ("-x", "-H", url, "-D", ADMIN, "-w", PASSWORD, "-f", str(file))
    command = [find_program("ldapmodify"), *who]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
