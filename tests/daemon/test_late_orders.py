"""Orders that come after midnight, real files and the real service: the next short tick takes them.

What cannot be read at midnight is unknown until it can, and is then decided and carried out
without anybody's act where it was approved ahead.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from syncd.core.cases import CaseState
from syncd.core.morning.lines import Outcome
from syncd.core.morning.outages import Failing
from syncd.core.votes import Actor, Role
from syncd.flow.morning.report import morning_report
from syncd.flow.preapproval.plan import plan_ahead
from syncd.flow.preapproval.vote import approve_ahead
from syncd.flow.push import push_orders
from tests.daemon.night import ORDERS, MovedClock, Night, at, make_site, night, transfer, wait_until
from tests.daemon.night import write as write_file

APRIL = date(2027, 4, 1)
CHIEF = Actor("sato", None, frozenset({Role.CHIEF}))
HR = Actor("jinji", None, frozenset({Role.PERSONNEL}))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> MovedClock:
    # Time passes here: what a host does that slept through it would hide what the ticks do.
    monkeypatch.setattr("syncd.daemon.clock.FORWARD", timedelta(days=1))
    return MovedClock(at("2027-03-31T12:01:00"))


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A site whose approved and policy-approved removals need nobody's act."""
    made = make_site(tmp_path / "site")
    made.write_text(made.read_text().replace('transferred = "one"', 'transferred = "auto"'))
    return made


@pytest.fixture
def asking(tmp_path: Path) -> Path:
    """A site that asks one person for each transfer."""
    return make_site(tmp_path / "asking")


def removed(node: Night) -> set[str]:
    return {case.account for case in node.cases() if case.state is CaseState.VERIFIED}


def pass_midnight(node: Night) -> None:
    wait_until(lambda: len(node.runs()) == 1)
    node.move_to("2027-03-31T23:59:59.999999")
    tick(node, "2027-04-01T00:00:00")
    wait_until(lambda: len(node.last_runs("2027-04-01")) == 1)


def tick(node: Night, text: str) -> None:
    """Let the short tick of a moment come, and wait until what it began has ended."""
    node.move_to(text)
    wait_until(lambda: node.firings("delta") == at(text))
    node.rest()


def test_orders_that_come_after_midnight_are_carried_out_by_the_next_tick(
    config: Path, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
):
    with night(config, clock, monkeypatch) as node:
        pass_midnight(node)
        write_file(config.parent, "orders.csv", ORDERS + transfer(1) + transfer(2))
        tick(node, "2027-04-01T00:25:00")
        assert removed(node) == {"u1", "u2"}
        text = ORDERS + transfer(1) + transfer(2) + transfer(3, on="2027-03-20")
        write_file(config.parent, "orders.csv", text)
        tick(node, "2027-04-01T10:05:00")
        assert removed(node) == {"u1", "u2", "u3"}
        told = morning_report(node.opened.site, APRIL)
        late = {line.case.account: line.exposure for line in told.lines}
        assert late["u1"] is not None
        assert late["u3"] is not None
        assert late["u1"].minutes(told.made_at) == 25
        assert (late["u3"].days(told.made_at), late["u3"].is_retroactive) == (12, True)


def test_orders_that_a_system_pushes_in_the_morning_are_carried_out_like_those_of_a_file(
    config: Path, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
):
    pushed = {"order_number": "R9-7", "effective_on": "2027-04-01", "kind": "配置換"}
    with night(config, clock, monkeypatch) as node:
        pass_midnight(node)
        node.move_to("2027-04-01T10:02:00")
        push_orders(
            node.opened.site, HR, [{**pushed, "staff_number": "7", "org_unit": "13010"}], 1, 7
        )
        tick(node, "2027-04-01T10:05:00")
        assert removed(node) == {"u7"}


def test_a_second_feed_that_is_refused_stops_no_other_and_leaves_its_own_unknown(
    config: Path, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
):
    more = '[[sources]]\nname = "orders2"\ntype = "file"\nprovides = "orders"\n'
    text = config.read_text()
    first = text.index("[[directories]]")
    config.write_text(text[:first] + f'{more}path = "in/orders2.csv"\n\n' + text[first:])
    write_file(config.parent, "orders2.csv", ORDERS)
    with night(config, clock, monkeypatch) as node:
        pass_midnight(node)
        write_file(config.parent, "orders2.csv", ORDERS + "R9-8,no day,配置換,0000008\n")
        write_file(config.parent, "orders.csv", ORDERS + transfer(1))
        tick(node, "2027-04-01T00:25:00")
        with node.opened.site.store.begin() as unit:
            accepted = unit.last_accepted("orders")
            assert [refused.source for refused in unit.refused_inputs()] == ["orders2"]
        assert accepted is not None
        assert accepted.rows == 1  # it was taken in
        assert removed(node) == set()  # and waits: the other feed may say otherwise
        assert node.runs()[-1].complete is False
        write_file(config.parent, "orders2.csv", ORDERS + transfer(8))
        tick(node, "2027-04-01T00:30:00")
        assert removed(node) == {"u1", "u8"}


def test_a_feed_that_is_broken_at_midnight_and_mended_at_half_past_is_made_up_for_by_itself(
    asking: Path, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
):
    write_file(asking.parent, "orders.csv", ORDERS + transfer(1) + transfer(2))
    with night(asking, clock, monkeypatch) as node:
        wait_until(lambda: len(node.runs()) == 1)
        site = node.opened.site
        assert approve_ahead(site, [CHIEF], plan_ahead(site, APRIL, with_notices=False)).approved
        write_file(asking.parent, "orders.csv", ORDERS + transfer(1) + "R9-2,2027-")
        node.move_to("2027-03-31T23:59:59.999999")
        tick(node, "2027-04-01T00:00:00")
        wait_until(lambda: len(node.last_runs("2027-04-01")) >= 1)
        assert node.runs()[-1].complete is False
        assert removed(node) == set()
        assert not morning_report(site, APRIL).is_ready
        tick(node, "2027-04-01T00:30:00")
        assert removed(node) == set()
        write_file(asking.parent, "orders.csv", ORDERS + transfer(1) + transfer(2))
        tick(node, "2027-04-01T00:35:00")
        assert removed(node) == {"u1", "u2"}
        told = morning_report(site, APRIL)
        assert told.is_ready
        assert [line.approved_ahead for line in told.lines] == [True, True]
        outage = next(each for each in told.outages if each.name == "orders")
        assert (outage.failing, outage.until_at) == (Failing.INPUT, at("2027-04-01T00:35:00"))


def test_a_directory_that_is_away_at_midnight_is_read_as_soon_as_it_is_back(
    config: Path, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
):
    write_file(config.parent, "orders.csv", ORDERS + transfer(1))
    ldif = config.parent / "in" / "directory.ldif"
    with night(config, clock, monkeypatch) as node:
        wait_until(lambda: len(node.runs()) == 1)
        ldif.rename(ldif.with_suffix(".away"))
        pass_midnight_without_a_complete_run(node)
        tick(node, "2027-04-01T00:30:00")
        assert len(node.last_runs("2027-04-01")) == 1
        ldif.with_suffix(".away").rename(ldif)
        tick(node, "2027-04-01T00:35:00")
        assert removed(node) == {"u1"}
        told = morning_report(node.opened.site, APRIL)
        assert told.counts[Outcome.VERIFIED] == 1
        assert [(o.failing, o.until_at) for o in told.outages] == [
            (Failing.DIRECTORY, at("2027-04-01T00:35:00"))
        ]


def pass_midnight_without_a_complete_run(node: Night) -> None:
    node.move_to("2027-03-31T23:59:59.999999")
    tick(node, "2027-04-01T00:00:00")
    wait_until(lambda: len(node.last_runs("2027-04-01")) == 1)
    assert node.runs()[-1].complete is False
