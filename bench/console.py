"""The console with ten thousand open cases: lists under every filter, and approving them all.

Figures of section 10 of the design: a list p95 <= 100 ms at the server, 10,000 approvals <= 5 s.
Requests go through the whole application in this process; only the network is left out.
"""

from __future__ import annotations

import re
import shutil
import statistics
import tempfile
import time
from datetime import date, datetime, timedelta
from pathlib import Path

from fastapi.testclient import TestClient

from bench.tables import print_table
from syncd.bootstrap import OpenSite, new_secret, open_site
from syncd.core.calendar import JST
from syncd.core.cards import Card, Section
from syncd.core.cases import Case, CaseState
from syncd.core.findings import Because, Reason
from syncd.core.ids import AccountId, CaseId, EntitlementId, OrgUnitCode, StaffNumber
from syncd.core.votes import Role
from syncd.flow.access.sign_in import Turnstile
from syncd.flow.access.users import add_user
from syncd.identity.local import LocalPasswords, hash_password
from syncd.web.app import create_app
from syncd.web.desk import Desk
from tests.fakes.postgres import start_postgres

CASES = 10_000
ROUNDS = 5
GOALS = {"list_p95_ms": 100, "approve_all_s": 5}
PASSWORD = "a sentence of the bench"  # noqa: S105 - of nobody
NOW = datetime(2027, 4, 1, 9, 0, tzinfo=JST)
FILTERS = (
    "",
    "?sort=section",
    "?sort=kana",
    "?sort=since",
    "?section=10042",
    "?reason=transferred",
    "?reason=not-designated&sort=kana",
    "?entitlement=E-007",
    "?directory=ad",
    "?due_before=2027-04-04",
    "?order=R9-4321",
    "?text=%E7%94%B0%E4%B8%AD",
    "?text=u09999",
    "?state=excepted",
    "?section=10042&reason=transferred&sort=section&text=%E3%82%A2",
)


def one_case(number: int) -> Case:
    """Return the n-th of ten thousand open cases, spread over sections, rights and reasons."""
    reasons = (Reason.TRANSFERRED, Reason.NOT_DESIGNATED, Reason.TRAINING_OVERDUE)
    return Case(
        case_id=CaseId(f"c{number:07d}"),
        directory=("ad", "mihon")[number % 2],
        entitlement=EntitlementId(f"E-{number % 60:03d}"),
        account=AccountId(f"u{number:05d}"),
        staff_number=StaffNumber(f"{number:07d}"),
        member=f"uid=u{number:05d},ou=people,dc=mihon,dc=example",
        groups=(f"cn=g{number % 3000},ou=groups,dc=mihon,dc=example",),
        path="direct",
        state=CaseState.OPEN,
        reasons=(reasons[number % 3],),
        because=(Because("order", f"R9-{number:04d}", date(2027, 4, 1), "orders", number),),
        since=date(2027, 4, 1) - timedelta(days=number % 400),
        needs_person=False,
        opened_at=NOW - timedelta(seconds=number),
        updated_at=NOW,
        due_at=NOW,
        escalate_at=NOW + timedelta(days=1),
        hard_deadline_at=NOW + timedelta(days=number % 7, hours=number % 24),
        section=OrgUnitCode(f"{10000 + number % 120}"),
    )


def fill(opened: OpenSite) -> None:
    """Put the cases, the people and the sections into the store."""
    names = ("田中　太郎", "阿部　百合", "髙﨑　一", "渡邉　さくら")
    kana = ("タナカ タロウ", "アベ ユリ", "タカサキ ハジメ", "ワタナベ サクラ")
    with opened.site.store.begin() as unit:
        for number in range(CASES):
            unit.insert_case(one_case(number))
        unit.save_cards(
            Card(
                StaffNumber(f"{n:07d}"),
                names[n % 4],
                f"{kana[n % 4]} {n:05d}",
                OrgUnitCode(f"{10000 + n % 120}"),
                "主事",
            )
            for n in range(CASES)
        )
        codes = (OrgUnitCode(f"{10000 + n}") for n in range(120))
        unit.save_sections(Section(c, f"第{n}課", None, n) for n, c in enumerate(codes))


def measure(store: str) -> dict[str, float]:
    """Return the figures for one engine; `store` is its URL."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "syncd.toml"
        config.write_text(
            f'[organization]\nname = "みほん市"\n[store]\nurl = "{store}"\n'
            '[[actors]]\naccount = "chief"\nroles = ["chief"]\n',
            "utf-8",
        )
        opened = open_site(config, lambda *_: None, clock=lambda: NOW)
        add_user(
            opened.site, "chief", hash_password(PASSWORD), "bench", None, frozenset({Role.CHIEF})
        )
        fill(opened)
        turnstile = Turnstile(new_secret, timedelta(hours=9), timedelta(hours=9))
        desk = Desk(opened, turnstile, (LocalPasswords(opened.site.store),), is_secure=False)
        browser = TestClient(create_app(desk, ("bench",)), base_url="http://bench")
        browser.post("/sign-in", data={"account": "chief", "password": PASSWORD})
        lists = sorted(timed(browser, path) for _ in range(ROUNDS) for path in FILTERS)
        token = re.search(r'name="csrf" value="([^"]+)"', browser.get("/account").text)
        form = {
            "csrf": "" if token is None else token[1],
            "everything": "true",
            "told": str(CASES),
        }
        begun = time.perf_counter()
        answer = browser.post("/cases/approve", data=form)
        took = time.perf_counter() - begun
        with opened.site.store.begin() as unit:
            approved = unit.case_counts()[CaseState.APPROVED]
        if answer.status_code != 200 or approved != CASES:
            raise SystemExit(f"approved {approved} of {CASES}: {answer.status_code}")
        opened.site.store.close()
        return {
            "list_median_ms": statistics.median(lists) * 1000,
            "list_p95_ms": lists[int(len(lists) * 0.95)] * 1000,
            "approve_all_s": took,
        }


def timed(browser: TestClient, path: str) -> float:
    """Return how long one list takes, from the request to the last byte, in seconds."""
    begun = time.perf_counter()
    answer = browser.get(f"/cases{path}")
    took = time.perf_counter() - begun
    if answer.status_code != 200:
        raise SystemExit(f"{path}: {answer.status_code}")
    return took


def run() -> dict[str, object]:
    """Measure on both engines, print the table and return the figures."""
    folder = Path(tempfile.mkdtemp(prefix="syncd-bench-postgres-"))
    server = start_postgres(folder)
    try:
        found = {
            "sqlite": measure("sqlite:///var/syncd.db"),
            "postgresql": measure(server.fresh_database()),
        }
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
    rows = [
        (f"{engine} {name}", f"{value:.1f}", f"{GOALS.get(name, 0):g}" if name in GOALS else "")
        for engine, figures in found.items()
        for name, value in figures.items()
    ]
    print_table(f"console, {CASES} open cases", ("what", "measured", "goal"), rows)
    return dict(found)


if __name__ == "__main__":
    run()
