"""The configured feed, checked before a run that is bound to what was seen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from syncd.bilingual import japanese
from syncd.core.facts import Provides
from syncd.core.votes import Actor, Role
from syncd.errors import NoSuchCase, RowFault, SourceRefused
from syncd.flow import feed as feeding
from syncd.flow.feed import FeedSeen, check_feed, feeds
from syncd.flow.syncs import ask_for_sync, foresee, work_off
from syncd.ports.syncs import RequestedSync, SyncState
from tests.fakes.source import FakeSource
from tests.flow.test_syncs import parse
from tests.flow.town import APRIL, Town, account, staff, town_in, transfer

JINJI = Actor("jinji", staff(950), frozenset({Role.PERSONNEL}))


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """A town with two confirmed orders and one 内示 in the feed that no run has read."""
    made = town_in(tmp_path)
    made.sync()
    notice = replace(transfer(3, "13010"), confirmed=False)
    made.orders.records = (transfer(1, "13010"), transfer(2, "13010"), notice)
    return made


def check(town: Town, expected: int = 3, *, sees: bool = True) -> FeedSeen:
    return check_feed(town.site(), "orders", expected, advance_notices=sees)


def ask(town: Town, seen: FeedSeen) -> RequestedSync:
    ask_for_sync(town.site(), JINJI, feed=seen.feed)
    done = work_off(town.site(), parse)
    assert done is not None
    return done


def test_only_sources_of_orders_are_feeds(town: Town):
    assert feeds(town.site()) == ("orders",)
    for name in ("roster", "none"):
        with pytest.raises(NoSuchCase):
            check_feed(town.site(), name, 10, advance_notices=True)


def test_a_check_records_nothing(town: Town):
    with town.store.begin() as unit:
        before = (unit.inputs_version(), len(list(unit.audit_leaves())))
    report = foresee(town.site(), JINJI, check(town).reading, APRIL)
    assert {f.account for f in report.findings} == {account(1), account(2)}
    with town.store.begin() as unit:
        assert (unit.inputs_version(), len(list(unit.audit_leaves()))) == before
        assert unit.cases() == ()


def test_what_is_foreseen_is_of_the_content_that_was_read_whatever_comes_meanwhile(town: Town):
    seen = check(town)
    town.orders.records = ()
    report = foresee(town.site(), JINJI, seen.reading, APRIL)
    assert {f.account for f in report.findings} == {account(1), account(2)}


@pytest.mark.parametrize(("expected", "sees"), [(2, True), (4, True), (3, False), (1, False)])
def test_another_number_than_stated_is_refused_and_counts_only_what_the_asker_may_see(
    town: Town, expected: int, *, sees: bool
):
    with pytest.raises(SourceRefused) as refused:
        check(town, expected, sees=sees)
    assert refused.value.faults[0].value == ("3" if sees else "2")


def test_who_may_not_see_advance_notices_states_the_confirmed_orders(town: Town):
    done = ask(town, check(town, 2, sees=False))
    assert done.state is SyncState.DONE


def test_the_run_takes_exactly_what_was_checked(town: Town):
    done = ask(town, check(town))
    assert (done.state, done.exit_code) == (SyncState.DONE, 3)
    with town.store.begin() as unit:
        assert {c.account for c in unit.cases()} == {account(1), account(2)}
    assert check(town).is_known


def test_a_feed_that_changed_since_the_check_does_not_run_and_is_told(town: Town):
    seen = check(town)
    town.orders.records = (*town.orders.records[:2], transfer(9, "13010"))
    with town.store.begin() as unit:
        before = unit.inputs_version()
    done = ask(town, seen)
    assert done.state is SyncState.FAILED
    assert "確かめた後に変わりました" in japanese(done.error)
    with town.store.begin() as unit:
        assert unit.inputs_version() == before
        assert unit.cases() == ()


def test_a_feed_that_changes_while_the_run_begins_is_read_once_and_as_checked(
    town: Town, monkeypatch: pytest.MonkeyPatch
):
    seen = check(town)
    read = feeding.read_as_checked

    def then_change(site, feed):
        reading = read(site, feed)
        town.orders.records = (transfer(9, "13010"),)
        return reading

    monkeypatch.setattr("syncd.flow.syncs.read_as_checked", then_change)
    assert ask(town, seen).state is SyncState.DONE
    with town.store.begin() as unit:
        assert {c.account for c in unit.cases()} == {account(1), account(2)}


def test_the_trail_names_the_content_and_never_the_number(town: Town):
    seen = check(town)
    ask(town, seen)
    with town.store.begin() as unit:
        unit.checkpoint(town.now)
        asked = [leaf for _, leaf, _ in unit.audit_leaves() if b"sync.requested" in leaf]
    assert seen.feed.sha256.encode() in asked[0]
    assert b"expected" not in asked[0]


class _Faulty(FakeSource):
    def read(self):
        faults = (
            RowFault(3, "発令日", "R99", "日付", is_advance_notice=True),
            RowFault(4, "発令日", "R98", "日付"),
        )
        raise SourceRefused(self.name, self.name, faults)


def test_faults_of_advance_notices_are_told_only_to_who_may_see_them(town: Town):
    town.orders = _Faulty("orders", Provides.ORDERS, town.now)
    told = {}
    for sees in (True, False):
        with pytest.raises(SourceRefused) as refused:
            check(town, sees=sees)
        told[sees] = [fault.line for fault in refused.value.faults]
    assert told == {True: [3, 4], False: [4]}


def test_how_many_rows_were_lost_is_no_number_for_who_may_not_see_advance_notices(town: Town):
    ask(town, check(town))
    town.orders.records = town.orders.records[:1]
    with pytest.raises(SourceRefused) as refused:
        check(town, 1, sees=False)
    assert not any(c.isdigit() for fault in refused.value.faults for c in str(fault))
