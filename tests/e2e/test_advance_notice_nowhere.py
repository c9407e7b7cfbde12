"""内示 reaches nobody: every log line, metric, mail, page, answer and command is read for it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import unquote

import httpx
import pytest

from syncd.bootstrap import open_site
from syncd.flow.access.users import add_user
from syncd.flow.foresight.foreseeing import Asked, foresee_day
from syncd.flow.foresight.gathering import known
from syncd.flow.foresight.keeping import keep
from syncd.identity.local import hash_password
from syncd.settings.template import init_site
from tests.daemon.test_daemon import PATIENCE_S, Running, daemon, free_port
from tests.e2e.crawling import crawl, unseen
from tests.fakes.mail_server import MailServer

SECRETS = ("NAIJI-9", "NAIJI-8", "0000077", "秘密", "99099", "99098")
ROWS = (  # somebody whom nothing else names, and somebody who holds a right
    '"NAIJI-9","2027-05-01","配置換","77","秘密　花子","99099","課長","","","{0}"\n'
    '"NAIJI-8","2027-05-01","配置換","1","見本 一郎","99098","係長","","","{0}"\n'
)
PASSWORD = "four grey herons above the weir"
PAGES = (
    *("/people?text=秘密", "/people?text=0000077", "/people/0000077"),
    *("/releases?on=2027-05-01", "/releases/table?on=2027-05-01"),
    *("/transfer-day/ahead?on=2027-05-01", "/api/v1/openapi.json"),
    *("/api/v1/people/0000077", "/api/v1/findings", "/api/v1/cases", "/api/v1/plans"),
)
"""Where questions are asked; every other page and answer is found by its links."""
COMMANDS = (
    ("check",),
    ("check", "--json"),
    ("cases", "--json"),
    ("report", "--json"),
    ("explain", "1", "--json"),
    ("explain", "1", "--as-of", "2027-05-01"),
    ("preview", "--on", "2027-05-01"),
    ("preview", "--on", "2027-05-01", "--json"),
    ("residual", "--json"),
    ("review", "start", "棚卸"),
    ("review", "show"),
    ("review", "export", "--json"),
)
NOT_THERE = {
    *("/sign-in/next", "/sign-in/oidc", "/sign-in/oidc/callback"),
    *("/tasks/{task_id}", "/tasks/{task_id}/form", "/tasks/{task_id}/evidence/{evidence_id}"),
    *("/transfer-day/files/{upload_id}", "/transfer-day/runs/{sync_id}"),
    "/transfer-day/runs/{sync_id}/events",
    "/runs/{run}/events",
    *("/residuals/{report_id}/rows", "/residuals/{report_id}/first-report"),
    *("/residuals/{report_id}/first-report/text", "/drills/{drill}"),
    *("/releases/{section}/designation", "/releases/{section}/application/{staff_number}"),
}
"""Routes of what this site has not: tasks of people, brought files, requested runs, a provider, a
log that shows a use, somebody who came newly, a drill.
"""
CONFIGURATION = """
[console]
listen = "127.0.0.1:{console}"

[[notifiers]]
name = "mail"
type = "smtp"
host = "127.0.0.1"
port = {mail}
security = "none"
sender = "syncd@mihon.example"

[notices]
mail_domain = "mihon.example"

[[actors]]
account = "unyo"
roles = ["operator", "admin", "auditor"]

[[actors]]
account = "soukatsu"
roles = ["chief"]
"""


@pytest.fixture
def mail() -> Iterator[MailServer]:
    server = MailServer(None, "none").start()
    yield server
    server.stop()


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def site(tmp_path: Path, mail: MailServer, port: int) -> Path:
    folder = tmp_path / "site"
    init_site(folder)
    config = folder / "syncd.toml"
    text = config.read_text("utf-8").replace('mode = "observe"', 'mode = "propose"')
    config.write_text(text + CONFIGURATION.format(console=port, mail=mail.port), "utf-8")
    opened = open_site(config, lambda *_: None)
    for grant in opened.settings.grants():
        add_user(opened.site, grant.account, hash_password(PASSWORD), "root")
    opened.site.store.close()
    return folder


def put_order(site: Path, confirmed: str) -> None:
    """Let the personnel system write one more order, in the columns of its file."""
    orders = site / "in" / "orders.csv"
    header = orders.read_text("utf-8-sig").splitlines()[0]
    assert header.split(",")[-1].strip('"') == "発令確定", header
    with orders.open("a", encoding="utf-8") as file:
        file.write(ROWS.format(confirmed))


def everything_told(running: Running, port: int, site: Path, mail: MailServer) -> dict[str, str]:
    """Return every word that leaves the daemon and the command line, by where it was read."""
    told = {"log": (site / "log").read_text(), "metrics": running.get("/metrics")[1]}
    told["ready"] = running.get("/readyz")[1]
    for number, letter in enumerate(mail.mails()):
        told[f"mail {number}"] = str(letter) + letter.get_content()
    keep_with_notices(site)
    for words in COMMANDS:  # before pages are read: the previews that they keep are linked there
        told[" ".join(words)] = said_by_command(site, words)
    visited: set[str] = set()
    for account in ("unyo", "soukatsu"):
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as browser:
            signed = browser.post("/sign-in", data={"account": account, "password": PASSWORD})
            assert signed.status_code == 303
            for path, answer in crawl(browser, PAGES).items():
                told[f"{account} {path}"] = _without_question(answer)
                visited.add(path)
    assert unseen(visited) <= NOT_THERE
    return told


def keep_with_notices(site: Path) -> None:
    """Let personnel keep a preview that takes 内示 for orders: nobody else shall come across it."""
    opened = open_site(site / "syncd.toml", lambda *_: None)
    asked = Asked(date(2027, 5, 1), opened.today(), with_notices=True)
    gathered = known(opened.site, asked.on, with_notices=True)
    keep(opened.site, foresee_day(opened.site, asked, gathered).preview, "jinji")
    opened.site.store.close()


def _without_question(answer: httpx.Response) -> str:
    """Return what a page says beside what was typed into its box: that it may repeat."""
    text = answer.text
    for part in SECRETS:
        if part in unquote(str(answer.request.url)):
            text = text.replace(part, "")
    return text


def said_by_command(site: Path, words: tuple[str, ...]) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "syncd", "--config", str(site / "syncd.toml"), *words],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
        env={**os.environ, "SUDO_USER": "unyo"},
    )
    return done.stdout + done.stderr


def wait_for_run(site: Path, runs: int) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if (site / "log").read_text().count('"event": "run.finished"') >= runs:
            return
        time.sleep(0.1)
    raise AssertionError((site / "log").read_text())


def wait_for_mail(mail: MailServer) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not mail.mails() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert mail.mails()


def test_whatever_leaves_the_daemon_holds_nothing_of_a_person_under_advance_notice(
    site: Path, port: int, mail: MailServer
):
    put_order(site, "内示")
    with daemon(site) as running:
        wait_for_run(site, 1)
        wait_for_mail(mail)
        told = everything_told(running, port, site, mail)
        assert running.end() == 0
    assert len(told) > 2 * len(PAGES)
    leaks = {where: [s for s in SECRETS if s in text] for where, text in told.items()}
    assert {where: found for where, found in leaks.items() if found} == {}


def test_the_same_order_is_seen_once_it_is_confirmed(site: Path, port: int, mail: MailServer):
    """The test above could fail: what it looks for is there when the order is no 内示."""
    put_order(site, "確定")
    with daemon(site) as running:
        wait_for_run(site, 1)
        told = everything_told(running, port, site, mail)
        assert running.end() == 0
    seen = {s for s in SECRETS for where, text in told.items() if s in text}
    assert {"NAIJI-9", "NAIJI-8", "0000077"} <= seen
    ahead = "/transfer-day/ahead?on=2027-05-01"
    assert "NAIJI-8" in told[f"unyo {ahead}"]
    assert "秘密" not in told["log"] + told["metrics"]
