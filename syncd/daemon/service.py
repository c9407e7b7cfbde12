"""The service: runs the schedule, one run at a time, and stops cleanly in the middle of anything.

Several nodes may share a PostgreSQL store: each fires, the first to claim a due moment runs it.
The one broad `except` of the daemon stands in `_guarded`: a run that breaks off must not end the
schedule; it is logged, counted, and shows as not ready once the deadline passes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from functools import partial
from threading import Event, RLock, Thread
from threading import enumerate as enumerate_threads

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from syncd.bootstrap import OpenSite
from syncd.core.audit import AuditEvent, AuditRecord
from syncd.core.calendar import JST, day_of
from syncd.daemon.clock import AHEAD, ClockWatch, Jump
from syncd.daemon.drilling import drill_apart
from syncd.daemon.health import HealthServer
from syncd.daemon.metrics import Metrics
from syncd.daemon.notify import notify, watchdog_interval_s
from syncd.errors import AlreadyRunning, StoreError
from syncd.flow.delta import follow, has_work
from syncd.flow.owing import answers_again, broke_off, has_effects, none_began_since
from syncd.flow.residual.reading import read_due_logs
from syncd.flow.run import run
from syncd.flow.site import RunRequest
from syncd.flow.syncs import work_off
from syncd.flow.telling.composing import compose
from syncd.flow.telling.delivery import Delivery, deliver
from syncd.settings.schedule import MIDNIGHT, is_missed, is_overdue, last_due, trigger_of

ACTOR = "syncd"
_IDLE_S = 3600.0
_RETRY_S = 5.0
_LOOK_EVERY_S = 1.0
_TELL_EVERY_S = 5.0
_GRACE = timedelta(minutes=2)
"""So long the full run may take to begin before the short tick does it in its place."""


class Service:
    """The daemon's life: `run` returns after somebody asked it to stop."""

    def __init__(
        self, opened: OpenSite, stop: Event, asked_to_stop: Callable[[float], bool]
    ) -> None:
        """Prepare; nothing starts and no port is bound before `run`.

        `asked_to_stop(seconds)` waits that long at most and tells whether to end; `stop` is then
        set for all who look at it, the site's own `stopping` among them. Raises ConfigurationError.
        """
        model = opened.settings.model
        self._opened = opened
        self._metrics = Metrics()
        self._site = replace(opened.site, progress=self._note_step)
        self._told_step = opened.site.progress
        self._parse_upload = opened.parse_upload
        self._notices = opened.notices()
        self._schedule = model.schedule
        self._listen = model.daemon.listen
        self._asked_to_stop = asked_to_stop
        self._stop = stop
        self._one_run = RLock()
        self._log = structlog.get_logger("syncd")

    def run(self) -> None:
        """Run until asked to stop; a run in progress ends between two rounds before we return."""
        health = HealthServer(self._listen, self._metrics.registry, self.not_ready)
        scheduler = self._scheduler()
        watchers = [
            Thread(target=self._watch_requests, name="requests"),
            Thread(target=self._watch_clock, args=[scheduler], name="clock"),
        ]
        if self._notices.seats:
            self._guarded("notices", self._begin_telling)
            watchers.append(Thread(target=self._watch_news, name="notices"))
        health.start()
        scheduler.start()
        for watcher in watchers:
            watcher.start()
        self._log.info("daemon.started", port=health.port)
        notify("READY=1")
        try:
            self._wait(_scheduler_lives)
        finally:
            self._stop.set()
            notify("STOPPING=1")
            scheduler.shutdown(wait=True)
            for watcher in watchers:
                watcher.join()
            health.stop()
            self._log.info("daemon.stopped")

    def not_ready(self) -> list[str]:
        """Return why this node should not be relied on; nothing of it is about a person."""
        try:
            self._site.store.ping()
            last = self._last_complete_at()
        except StoreError as error:
            return [str(error)]
        now = self._site.clock()
        if is_overdue(self._schedule.deadline, last, now):
            return [f"no complete run today by {self._schedule.deadline:%H:%M} JST"]
        return []

    def _scheduler(self) -> BackgroundScheduler:
        scheduler = BackgroundScheduler(
            timezone=JST,
            executors={"default": ThreadPoolExecutor(2 * len(self._jobs))},
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        for name, (cron, work) in self._jobs.items():
            scheduler.add_job(self._guarded, trigger_of(cron), args=[name, work], id=name)
        self._catch_up_soon(scheduler)
        return scheduler

    @property
    def _jobs(self) -> dict[str, tuple[str, Callable[[], None]]]:
        """Return what is done when: a name, five cron fields in JST, and the work."""
        at = self._schedule.deadline
        drills = self._schedule.drill
        return {
            **({} if drills is None else {"drill": (drills, self._drill)}),
            "full": (self._schedule.full, self._full),
            "midnight": (MIDNIGHT, self._midnight),
            "delta": (self._schedule.delta, self._delta),
            "deadline": (f"{at.minute} {at.hour} * * *", self._deadline),
        }

    def _catch_up_soon(self, scheduler: BackgroundScheduler) -> None:
        scheduler.add_job(
            self._guarded,
            args=["catch-up", self._catch_up],
            id="catch-up",
            replace_existing=True,
        )

    def _wait(self, alive: Callable[[], bool]) -> None:
        """Sleep until stopped, telling systemd that the scheduler lives where it wants to know."""
        interval = watchdog_interval_s()
        while not self._asked_to_stop(interval or _IDLE_S):
            if interval is not None and alive():
                notify("WATCHDOG=1")

    def _guarded(self, name: str, work: Callable[[], None]) -> None:
        try:
            work()
        except AlreadyRunning:
            self._log.info("run.skipped", schedule=name, why="another run is going on")
        except Exception:  # noqa: BLE001 - the job loop, see above
            self._metrics.note_failure()
            self._log.exception("run.failed", schedule=name)

    def _full(self) -> None:
        if self._claim("full", self._schedule.full):
            self._run_if_missed("full", self._schedule.full)

    def _midnight(self) -> None:
        """Run at 00:00 JST where the day begins with effects, whenever the full run is due."""
        now = self._site.clock()
        if last_due(self._schedule.full, now) == last_due(MIDNIGHT, now):
            return  # the full run of this very moment does it
        with self._site.store.begin() as unit:
            if unit.last_firing("midnight") == last_due(MIDNIGHT, now):
                return
        # Looked at before it is claimed: a look that fails must not use the moment up.
        effects = has_effects(self._site, day_of(now))
        if self._claim("midnight", MIDNIGHT) and effects:
            self._run_if_missed("midnight", MIDNIGHT)

    def _run_if_missed(self, kind: str, cron: str) -> None:
        """Run unless a complete run began since the due moment, while we waited for our turn."""

        def still_due() -> bool:
            return is_missed(cron, self._last_complete_at(), self._site.clock())

        with self._one_run:
            self._run_when_free(kind, still_due)

    def _delta(self) -> None:
        self._midnight()
        if not self._claim("delta", self._schedule.delta):
            return
        with self._one_run:  # who waited here for a run looks at what that one left to do
            if self._is_owed() or has_work(self._site) or self._follow():
                self._run("delta")

    def _is_owed(self) -> bool:
        """Tell whether a run broke off or never began, or an unread directory answers again."""
        due = last_due(self._schedule.full, self._site.clock() - _GRACE)
        return (
            none_began_since(self._site, due) or broke_off(self._site) or answers_again(self._site)
        )

    def _follow(self) -> bool:
        """Look at what changed in the directories; tell whether a whole run is due."""
        with self._one_run:
            followed = follow(self._site)
        if followed.groups:
            self._log.info("delta.followed", groups=followed.groups, opened=followed.opened)
        return followed.whole_run_due

    def _catch_up(self) -> None:
        """Do at once what a standstill missed."""
        now = self._site.clock()
        with self._site.store.begin() as unit:
            unit.unclaim_firings(now + AHEAD)  # a clock that ran ahead used them up
        with self._one_run:
            last = self._last_complete_at()
            if last is not None:
                self._metrics.note_complete(last)
            if not self._is_missed():
                return
            self._log.info("run.caught_up")
            try:
                self._run_when_free("full", self._is_missed)
            finally:
                # Who stood still at the deadline has no alarm of its own before tomorrow's.
                if not self._stop.is_set():
                    self._deadline()

    def _is_missed(self) -> bool:
        """Tell whether a run was missed or broke off."""
        last, now = self._last_complete_at(), self._site.clock()
        if is_missed(self._schedule.full, last, now) or broke_off(self._site):
            return True
        return is_missed(MIDNIGHT, last, now) and has_effects(self._site, day_of(now))

    def _watch_clock(self, scheduler: BackgroundScheduler) -> None:
        """Look at the wall clock until stopped: who slept through a moment makes up for it."""
        watch = ClockWatch(self._site.clock)
        while not self._stop.wait(_LOOK_EVERY_S):
            jump = watch.look()
            if jump is not None:
                self._guarded("clock", partial(self._take_jump, scheduler, jump))

    def _take_jump(self, scheduler: BackgroundScheduler, jump: Jump) -> None:
        """Let everything that waits for a moment look at the clock again."""
        self._log.warning("clock.jumped", seconds=jump.seconds)
        ground = {"seconds": jump.seconds}
        record = AuditRecord(jump.to_at, AuditEvent.CLOCK_JUMPED, ACTOR, "clock", None, ground)
        if jump.is_back:  # else each would wait for the moment that the wrong clock had promised
            for name, (cron, _) in self._jobs.items():
                scheduler.reschedule_job(name, trigger=trigger_of(cron))
        scheduler.wakeup()
        self._catch_up_soon(scheduler)
        with self._site.store.begin() as unit:
            unit.audit([record])

    def _run_when_free(self, kind: str, still_due: Callable[[], bool]) -> None:
        """Wait for a run of another node or a person: the due moment is claimed and comes once.

        `still_due` is asked again after each wait: what we waited for may have been it.
        """
        while not self._stop.is_set() and still_due():
            try:
                self._run(kind)
            except AlreadyRunning:
                self._log.info("run.postponed", kind=kind, seconds=_RETRY_S)
                self._stop.wait(_RETRY_S)
            else:
                return

    def _claim(self, name: str, cron: str) -> bool:
        now = self._site.clock()
        due = last_due(cron, now)
        if due is None or self._stop.is_set():
            return False
        with self._site.store.begin() as unit:
            return unit.claim_firing(name, due, now)

    def _run(self, kind: str) -> None:
        with self._one_run:
            if self._stop.is_set():
                return
            today = day_of(self._site.clock())
            self._metrics.note_running(running=True)
            try:
                report = run(self._site, RunRequest(today, ACTOR, kind))
            finally:
                self._metrics.note_running(running=False)
            with self._site.store.begin() as unit:
                cases = unit.cases()
        self._metrics.note_run(report, cases)
        self._guarded("access-logs", self._read_logs)
        if report.complete:
            self._metrics.note_alarm(raised=False)
        for name, why in self._site.watch.silent.items():
            self._log.warning("delta.not_told", directory=name, why=why)
        self._log.info(
            "run.finished",
            run=report.run,
            kind=kind,
            complete=report.complete,
            exit_code=report.exit_code,
            stale=report.counts.stale,
            unknown=report.counts.unknown,
            removed=report.counts.removed,
        )

    def _read_logs(self) -> None:
        """Ask the access logs about the residual reports that wait for them; no run waits on it."""
        read = read_due_logs(self._site)
        if read:
            used = sum(bool(reading.answer.uses) for reading in read)
            whole = sum(reading.answer.is_whole for reading in read)
            self._log.info("access_logs.read", answers=len(read), whole=whole, with_uses=used)

    def _note_step(self, what: str, done: int, total: int | None) -> None:
        self._metrics.note_step(what, done, total)
        self._told_step(what, done, total)

    def _watch_requests(self) -> None:
        """Look for runs that people asked for until stopped; each node may do them."""
        while not self._stop.wait(_LOOK_EVERY_S):
            self._guarded("requested", self._requested)

    def _requested(self) -> None:
        """Do the runs that people asked for."""
        while not self._stop.is_set():
            with self._one_run:
                done = work_off(self._site, self._parse_upload)
            if done is None:
                return
            self._log.info("sync.finished", sync=done.sync_id, state=str(done.state), run=done.run)

    def _watch_news(self) -> None:
        """Tell people what is new until stopped; on several nodes one at a time sends."""
        while not self._stop.wait(_TELL_EVERY_S):
            self._guarded("notices", self._tell)

    def _begin_telling(self) -> None:
        """Begin before the first run: who was never told anything hears of nothing before it."""
        compose(self._site, self._notices)

    def _tell(self) -> None:
        composed, delivery = compose(self._site, self._notices), deliver(self._site, self._notices)
        if composed or delivery != Delivery():
            self._log.info("notices.told", composed=composed, **asdict(delivery))
        with self._site.store.begin() as unit:
            self._metrics.note_messages(unit.message_counts())

    def _drill(self) -> None:
        """Hold a drill beside whatever else goes on; on several nodes one holds it."""
        cron = self._schedule.drill
        if cron is not None and self._claim("drill", cron):
            drill_apart(self._opened, self._stop)

    def _deadline(self) -> None:
        """Raise the dead man's alarm where no complete run of today stands on record."""
        now = self._site.clock()
        if not is_overdue(self._schedule.deadline, self._last_complete_at(), now):
            return
        self._metrics.note_alarm(raised=True)
        self._log.error("alarm.raised", why="no complete run by the deadline")
        ground = {"why": "no complete run by the deadline"}
        with self._site.store.begin() as unit:
            unit.audit([AuditRecord(now, AuditEvent.ALARM_RAISED, ACTOR, "deadline", None, ground)])
            unit.checkpoint(now)  # no run comes by to number it, and only then is it told of

    def _last_complete_at(self) -> datetime | None:
        with self._site.store.begin() as unit:
            # One that lies ahead was begun by a clock that ran ahead, and proves nothing of now.
            last = unit.last_complete_run(self._site.clock() + AHEAD)
        return None if last is None else last.started_at


def _scheduler_lives() -> bool:
    """Tell whether APScheduler's own thread still runs; its state would say so after its death."""
    return any(thread.name == "APScheduler" for thread in enumerate_threads())
