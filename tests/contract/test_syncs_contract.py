"""Requested runs, kept alike on SQLite and PostgreSQL."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date

import pytest

from syncd.bilingual import Bilingual, english, japanese
from syncd.core.ids import RunId
from syncd.errors import IdempotencyConflict
from syncd.ports.store import Store
from syncd.ports.syncs import CheckedFeed, RequestedSync, SyncState, Upload
from tests.fakes.readings import at

DAY = date(2027, 4, 1)
UPLOAD = Upload("up1", "jinji", at(0), "発令.csv", "ab" * 32, b"\x00\xff\x83", 12)


def asked(number: int, **changes: object) -> RequestedSync:
    row = RequestedSync(f"s{number}", "jinji", at(number), DAY, "hash")
    return replace(row, **changes)  # type: ignore[arg-type]


def test_a_brought_file_is_kept_byte_for_byte(store: Store):
    with store.begin() as unit:
        unit.save_upload(UPLOAD)
        assert unit.upload("up1") == UPLOAD
        assert unit.upload("up2") is None


def test_a_request_keeps_what_it_is_bound_to(store: Store):
    feed = CheckedFeed("orders", "ab" * 32, 12, advance_notices=True)
    with store.begin() as unit:
        unit.request_sync(asked(1, feed=feed))
        unit.request_sync(asked(2))
        assert unit.sync("s1") == asked(1, feed=feed)
        assert unit.sync("s2") == asked(2)


def test_the_same_key_gives_the_first_request_again(store: Store):
    first, again = asked(1, idempotency_key="k"), asked(2, idempotency_key="k")
    with store.begin() as unit:
        assert unit.request_sync(first) == first
        assert unit.request_sync(again) == first
        other = asked(3, idempotency_key="k", requested_by="unyo")
        assert unit.request_sync(other) == other
        assert unit.request_sync(asked(4)) == asked(4)
        assert [row.sync_id for row in unit.syncs(10)] == ["s4", "s3", "s1"]


def test_the_same_key_with_another_request_is_refused(store: Store):
    with store.begin() as unit:
        unit.request_sync(asked(1, idempotency_key="k"))
    with store.begin() as unit, pytest.raises(IdempotencyConflict, match="new key"):
        unit.request_sync(asked(2, idempotency_key="k", request_hash="other"))


def test_of_many_who_ask_at_once_with_one_key_all_get_one_request(store: Store):
    got: list[str] = []
    ready = threading.Barrier(4)

    def ask(number: int) -> None:
        ready.wait()
        with store.begin() as unit:
            got.append(unit.request_sync(asked(number, idempotency_key="k")).sync_id)

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(got)) == 1


def test_what_was_begun_is_finished_before_what_waits(store: Store):
    with store.begin() as unit:
        assert unit.unfinished_sync() is None
        for number in (1, 2, 3):
            unit.request_sync(asked(number))
        assert unit.unfinished_sync() == asked(1)
        running = asked(2, state=SyncState.RUNNING, started_at=at(4))
        unit.update_sync(running)
        assert unit.unfinished_sync() == running
        done = replace(
            running, state=SyncState.DONE, run=RunId("r"), finished_at=at(5), exit_code=3
        )
        unit.update_sync(done)
        assert unit.sync("s2") == done
        assert unit.unfinished_sync() == asked(1)


def test_steps_are_numbered_without_gaps_and_read_from_any_number(store: Store):
    with store.begin() as unit:
        unit.request_sync(asked(1))
        unit.request_sync(asked(2))
        for done in range(3):
            unit.add_sync_event("s1", at(done), "sources", done, 3)
        unit.add_sync_event("s2", at(0), "decision", 0, None)
        assert [e.number for e in unit.sync_events("s1")] == [1, 2, 3]
        assert [e.done for e in unit.sync_events("s1", 2)] == [2]
        assert [(e.number, e.total) for e in unit.sync_events("s2")] == [(1, None)]


def test_why_a_run_failed_is_kept_in_both_languages(store: Store):
    why = Bilingual("the size is not known.", ja="大きさがわかりません。")
    plain = '[console] listen = "127.0.0.1"'
    with store.begin() as unit:
        unit.request_sync(asked(1))
        unit.request_sync(asked(2))
        unit.update_sync(asked(1, state=SyncState.FAILED, error=why))
        unit.update_sync(asked(2, state=SyncState.FAILED, error=plain))
    with store.begin() as unit:
        found = {row.sync_id: row.error for row in unit.syncs(2)}
    assert (found["s1"], japanese(found["s1"]), english(found["s1"])) == (why, why.ja, why.en)
    assert found["s2"] == plain
