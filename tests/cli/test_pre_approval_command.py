"""`syncd pre-approval` and `syncd approve --plan` on a coming day, as two people use them."""

from __future__ import annotations

import pytest

from syncd.bootstrap import now
from tests.cli.conftest import Cli

ROW = '"{number}","{on}","配置換","{person}","見本","13010","主事","","","{confirmed}"\n'
SEES = '\n[[actors]]\naccount = "jinji"\nroles = ["personnel"]\n'


def next_april() -> str:
    today = now().date()
    return today.replace(year=today.year + 1, month=4, day=1).isoformat()


def with_order(cli: Cli, number: str, confirmed: str) -> Cli:
    """Let the personnel system have one order ahead."""
    cli.apply()
    cli.config.write_text(cli.config.read_text() + SEES)
    row = ROW.format(number=number, on=next_april(), person=1, confirmed=confirmed)
    with (cli.site / "in" / "orders.csv").open("a", encoding="utf-8") as file:
        file.write(row)
    cli("sync", account="sato")
    return cli


@pytest.fixture
def coming(cli: Cli) -> Cli:
    return with_order(cli, "R-1", "確定")


@pytest.fixture
def noticed(cli: Cli) -> Cli:
    return with_order(cli, "R-2", "内示")


def test_the_plan_of_the_next_transfer_day_is_listed_and_approved_by_its_hash(coming: Cli):
    plan = coming.json("pre-approval")
    assert plan["on"] == next_april()
    assert plan["counts"] == {"auto": 0, "approved": 0, "partly": 0, "changed": 0, "new": 1}
    (line,) = plan["lines"]
    assert line["because"][0] == "order R-1"
    done = coming.json("approve", "--plan", plan["plan"][:12], account="sato")
    assert (done["approved"], done["ahead"]) == (1, True)
    assert coming.json("pre-approval")["counts"]["approved"] == 1
    assert "承認済み 1" in coming("pre-approval").stdout


def test_only_an_account_that_may_see_advance_notices_is_told_of_one(noticed: Cli):
    for account in ("unyo", "sato"):
        assert noticed.json("pre-approval", account=account)["lines"] == []
        assert "R-2" not in noticed("pre-approval", account=account).stdout
    seen = noticed.json("pre-approval", account="jinji")
    assert seen["with_advance_notices"]
    assert [line["advance_notice"] for line in seen["lines"]] == [True]
    assert "【内示】" in noticed("pre-approval", account="jinji").stdout


def test_a_plan_that_nobody_knows_is_told(coming: Cli):
    done = coming("approve", "--plan", "0123456789", account="sato")
    assert done.returncode == 2
    assert "0123456789" in done.stderr


def test_another_day_can_be_asked_for(coming: Cli):
    assert coming.json("pre-approval", "--on", "2098-01-01")["lines"] == []


def test_who_decides_nothing_approves_nothing(coming: Cli):
    plan = coming.json("pre-approval")
    assert coming("approve", "--plan", plan["plan"], account="unyo").returncode == 2
    assert coming.json("pre-approval")["counts"]["approved"] == 0
