"""What goes wrong between us and a domain controller is unknown, and never a directory half read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from syncd.errors import DirectoryUnreadable, DirectoryWriteError
from syncd.ports.directory import GroupRemoval
from tests.connectors.ad.conftest import SECRET, WORLD, Connect
from tests.fakes.cutting_proxy import CuttingProxy
from tests.fakes.samba import Samba, account_with_password, ad_group, ad_person, person
from tests.fakes.slapd import Slapd

DONE, SIZE_LIMIT = bytes((0x65, 0x07, 0x0A, 0x01, 0)), bytes((0x65, 0x07, 0x0A, 0x01, 4))
"""The end of a page with success, and with sizeLimitExceeded (RFC 4511, appendix A)."""


def silent(_what: str, _done: int, _total: int | None) -> None:
    pass


def refused(connect: Connect, **changes: object) -> DirectoryUnreadable:
    with pytest.raises(DirectoryUnreadable) as caught:
        connect.reader(**changes).read(silent)
    return caught.value


def through(host: str, port: int = 636, limit: int | None = None) -> CuttingProxy:
    proxy = CuttingProxy(port, limit)
    proxy.host = host
    return proxy


def test_a_line_cut_at_any_page_is_refused_and_never_half_a_directory(connect, world):
    whole = through(world.address)
    options = {"attempts": 1, "page_size": 4, "range_size": 5}
    connect.reader(url=f"ldaps://localhost:{whole.port}", **options).read(silent)
    size = whole.passed
    whole.close()
    for cut in range(400, size - 200, max(1, size // 25)):
        proxy = through(world.address, limit=cut)
        assert refused(connect, url=f"ldaps://localhost:{proxy.port}", **options).remedy
        proxy.close()


def test_a_read_that_broke_is_begun_again_on_the_next_controller(connect, world):
    proxy = through(world.address, limit=12_000)
    urls = (f"ldaps://localhost:{proxy.port}", world.ldaps)
    snapshot = connect.reader(url=urls, page_size=4).read(silent)
    assert (len(snapshot.groups), world.address in snapshot.proof.server) == (8, True)
    proxy.close()


def test_a_certificate_for_another_host_is_refused(connect, world):
    proxy = through(world.address)
    failure = refused(connect, url=f"ldaps://127.0.0.1:{proxy.port}")
    assert "127.0.0.1" in failure.why
    assert "ca_file" in failure.remedy
    proxy.close()


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Samba]:
    """A controller whose certificate has expired, and which takes plain binds on loopback."""
    server = Samba(tmp_path_factory.mktemp("other"), days=-1, auth="no")
    try:
        server.start()
        yield server
    finally:
        server.stop()


def test_an_expired_certificate_is_refused(connect, other):
    failure = refused(connect, url=other.ldaps, ca_file=str(other.ca))
    assert "expired" in failure.why
    assert "ca_file" in failure.remedy
    writer = connect.writer(url=other.ldaps, ca_file=str(other.ca))
    with pytest.raises(DirectoryWriteError):
        writer.remove_members([GroupRemoval("CN=x", ("CN=y",), "c")])


@pytest.mark.parametrize("page", [1, 4])
def test_a_size_limit_at_any_page_is_refused(connect, other, page, tmp_path):
    """The controller is a real one, its pages' ends are changed on the line."""
    other.fresh(WORLD)
    seen = 0

    def limited(answer: bytes) -> bytes:
        nonlocal seen
        seen += DONE in answer
        return answer.replace(DONE, SIZE_LIMIT) if seen > page else answer

    proxy = through(other.address, 389)
    proxy.change = limited
    failure = refused(
        connect,
        url=f"ldap://127.0.0.1:{proxy.port}",
        allow_plaintext=True,
        people_base="OU=people,OU=syncd,DC=ad,DC=example,DC=jp",
        page_size=2,
        attempts=1,
    )
    proxy.close()
    assert "imitExceeded" in failure.why
    assert "件数" in failure.remedy


def test_a_controller_whose_plug_is_pulled_is_unknown_and_takes_no_change(
    connect, tmp_path_factory
):
    server = Samba(tmp_path_factory.mktemp("pulled")).start()
    try:
        server.fresh(
            [
                ad_person("u1", "1"),
                account_with_password("reader", SECRET),
                ad_group("tax", [person("u1")]),
            ]
        )
        options = {"url": server.ldaps, "ca_file": str(server.ca)}
        snapshot = connect.reader(**options).read(silent)
        server.kill()
        assert refused(connect, **options).remedy
        with pytest.raises(DirectoryUnreadable):
            connect.reader(**options).present_members({snapshot.groups[0].key: [person("u1")]})
        with pytest.raises(DirectoryWriteError):
            connect.writer(**options).add_member(snapshot.groups[0].key, person("u1"), "c")
    finally:
        server.kill()


def test_a_server_that_is_no_active_directory_is_refused(connect, tmp_path: Path):
    (tmp_path / "slapd").mkdir()
    server = Slapd(tmp_path / "slapd")
    server.prepare()
    server.start()
    try:
        failure = refused(
            connect, url=server.ldaps, ca_file=str(server.ca), bind_dn="uid=reader,dc=example,dc=jp",
            bind_password_file=_secret(tmp_path, "secret-reader"),
        )  # fmt: skip
        assert "no Active Directory" in failure.why
    finally:
        server.stop()


def _secret(folder: Path, text: str) -> str:
    (folder / "slapd-secret").write_text(text)
    return "slapd-secret"
