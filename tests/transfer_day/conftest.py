"""One city and one story for every test of the transfer day: to live through it takes minutes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fakes.mail_server import MailServer
from tests.fakes.slapd import Slapd
from tests.transfer_day.days import days_of
from tests.transfer_day.files import directory_ldif, write_site
from tests.transfer_day.promise import Promise, held_in
from tests.transfer_day.story import Story


@pytest.fixture(scope="session")
def slapd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slapd]:
    server = Slapd(tmp_path_factory.mktemp("slapd"), directory_ldif())
    server.prepare()
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def mail() -> Iterator[MailServer]:
    server = MailServer(None, "none").start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def story(
    tmp_path_factory: pytest.TempPathFactory, slapd: Slapd, mail: MailServer
) -> Iterator[Story]:
    config = write_site(tmp_path_factory.mktemp("city"), slapd, mail.port)
    with days_of(config, Promise(lambda: held_in(slapd)), mail) as days:
        story = Story(days)
        story.tell()
        yield story
