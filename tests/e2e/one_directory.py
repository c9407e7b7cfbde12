"""A site whose only directory is the one that a test has; and the real command on it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from syncd.settings.template import init_site

APPROVER = """
[[actors]]
account = "sato"
staff_number = "0000900"
roles = ["approver"]
"""
_GROUP = "cn=mn-tax,ou=groups,dc=mihon,dc=example"


def make_site(
    folder: Path, directory: str, secrets: Mapping[str, str], group: str, actors: str = APPROVER
) -> Path:
    """The shipped example with the keys of one `[[directories]]`; `group` conveys its right."""
    init_site(folder)
    config = folder / "syncd.toml"
    before, _, after = config.read_text().partition("[[directories]]\n")
    policy = after[after.index("[policy]") :]
    config.write_text(f'{before}[[directories]]\nname = "ad"\n{directory}\n{policy}{actors}')
    for name, secret in secrets.items():
        (folder / "secrets" / name).write_text(secret)
    entitlements = folder / "in" / "entitlements.csv"
    quoted = f'"{group}"' if "," in group else group
    entitlements.write_text(entitlements.read_text().replace(f'"{_GROUP}"', quoted))
    return folder


def syncd(site: Path, *arguments: str, account: str = "unyo") -> tuple[int, dict]:
    command = [sys.executable, "-m", "syncd", "--config", str(site / "syncd.toml"), *arguments]
    environment = {**os.environ, "SUDO_USER": account}
    done = subprocess.run(
        [*command, "--json"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env=environment,
    )
    return done.returncode, json.loads(done.stdout)
