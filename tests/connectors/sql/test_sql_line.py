"""The line to PostgreSQL: verified, and where it is cut anywhere nothing is half believed."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from syncd.errors import DirectoryUnreadable, DirectoryWriteError
from syncd.ports.directory import GroupRemoval
from tests.contract.directories import ACCOUNTS, SEEDS
from tests.fakes.certificates import make_certificates
from tests.fakes.cutting_proxy import CuttingProxy
from tests.fakes.postgres import PostgresServer, start_postgres
from tests.fakes.rights_table import RightsTable

REMOVAL = GroupRemoval("1", ("u1", "u2"), "c1")


def through(table: RightsTable, proxy: CuttingProxy) -> RightsTable:
    """The same tables by way of a proxy."""
    return RightsTable(table.url.replace(f":{proxy.target}/", f":{proxy.port}/"))


@pytest.fixture
def port(postgres: PostgresServer) -> int:
    return postgres.port


def test_a_read_that_is_cut_anywhere_is_unread_and_never_shorter(postgresql_table, build, port):
    whole = CuttingProxy(port, None)
    reader, _ = build(through(postgresql_table, whole))
    complete = reader.read(lambda *_: None)
    whole.close()
    refused = 0
    for limit in range(1, whole.passed, max(1, whole.passed // 40)):
        proxy = CuttingProxy(port, limit)
        reader, _ = build(through(postgresql_table, proxy))
        try:
            assert reader.read(lambda *_: None).blocks == complete.blocks
        except DirectoryUnreadable:
            refused += 1
        proxy.close()
    assert refused >= 39  # what comes after the last row, the answer to ROLLBACK, may be missed


def test_a_removal_that_is_cut_anywhere_is_whole_or_not_done(postgresql_table, build, port):
    whole = CuttingProxy(port, None)
    _, writer = build(through(postgresql_table, whole))
    writer.remove_members([REMOVAL])
    whole.close()
    for limit in range(1, whole.passed, max(1, whole.passed // 40)):
        for account in ("u1", "u2"):
            postgresql_table.revoke(1, account)
            postgresql_table.grant(1, account)
        proxy = CuttingProxy(port, limit)
        _, writer = build(through(postgresql_table, proxy))
        try:
            (outcomes,) = writer.remove_members([REMOVAL])
            assert [outcome.error for outcome in outcomes] == [None, None]
            assert postgresql_table.standing(1) == {"u4"}
        except DirectoryWriteError:
            assert postgresql_table.standing(1) in ({"u4"}, {"u1", "u2", "u4"})
        proxy.close()


@pytest.fixture(scope="module")
def own_server() -> Iterator[PostgresServer]:
    """A server of its own, whose certificate can be changed without touching other tests."""
    folder = Path(tempfile.mkdtemp(prefix="syncd-postgres-"))
    server = start_postgres(folder)
    try:
        table = RightsTable(server.url()).lay(ACCOUNTS, SEEDS)
        assert table.standing(1)
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def certified(own_server: PostgresServer, tmp_path: Path) -> Callable[..., RightsTable]:
    """Gives the server a certificate and returns its tables, to be reached by verified TLS."""

    def made(**certificate: object) -> RightsTable:
        folder = tmp_path / f"ca{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        make_certificates(folder, **certificate)
        ((cluster,),) = RightsTable(own_server.url()).ask("SHOW data_directory")
        for name in ("srv.crt", "srv.key"):
            shutil.copy(folder / name, cluster)
            shutil.chown(Path(cluster) / name, *_owner(Path(cluster)))
            (Path(cluster) / name).chmod(0o600)
        for setting in ("ssl_cert_file = 'srv.crt'", "ssl_key_file = 'srv.key'", "ssl = on"):
            own_server.run(f"ALTER SYSTEM SET {setting}")
        own_server.run("SELECT pg_reload_conf()")
        shutil.copy(folder / "ca.crt", tmp_path / "ca.crt")
        return RightsTable(f"{own_server.url()}?sslmode=verify-full")

    return made


def _owner(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_uid, status.st_gid


def test_a_server_whose_certificate_comes_from_the_known_ca_is_read(certified, build):
    reader, writer = build(certified(), ca_file="ca.crt")
    assert reader.present_members({"1": ["u1"]}) == {"1": {"u1"}}
    assert writer.remove_members([GroupRemoval("1", ("u9",), "c1")])


@pytest.mark.parametrize(
    "certificate", [{"days": -1}, {"names": "DNS:other.example"}], ids=["expired", "other name"]
)
def test_a_certificate_that_expired_or_names_another_host_is_unread(certified, build, certificate):
    reader, writer = build(certified(**certificate), ca_file="ca.crt")
    with pytest.raises(DirectoryUnreadable) as refused:
        reader.read(lambda *_: None)
    assert "certificate" in refused.value.remedy
    with pytest.raises(DirectoryWriteError):
        writer.remove_members([REMOVAL])


def test_a_certificate_of_an_unknown_ca_is_unread(certified, build, tmp_path):
    table = certified()
    other = tmp_path / "other"
    other.mkdir()
    make_certificates(other)
    for ca_file in ("other/ca.crt", None):
        reader, _ = build(table, ca_file=ca_file)
        with pytest.raises(DirectoryUnreadable) as refused:
            reader.read(lambda *_: None)
        assert "certificate" in refused.value.remedy


def test_a_server_without_tls_is_not_spoken_to_where_tls_is_asked_for(postgresql_table, build):
    postgresql_table.url += "?sslmode=verify-full"
    reader, _ = build(postgresql_table)
    with pytest.raises(DirectoryUnreadable):
        reader.read(lambda *_: None)


def test_a_wrong_password_is_told_and_not_repeated(own_server, build, tmp_path):
    own_server.run("CREATE ROLE locked LOGIN PASSWORD 'right'")
    ((rules,),) = RightsTable(own_server.url()).ask("SHOW hba_file")
    before = Path(rules).read_text()
    Path(rules).write_text("host all locked 127.0.0.1/32 scram-sha-256\n" + before)
    own_server.run("SELECT pg_reload_conf()")
    (tmp_path / "secret").write_text("geheim\n")
    table = RightsTable(own_server.url().replace("postgres@", "locked@"))
    reader, _ = build(table, password_file="secret")
    with pytest.raises(DirectoryUnreadable) as refused:
        reader.read(lambda *_: None)
    assert "password" in refused.value.remedy
    assert "geheim" not in f"{refused.value!r} {refused.value} {reader!r}"


@pytest.mark.parametrize(("encoding", "reads"), [("EUC_JP", True), ("SQL_ASCII", False)])
def test_texts_in_another_encoding_are_read_right_or_not_at_all(own_server, build, encoding, reads):
    name = f"in_{encoding.lower()}"
    own_server.run(
        f"CREATE DATABASE {name} ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C'"
        " TEMPLATE template0"
    )
    table = RightsTable(own_server.url(name)).lay(ACCOUNTS, SEEDS)
    name = {"EUC_JP": "'税務'", "SQL_ASCII": "E'\\x90\\xc5'"}[encoding]
    table.run("UPDATE roles SET label = NAME WHERE role_id = 1".replace("NAME", name))
    reader, _ = build(table)
    if reads:
        assert "税務" in {group.name for group in reader.read(lambda *_: None).groups}
        return
    with pytest.raises(DirectoryUnreadable):
        reader.read(lambda *_: None)
