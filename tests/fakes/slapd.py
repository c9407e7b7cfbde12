"""A slapd of our own: own configuration, own CA, own ports on loopback, gone with the test."""

from __future__ import annotations

import base64
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.fakes.certificates import make_certificates

SUFFIX = "dc=example,dc=jp"
PEOPLE = f"ou=people,{SUFFIX}"
GROUPS = f"ou=groups,{SUFFIX}"
READER = f"uid=reader,{SUFFIX}"
WRITER = f"uid=writer,{SUFFIX}"
_PATIENCE_S = 20
_SBIN = "/usr/sbin:/usr/lib/openldap:" + os.environ.get("PATH", "")


def person(uid: str) -> str:
    return f"uid={uid},{PEOPLE}"


def group(name: str) -> str:
    return f"cn={name},{GROUPS}"


def _find(program: str) -> str:
    found = shutil.which(program, path=_SBIN)
    if found is None:
        raise FileNotFoundError(f"{program} is missing: apt-get install slapd ldap-utils")
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Slapd:
    """Started by `start`, stopped by `stop`; `seed` is LDIF loaded before the start."""

    folder: Path
    seed: str = ""
    days: int = 30
    names: str = "DNS:localhost,IP:127.0.0.1"
    limits: str = "size.soft=500 size.hard=500 size.prtotal=unlimited time=unlimited"
    takes_empty_passwords: bool = False
    access: str = ""
    """Lines `olcAccess: …` that stand before those for everything."""
    session_log: int | None = None
    """With a number, changes are told (overlay syncprov), and so many remembered; 0: none."""
    port: int = field(default_factory=_free_port)
    tls_port: int = field(default_factory=_free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def ldap(self) -> str:
        return f"ldap://127.0.0.1:{self.port}"

    @property
    def ldaps(self) -> str:
        return f"ldaps://127.0.0.1:{self.tls_port}"

    @property
    def ldapi(self) -> str:
        return "ldapi://" + str(self.folder / "ldapi").replace("/", "%2F")

    @property
    def ca(self) -> Path:
        return self.folder / "ca.crt"

    def prepare(self) -> None:
        (self.folder / "db").mkdir()
        make_certificates(self.folder, days=self.days, names=self.names)
        self.configure()
        self._run([_find("slapadd"), "-q", "-n1", "-F", "conf"], _BASE + self.seed)

    def configure(self) -> None:
        """Write the configuration; the server must be stopped."""
        (self.folder / "conf").mkdir()
        self._run([_find("slapadd"), "-n0", "-F", "conf"], self._configuration())

    def _run(self, command: Sequence[str], text: str) -> None:
        done = subprocess.run(
            command, cwd=self.folder, input=text.encode(), capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr.decode()

    def start(self) -> Slapd:
        urls = f"{self.ldap}/ {self.ldaps}/ {self.ldapi}/"
        command = [_find("slapd"), "-F", "conf", "-h", urls, "-d", "0"]
        with (self.folder / "slapd.log").open("wb") as log:
            self.process = subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=log)
        deadline = time.monotonic() + _PATIENCE_S
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.tls_port), 1).close()
            except OSError:
                assert self.process.poll() is None, (self.folder / "slapd.log").read_text()
                time.sleep(0.02)
            else:
                return self
        raise AssertionError("slapd does not answer")

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(_PATIENCE_S)
            self.process = None

    def values(self, dn: str, attribute: str) -> list[str]:
        """Ask the server with its own tool, so that a test does not trust the code under test."""
        command = [
            _find("ldapsearch"),
            "-x",
            "-LLL",
            "-o",
            "ldif-wrap=no",
            "-H",
            self.ldap,
            "-D",
            f"cn=admin,{SUFFIX}",
            "-w",
            "secret",
            "-b",
            dn,
            "-s",
            "base",
            attribute,
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        found = []
        for line in done.stdout.splitlines():
            name, _, value = line.partition(":")
            if name.lower() == attribute.lower():
                found.append(
                    base64.b64decode(value[2:]).decode() if value.startswith(":") else value.strip()
                )
        return found

    def add_values(self, dn: str, attribute: str, values: Sequence[str]) -> None:
        """Put values into an entry with the server's own tool."""
        self._modify(dn, "add", attribute, values)

    def delete_values(self, dn: str, attribute: str, values: Sequence[str]) -> None:
        """Take values out of an entry with the server's own tool."""
        self._modify(dn, "delete", attribute, values)

    def _modify(self, dn: str, change: str, attribute: str, values: Sequence[str]) -> None:
        if not values:
            return
        self.change(ldif(dn, {"changetype": "modify", change: attribute, attribute: values}))

    def change(self, records: str) -> None:
        """Make changes, written as LDIF, with the server's own tool."""
        command = [
            _find("ldapmodify"),
            "-x",
            "-H",
            self.ldap,
            "-D",
            f"cn=admin,{SUFFIX}",
            "-w",
            "secret",
        ]
        self._run(command, records)

    def keep_backup(self) -> None:
        """Keep the database as it is now; the server must be stopped."""
        shutil.rmtree(self.folder / "backup", ignore_errors=True)
        shutil.copytree(self.folder / "db", self.folder / "backup")

    def restore_backup(self) -> None:
        """Put the database back as it was kept; the server must be stopped."""
        shutil.rmtree(self.folder / "db")
        shutil.copytree(self.folder / "backup", self.folder / "db")

    def _configuration(self) -> str:
        who = f"gidNumber={os.getgid()}+uidNumber={os.getuid()},cn=peercred,cn=external,cn=auth"
        return _CONFIGURATION.format(
            folder=self.folder,
            suffix=SUFFIX,
            who=who,
            limits=self.limits,
            allows="olcAllows: bind_anon_cred\n" if self.takes_empty_passwords else "",
            reader=READER,
            writer=WRITER,
            access=self.access,
            syncprov="" if self.session_log is None else "olcModuleLoad: syncprov\n",
            overlay="" if self.session_log is None else self._overlay(self.session_log),
        )

    @staticmethod
    def _overlay(session_log: int) -> str:
        remembered = f"olcSpSessionlog: {session_log}\n" if session_log else ""
        return _SYNCPROV.format(suffix=SUFFIX) + remembered


def ldif(dn: str, attributes: Mapping[str, Sequence[str] | str]) -> str:
    lines = [f"dn:: {base64.b64encode(dn.encode()).decode()}"]
    for name, values in attributes.items():
        each = [values] if isinstance(values, str) else values
        lines += [f"{name}:: {base64.b64encode(value.encode()).decode()}" for value in each]
    return "\n".join(lines) + "\n\n"


def ldif_person(uid: str, staff_number: str = "", **more: str) -> str:
    attributes = {"objectClass": "inetOrgPerson", "uid": uid, "cn": uid, "sn": uid, **more}
    if staff_number:
        attributes["employeeNumber"] = staff_number
    return ldif(person(uid), attributes)


def ldif_group(name: str, members: Sequence[str], kind: str = "groupOfNames") -> str:
    attribute = {
        "groupOfNames": "member",
        "groupOfUniqueNames": "uniqueMember",
        "posixGroup": "memberUid",
    }[kind]
    attributes: dict[str, Sequence[str] | str] = {
        "objectClass": kind,
        "cn": name,
        attribute: members,
    }
    if kind == "posixGroup":
        attributes["gidNumber"] = "5000"
    return ldif(group(name), attributes)


_BASE = (
    ldif(SUFFIX, {"objectClass": "domain", "dc": "example"})
    + ldif(PEOPLE, {"objectClass": "organizationalUnit", "ou": "people"})
    + ldif(GROUPS, {"objectClass": "organizationalUnit", "ou": "groups"})
    + "".join(
        ldif(
            f"uid={uid},{SUFFIX}",
            {
                "objectClass": ["account", "simpleSecurityObject"],
                "uid": uid,
                "userPassword": f"secret-{uid}",
            },
        )
        for uid in ("reader", "writer")
    )
)

_CONFIGURATION = """\
dn: cn=config
objectClass: olcGlobal
cn: config
olcPidFile: {folder}/slapd.pid
olcTLSCACertificateFile: {folder}/ca.crt
olcTLSCertificateFile: {folder}/srv.crt
olcTLSCertificateKeyFile: {folder}/srv.key
olcTLSVerifyClient: allow
olcLocalSSF: 128
olcLogLevel: none
olcToolThreads: 2
{allows}
dn: cn=module,cn=config
objectClass: olcModuleList
cn: module
olcModulePath: /usr/lib/ldap
olcModuleLoad: back_mdb
olcModuleLoad: ppolicy
{syncprov}
dn: cn=schema,cn=config
objectClass: olcSchemaConfig
cn: schema

include: file:///etc/ldap/schema/core.ldif
include: file:///etc/ldap/schema/cosine.ldif
include: file:///etc/ldap/schema/inetorgperson.ldif
include: file:///etc/ldap/schema/nis.ldif

dn: olcDatabase={{-1}}frontend,cn=config
objectClass: olcDatabaseConfig
objectClass: olcFrontendConfig
olcDatabase: {{-1}}frontend
olcAccess: to dn.base="" by * read

dn: olcDatabase={{1}}mdb,cn=config
objectClass: olcDatabaseConfig
objectClass: olcMdbConfig
olcDatabase: {{1}}mdb
olcSuffix: {suffix}
olcRootDN: cn=admin,{suffix}
olcRootPW: secret
olcDbDirectory: {folder}/db
olcDbMaxSize: 2147483648
olcDbIndex: objectClass eq
olcDbIndex: uid,cn,employeeNumber eq
olcLimits: dn.exact="{reader}" {limits}
olcLimits: dn.exact="{who}" size=unlimited time=unlimited
olcAccess: to attrs=userPassword by anonymous auth by * none
{access}olcAccess: to * by dn.exact="{who}" manage by dn.exact="{writer}" write by users read by * none
{overlay}"""

_SYNCPROV = """
dn: olcOverlay=syncprov,olcDatabase={{1}}mdb,cn=config
objectClass: olcOverlayConfig
objectClass: olcSyncProvConfig
olcOverlay: syncprov
olcSpReloadHint: TRUE
"""
