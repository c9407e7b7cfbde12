"""An OpenSSH server of our own for SFTP: own keys, own port on loopback, gone with the test."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

_PATIENCE_S = 20
_CONFIGURATION = """\
ListenAddress 127.0.0.1:{port}
HostKey {folder}/host
PidFile none
AuthorizedKeysFile {folder}/authorized
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin yes
StrictModes no
UsePAM no
Subsystem sftp internal-sftp
"""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Sshd:
    """Started by `start`, stopped by `stop`; whoever has the key `client` may sign in."""

    folder: Path
    kind: str = "ed25519"
    port: int = field(default_factory=_free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def user(self) -> str:
        return pwd.getpwuid(os.geteuid()).pw_name

    @property
    def host_key(self) -> str:
        return (self.folder / "host.pub").read_text().strip()

    def start(self) -> Sshd:
        program = shutil.which("sshd", path="/usr/sbin:" + os.environ.get("PATH", ""))
        if program is None:
            raise FileNotFoundError("sshd is missing: apt-get install openssh-server")
        for name, kind in (("host", self.kind), ("client", "ed25519"), ("stranger", "ed25519")):
            command = ["ssh-keygen", "-q", "-t", kind, "-N", "", "-C", "", "-f", name]
            subprocess.run(command, cwd=self.folder, check=True)
        (self.folder / "authorized").write_text((self.folder / "client.pub").read_text())
        text = _CONFIGURATION.format(port=self.port, folder=self.folder)
        (self.folder / "conf").write_text(text)
        if os.geteuid() == 0:  # where it separates its privileges
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        with (self.folder / "log").open("wb") as log:
            self.process = subprocess.Popen(
                [program, "-D", "-e", "-f", str(self.folder / "conf")], stdout=log, stderr=log
            )
        self._wait()
        return self

    def _wait(self) -> None:
        deadline = time.monotonic() + _PATIENCE_S
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                assert self.process is not None
                assert self.process.poll() is None, (self.folder / "log").read_text()
                time.sleep(0.02)
            else:
                return
        raise AssertionError("sshd does not answer")

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(_PATIENCE_S)
            self.process = None
