"""What the monitoring can ask: gauges set after every run, in a registry of their own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from prometheus_client import CollectorRegistry, Gauge

from syncd.core.cases import Case, CaseState
from syncd.flow.report import RunReport
from syncd.ports.outbox import Dispatch


class Metrics:
    """The gauges; nothing in them is about a single person."""

    def __init__(self) -> None:
        """Register every gauge once."""
        self.registry = CollectorRegistry()
        self._memberships = self._gauge("syncd_memberships", "memberships by verdict", ["verdict"])
        self._cases = self._gauge("syncd_cases", "cases that have not ended, by state", ["state"])
        self._last_run = self._gauge("syncd_last_run_timestamp_seconds", "end of the last run")
        self._last_complete = self._gauge(
            "syncd_last_complete_run_timestamp_seconds", "end of the last complete run"
        )
        self._duration = self._gauge("syncd_run_duration_seconds", "duration of the last run")
        self._refused = self._gauge("syncd_refused_inputs", "inputs refused in the last run")
        self._unread = self._gauge("syncd_unread_directories", "directories not read whole")
        self._held = self._gauge("syncd_held_lines", "removals that a guard holds back")
        self._failed = self._gauge("syncd_failed_runs_total", "runs that broke off since the start")
        self._messages = self._gauge(
            "syncd_messages", "messages to people, by notifier and state", ["notifier", "state"]
        )
        self._alarm = self._gauge("syncd_alarm", "1 while no complete run came by the deadline")

        self._running = self._gauge("syncd_running", "1 while this node is in a run")
        self._done = self._gauge("syncd_run_done", "steps done of the run, by kind", ["step"])
        self._total = self._gauge("syncd_run_total", "steps of the run, by kind", ["step"])

    def _gauge(self, name: str, text: str, labels: list[str] | None = None) -> Gauge:
        return Gauge(name, text, labels or [], registry=self.registry)

    def note_running(self, *, running: bool) -> None:
        """Note that a run of this node begins, with nothing done yet, or ends."""
        self._running.set(int(running))
        if running:
            self._done.clear()
            self._total.clear()

    def note_step(self, what: str, done: int, total: int | None) -> None:
        """Note how far the run of this node is; `total` None: nobody knows."""
        self._done.labels(what).set(done)
        self._total.labels(what).set(0 if total is None else total)

    def note_run(self, report: RunReport, cases: tuple[Case, ...]) -> None:
        """Take over what a run reported, and the cases that stand after it."""
        for verdict, count in asdict(report.counts).items():
            self._memberships.labels(verdict).set(count)
        states = Counter(case.state for case in cases)
        for state in CaseState:
            self._cases.labels(str(state)).set(states[state])
        self._last_run.set(report.finished_at.timestamp())
        self._duration.set((report.finished_at - report.started_at).total_seconds())
        self._refused.set(len(report.refused))
        self._unread.set(len(report.unread))
        self._held.set(len(report.held.lines))
        if report.complete:
            self.note_complete(report.finished_at)

    def note_complete(self, at: datetime) -> None:
        """Note when the last complete run ended; also at the start, from the store."""
        self._last_complete.set(at.timestamp())

    def note_failure(self) -> None:
        """Count a run that broke off."""
        self._failed.inc()

    def note_messages(self, counts: Mapping[tuple[str, Dispatch], int]) -> None:
        """Note how many messages wait, were sent and were given up."""
        for notifier in {notifier for notifier, _ in counts}:
            for state in Dispatch:
                self._messages.labels(notifier, str(state)).set(counts.get((notifier, state), 0))

    def note_alarm(self, *, raised: bool) -> None:
        """Raise or clear the dead man's alarm."""
        self._alarm.set(int(raised))
