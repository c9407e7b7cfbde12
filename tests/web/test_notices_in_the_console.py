"""The console shows what was told and what did not arrive, and tries the mail server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from syncd.bootstrap import open_site
from syncd.flow.telling.composing import compose
from syncd.flow.telling.delivery import deliver
from tests.fakes.mail_server import MailServer
from tests.web.conftest import Office, open_office, send

NOTIFIER = """
[[notifiers]]
name = "mail"
type = "smtp"
host = "127.0.0.1"
port = {port}
security = "none"
sender = "syncd@mihon.example"

[notices]
mail_domain = "mihon.example"
"""


@pytest.fixture
def mail() -> Iterator[MailServer]:
    server = MailServer(None, "none").start()
    yield server
    server.stop()


@pytest.fixture
def office(tmp_path: Path, mail: MailServer) -> Iterator[Office]:
    made = open_office(tmp_path)
    text = made.city.config.read_text("utf-8") + NOTIFIER.format(port=mail.port)
    made.city.config.write_text(text, "utf-8")
    made.opened.site.store.close()
    opened = open_site(made.city.config, lambda *_: None, clock=made.clock)
    yield Office(made.city, opened, made.clock)
    opened.site.store.close()


def tell(office: Office) -> None:
    notices = office.opened.notices()
    compose(office.opened.site, notices)
    deliver(office.opened.site, notices)


def test_what_was_sent_is_counted_beside_the_directories(office: Office, mail: MailServer):
    tell(office)
    page = office.enter("unyo").get("/connections").text
    assert f'<td>mail</td><td>smtp</td><td class="num">{len(mail.mails())}</td>' in page
    assert "届いていない知らせ" not in page


def test_what_does_not_arrive_is_told_to_who_can_mend_it(office: Office, mail: MailServer):
    mail.answers["RCPT"] = "550 5.1.1 nobody here"
    tell(office)
    operator, personnel = office.enter("unyo"), office.enter("jinji")
    page = operator.get("/connections").text
    assert "届いていない知らせ" in page
    assert "あきらめた" in page
    assert "hosaka" in page
    assert "nobody here" not in page
    assert "hosaka@" not in page
    assert "届かなかった知らせ" in operator.get("/").text
    assert "届いていない知らせ" not in personnel.get("/connections").text
    assert "届かなかった知らせ" not in personnel.get("/").text


def test_an_operator_tries_the_mail_server_and_nothing_is_sent(office: Office, mail: MailServer):
    operator = office.enter("unyo")
    answer = send(operator, "/connections/test", name="mail")
    assert "メールは送っていません" in answer.text
    assert mail.mails() == []
    mail.answers["NOOP"] = "421 4.3.2 closing"
    answer = send(operator, "/connections/test", name="mail")
    assert "接続できません" in answer.text
    assert "421" in answer.text
    assert "closing" not in answer.text
