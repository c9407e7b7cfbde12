"""A file brought along, its control total, the run that was asked for, and its progress."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from syncd.core.facts import Provides
from syncd.core.votes import Actor, Role
from syncd.errors import NoSuchCase, RowFault, SourceRefused, UsageError
from syncd.flow.collect import BROUGHT
from syncd.flow.syncs import (
    MOST_BYTES,
    ask_for_sync,
    bring,
    foresee,
    hold,
    read_brought,
    work_off,
)
from syncd.ports.source import Fingerprint, SourceReading
from syncd.ports.syncs import SyncState, Upload
from tests.flow.town import APRIL, Town, account, staff, town_in, transfer

JINJI = Actor("jinji", staff(950), frozenset({Role.PERSONNEL}))


@pytest.fixture
def town(tmp_path: Path) -> Town:
    made = town_in(tmp_path)
    made.sync()
    return made


def parse(upload: Upload) -> SourceReading:
    """Read a file of staff numbers, one transfer to 13010 each."""
    if upload.content == b"broken":
        raise SourceRefused(BROUGHT, upload.file_name, (RowFault(3, "発令日", "R99", "no day"),))
    numbers = [int(n) for n in upload.content.split()]
    orders = tuple(replace(transfer(n, "13010"), source=BROUGHT) for n in numbers)
    place = Fingerprint(upload.sha256, upload.at, upload.file_name)
    return SourceReading(BROUGHT, Provides.ORDERS, place, None, len(orders), orders)


def brought(town: Town, content: bytes = b"1 2", expected: int = 2) -> Upload:
    upload = hold(town.site(), JINJI, "発令.csv", content, expected)
    bring(town.site(), upload, parse)
    return upload


def test_nothing_of_a_brought_file_counts_before_the_start(town: Town):
    brought(town)
    assert town.sync().counts.stale == 0


def test_what_would_follow_is_foreseen_and_not_kept(town: Town):
    reading = read_brought(brought(town), parse)
    report = foresee(town.site(), JINJI, reading, APRIL)
    assert {f.account for f in report.findings} == {account(1), account(2)}
    assert town.sync().counts.stale == 0


def test_a_run_with_a_brought_file_makes_its_orders_facts(town: Town):
    upload = brought(town)
    asked = ask_for_sync(town.site(), JINJI, upload_id=upload.upload_id)
    done = work_off(town.site(), parse)
    assert done is not None
    assert (done.sync_id, done.state, done.exit_code) == (asked.sync_id, SyncState.DONE, 3)
    with town.store.begin() as unit:
        cases = unit.cases()
        run = unit.find_run(done.run)
    assert {c.account for c in cases} == {account(1), account(2)}
    assert run is not None
    assert (run.kind, run.actor) == ("requested", "jinji")
    # The feed that does not have these orders (yet) takes nothing of them away.
    assert town.sync().counts.stale == 2


def test_who_asked_for_the_run_may_not_approve_what_it_opened(town: Town):
    upload = brought(town)
    ask_for_sync(town.site(), JINJI, upload_id=upload.upload_id)
    work_off(town.site(), parse)
    with town.store.begin() as unit:
        assert {c.requested_by for c in unit.cases()} == {"jinji"}


@pytest.mark.parametrize("expected", [1, 3])
def test_another_number_of_orders_than_stated_is_refused_with_both_numbers(
    town: Town, expected: int
):
    with pytest.raises(SourceRefused) as refused:
        brought(town, expected=expected)
    fault = refused.value.faults[0]
    assert (fault.value, str(expected) in fault.expected) == ("2", True)


def test_what_is_refused_is_not_kept(town: Town):
    upload = hold(town.site(), JINJI, "発令.csv", b"broken", 1)
    with pytest.raises(SourceRefused):
        bring(town.site(), upload, parse)
    with pytest.raises(NoSuchCase):
        ask_for_sync(town.site(), JINJI, upload_id=upload.upload_id)


def test_a_file_that_cannot_be_read_any_more_fails_the_request_and_tells_no_value(town: Town):
    def changed(upload: Upload) -> SourceReading:
        """Read it as after a change of the configuration."""
        return parse(replace(upload, content=b"broken"))

    upload = brought(town)
    ask_for_sync(town.site(), JINJI, upload_id=upload.upload_id)
    done = work_off(town.site(), changed)
    assert done is not None
    assert (done.state, done.exit_code) == (SyncState.FAILED, 5)
    assert "R99" not in done.error
    assert work_off(town.site(), parse) is None
    assert town.sync().counts.stale == 0


@pytest.mark.parametrize("content", [b"", b"x" * (MOST_BYTES + 1)])
def test_a_file_of_nothing_or_too_much_is_not_taken(town: Town, content: bytes):
    with pytest.raises(UsageError):
        brought(town, content)


def test_nobody_starts_with_a_file_that_nobody_brought(town: Town):
    with pytest.raises(NoSuchCase):
        ask_for_sync(town.site(), JINJI, upload_id="none")


def test_asking_twice_with_one_key_runs_once(town: Town):
    first = ask_for_sync(town.site(), JINJI, key="k")
    assert ask_for_sync(town.site(), JINJI, key="k").sync_id == first.sync_id
    assert work_off(town.site(), parse) is not None
    assert work_off(town.site(), parse) is None


def test_a_request_waits_while_another_run_goes_on(town: Town):
    asked = ask_for_sync(town.site(), JINJI)
    with town.store.exclusive("run"):
        assert work_off(town.site(), parse) is None
        with town.store.begin() as unit:
            kept = unit.sync(asked.sync_id)
        assert kept is not None
        assert kept.state is SyncState.WAITING
    done = work_off(town.site(), parse)
    assert done is not None
    assert done.state is SyncState.DONE


def test_a_request_of_a_process_that_died_is_done_again(town: Town):
    asked = ask_for_sync(town.site(), JINJI)
    with town.store.begin() as unit:
        unit.update_sync(replace(asked, state=SyncState.RUNNING, started_at=town.now))
    done = work_off(town.site(), parse)
    assert done is not None
    assert (done.sync_id, done.state) == (asked.sync_id, SyncState.DONE)


def test_only_one_process_works_requests_off(town: Town):
    ask_for_sync(town.site(), JINJI)
    with town.store.exclusive("requested-runs"):
        assert work_off(town.site(), parse) is None


def test_progress_is_kept_step_by_step_to_the_end(town: Town):
    asked = ask_for_sync(town.site(), JINJI)
    work_off(town.site(), parse)
    with town.store.begin() as unit:
        steps = unit.sync_events(asked.sync_id)
    assert [s.number for s in steps] == list(range(1, len(steps) + 1))
    assert {"sources", "decision"} <= {s.what for s in steps}
    last = [s for s in steps if s.what == "sources"][-1]
    assert last.done == last.total


def test_a_request_that_is_worked_off_on_a_later_day_acts_on_nothing(town: Town):
    upload = brought(town)
    asked = ask_for_sync(town.site(), JINJI, upload_id=upload.upload_id)
    town.now += timedelta(days=2)
    done = work_off(town.site(), parse)
    assert done is not None
    assert (done.as_of, done.state) == (asked.as_of, SyncState.DONE)
    with town.store.begin() as unit:
        assert unit.cases() == ()


def test_a_request_that_breaks_off_unforeseen_is_not_tried_for_ever(town: Town):
    asked = ask_for_sync(town.site(), JINJI, upload_id=brought(town).upload_id)

    def breaks(upload: Upload) -> SourceReading:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        work_off(town.site(), breaks)
    with town.store.begin() as unit:
        row = unit.sync(asked.sync_id)
    assert row is not None
    assert (row.state, row.exit_code) == (SyncState.FAILED, 1)
    assert work_off(town.site(), parse) is None


def test_a_request_that_was_stopped_in_its_midst_is_taken_up_again(town: Town):
    asked = ask_for_sync(town.site(), JINJI)
    stopped = work_off(replace(town.site(), stopping=lambda: True), parse)
    assert stopped is not None
    assert stopped.state is SyncState.RUNNING
    again = work_off(town.site(), parse)
    assert again is not None
    assert (again.sync_id, again.state) == (asked.sync_id, SyncState.DONE)


def test_what_is_on_record_of_a_file_tells_no_number_of_advance_notices(town: Town):
    brought(town)
    with town.store.begin() as unit:
        unit.checkpoint(town.now)
        leaves = [leaf.decode() for _, leaf, _ in unit.audit_leaves()]
    (leaf,) = [leaf for leaf in leaves if '"file.brought"' in leaf]
    assert "expected" not in leaf
