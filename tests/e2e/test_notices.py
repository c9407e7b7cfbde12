"""People are told, by real mail and a real webhook, from a city's 1 April and from a daemon."""

from __future__ import annotations

import csv
import json
import re
import time
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from syncd.bootstrap import OpenSite, open_site
from syncd.core.calendar import midnight
from syncd.core.cases import CaseState
from syncd.demo import DemoCity, advance_to_transfer_day, make_city
from syncd.flow.run import run
from syncd.flow.site import RunRequest
from syncd.flow.telling.composing import compose
from syncd.flow.telling.delivery import Delivery, deliver
from syncd.settings.template import init_site
from tests.daemon.test_daemon import PATIENCE_S, daemon
from tests.fakes.mail_server import MailServer
from tests.fakes.receiver import Receiver

SECRET = "a secret of at least twenty-four bytes"
CONFIGURATION = """
[[notifiers]]
name = "mail"
type = "smtp"
host = "127.0.0.1"
port = {mail}
security = "none"
sender = "syncd@mihon.example"

[[notifiers]]
name = "chat"
type = "webhook"
url = "http://127.0.0.1:{chat}/hook"
secret_file = "chat-secret"
kinds = ["new-cases"]

[notices]
mail_domain = "mihon.example"
"""


@pytest.fixture
def mail() -> Iterator[MailServer]:
    server = MailServer(None, "none").start()
    yield server
    server.stop()


@pytest.fixture
def chat() -> Iterator[Receiver]:
    receiver = Receiver(None).start()
    yield receiver
    receiver.stop()


def tell(config: Path, mail: MailServer, chat: Receiver) -> None:
    text = CONFIGURATION.format(mail=mail.port, chat=chat.port)
    config.write_text(config.read_text("utf-8") + text, "utf-8")
    (config.parent / "chat-secret").write_text(SECRET)


@pytest.fixture
def city(tmp_path: Path, mail: MailServer, chat: Receiver) -> DemoCity:
    made = make_city(tmp_path / "city")
    text = made.config.read_text("utf-8")
    narrow = text.replace('roles = ["approver"]', 'roles = ["approver"]\nsections = ["20020"]')
    made.config.write_text(narrow, "utf-8")
    tell(made.config, mail, chat)
    return made


class Clock:
    def __init__(self, city: DemoCity) -> None:
        self.at = midnight(city.eve)

    def __call__(self):
        return self.at


def first_of_april(city: DemoCity) -> OpenSite:
    """Let the city's 1 April arrive, telling people as the daemon does."""
    clock = Clock(city)
    opened = open_site(city.config, lambda *_: None, clock=clock)
    notices = opened.notices()
    compose(opened.site, notices)
    run(opened.site, RunRequest(city.eve, "syncd"))
    compose(opened.site, notices)
    advance_to_transfer_day(city)
    clock.at = midnight(city.transfer_day)
    run(opened.site, RunRequest(city.transfer_day, "syncd"))
    compose(opened.site, notices)
    delivery = deliver(opened.site, notices)
    assert (delivery.put_off, delivery.failed) == (0, 0)
    assert deliver(opened.site, notices) == Delivery()
    return opened


def body(mail: EmailMessage) -> str:
    return mail.get_content()


def test_on_1_april_each_who_decides_gets_a_digest_of_exactly_their_cases(
    city: DemoCity, mail: MailServer
):
    opened = first_of_april(city)
    with opened.site.store.begin() as unit:
        waiting = unit.cases([CaseState.OPEN])
    digests = [m for m in mail.mails() if "承認を待つ" in m["Subject"]]
    told: dict[str, int] = {}
    for digest in digests:
        told[digest["To"]] = told.get(digest["To"], 0) + int(
            re.findall(r"(\d+) 件", digest["Subject"])[0]
        )
    tax = [case for case in waiting if case.section == "20020"]
    assert told == {
        "hosaka@mihon.example": len(tax),
        "soukatsu@mihon.example": len(waiting) - len(tax),
    }
    assert {m["From"] for m in digests} == {"syncd@mihon.example"}
    opened.site.store.close()


def test_no_mail_holds_a_name_or_a_word_of_an_advance_notice(city: DemoCity, mail: MailServer):
    opened = first_of_april(city)
    texts = [m["Subject"] + body(m) for m in mail.mails()]
    assert texts
    with (city.config.parent / "in" / "roster.csv").open(encoding="cp932", newline="") as file:
        rows = list(csv.DictReader(file))
    names = {re.sub(r"\s", "", row["氏名"] or "") for row in rows} - {""}
    assert len(names) > 100
    for text in texts:
        assert not [name for name in names if name in re.sub(r"\s", "", text)]
        for secret in (*secrets_of(city), "http://", "内示"):
            assert secret not in text
    opened.site.store.close()


def secrets_of(city: DemoCity) -> list[str]:
    with city.orders.open(encoding="cp932", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["発令確定"] == "内示"]
    assert rows
    return [row["発令番号"] for row in rows]


def test_the_webhook_carries_the_same_digests_signed(city: DemoCity, chat: Receiver):
    opened = first_of_april(city)
    assert {json.loads(post.content)["type"] for post in chat.posts} == {"new-cases"}
    recipients = {json.loads(post.content)["data"]["recipient"] for post in chat.posts}
    assert recipients == {"hosaka", "soukatsu"}
    opened.site.store.close()


def test_what_could_not_be_sent_comes_when_the_server_is_back(city: DemoCity, mail: MailServer):
    mail.answers["RCPT"] = "451 4.3.0 later"
    clock = Clock(city)
    opened = open_site(city.config, lambda *_: None, clock=clock)
    notices = opened.notices()
    compose(opened.site, notices)
    run(opened.site, RunRequest(city.eve, "syncd"))
    compose(opened.site, notices)
    assert deliver(opened.site, notices).put_off == 1
    assert mail.mails() == []
    mail.answers.clear()
    clock.at = midnight(city.eve).replace(hour=1)
    with opened.site.store.begin() as unit:
        counts = unit.message_counts()
    written = sum(number for (notifier, _), number in counts.items() if notifier == "mail")
    assert deliver(opened.site, notices).sent == written
    assert len(mail.mails()) == written
    assert len(about("承認を待つ", mail)) == 2
    opened.site.store.close()


def about(word: str, mail: MailServer) -> list[EmailMessage]:
    return [m for m in mail.mails() if word in m["Subject"]]


def test_a_daemon_mails_the_operator_that_an_input_is_broken(
    tmp_path: Path, mail: MailServer, chat: Receiver
):
    site = tmp_path / "site"
    init_site(site)
    config = site / "syncd.toml"
    actor = '\n[[actors]]\naccount = "unyo"\nroles = ["operator"]\n'
    config.write_text(config.read_text("utf-8") + actor, "utf-8")
    tell(config, mail, chat)
    (site / "in" / "roster.csv").write_text("nothing of use\n")
    with daemon(site) as running:
        running.wait_for("notices.told")
        deadline = time.monotonic() + PATIENCE_S
        while not about("roster", mail) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert 'syncd_messages{notifier="mail"' in running.get("/metrics")[1]
        assert running.end() == 0
    # After 06:00 the alarm of a day without a complete run may come too: it is as true.
    (told,) = about("roster", mail)
    assert told["To"] == "unyo@mihon.example"
    assert SECRET not in (site / "log").read_text()
