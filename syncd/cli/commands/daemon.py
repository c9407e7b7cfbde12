"""`syncd daemon`: run in the foreground under a service manager until SIGTERM or SIGINT."""

from __future__ import annotations

import argparse
import signal
from threading import Event

from syncd.bootstrap import now, open_site
from syncd.cli.opening import config_path
from syncd.daemon.service import Service
from syncd.logs import configure_logs
from syncd.reports.progress import LoggedProgress


def run(arguments: argparse.Namespace) -> int:
    """Serve; SIGTERM ends it between two groups at the latest, with everything on record."""
    configure_logs(as_json=True, clock=now)
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    opened = open_site(config_path(arguments), LoggedProgress().report, stopping=stop.is_set)
    model = opened.settings.model
    Service(opened.site, model.schedule, model.daemon, stop).run()
    return 0
