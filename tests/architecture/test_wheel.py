"""The wheel as a user installs it: connectors, tables and pages are there; the first run works."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from pathlib import Path

CONSOLE = """
from pathlib import Path
import httpx
from syncd.bootstrap import open_site
from syncd.settings.model import ConsoleTable
from syncd.web.render import static
from syncd.web.server import WebServer

opened = open_site(Path("site/syncd.toml"), lambda *_: None)
opened.notices()  # the texts of messages are there and can be used
server = WebServer(opened, ConsoleTable(listen="127.0.0.1:0"))
server.start()
with httpx.Client(base_url=f"http://127.0.0.1:{server.port}", timeout=30) as browser:
    for path in ("/sign-in", static("console.css"), static("htmx-2.0.11.min.js")):
        print(browser.get(path).status_code)
server.stop()
"""
ROOT = Path(__file__).resolve().parents[2]


def do(*command: str | Path, cwd: Path = ROOT) -> str:
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode in (0, 3), done.stderr
    return done.stdout


def test_an_installed_wheel_does_the_first_run(tmp_path: Path):
    do(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path / "dist")
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    env = tmp_path / "env"
    do(sys.executable, "-m", "venv", env)
    do(env / "bin" / "pip", "install", "--no-deps", "--no-index", wheel)
    (packages,) = (env / "lib").glob("python*/site-packages")
    # the pinned dependencies are those under test already; only syncd itself is new
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    where = do(env / "bin" / "python", "-c", "import syncd; print(syncd.__file__)", cwd=tmp_path)
    assert where.startswith(str(env))
    syncd = env / "bin" / "syncd"
    do(syncd, "init", "site", cwd=tmp_path)
    shown = do(syncd, "--config", "site/syncd.toml", "sync", "--dry-run", cwd=tmp_path)
    assert "残存 1" in shown
    assert do(env / "bin" / "python", "-c", CONSOLE, cwd=tmp_path).split() == ["200"] * 3
