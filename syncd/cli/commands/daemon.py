"""`syncd daemon`: run in the foreground under a service manager until SIGTERM or SIGINT."""

from __future__ import annotations

import argparse
import signal
from threading import Event

import structlog

from syncd.bootstrap import OpenSite, now, open_site
from syncd.cli.opening import config_path
from syncd.daemon.service import Service
from syncd.logs import configure_logs
from syncd.reports.progress import LoggedProgress
from syncd.settings.schedule import next_due
from syncd.web.server import WebServer

_ENDING = (signal.SIGTERM, signal.SIGINT)


def run(arguments: argparse.Namespace) -> int:
    """Serve; SIGTERM ends it between two rounds at the latest, with everything on record."""
    # Blocked before any thread starts and taken where it is waited for: a handler that sets an
    # event could interrupt the very code that holds the event's lock.
    signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    configure_logs(as_json=True, clock=now)
    stop = Event()
    opened = open_site(config_path(arguments), LoggedProgress().report, stopping=stop.is_set)
    service = Service(opened, stop, _asked_to_stop)
    console = _start_console(opened)
    try:
        service.run()
    finally:
        if console is not None:
            console.stop()
    return 0


def _start_console(opened: OpenSite) -> WebServer | None:
    table = opened.settings.model.console
    if table is None:
        return None
    full = opened.settings.model.schedule.full
    console = WebServer(opened, table, lambda: next_due(full, opened.clock()))
    console.start()
    structlog.get_logger("syncd").info("console.started", port=console.port)
    return console


def _asked_to_stop(seconds: float) -> bool:
    return signal.sigtimedwait(_ENDING, seconds) is not None
