"""ldap2pg 5.9, the nearest program of its kind: reads LDAP groups, compares them with roles.

It is put into a virtual environment of its own (`bench/.venv-ldap2pg`), from hashed pins, and runs
against our slapd and an empty PostgreSQL: a dry run, so that reading and comparing are what takes
the time. It asks for no proof that it saw all, and knows no reasons.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.programs import Ran, run_program
from bench.shapes import GROUPS_DN
from bench.slapd import ADMIN, PASSWORD
from tests.fakes.postgres import start_postgres

_HERE = Path(__file__).parent
_VENV = _HERE / ".venv-ldap2pg"
_LOCK = _HERE / "requirements-ldap2pg.lock"
_PROGRAM = _VENV / "bin" / "ldap2pg"
_CONFIGURATION = """\
postgres:
  dsn: "{dsn}"
ldap:
  uri: "{url}"
  binddn: "{bind_dn}"
  password: "{password}"
sync_map:
- ldap:
    base: "{base}"
    filter: "(objectClass=groupOfNames)"
  roles:
  - name: "{{cn}}"
  - name: "{{member.uid}}"
    parent: "{{cn}}"
"""


def install() -> None:
    """Make the virtual environment once; python-ldap is compiled (libldap2-dev, libsasl2-dev)."""
    if _PROGRAM.exists():
        return
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(_VENV)], check=True)
    pip = [str(_VENV / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    options = ("--disable-pip-version-check", "--require-hashes", "-r", str(_LOCK))
    subprocess.run([*pip, *options], check=True)


@contextmanager
def empty_postgres() -> Iterator[str]:
    """Serve an empty PostgreSQL; yields its address."""
    # Not the measurement's own folder: the user postgres must be able to reach it.
    folder = Path(tempfile.mkdtemp(prefix="syncd-bench-postgres-"))
    try:
        server = start_postgres(folder)
        yield server.url()
        server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def dry_run(url: str, dsn: str, folder: Path) -> Ran:
    """Let ldap2pg say what it would do for every group and member."""
    configuration = folder / "ldap2pg.yaml"
    configuration.write_text(
        _CONFIGURATION.format(dsn=dsn, url=url, bind_dn=ADMIN, password=PASSWORD, base=GROUPS_DN),
        "ascii",
    )
    configuration.chmod(0o600)
    command = (str(_PROGRAM), "--config", str(configuration), "--dry", "--no-color", "-q", "-q")
    return run_program(command, folder)
