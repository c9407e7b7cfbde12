"""`syncd user sign-out`: whoever is in the console is out at once, whatever way they came."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from syncd.bootstrap import new_secret, open_site
from syncd.cli.main import main
from syncd.flow.sign_in import Turnstile, begin_session, resume
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
