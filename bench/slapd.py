"""A real slapd on loopback with a town loaded into it, for as long as a measurement lasts."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.shapes import GROUPS_DN, PEOPLE_DN, Drawing, account_dn, group_dn, members_of

SUFFIX = "dc=example,dc=jp"
ADMIN, PASSWORD = f"cn=admin,{SUFFIX}", "bench"
_SCHEMA = Path("/etc/ldap/schema")
_START_S = 30.0

_CONFIGURATION = """\
dn: cn=config
objectClass: olcGlobal
cn: config
olcPidFile: {folder}/slapd.pid
olcLogLevel: none
olcToolThreads: 2

dn: cn=module,cn=config
objectClass: olcModuleList
cn: module
olcModulePath: /usr/lib/ldap
olcModuleLoad: back_mdb
olcModuleLoad: syncprov

dn: cn=schema,cn=config
objectClass: olcSchemaConfig
cn: schema

include: file://{schema}/core.ldif
include: file://{schema}/cosine.ldif
include: file://{schema}/inetorgperson.ldif

dn: olcDatabase={{-1}}frontend,cn=config
objectClass: olcDatabaseConfig
objectClass: olcFrontendConfig
olcDatabase: {{-1}}frontend
olcSortVals: member
olcAccess: to dn.base="" by * read

dn: olcDatabase={{1}}mdb,cn=config
objectClass: olcDatabaseConfig
objectClass: olcMdbConfig
olcDatabase: {{1}}mdb
olcSuffix: {suffix}
olcRootDN: {admin}
olcRootPW: {password}
olcDbDirectory: {folder}/db
olcDbMaxSize: 4294967296
olcDbIndex: objectClass,uid,cn,employeeNumber,entryCSN,entryUUID eq

dn: olcOverlay=syncprov,olcDatabase={{1}}mdb,cn=config
objectClass: olcOverlayConfig
objectClass: olcSyncProvConfig
olcOverlay: syncprov
olcSpSessionlog: 10000

"""


def find_program(name: str) -> str:
    """Return where a program of OpenLDAP stands; raises SystemExit with what to install."""
    found = shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin")
    if found is None:
        raise SystemExit(f"{name} is missing: apt install slapd ldap-utils")
    return found


def write_ldif(path: Path, drawing: Drawing) -> int:
    """Write a town as LDIF; return how many memberships it holds."""
    held = 0
    with path.open("w", encoding="ascii") as out:
        out.write(f"dn: {SUFFIX}\nobjectClass: domain\ndc: example\n\n")
        for dn, name in ((PEOPLE_DN, "people"), (GROUPS_DN, "groups")):
            out.write(f"dn: {dn}\nobjectClass: organizationalUnit\nou: {name}\n\n")
        for account, number in zip(drawing.accounts, drawing.numbers, strict=True):
            out.write(
                f"dn: {account_dn(account)}\nobjectClass: inetOrgPerson\nuid: {account}\n"
                f"cn: {account}\nsn: {account}\nemployeeNumber: {number}\n"
                f"mail: {account}@example.jp\n\n"
            )
        for group, accounts in enumerate(members_of(drawing)):
            members = "".join(f"member: {account_dn(account)}\n" for account in accounts)
            head = f"dn: {group_dn(group)}\nobjectClass: groupOfNames\ncn: g{group:05}\n"
            out.write(f"{head}{members}\n")
            held += len(accounts)
    return held


@contextmanager
def loaded_slapd(folder: Path, ldif: Path) -> Iterator[str]:
    """Load an LDIF and serve it; yields the URL, and stops the server by its own process."""
    (folder / "db").mkdir()
    (folder / "conf").mkdir()
    configuration = folder / "slapd.ldif"
    configuration.write_text(
        _CONFIGURATION.format(
            folder=folder, schema=_SCHEMA, suffix=SUFFIX, admin=ADMIN, password=PASSWORD
        )
    )
    load = [find_program("slapadd"), "-q", "-F", str(folder / "conf")]
    subprocess.run([*load, "-n", "0", "-l", str(configuration)], check=True)
    subprocess.run([*load, "-n", "1", "-l", str(ldif)], check=True)
    port = _free_port()
    url = f"ldap://127.0.0.1:{port}"
    command = [find_program("slapd"), "-F", str(folder / "conf"), "-h", f"{url}/", "-d", "0"]
    server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(server, port)
        yield url
    finally:
        server.terminate()
        server.wait(_START_S)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(server: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + _START_S
    while time.monotonic() < until:
        if server.poll() is not None:
            raise SystemExit(f"slapd ended at once with {server.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit("slapd does not answer")
