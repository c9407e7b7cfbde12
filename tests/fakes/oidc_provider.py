"""A real OpenID provider (npm's oidc-provider under node), and somebody with a browser there."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx

CLIENT = "syncd"
SECRET = "a-secret:with/odd%characters"
_HERE = Path(__file__).with_name("oidc")
_MOST_PAGES = 12
_PATIENCE_S = 20


def cache_folder() -> Path:
    """Return where deploy/install-test-servers puts what npm installs."""
    return Path(os.environ.get("SYNCD_TESTS_CACHE", Path.home() / ".cache" / "syncd-tests"))


def free_port() -> int:
    """Return a port of loopback that nobody has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class OidcServer:
    """Started by `start`, stopped by `stop`."""

    folder: Path
    redirect_uri: str
    method: str = "client_secret_basic"
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[str] | None = None

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> OidcServer:
        node, cache = shutil.which("node"), cache_folder()
        if node is None or not (cache / "node_modules" / "oidc-provider").is_dir():
            raise FileNotFoundError("oidc-provider is missing: run deploy/install-test-servers")
        command = [node, "server.mjs", str(cache), str(self.port), self.redirect_uri, self.method]
        with (self.folder / "oidc.log").open("w") as log:
            self.process = subprocess.Popen(
                command, cwd=_HERE, stdout=subprocess.PIPE, stderr=log, text=True
            )
        assert self.process.stdout is not None
        said = self.process.stdout.readline().strip()
        assert said == "ready", (self.folder / "oidc.log").read_text()
        return self

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(_PATIENCE_S)
            assert self.process.stdout is not None
            self.process.stdout.close()
            self.process = None

    def sign_in(self, address: str, login: str) -> dict[str, str]:
        """Sign in at the provider's own pages as a person does; return what it sends back."""
        with httpx.Client(follow_redirects=False, timeout=30) as browser:
            page = browser.get(address)
            for _ in range(_MOST_PAGES):
                if page.is_redirect:
                    next_ = urljoin(str(page.url), page.headers["location"])
                    if next_.startswith(self.redirect_uri):
                        return dict(parse_qsl(urlsplit(next_).query))
                    page = browser.get(next_)
                    continue
                action, filled = _form(page, login)
                page = browser.post(action, data=filled)
        raise AssertionError(page.text)


def _form(page: httpx.Response, login: str) -> tuple[str, dict[str, str]]:
    action = re.search(r'<form[^>]*action="([^"]+)"', page.text)
    prompt = re.search(r'name="prompt" value="(\w+)"', page.text)
    assert action is not None, page.text
    assert prompt is not None, page.text
    filled = {"prompt": prompt[1]}
    if prompt[1] == "login":
        filled |= {"login": login, "password": "not looked at"}
    return urljoin(str(page.url), action[1]), filled
