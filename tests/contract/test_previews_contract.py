"""Previews are kept alike on SQLite and PostgreSQL: frozen, in two series, and forgotten in time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from syncd.core.foresight.lines import LossLine
from syncd.core.foresight.preview import Preview
from syncd.errors import StoreError
from syncd.ports.previews import PreviewHead
from syncd.ports.store import Store
from tests.fakes.readings import at, designation, designations, order, orders

APRIL, MAY = date(2027, 4, 1), date(2027, 5, 1)
SOURCES = frozenset({"orders", "designations"})


def preview(on: date = APRIL, *, with_notices: bool = False, account: str = "u1") -> Preview:
    loss = LossLine(
        "ad", "TAX", account, "0000001", "12010", ("transferred",), ("R9-1",), (), False, True
    )
    return Preview(on, with_notices, losses=(loss,))


def head(number: int, of: Preview) -> PreviewHead:
    return PreviewHead(
        f"p{number}", of.on, of.with_notices, at(number), "jinji", of.digest, of.counts()
    )


def keep(store: Store, number: int, of: Preview) -> PreviewHead:
    made = head(number, of)
    with store.begin() as unit:
        unit.keep_preview(made, of)
    return made


def test_a_preview_comes_back_as_it_was_kept(store: Store):
    made = keep(store, 1, preview())
    with store.begin() as unit:
        assert unit.preview_head("p1", with_notices=False) == made
        assert unit.preview_content(made) == preview()
        assert unit.preview_head("p2", with_notices=False) is None


def test_what_says_the_same_again_is_kept_once_and_found_by_both(store: Store):
    first, again = keep(store, 1, preview()), keep(store, 2, preview())
    with store.begin() as unit:
        assert unit.preview_content(first) == unit.preview_content(again) == preview()
        assert [h.preview_id for h in unit.previews(with_notices=False)] == ["p2", "p1"]


def test_the_series_stand_apart_and_a_day_has_its_own(store: Store):
    keep(store, 1, preview())
    keep(store, 2, preview(with_notices=True))
    keep(store, 3, preview(MAY))
    with store.begin() as unit:
        told = [h.preview_id for h in unit.previews(with_notices=False)]
        assert told == ["p3", "p1"]
        assert [h.preview_id for h in unit.previews(with_notices=False, on=APRIL)] == ["p1"]
        assert [h.preview_id for h in unit.previews(with_notices=True)] == ["p2"]
        assert unit.preview_head("p2", with_notices=False) is None
        assert unit.preview_head("p2", with_notices=True) is not None


def test_the_one_before_another_is_found(store: Store):
    keep(store, 1, preview())
    keep(store, 2, preview(with_notices=True))
    last = keep(store, 3, preview(account="u2"))
    with store.begin() as unit:
        found = unit.previews(with_notices=False, on=APRIL, before=last, limit=1)
        assert [h.preview_id for h in found] == ["p1"]


def test_what_rests_on_advance_notices_is_forgotten_when_the_day_has_come(store: Store):
    openly = keep(store, 1, preview())
    noticed = keep(store, 2, preview(with_notices=True))
    later = keep(store, 3, preview(MAY, with_notices=True))
    with store.begin() as unit:
        assert unit.forget_notices(APRIL - (MAY - APRIL), at(4)) == ()
        assert unit.forget_notices(APRIL, at(5)) == (noticed,)
        assert unit.forget_notices(APRIL, at(6)) == ()
    with store.begin() as unit:
        left = unit.preview_head("p2", with_notices=True)
        assert left == replace(noticed, digest="", counts={}, forgotten_at=at(5))
        assert unit.preview_content(noticed) is None
        assert unit.preview_content(left) is None
        assert unit.preview_content(openly) is not None
        assert unit.preview_content(later) is not None


def test_a_preview_that_was_altered_is_refused(store: Store):
    made = keep(store, 1, preview())
    with store.begin() as unit:
        unit.keep_preview(replace(made, preview_id="p2", digest="ab" * 32), preview())
        with pytest.raises(StoreError, match="altered"):
            unit.preview_content(replace(made, digest="ab" * 32))


def test_an_order_is_known_from_when_it_first_was_confirmed(store: Store):
    with store.begin() as unit:
        unit.accept(orders(order("R9-1", "0000001", confirmed=False)), at(1))
        unit.accept(orders(order("R9-1", "0000001")), at(2))
        unit.accept(
            orders(order("R9-1", "0000001"), order("R9-2", "0000001", confirmed=False)), at(3)
        )
    with store.begin() as unit:
        openly = unit.known_moments(SOURCES, with_notices=False)
        noticed = unit.known_moments(SOURCES, with_notices=True)
        assert unit.known_moments(frozenset(), with_notices=True).orders == {}
    assert list(openly.orders.values()) == [at(2)]
    assert sorted(noticed.orders.values()) == [at(1), at(3)]
    assert {number for number, _ in noticed.orders} == {"R9-1", "R9-2"}


def test_a_list_counts_as_changed_when_a_line_comes_or_goes(store: Store):
    one, other = designation("1"), designation("2", "20010")
    with store.begin() as unit:
        unit.accept(designations(one, other), at(1))
        unit.accept(designations(one, other), at(2))
        assert unit.known_moments(SOURCES, with_notices=False).lists == {}
        unit.accept(designations(one), at(3))
        found = unit.known_moments(SOURCES, with_notices=False)
        assert (dict(found.lists), found.listed_at) == ({"20010": at(3)}, at(1))
        unit.accept(designations(replace(one, released_on=APRIL)), at(4))
        assert unit.known_moments(SOURCES, with_notices=False).lists[one.org_unit] == at(4)
