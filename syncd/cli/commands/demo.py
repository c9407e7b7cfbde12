"""`syncd demo`: the main job on a fictional city, from the eve of 1 April to the second run.

Everything that is printed was computed by the same use cases that a real site runs; only the
clock is the demo's own.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.rule import Rule
from rich.text import Text

from syncd.bootstrap import OpenSite, open_site
from syncd.cli.commands.demo_console import serve_demo
from syncd.cli.opening import answer
from syncd.core.calendar import midnight
from syncd.core.cases import Case, CaseState
from syncd.core.findings import Reason
from syncd.core.votes import Role
from syncd.demo import DemoCity, advance_to_transfer_day, make_city
from syncd.errors import EvidenceError, SyncdError
from syncd.flow.evidence import verify_trail
from syncd.flow.report import RunReport
from syncd.flow.run import run as run_once
from syncd.flow.site import RunRequest
from syncd.flow.vote import approve_plan, refuse_case
from syncd.logs import configure_logs
from syncd.reports.progress import make_progress
from syncd.reports.tables import (
    make_console,
    render_reasons,
    render_removals,
    render_run,
    render_trail,
    run_line,
)
from syncd.reports.words import day_word

_ROWS = 12
_NIGHT = timedelta(seconds=1)
_EXCEPTION_DAYS = 14


class StoryError(SyncdError):
    """The demo found something else than its inventor expects: a bug, never shown as success."""


@dataclass
class _Clock:
    """The demo's own time: it stands where the story is, and moves a little with every look."""

    at: datetime

    def __call__(self) -> datetime:
        self.at += timedelta(milliseconds=1)
        return self.at


def run(arguments: argparse.Namespace) -> int:
    """Play the story; 1 where it does not end as it should."""
    if arguments.console:
        return serve_demo(arguments)
    city = make_city(arguments.dir)
    clock = _Clock(midnight(city.eve) + timedelta(hours=17))
    console = make_console()
    console.quiet = arguments.quiet or arguments.json
    configure_logs(as_json=False, clock=clock)
    progress = make_progress(quiet=console.quiet or not console.is_terminal)
    opened = open_site(city.config, progress, clock=clock)
    story = _Story(city, opened, clock, console)
    story.play()
    if arguments.json:
        answer(arguments, {"config": str(city.config), "acts": story.told}, "")
    return 0


@dataclass
class _Story:
    city: DemoCity
    opened: OpenSite
    clock: _Clock
    console: Console
    told: int = 0
    removed: int = 0

    def play(self) -> None:
        """Tell the acts one after the other."""
        self.show_files()
        self.eve()
        first = self.transfer_day()
        self.exception()
        self.approval(first)
        self.removal()
        self.evidence()
        self.second_run()
        self.what_next()

    def act(self, title: str) -> None:
        """Begin an act."""
        self.told += 1
        self.console.print()
        self.console.print(Rule(Text(f"{self.told}. {title}", style="bold"), align="left"))

    def say(self, text: str) -> None:
        """Print a sentence."""
        self.console.print(Text(text))

    def show_files(self) -> None:
        """Show what the city has."""
        city = self.city
        self.act(f"架空の市「みほん市」のファイル（職員 {city.people} 人、{city.directory}）")
        for path in sorted(p for p in city.directory.rglob("*") if p.is_file()):
            if path.suffix in (".csv", ".xlsx", ".ldif", ".toml"):
                name = path.relative_to(city.directory)
                self.say(f"  {name!s:28} {path.stat().st_size:>8,} bytes")
        self.say("名簿と発令は CP932、発令日は和暦、事務取扱担当者名簿は Excel です。")

    def eve(self) -> None:
        """Find the leftovers of earlier years."""
        self.act(f"{day_word(self.city.eve)} 夕方: はじめての突合。昔の消し忘れが見つかります")
        report = self._run(self.city.eve)
        self._check(report.counts.stale, self.city.before.stale, "stale rights on the eve")
        self.console.print(render_run(report, most=_ROWS))

    def transfer_day(self) -> RunReport:
        """Let 1 April arrive."""
        day = self.city.transfer_day
        self.act(f"{day_word(day)} 午前0時: 発令 {self.city.orders_arriving} 件が届きます")
        advance_to_transfer_day(self.city)
        self.clock.at = midnight(day) + _NIGHT
        expected = self.city.after.stale - self.removed
        report = self._run(day)
        self._check(report.counts.stale, expected, "stale rights on 1 April")
        self.console.print(render_run(report, most=_ROWS))
        self.say("")
        self.console.print(render_reasons(report))
        waiting = sum(case.state is CaseState.OPEN for case in report.cases.values())
        who = "、".join(sorted(self._deciders()))
        self.say(
            f"退職と任期満了の {report.counts.removed} 件は方針どおり自動で失効しました。"
            f"残る {waiting} 件は承認待ちです（承認できる人: {who}）。"
        )
        return report

    def exception(self) -> None:
        """Keep one right for a while: two persons, a reason, a day."""
        until = self.city.transfer_day + timedelta(days=_EXCEPTION_DAYS)
        moved = [case for case in self._waiting() if Reason.TRANSFERRED in case.reasons]
        case = min(moved, key=lambda case: (case.entitlement, case.account))
        self.act("猶予: 引継ぎのため1件だけ期限付きで残します（2名の判断）")
        for account in (self.city.actors.approver, self.city.actors.chief):
            actor = self.opened.actor(account)
            result = refuse_case(self.opened.site, [actor], case.case_id, until, "引継ぎのため")
            self.say(
                f"  {account}: syncd refuse {case.case_id} --until {until} --reason 引継ぎのため"
                f"  → {result.given}/{result.needed}"
            )

    def approval(self, first: RunReport) -> None:
        """Approve exactly the plan that was shown."""
        plan = first.proposed
        self.act(f"承認: 見た計画 {plan.hash[:12]} をそのまま承認します")
        actor = self.opened.actor(self.city.actors.approver)
        self.clock.at += timedelta(hours=9)
        result = approve_plan(self.opened.site, [actor], plan.hash)
        approved = sum(r.case.state is CaseState.APPROVED for r in result.cases)
        self.say(f"  {actor.account}: syncd approve --plan {plan.hash[:12]}  → {approved} 件を承認")

    def removal(self) -> None:
        """Remove, read back, record."""
        self.act("失効: 直前にもう一度判定し、書き込み、読み戻します")
        report = self._run(self.city.transfer_day)
        self.say(run_line(report))
        self.console.print(render_removals(report, most=_ROWS))
        self._check(self.removed, self.city.after.stale - 1, "removals (one right is excepted)")

    def evidence(self) -> None:
        """Verify the audit trail."""
        self.act("証跡の検証")
        trail = verify_trail(self.opened.site.store)
        self.say(render_trail(trail))
        if trail.faults:
            raise EvidenceError("; ".join(trail.faults))

    def second_run(self) -> None:
        """Find nothing new."""
        self.act("もう一度突合: 新しく見つかるものはありません")
        report = self._run(self.city.transfer_day)
        self.say(run_line(report))
        self._check(report.counts.stale, 0, "stale rights in the second run")
        self._check(len(report.removals), 0, "removals in the second run")

    def what_next(self) -> None:
        """Say which command opens what."""
        program = sys.argv[0] if Path(sys.argv[0]).name == "syncd" else "syncd"
        syncd = f"{program} --config {self.city.config}"
        day = self.city.transfer_day
        self.act("次に試すこと")
        for line in (
            f"{syncd} explain {self.city.left_behind} --as-of {day}  # なぜ失効したか",
            f"{syncd} cases --state excepted  # 猶予中の案件",
            f"{syncd} evidence verify  # 証跡の検証",
            f"{syncd} check  # 入力と接続",
            f"{program} init DIR  # 自分の設定を作る",
        ):
            self.console.print(Text(f"  {line}"), soft_wrap=True)

    def _run(self, day: date) -> RunReport:
        report = run_once(self.opened.site, RunRequest(day, self.city.actors.operator))
        self.removed += report.counts.removed
        return report

    def _waiting(self) -> tuple[Case, ...]:
        with self.opened.site.store.begin() as unit:
            return unit.cases([CaseState.OPEN])

    def _deciders(self) -> Iterator[str]:
        for actor in self.opened.settings.model.actors:
            if actor.roles & {Role.APPROVER, Role.CHIEF}:
                yield actor.account or ""

    def _check(self, found: int, expected: int, what: str) -> None:
        """Hold the story to what its inventor expects, so that it cannot tell of a success."""
        if found != expected:
            raise StoryError(f"the demo found {found} {what} and expected {expected}: a bug")
