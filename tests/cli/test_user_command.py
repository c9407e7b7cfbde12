"""`syncd user sign-out`: whoever is in the console is out at once, whatever way they came."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from pathlib import Path

import pytest

from syncd.bootstrap import acting_account, new_secret, open_site
from syncd.cli.main import main
from syncd.core.factors import SecondFactor
from syncd.flow.access.sign_in import Turnstile, begin_session, resume
from syncd.flow.access.users import change_own_password
from syncd.flow.site import Site
from syncd.ports.identity import Identity
from syncd.settings.template import init_site


def test_who_came_by_the_directory_or_a_provider_is_signed_out_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    init_site(tmp_path / "site")
    config = tmp_path / "site" / "syncd.toml"
    site = open_site(config, lambda *_: None).site
    turnstile = Turnstile(new_secret, timedelta(minutes=30), timedelta(hours=10))
    kept = [
        begin_session(site, turnstile, Identity(account, None, method), "192.0.2.1")
        for account, method in (("sato", "ldap"), ("sato", "oidc"), ("ito", "ldap"))
    ]
    assert main(["--config", str(config), "--json", "user", "sign-out", "sato"]) == 0
    assert json.loads(capsys.readouterr().out) == {"account": "sato", "ended": 2}
    lives = [resume(site, turnstile, signed_in.secret) is not None for signed_in in kept]
    assert lives == [False, False, True]
    site.store.close()


def run(config: Path, *words: str) -> int:
    return main(["--config", str(config), "--json", "user", *words])


@pytest.fixture
def config(tmp_path: Path) -> Path:
    init_site(tmp_path / "site")
    return tmp_path / "site" / "syncd.toml"


def test_everybody_is_signed_out_at_once(config: Path, capsys: pytest.CaptureFixture[str]):
    site = open_site(config, lambda *_: None).site
    turnstile = Turnstile(new_secret, timedelta(minutes=30), timedelta(hours=10))
    kept = [
        begin_session(site, turnstile, Identity(account, None, "ldap"), "192.0.2.1")
        for account in ("sato", "ito")
    ]
    assert run(config, "sign-out", "--all") == 0
    assert json.loads(capsys.readouterr().out) == {"ended": 2}
    assert [resume(site, turnstile, signed_in.secret) for signed_in in kept] == [None, None]
    with site.store.begin() as unit:
        leaves = unit.history("console")
    assert any(b"session.ended" in leaf and b'"of":"everybody"' in leaf for leaf in leaves)
    site.store.close()


@pytest.mark.parametrize("words", [("disable", "--all"), ("sign-out", "sato", "--all")])
def test_all_stands_for_signing_out_and_for_nothing_else(config: Path, words: tuple[str, ...]):
    assert run(config, *words) == 2


def test_what_an_administrator_sets_for_somebody_else_must_be_changed(
    config: Path, monkeypatch: pytest.MonkeyPatch
):
    for account in ("sato", acting_account()):
        monkeypatch.setattr("sys.stdin", io.StringIO("four grey herons above\n"))
        assert run(config, "add", account) == 0
    site = open_site(config, lambda *_: None).site
    assert must_change(site, "sato")
    assert not must_change(site, acting_account())
    change_own_password(site, "sato", "$hash")
    assert not must_change(site, "sato")
    monkeypatch.setattr("sys.stdin", io.StringIO("three brown bears below\n"))
    assert run(config, "password", "sato") == 0
    assert must_change(site, "sato")
    site.store.close()


def must_change(site: Site, account: str) -> bool:
    with site.store.begin() as unit:
        user = unit.user(account)
    assert user is not None
    return user.must_change


def test_a_lost_authenticator_is_forgotten_by_an_administrator(config: Path):
    site = open_site(config, lambda *_: None).site
    assert run(config, "reset-factor", "sato") == 2
    with site.store.begin() as unit:
        unit.save_factor(SecondFactor("sato", "AAAA", site.clock(), 1))
    assert run(config, "reset-factor", "sato") == 0
    with site.store.begin() as unit:
        assert unit.factor("sato") is None
    site.store.close()


def test_a_new_installation_has_no_account_and_no_password(config: Path):
    site = open_site(config, lambda *_: None).site
    with site.store.begin() as unit:
        assert unit.users() == ()
    site.store.close()
