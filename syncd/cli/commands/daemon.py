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

_ENDING = (signal.SIGTERM, signal.SIGINT)


def run(arguments: argparse.Namespace) -> int:
    """Serve; SIGTERM ends it between two groups at the latest, with everything on record."""
    # Blocked before any thread starts and taken where it is waited for: a handler that sets an
    # event could interrupt the very code that holds the event's lock.
    signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    configure_logs(as_json=True, clock=now)
    stop = Event()
    opened = open_site(config_path(arguments), LoggedProgress().report, stopping=stop.is_set)
    model = opened.settings.model
    Service(opened.site, model.schedule, model.daemon, stop, _asked_to_stop).run()
    return 0


def _asked_to_stop(seconds: float) -> bool:
    return signal.sigtimedwait(_ENDING, seconds) is not None
