from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from syncd.settings.template import init_site

APPLY = """
[[actors]]
account = "sato"
staff_number = "0000900"
roles = ["approver"]

[[actors]]
account = "ito"
staff_number = "0000901"
roles = ["chief"]
"""


class Cli:
    """The real command in a site of its own; `account` is who came by sudo."""

    def __init__(self, site: Path) -> None:
        self.site = site
        self.config = site / "syncd.toml"

    def __call__(
        self, *arguments: str, account: str = "unyo", cwd: Path | None = None, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        clean = {k: v for k, v in os.environ.items() if k not in ("SYNCD_CONFIG", "SUDO_USER")}
        return subprocess.run(
            [sys.executable, "-m", "syncd", *arguments],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            cwd=cwd or self.site,
            env={**clean, "SUDO_USER": account, **environment},
        )

    def json(self, *arguments: str, account: str = "unyo") -> dict[str, Any]:
        done = self(*arguments, "--json", account=account)
        return json.loads(done.stdout)

    def apply(self) -> None:
        """Let syncd write in place, and name two persons who decide."""
        text = self.config.read_text().replace('mode = "observe"', 'mode = "apply"')
        self.config.write_text(text.replace("# in_place = true", "in_place = true") + APPLY)

    def use_directory(self, table: str, group: str) -> None:
        """Let another directory stand in for the file, and rights be taken without a vote."""
        before, _, after = self.config.read_text().partition("[[directories]]\n")
        rest = after.partition("[policy]\n")[2].replace(
            'transferred = "one"', 'transferred = "auto"'
        )
        self.config.write_text(f"{before}{table}\n[policy]\n{rest}")
        listing = self.site / "in" / "entitlements.csv"
        text = listing.read_text(encoding="utf-8").replace(",ad,", ",rights,")
        listing.write_text(
            text.replace('"cn=mn-tax,ou=groups,dc=mihon,dc=example"', group), "utf-8"
        )

    @property
    def ldif(self) -> Path:
        return self.site / "in" / "directory.ldif"


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    init_site(tmp_path / "site")
    return Cli(tmp_path / "site")
