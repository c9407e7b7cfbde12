from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
import responses

from connectors.shared.feeds.source import FeedSource
from connectors.smarthr import SmartHrOptions
from connectors.smarthr.source import smarthr_source
from syncd.core.calendar import JST
from syncd.core.facts import Provides
from syncd.ports.source import SourceContext
from tests.fakes.smarthr import TENANT, TOKEN, SmartHr

STATUS_WORDS = {"在職": "at-work", "休職": "suspended", "退職": "separated"}


class Connect:
    """Builds sources; `waits` keeps how long they would have waited, `now` is their clock."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.waits: list[float] = []
        self.now = datetime(2027, 4, 1, 0, 5, tzinfo=JST)
        (folder / "token").write_text(f"{TOKEN}\n")

    def source(self, provides: str = "roster", **changes: object) -> FeedSource:
        given = {"url": TENANT, "token_file": "token", "pause_s": 0, **changes}
        context = SourceContext(
            "hr", Provides(provides), self.folder, 7, STATUS_WORDS, lambda: self.now
        )
        options = SmartHrOptions.model_validate(given)
        return smarthr_source(options, context, self.waits.append)


@pytest.fixture
def connect(tmp_path: Path) -> Connect:
    return Connect(tmp_path)


@pytest.fixture
def tenant() -> Iterator[SmartHr]:
    """A tenant of 250 people on three pages that answers every request of this test."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mocked:
        made = SmartHr().online(mocked)
        for number in range(1, 251):
            made.add_crew(number)
        yield made
