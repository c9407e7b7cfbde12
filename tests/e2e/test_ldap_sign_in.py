"""The passwords of a real slapd open the console that `syncd daemon` serves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from syncd.bootstrap import OpenSite, open_site
from syncd.errors import ConfigurationError
from syncd.web.server import WebServer
from tests.fakes.slapd import GROUPS, PEOPLE, READER, Slapd, ldif_group, ldif_person, person

PASSWORD = "a sentence of the directory"
SITE = """
[organization]
name = "みほん市"

[[directories]]
name = "kikan"
type = "ldap"
url = "{url}"
ca_file = "{ca}"
bind_dn = "{reader}"
bind_password_file = "read"
people_base = "{people}"
groups_base = "{groups}"

[[directories]]
name = "files"
type = "ldif"
path = "export.ldif"
people_base = "{people}"
groups_base = "{groups}"

[console]
listen = "127.0.0.1:0"
sign_in = ["local", "ldap"]
ldap_directory = "kikan"

[[actors]]
account = "sato"
roles = ["approver"]
"""


@pytest.fixture
def slapd(tmp_path: Path) -> Iterator[Slapd]:
    (tmp_path / "slapd").mkdir()
    seed = ldif_person("sato", "900", userPassword=PASSWORD)
    server = Slapd(tmp_path / "slapd", seed + ldif_group("tax", [person("sato")]))
    server.prepare()
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.fixture
def opened(tmp_path: Path, slapd: Slapd) -> OpenSite:
    (tmp_path / "read").write_text("secret-reader")
    places = {"url": slapd.ldaps, "ca": slapd.ca, "reader": READER}
    text = SITE.format(**places, people=PEOPLE, groups=GROUPS)
    (tmp_path / "syncd.toml").write_text(text, encoding="utf-8")
    return open_site(tmp_path / "syncd.toml", lambda *_: None)


@pytest.fixture
def browser(opened: OpenSite) -> Iterator[httpx.Client]:
    console = opened.settings.model.console
    assert console is not None
    server = WebServer(opened, console)
    server.start()
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{server.port}", timeout=30) as client:
            yield client
    finally:
        server.stop()
        opened.site.store.close()


def enter(browser: httpx.Client, account: str, password: str) -> httpx.Response:
    return browser.post("/sign-in", data={"account": account, "password": password})


def test_a_password_of_the_directory_begins_a_session_under_its_spelling(
    browser: httpx.Client, opened: OpenSite
):
    assert enter(browser, "SATO", PASSWORD).status_code == 303
    page = browser.get("/account").text
    assert re.search(r"\bsato\b", page)
    assert "SATO" not in page
    with opened.site.store.begin() as unit:
        (session,) = unit.sessions_of("sato", opened.clock())
    assert (session.method, session.staff_number) == ("ldap", "0000900")


@pytest.mark.parametrize(("account", "password"), [("sato", "wrong"), ("*", PASSWORD)])
def test_what_the_directory_does_not_take_begins_none(
    browser: httpx.Client, account: str, password: str
):
    assert enter(browser, account, password).status_code == 401
    assert browser.get("/").status_code == 303


def test_while_the_directory_is_down_nobody_comes_in_and_the_page_says_why(
    browser: httpx.Client, slapd: Slapd
):
    slapd.stop()
    answer = enter(browser, "sato", PASSWORD)
    assert answer.status_code == 503
    assert "接続できません" in answer.text
    slapd.start()
    assert enter(browser, "sato", PASSWORD).status_code == 303


def test_a_directory_that_knows_no_passwords_is_a_fault_that_says_what_to_do(
    tmp_path: Path, opened: OpenSite
):
    config = tmp_path / "syncd.toml"
    text = config.read_text(encoding="utf-8")
    config.write_text(
        text.replace('ldap_directory = "kikan"', 'ldap_directory = "files"'), encoding="utf-8"
    )
    other = open_site(config, lambda *_: None)
    console = other.settings.model.console
    assert console is not None
    with pytest.raises(ConfigurationError, match=r"ldap_directory = 'files'.*'ldif'"):
        other.password_checks(console)
    other.site.store.close()
    opened.site.store.close()
