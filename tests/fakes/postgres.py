"""A real PostgreSQL server for tests: its own cluster, on loopback, stopped by its own pid.

PostgreSQL refuses to run as root, so root hands the cluster to the system's user `postgres`.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg

_CLUSTER = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
_OPTIONS = (
    "listen_addresses=127.0.0.1",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=60",
)


def _programs() -> Path:
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parent.parent.name)
    )
    on_path = shutil.which("initdb")
    if found:
        return found[-1].parent
    if on_path:
        return Path(on_path).parent
    raise RuntimeError("PostgreSQL's server programs are missing: apt-get install postgresql")


def _as_postgres() -> tuple[str, ...]:
    if os.geteuid() != 0:
        return ()
    user = pwd.getpwnam("postgres")
    return ("setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--init-groups")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class PostgresServer:
    """One running cluster; `fresh_database` gives the URL of an empty database."""

    port: int
    process: subprocess.Popen[bytes]
    count: int = 0

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def fresh_database(self) -> str:
        self.count += 1
        name = f"syncd_{self.count}"
        self.run(f'CREATE DATABASE "{name}" TEMPLATE template0')
        return self.url(name)

    def run(self, statement: str) -> None:
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[arg-type]  # a test's own literal

    def stop(self) -> None:
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(timeout=30)


def start_postgres(folder: Path) -> PostgresServer:
    """Make a cluster under `folder` (which the user postgres must be able to reach) and start it."""
    programs, become = _programs(), _as_postgres()
    folder.mkdir(parents=True, exist_ok=True)
    if become:
        shutil.chown(folder, "postgres", "postgres")
    folder.chmod(0o700)
    environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": "/tmp"}
    cluster = folder / "cluster"
    subprocess.run(
        [*become, programs / "initdb", "-D", cluster, *_CLUSTER],
        check=True,
        capture_output=True,
        env=environment,
        cwd=folder,
    )
    port = _free_port()
    settings = [word for option in _OPTIONS for word in ("-c", option)]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [
                *become,
                programs / "postgres",
                "-D",
                cluster,
                "-p",
                str(port),
                "-k",
                folder,
                *settings,
            ],
            stdout=log,
            stderr=log,
            env=environment,
            cwd=folder,
        )
    server = PostgresServer(port, process)
    _wait(server, folder / "log")
    return server


def _wait(server: PostgresServer, log: Path) -> None:
    for _ in range(300):
        try:
            server.run("SELECT 1")
        except psycopg.OperationalError:
            if server.process.poll() is not None:
                break
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"PostgreSQL did not start: {log.read_text(errors='replace')[-2000:]}")
