"""The fictional city, and what it takes to run syncd in it on the day one likes."""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path

import pytest

from syncd.bootstrap import OpenSite, open_site
from syncd.core.calendar import JST
from syncd.demo import DemoCity, make_city
from syncd.flow.report import RunReport
from syncd.flow.run import run
from syncd.flow.site import RunRequest


@pytest.fixture
def city(tmp_path: Path) -> DemoCity:
    return make_city(tmp_path / "demo")


class Visit:
    """An installation in the city with a clock of its own."""

    def __init__(self, city: DemoCity) -> None:
        self.moment = datetime.combine(city.eve, time(9), JST)
        self.open: OpenSite = open_site(city.config, lambda *_: None, clock=lambda: self.moment)

    def run(self, day: date, *, acts: bool = True) -> RunReport:
        self.moment = datetime.combine(day, time(9), JST)
        return run(self.open.site, RunRequest(day, "unyo", acts=acts))


@pytest.fixture
def visit(city: DemoCity):
    opened = Visit(city)
    yield opened
    opened.open.site.store.close()
