"""Tables over SFTP from a real sshd: only from the host that we mean, whole or not at all."""

from __future__ import annotations

import hashlib
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import paramiko
import pytest
from pydantic import ValidationError

from connectors.sftp import SftpOptions, SftpSourceType
from syncd.core.facts import Provides
from syncd.errors import ConfigurationError, SourceRefused
from syncd.ports.source import Source, SourceContext
from tests.fakes.cutting_proxy import CuttingProxy
from tests.fakes.sshd import Sshd

TABLE = "職員番号,研修名,受講日\r\n1,研修,R7.4.1\r\n2,研修,20250402\r\n".encode("cp932")
MANY = TABLE + b"".join(b"%d,x,20250402\r\n" % n for n in range(3, 40_000))
Build = Callable[..., Source]


@pytest.fixture(scope="module")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    server = Sshd(tmp_path_factory.mktemp("sshd"))
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    folder = tmp_path / "drop"
    folder.mkdir()
    (folder / "training.csv").write_bytes(TABLE)
    return folder


@pytest.fixture
def source(sshd: Sshd, drop: Path) -> Build:
    def build(**changes: object) -> Source:
        given = {
            "host": "127.0.0.1",
            "port": sshd.port,
            "username": sshd.user,
            "host_key": sshd.host_key,
            "key_file": str(sshd.folder / "client"),
            "path": f"{drop}/training.csv",
            "timeout_s": 10,
            **changes,
        }
        if "password_env" in changes:
            del given["key_file"]
        context = SourceContext("training", Provides.TRAINING, drop.parent, 7, {})
        return SftpSourceType.build(SftpOptions.model_validate(given), context)

    return build


def refused(work: Callable[[], object]) -> SourceRefused:
    with pytest.raises(SourceRefused) as failure:
        work()
    return failure.value


def test_a_table_is_read_as_a_file_is(source, sshd, drop):
    reading = source().read()
    assert [record.staff_number for record in reading.records] == ["0000001", "0000002"]
    assert reading.fingerprint == source().fingerprint()
    assert reading.fingerprint.sha256 == hashlib.sha256(TABLE).hexdigest()
    assert reading.fingerprint.where == f"sftp://127.0.0.1:{sshd.port}{drop}/training.csv"


def test_the_newest_file_of_a_pattern_is_read_and_nothing_beside_it(source, drop):
    for number, name in enumerate(
        ("t_1.csv", "t_2.csv", "t_3.csv.sha256", "~$t_4.csv", ".t_5.csv")
    ):
        (drop / name).write_bytes(TABLE)
        os.utime(drop / name, (1_000_000_000 + number, 1_000_000_000 + number))
    (drop / "t_6.csv").mkdir()
    (drop / "t_7.csv").symlink_to(drop / "training.csv")
    assert source(path=f"{drop}/t_*.csv").read().fingerprint.where.endswith("t_2.csv")


def test_another_host_key_stops_before_anything_is_sent(source, sshd):
    stranger = (sshd.folder / "stranger.pub").read_text()
    log = sshd.folder / "log"
    before = log.read_text().count("Accepted")
    failure = refused(source(host_key=stranger).read)
    assert "ホスト鍵" in failure.faults[0].expected
    assert log.read_text().count("Accepted") == before


def test_two_host_keys_are_believed_while_one_is_replaced(source, sshd):
    keys = [(sshd.folder / "stranger.pub").read_text(), f"[127.0.0.1]:22 {sshd.host_key}"]
    assert source(host_key=keys).read().rows == 2


def test_a_key_that_the_host_does_not_know_is_told_as_such(source, sshd):
    failure = refused(source(key_file=str(sshd.folder / "stranger")).read)
    assert "username" in failure.faults[0].expected


def test_what_is_missing_is_refused_and_named(source, drop, sshd):
    for changes in (
        {"path": f"{drop}/gone.csv"},
        {"path": "/no/such/folder/x.csv"},
        {"key_file": "none"},
        {"key_file": str(sshd.folder / "host.pub")},
    ):
        assert refused(source(**changes).read).where.startswith("sftp://")


def test_a_host_that_is_down_is_refused(source):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert refused(source(port=port).fingerprint)
    assert refused(source(host="no-such-host.invalid").fingerprint)


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.95])
def test_a_line_that_is_cut_gives_no_part_of_a_table(source, sshd, drop, share):
    (drop / "training.csv").write_bytes(MANY)
    with closing(CuttingProxy(sshd.port, int(len(MANY) * share))) as proxy:
        assert refused(source(port=proxy.port).read)
    assert source().read().rows == 39_999


def test_a_checksum_that_is_there_must_match_and_a_required_one_must_be_there(source, drop):
    strict = source(integrity="required")
    assert refused(strict.read).faults[0].column == "training.csv.sha256"
    sidecar = drop / "training.csv.sha256"
    sidecar.write_text(f"{hashlib.sha256(TABLE).hexdigest()}  training.csv\n")
    assert strict.read().rows == 2
    sidecar.write_text(f"{hashlib.sha256(b'x').hexdigest()}  training.csv\n")
    assert refused(source().read).faults[0].column == "training.csv.sha256"


def test_a_faulty_table_tells_every_fault(source, drop):
    (drop / "training.csv").write_bytes(TABLE.replace(b"20250402", b"20250231"))
    assert refused(source().read).faults[0].line == 3


def test_a_password_is_read_from_its_variable_and_never_told(source, monkeypatch):
    monkeypatch.setenv("SFTP_PASSWORD", "geheim-123")
    failure = refused(source(password_env="SFTP_PASSWORD").read)
    assert "geheim" not in str(failure)
    monkeypatch.delenv("SFTP_PASSWORD")
    assert "SFTP_PASSWORD" in refused(source(password_env="SFTP_PASSWORD").read).faults[0].expected


class _Door(paramiko.ServerInterface):
    """Lets one password in; OpenSSH would need an account of the machine for it."""

    def check_auth_password(self, username: str, password: str) -> int:
        good = (username, password) == ("hr", "geheim-123")
        return paramiko.AUTH_SUCCESSFUL if good else paramiko.AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.OPEN_SUCCEEDED


class _Growing(paramiko.SFTPServerInterface):
    """One file whose size is another each time it is looked at."""

    looked = 0

    def _attributes(self) -> paramiko.SFTPAttributes:
        attributes = paramiko.SFTPAttributes()
        attributes.filename, attributes.st_mode = "training.csv", 0o100644
        attributes.st_size, attributes.st_mtime = len(TABLE) + self.looked, 1_800_000_000
        return attributes

    def list_folder(self, path: str) -> list[paramiko.SFTPAttributes]:
        return [self._attributes()]

    def stat(self, path: str) -> paramiko.SFTPAttributes:
        self.looked += 1
        return self._attributes()

    def open(self, path: str, flags: int, attr: object) -> paramiko.SFTPHandle:
        handle = paramiko.SFTPHandle(flags)
        handle.read = lambda offset, length: TABLE[offset : offset + length] or paramiko.SFTP_EOF
        handle.stat = self._attributes
        return handle


@pytest.fixture
def password_server() -> Iterator[tuple[int, str]]:
    key = paramiko.ECDSAKey.generate()
    listener = socket.create_server(("127.0.0.1", 0))
    transports: list[paramiko.Transport] = []

    def serve() -> None:
        line, _ = listener.accept()
        transport = paramiko.Transport(line)
        transports.append(transport)
        transport.add_server_key(key)
        transport.set_subsystem_handler("sftp", paramiko.SFTPServer, _Growing)
        transport.start_server(server=_Door())

    thread = threading.Thread(target=serve)
    thread.start()
    yield listener.getsockname()[1], f"{key.get_name()} {key.get_base64()}"
    thread.join(10)
    for transport in transports:
        transport.close()
    listener.close()


def test_a_file_that_is_being_written_is_not_read(source, password_server, monkeypatch):
    port, key = password_server
    monkeypatch.setenv("SFTP_PASSWORD", "geheim-123")
    line = {"port": port, "host_key": key, "username": "hr", "path": "/out/training.csv"}
    failure = refused(source(password_env="SFTP_PASSWORD", **line).read)
    assert "書き込みの途中" in failure.faults[0].expected


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"path": "relative.csv"}, "absolute"),
        ({"path": "/out/../etc/x.csv"}, "absolute"),
        ({"path": "/out*/x.csv"}, "pattern"),
        ({"host_key": "AAAA"}, "ssh-keyscan"),
        ({"host_key": "ssh-ed25519 ?"}, "ssh-keyscan"),
        ({"host_key": []}, "host_key"),
        ({"key_file": None}, "exactly one"),
        ({"password_file": "x"}, "exactly one"),
    ],
)
def test_options_that_cannot_be_meant_are_refused(source, changes, told):
    with pytest.raises(ValidationError, match=told):
        source(**changes)


def test_columns_that_do_not_exist_are_a_fault_of_the_configuration(source):
    with pytest.raises(ConfigurationError, match="所属"):
        source(columns={"所属": "x"})
