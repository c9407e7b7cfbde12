"""`syncd demo --console`: the fictional city on the morning of 1 April, to look at in a browser."""

from __future__ import annotations

import argparse
import signal
import time
from datetime import datetime, timedelta
from threading import Event, Thread

from rich.table import Table
from rich.text import Text

from syncd.bootstrap import OpenSite, open_site
from syncd.core.calendar import midnight
from syncd.demo import DemoCity, advance_to_transfer_day, make_city
from syncd.flow.access.users import add_user
from syncd.flow.run import run as run_once
from syncd.flow.site import RunRequest
from syncd.flow.syncs import work_off
from syncd.identity.local import hash_password
from syncd.logs import configure_logs
from syncd.reports.progress import make_progress
from syncd.reports.tables import make_console, run_line
from syncd.settings.model import ConsoleTable
from syncd.web.server import WebServer

PASSWORD = "mihon-shi no kakuu"  # noqa: S105 - of people who do not exist, on loopback
_MORNING = timedelta(hours=8, minutes=40)
_LOOK_EVERY_S = 0.5
_ENDING = (signal.SIGTERM, signal.SIGINT)


class DemoClock:
    """The demo's time: set to a moment of the story, it goes on as real time does."""

    def __init__(self, at: datetime) -> None:
        """Stand at a moment."""
        self.set(at)

    def set(self, at: datetime) -> None:
        """Go to a moment of the story."""
        self._at, self._since = at, time.monotonic()

    def __call__(self) -> datetime:
        """Return the story's present moment."""
        return self._at + timedelta(seconds=time.monotonic() - self._since)


def serve_demo(arguments: argparse.Namespace) -> int:
    """Play the city to the morning of 1 April and serve its console until Ctrl-C."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    console = make_console()
    console.quiet = arguments.quiet
    city, opened, clock = prepare_demo(arguments)
    add_people(city, opened)
    table = ConsoleTable(listen=arguments.listen)
    server = WebServer(opened, table, lambda: midnight(opened.today() + timedelta(days=1)))
    server.start()
    stop = Event()
    watcher = Thread(target=_do_requests, args=(opened, stop))
    watcher.start()
    console.print(Text(f"http://127.0.0.1:{server.port}/  ({clock():%Y-%m-%d %H:%M} in the story)"))
    console.print(_who(opened))
    console.print(Text(f"password: {PASSWORD}"))
    console.print(Text("Ctrl-C で終わります / Ctrl-C ends it"))
    signal.sigwait(_ENDING)
    stop.set()
    watcher.join()
    server.stop()
    return 0


def _do_requests(opened: OpenSite, stop: Event) -> None:
    """Do the runs that visitors ask for, as the daemon does."""
    while not stop.wait(_LOOK_EVERY_S):
        work_off(opened.site, opened.parse_upload)


def prepare_demo(arguments: argparse.Namespace) -> tuple[DemoCity, OpenSite, DemoClock]:
    """Make the city and run it on the eve and on the morning of 1 April."""
    city = make_city(arguments.dir)
    clock = DemoClock(midnight(city.eve) + timedelta(hours=17))
    configure_logs(as_json=False, clock=clock)
    opened = open_site(city.config, make_progress(quiet=True), clock=clock)
    console = make_console()
    console.quiet = arguments.quiet
    for day, at in ((city.eve, None), (city.transfer_day, midnight(city.transfer_day))):
        if at is not None:
            advance_to_transfer_day(city)
            clock.set(at + timedelta(seconds=1))
        console.print(Text(run_line(run_once(opened.site, RunRequest(day, "syncd")))))
    clock.set(midnight(city.transfer_day) + _MORNING)
    return city, opened, clock


def add_people(city: DemoCity, opened: OpenSite) -> None:
    """Let everybody of the configuration sign in with the one password."""
    hashed = hash_password(PASSWORD)
    for grant in opened.settings.grants():
        if grant.account:
            add_user(opened.site, grant.account, hashed, city.actors.operator, grant.staff_number)


def _who(opened: OpenSite) -> Table:
    table = Table("account", "roles", box=None)
    for grant in opened.settings.grants():
        table.add_row(grant.account, ", ".join(sorted(grant.roles)))
    return table
