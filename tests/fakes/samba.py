"""An Active Directory of our own: a Samba domain controller on a loopback address of its own.

The domain is provisioned once for a machine and kept as an archive in the tests' cache; a server
unpacks it in a tenth of a second. Ports are fixed in Samba, so each server has its own 127.x.y.z.
What tests change out of band goes through ldap3 as Administrator; what they look at is asked of
Samba's own tool, so that a test does not trust the code under test.
"""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ldap3 import MODIFY_ADD, MODIFY_DELETE, MODIFY_REPLACE, NONE, Connection, Server

from connectors.shared.ldap.connection import VerifiedTls
from tests.fakes.certificates import make_certificates

DOMAIN = "DC=ad,DC=example,DC=jp"
REALM = "AD.EXAMPLE.JP"
HOST = "dc1.ad.example.jp"
SITE = f"OU=syncd,{DOMAIN}"
PEOPLE = f"OU=people,{SITE}"
GROUPS = f"OU=groups,{SITE}"
ADMINISTRATOR = f"CN=Administrator,CN=Users,{DOMAIN}"
PASSWORD = "Passw0rd!Adm"
SECURITY, DISTRIBUTION = -2147483646, 2
"""groupType of a global security group, and of a global distribution group."""
_CONTROLLER = f"CN=DC1,OU=Domain Controllers,{DOMAIN}"
_SERVICE = f"ldap/{HOST}"
_PATIENCE_S = 30
_PROVISION = (
    *("--realm=AD.EXAMPLE.JP", "--domain=ADEX", "--server-role=dc", "--dns-backend=NONE"),
    *("--host-name=dc1", "--host-ip=127.0.0.1", f"--adminpass={PASSWORD}", "--use-rfc2307"),
    *("--krbtgtpass=Passw0rd!Krb", "--machinepass=Passw0rd!Mch"),
    "--option=vfs objects=dfs_samba4 acl_xattr xattr_tdb",
    *("--option=interfaces=127.0.0.1/8", "--option=bind interfaces only=yes"),
)
_CONFIGURATION = """\
[global]
	netbios name = DC1
	realm = AD.EXAMPLE.JP
	workgroup = ADEX
	server role = active directory domain controller
	server services = ldap, kdc
	dcerpc endpoint servers =
	disable netbios = yes
	interfaces = {address}/8
	bind interfaces only = yes
	ldap server require strong auth = {auth}
	private dir = {folder}/private
	state directory = {folder}/state
	cache directory = {folder}/cache
	lock directory = {folder}
	pid directory = {folder}/run
	ncalrpc dir = {folder}/ncalrpc
	binddns dir = {folder}/bind-dns
	ntp signd socket directory = {folder}/ntp_signd
	winbindd socket directory = {folder}/winbindd
	log file = {folder}/samba.log
	tls enabled = yes
	tls keyfile = {folder}/tls/srv.key
	tls certfile = {folder}/tls/srv.crt
	tls cafile = {folder}/tls/ca.crt
	posix:eadb = {folder}/eadb.tdb
	idmap_ldb:use rfc2307 = yes
"""


_KRB5 = """\
[libdefaults]
 default_realm = {realm}
 dns_lookup_kdc = false
 dns_lookup_realm = false
 dns_canonicalize_hostname = false
 rdns = false
 udp_preference_limit = 0
[realms]
 {realm} = {{
  kdc = {address}
 }}
[domain_realm]
 .ad.example.jp = {realm}
"""


def person(name: str) -> str:
    return f"CN={name},{PEOPLE}"


def group(name: str) -> str:
    return f"CN={name},{GROUPS}"


def _find(program: str) -> str:
    found = shutil.which(program, path="/usr/sbin:/usr/bin:" + os.environ.get("PATH", ""))
    if found is None:
        raise FileNotFoundError(f"{program} is missing: run deploy/install-test-servers")
    return found


def _free_address() -> str:
    """Return a loopback address on which nobody serves LDAP; runs side by side differ."""
    for number in range(200):
        address = f"127.{20 + os.getpid() % 200}.0.{number + 2}"
        with socket.socket() as probe:
            try:
                probe.bind((address, 636))
            except OSError:
                continue
            return address
    raise AssertionError("no loopback address is free")


def _archive() -> Path:
    """Return the archive of the provisioned domain, made where it is missing."""
    version = subprocess.run([_find("samba"), "-V"], capture_output=True, check=True).stdout
    recipe = hashlib.sha256(version + repr(_PROVISION).encode()).hexdigest()[:12]
    cache = Path(os.environ.get("SYNCD_TESTS_CACHE", Path.home() / ".cache" / "syncd-tests"))
    archive = cache / f"samba-{recipe}.tar"
    if archive.exists():
        return archive
    cache.mkdir(parents=True, exist_ok=True)
    folder = cache / f"samba-{recipe}.{os.getpid()}"
    command = [_find("samba-tool"), "domain", "provision", f"--targetdir={folder}", *_PROVISION]
    command.append(f"--option=posix:eadb={folder}/eadb.tdb")
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        partial = Path(f"{archive}.{os.getpid()}")
        subprocess.run(["tar", "-cf", partial, "-C", folder, "."], check=True)
        partial.replace(archive)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return archive


@dataclass
class Samba:
    """Started by `start`, stopped by `stop`; `days` negative makes an expired certificate.

    `auth` is Samba's `ldap server require strong auth`: a plain bind is refused unless it is `no`.
    """

    folder: Path
    days: int = 30
    names: str = ""
    auth: str = "allow_sasl_over_tls"
    address: str = field(default_factory=_free_address)
    process: subprocess.Popen[bytes] | None = None

    @property
    def ldaps(self) -> str:
        return f"ldaps://{self.address}"

    @property
    def ldap(self) -> str:
        return f"ldap://{self.address}"

    @property
    def ca(self) -> Path:
        return self.folder / "tls" / "ca.crt"

    def start(self) -> Samba:
        if not self.ca.exists():
            self._unpack()
        command = [_find("samba"), "-s", str(self.folder / "smb.conf"), "-i", "-M", "single"]
        with (self.folder / "out.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*command, "--debug-stdout"], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        deadline = time.monotonic() + _PATIENCE_S
        while time.monotonic() < deadline:
            try:
                socket.create_connection((self.address, 636), 1).close()
            except OSError:
                assert self.process.poll() is None, (self.folder / "out.log").read_text()
                time.sleep(0.02)
            else:
                return self
        raise AssertionError("samba does not answer")

    def _unpack(self) -> None:
        subprocess.run(["tar", "-xf", _archive(), "-C", self.folder], check=True)
        for name in ("run", "cache", "state", "ncalrpc", "tls"):
            (self.folder / name).mkdir(exist_ok=True)
        names = self.names or f"DNS:{HOST},DNS:localhost,IP:{self.address}"
        make_certificates(self.folder / "tls", days=self.days, names=names)
        (self.folder / "tls" / "srv.key").chmod(0o600)
        text = _CONFIGURATION.format(folder=self.folder, address=self.address, auth=self.auth)
        (self.folder / "smb.conf").write_text(text)

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(_PATIENCE_S)
            self.process = None

    def kill(self) -> None:
        """Pull the plug."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(_PATIENCE_S)
            self.process = None

    # --- what tests change and look at, out of band ---

    @contextmanager
    def administrator(self) -> Iterator[Connection]:
        """Yield a connection as Administrator, bound; also where the certificate has expired."""
        context = ssl.create_default_context(cafile=str(self.ca))
        if self.days < 0:
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        tls = VerifiedTls(context)
        server = Server(self.address, 636, use_ssl=True, tls=tls, get_info=NONE)
        connection = Connection(server, ADMINISTRATOR, PASSWORD, check_names=False)
        try:
            _done(connection, connection.bind())
            yield connection
        finally:
            connection.unbind()

    def fresh(self, entries: Sequence[tuple[str, Mapping[str, object]]]) -> None:
        """Put exactly these entries below our own unit, in this order."""
        with self.administrator() as connection:
            tree = ("1.2.840.113556.1.4.805", True, None)
            connection.delete(SITE, controls=[tree])
            for dn, attributes in (*_UNITS, *entries):
                _done(connection, connection.add(dn, attributes=dict(attributes)))

    def modify(self, dn: str, **changes: tuple[str, Sequence[object]]) -> None:
        with self.administrator() as connection:
            change = {
                name.replace("_", "-"): [(how, list(v))] for name, (how, v) in changes.items()
            }
            _done(connection, connection.modify(dn, change))

    def put(self, dn: str, *members: str) -> None:
        """Put members into a group."""
        self.modify(dn, member=(MODIFY_ADD, members))

    def drop(self, dn: str, *members: str) -> None:
        """Take members out of a group."""
        self.modify(dn, member=(MODIFY_DELETE, members))

    def replace(self, dn: str, attribute: str, *values: object) -> None:
        self.modify(dn, **{attribute: (MODIFY_REPLACE, values)})

    def delete(self, dn: str) -> None:
        with self.administrator() as connection:
            _done(connection, connection.delete(dn))

    def add(self, dn: str, attributes: Mapping[str, object]) -> None:
        with self.administrator() as connection:
            _done(connection, connection.add(dn, attributes=dict(attributes)))

    def move(self, dn: str, rdn: str, below: str | None = None) -> None:
        """Rename an entry, or move it below another one."""
        with self.administrator() as connection:
            _done(connection, connection.modify_dn(dn, rdn, new_superior=below))

    def values(self, dn: str, attribute: str) -> list[str]:
        """Ask with Samba's own tool, on the database itself."""
        command = [_find("ldbsearch"), "-H", str(self.folder / "private" / "sam.ldb")]
        command += ["-s", "base", "-b", dn, "(objectClass=*)", attribute]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        found = []
        for line in done.stdout.replace("\n ", "").splitlines():
            name, _, value = line.partition(":")
            if name.lower() == attribute.lower():
                plain = value.startswith(":")
                found.append(base64.b64decode(value[2:]).decode() if plain else value.strip())
        return found

    def ticket(self, folder: Path, principal: str, password: str) -> dict[str, str]:
        """Get a Kerberos ticket as `cc` in a folder; return the environment that finds the KDC.

        The service's name is put where a service of Samba that we do not run would put it.
        """
        if _SERVICE not in self.values(_CONTROLLER, "servicePrincipalName"):
            self.modify(_CONTROLLER, servicePrincipalName=(MODIFY_ADD, [_SERVICE]))
        (folder / "krb5.conf").write_text(_KRB5.format(realm=REALM, address=self.address))
        found = {"KRB5_CONFIG": str(folder / "krb5.conf"), "KRB5CCNAME": f"FILE:{folder / 'cc'}"}
        command, environment = [_find("kinit"), principal], {**os.environ, **found}
        given = f"{password}\n".encode()
        subprocess.run(command, input=given, env=environment, check=True, capture_output=True)
        return found

    def keytab(self, path: Path, principal: str) -> None:
        """Write the key of an account to a file."""
        self.tool("domain", "exportkeytab", str(path), f"--principal={principal}")

    def sid(self, dn: str) -> str:
        (found,) = self.values(dn, "objectSid")
        return found

    def tool(self, *arguments: str) -> str:
        """Run samba-tool on the database itself."""
        where = ("-s", str(self.folder / "smb.conf"))
        command = [_find("samba-tool"), *arguments, *where]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout


def _done(connection: Connection, is_done: bool) -> None:
    assert is_done, (connection.result["description"], connection.result["message"])


def _unit(dn: str) -> tuple[str, Mapping[str, object]]:
    return dn, {"objectClass": "organizationalUnit"}


_UNITS = (_unit(SITE), _unit(PEOPLE), _unit(GROUPS))


def ad_person(
    name: str, staff_number: str = "", dn: str = "", **more: object
) -> tuple[str, Mapping[str, object]]:
    attributes: dict[str, object] = {
        "objectClass": "user",
        "sAMAccountName": name,
        "userPrincipalName": f"{name}@ad.example.jp",
        "userAccountControl": 544,  # a normal account that needs no password yet
        **more,
    }
    if staff_number:
        attributes["employeeID"] = staff_number
    return dn or person(name), attributes


def ad_group(
    name: str, members: Sequence[str] = (), kind: int = SECURITY, **more: object
) -> tuple[str, Mapping[str, object]]:
    attributes: dict[str, object] = {
        "objectClass": "group",
        "sAMAccountName": name,
        "groupType": kind,
        **more,
    }
    if members:
        attributes["member"] = list(members)
    return group(name), attributes


def account_with_password(name: str, password: str) -> tuple[str, Mapping[str, object]]:
    secret = f'"{password}"'.encode("utf-16-le")
    return ad_person(name, unicodePwd=secret, userAccountControl=66048)
