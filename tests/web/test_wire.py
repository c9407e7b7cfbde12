"""The console as a socket sees it: TLS of today only, and one request read as one."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from syncd.settings.model import ConsoleTable
from syncd.web.server import WebServer
from tests.fakes.slapd import make_certificates
from tests.web.conftest import PASSWORD, Office


@pytest.fixture(scope="module")
def served(
    make_office: Callable[[], Office], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[int, Path]]:
    folder = tmp_path_factory.mktemp("tls")
    make_certificates(folder)
    files = {"certificate_file": str(folder / "srv.crt"), "key_file": str(folder / "srv.key")}
    server = WebServer(make_office().opened, ConsoleTable(listen="127.0.0.1:0", **files))
    server.start()
    yield server.port, folder / "ca.crt"
    server.stop()


def connect(served: tuple[int, Path], tls: ssl.SSLContext) -> ssl.SSLSocket:
    raw = socket.create_connection(("127.0.0.1", served[0]), timeout=10)
    return tls.wrap_socket(raw, server_hostname="localhost")


def trusting(served: tuple[int, Path]) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(served[1]))


def test_the_newest_tls_is_spoken_and_each_suite_keeps_yesterdays_talk_secret(
    served: tuple[int, Path],
):
    with connect(served, trusting(served)) as spoken:
        assert spoken.version() == "TLSv1.3"
    older = trusting(served)
    older.maximum_version = ssl.TLSVersion.TLSv1_2
    with connect(served, older) as spoken:
        name = (spoken.cipher() or ("",))[0]
        assert name.startswith("ECDHE-")
        assert "GCM" in name or "CHACHA20" in name


@pytest.mark.parametrize("ciphers", ["AES128-SHA", "AES256-GCM-SHA384", "ECDHE-ECDSA-AES128-SHA"])
def test_suites_without_forward_secrecy_or_with_old_hashes_are_not_spoken(
    served: tuple[int, Path], ciphers: str
):
    weak = trusting(served)
    weak.maximum_version = ssl.TLSVersion.TLSv1_2
    weak.set_ciphers(f"{ciphers}:@SECLEVEL=0")
    with pytest.raises((ssl.SSLError, ConnectionError)):
        connect(served, weak)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_older_tls_is_not_spoken(served: tuple[int, Path]):
    old = trusting(served)
    old.minimum_version = ssl.TLSVersion.TLSv1
    old.maximum_version = ssl.TLSVersion.TLSv1_1
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.raises((ssl.SSLError, ConnectionError)):
        connect(served, old)


def test_plain_http_is_neither_answered_nor_led_elsewhere(served: tuple[int, Path]):
    with socket.create_connection(("127.0.0.1", served[0]), timeout=10) as plain:
        plain.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        try:
            answered = plain.recv(4096)
        except ConnectionError:
            answered = b""
    assert b"HTTP/" not in answered


SMUGGLED = b"GET /static/icon.svg HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.mark.parametrize(
    "lines",
    [
        (b"Content-Length: 5", b"Content-Length: 0"),
        (b"Transfer-Encoding: chunked, identity",),
        (b"Transfer-Encoding: xchunked",),
        (b"Content-Length: +5",),
        (b"Transfer-Encoding : chunked",),
    ],
)
def test_a_request_whose_end_is_doubtful_is_refused_and_nothing_after_it_is_read(
    served: tuple[int, Path], lines: tuple[bytes, ...]
):
    head = b"\r\n".join((b"POST /language HTTP/1.1", b"Host: localhost", *lines))
    heard = talk(served, head + b"\r\n\r\n" + SMUGGLED)
    assert heard.startswith(b"HTTP/1.1 4")
    assert heard.count(b"HTTP/1.1 ") == 1


def test_of_two_ways_to_tell_the_length_the_chunks_count(served: tuple[int, Path]):
    head = b"POST /language HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    both = b"Content-Length: 60\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    heard = talk(served, head + both + SMUGGLED)
    assert heard.count(b"HTTP/1.1 ") == 1


def talk(served: tuple[int, Path], sent: bytes) -> bytes:
    heard = b""
    with connect(served, trusting(served)) as spoken:
        spoken.sendall(sent)
        try:
            while part := spoken.recv(65536):
                heard += part
        except TimeoutError:
            pass
    return heard


@pytest.mark.parametrize(("trusted", "seen"), [((), "127.0.0.1"), (("127.0.0.1",), "198.51.100.7")])
def test_only_a_proxy_that_is_named_may_say_whose_request_it_brings(
    make_office: Callable[[], Office], trusted: tuple[str, ...], seen: str
):
    office = make_office()
    table = ConsoleTable(listen="127.0.0.1:0", trusted_proxies=trusted)
    server = WebServer(office.opened, table)
    server.start()
    try:
        form = {"account": "kansa", "password": PASSWORD}
        headers = {"X-Forwarded-For": "198.51.100.7"}
        url = f"http://127.0.0.1:{server.port}/sign-in"
        assert httpx.post(url, data=form, headers=headers).status_code == 303
    finally:
        server.stop()
    with office.opened.site.store.begin() as unit:
        (session,) = unit.sessions_of("kansa", office.clock())
    assert session.address == seen
