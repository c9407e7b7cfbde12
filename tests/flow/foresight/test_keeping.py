"""Previews are made of what was just read or is known, kept, compared, and silent about 内示."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from syncd.core.audit import AuditEvent
from syncd.core.calendar import midnight
from syncd.core.facts import Designation, Order
from syncd.core.foresight.compare import Cause, Turn, compare
from syncd.core.foresight.lines import Outlook, Part
from syncd.flow.foresight.foreseeing import Asked, Foreseen, foresee_day
from syncd.flow.foresight.gathering import known
from syncd.flow.foresight.keeping import Compared, compared, keep, kept
from syncd.flow.rehearse import Rehearsed, rehearse_ahead
from syncd.flow.site import RunRequest
from syncd.reports import sync_json
from syncd.reports.foresight import as_json, terminal
from syncd.reports.tables import make_console
from syncd.reports.words import Lang
from tests.flow.town import APRIL, KINDS, Town, cancellation, separation, town_in, transfer

TODAY = date(2027, 3, 31)


def asked(*, with_notices: bool = False) -> Asked:
    return Asked(APRIL, TODAY, with_notices=with_notices)


def look(town: Town, *, with_notices: bool = False) -> Rehearsed:
    request = RunRequest(APRIL, "unyo", "preview")
    return rehearse_ahead(town.site(), request, asked(with_notices=with_notices))


def look_and_keep(town: Town, *, with_notices: bool = False, actor: str = "unyo") -> Compared:
    made = look(town, with_notices=with_notices)
    return keep(town.site(), made.foreseen.preview, actor)


def from_known(town: Town, *, with_notices: bool = False) -> Foreseen:
    site = town.site()
    return foresee_day(
        site,
        asked(with_notices=with_notices),
        known(site, APRIL, with_notices=with_notices),
    )


def notice(order: Order) -> Order:
    return replace(order, confirmed=False)


def events(town: Town) -> list[tuple[str, dict[str, Any]]]:
    with town.store.begin() as unit:
        unit.checkpoint(town.now)
        leaves = [json.loads(leaf) for _, leaf, _ in unit.audit_leaves()]
    return [(leaf["event"], leaf) for leaf in leaves]


def on_record(town: Town, event: AuditEvent) -> list[dict[str, Any]]:
    return [leaf for name, leaf in events(town) if name == event]


def test_a_preview_of_what_was_just_read_says_what_one_of_what_is_known_says(town: Town):
    town.sync(TODAY)
    town.orders.records = (transfer(1, "20010"), separation(2, TODAY))
    fresh = look(town).foreseen.preview
    assert from_known(town).preview.losses == ()
    town.sync(TODAY)
    assert compare(fresh, from_known(town).preview) == ()
    assert {line.orders for line in fresh.losses} == {("R9-1",), ("R9-2",)}


def test_nothing_of_what_was_read_is_recorded_but_the_preview(town: Town):
    town.orders.records = (transfer(1, "20010"),)
    look_and_keep(town)
    assert [name for name, _ in events(town)] == [AuditEvent.PREVIEW_KEPT]
    with town.store.begin() as unit:
        assert unit.last_accepted("orders") is None


def test_a_preview_needs_no_run_lock(town: Town):
    with town.store.exclusive("run"):
        assert look_and_keep(town).head is not None


def test_the_next_preview_shows_what_differs_and_why(town: Town):
    town.orders.records = (transfer(1, "20010"), transfer(2, "20010"))
    first = look_and_keep(town)
    assert (first.last, first.changes) == (None, ())
    town.orders.records = (*town.orders.records, cancellation(1, "R9-1"), transfer(3, "20010"))
    second = look_and_keep(town)
    assert second.last == first.head
    told = {(c.turn, c.key[-1], c.why[0].cause) for c in second.changes if c.part is Part.LOSSES}
    assert told == {
        (Turn.GONE, "u0001", Cause.ORDER_CANCELLED),
        (Turn.ADDED, "u0003", Cause.ORDER_CAME),
    }


def test_a_kept_preview_is_shown_again_with_its_own_difference(town: Town):
    first = look_and_keep(town)
    town.orders.records = (transfer(1, "20010"),)
    second = look_and_keep(town)
    assert first.head is not None
    assert second.head is not None
    assert kept(town.site(), first.head.preview_id, with_notices=False) == first
    assert kept(town.site(), second.head.preview_id, with_notices=False) == second
    assert compared(town.site(), second.preview).changes == ()


def test_what_is_on_record_of_a_preview_is_its_hash_and_who_made_it(town: Town):
    town.orders.records = (transfer(1, "20010"),)
    told = look_and_keep(town)
    (record,) = on_record(town, AuditEvent.PREVIEW_KEPT)
    assert record["actor"] == "unyo"
    assert record["ground"]["sha256"] == told.preview.digest
    assert record["ground"]["as_of"] == "2027-04-01"


def test_a_refused_input_leaves_the_last_good_one_and_says_so(town: Town):
    town.orders.records = (transfer(1, "20010"),)
    town.sync(TODAY)
    town.orders.records = ()
    town.orders.broken = "日付ではありません"
    made = look(town)
    assert made.report.exit_code == 5
    assert made.foreseen.preview.refused == ("orders",)
    assert [line.account for line in made.foreseen.preview.losses] == ["u0001"]


def test_a_directory_that_does_not_answer_leaves_what_was_read_last_and_says_so(town: Town):
    town.orders.records = (transfer(1, "20010"),)
    town.sync(TODAY)
    town.directory.unreadable = "answers nothing"
    made = look(town)
    assert made.report.exit_code == 5
    assert made.report.counts.unknown == 10
    assert made.foreseen.preview.unread == ("ad",)
    assert [line.account for line in made.foreseen.preview.losses] == ["u0001"]
    town.sync(TODAY)
    assert from_known(town).preview.unread == ("ad",)


def test_a_list_that_was_changed_after_the_orders_came_is_told_apart(town: Town):
    town.sync(TODAY)
    town.orders.records = (transfer(1, "20010"), transfer(2, "20010"))
    town.sync(TODAY)
    (line,) = from_known(town).preview.lists
    assert line.untouched
    first, *rest = town.designations.records
    assert isinstance(first, Designation)
    town.designations.records = (replace(first, released_on=APRIL), *rest)
    town.sync(TODAY)
    (line,) = from_known(town).preview.lists
    assert not line.untouched
    assert [each.staff_number for each in line.lines] == ["0000002"]


def test_a_group_that_the_day_would_empty_is_told_before_the_guard_holds_it(town: Town):
    town.orders.records = tuple(transfer(n, "20010") for n in range(1, 11))
    (line,) = look(town).foreseen.preview.groups
    assert (line.outlook, line.held, line.explained) == (Outlook.EMPTIED, True, 10)
    town.sync(TODAY)
    for case in town.sync(APRIL).cases.values():
        assert case.state == "open"


# --- 内示 --------------------------------------------------------------------------------------


def test_an_advance_notice_counts_only_where_it_was_asked_for(town: Town):
    town.orders.records = (transfer(1, "20010"), notice(transfer(2, "20010")))
    openly, noticed = look(town), look(town, with_notices=True)
    assert [line.account for line in openly.foreseen.preview.losses] == ["u0001"]
    assert [(x.account, x.notice) for x in noticed.foreseen.preview.losses] == [
        ("u0001", False),
        ("u0002", True),
    ]
    assert noticed.report.counts.stale == 2


def test_every_finding_that_rests_on_an_advance_notice_is_marked(town: Town):
    town.orders.records = (transfer(1, "20010"), notice(transfer(2, "20010")))
    made = look(town, with_notices=True)
    shown = sync_json.render(made.report)["findings"]
    as_json.marked_findings(shown, made.report.decision, made.foreseen.openly)
    assert {f["account"]: f[as_json.MARK] for f in shown} == {"u0001": False, "u0002": True}


def test_what_is_on_record_of_a_preview_with_advance_notices_tells_no_number(town: Town):
    town.orders.records = (notice(transfer(2, "20010")),)
    look_and_keep(town, with_notices=True, actor="jinji")
    (record,) = on_record(town, AuditEvent.PREVIEW_KEPT)
    assert record["ground"] == {"as_of": "2027-04-01", "with_notices": True}


def test_the_series_are_never_compared_with_one_another(town: Town):
    town.orders.records = (notice(transfer(2, "20010")),)
    assert look_and_keep(town, with_notices=True).last is None
    openly = look_and_keep(town)
    assert (openly.last, openly.changes) == (None, ())
    town.orders.records = (transfer(2, "20010"),)
    confirmed = look_and_keep(town, with_notices=True)
    assert confirmed.last is not None
    causes = {why.cause for c in confirmed.changes if c.part is Part.LOSSES for why in c.why}
    assert causes == {Cause.ORDER_CONFIRMED}


def test_a_run_forgets_what_rests_on_advance_notices_when_the_day_has_come(town: Town):
    town.orders.records = (notice(transfer(2, "20010")),)
    told = look_and_keep(town, with_notices=True)
    openly = look_and_keep(town)
    assert told.head is not None
    assert openly.head is not None
    town.sync(TODAY)
    assert kept(town.site(), told.head.preview_id, with_notices=True) is not None
    town.sync(APRIL)
    assert kept(town.site(), told.head.preview_id, with_notices=True) is None
    assert kept(town.site(), openly.head.preview_id, with_notices=False) is not None
    (record,) = on_record(town, AuditEvent.PREVIEW_FORGOTTEN)
    assert record["subject"] == told.head.preview_id


def printed(told: Compared, lang: Lang) -> str:
    console = make_console()
    with console.capture() as caught:
        console.print(terminal.render(told, lang))
    return caught.get()


def test_a_paper_with_advance_notices_is_marked_and_each_line_that_rests_on_one(town: Town):
    town.orders.records = (transfer(1, "20010"), notice(transfer(2, "20010")))
    marked = printed(look_and_keep(town, with_notices=True), Lang.JA)
    assert "取扱注意" in marked
    assert [line for line in marked.splitlines() if "【内示】" in line and "u0002" in line]
    assert not [line for line in marked.splitlines() if "【内示】" in line and "u0001" in line]
    assert "内示" not in printed(look_and_keep(town), Lang.JA)
    assert "advance" not in printed(look_and_keep(town), Lang.EN)


people = st.integers(1, 10)
kinds = st.sampled_from(sorted(KINDS))
notices = st.lists(
    st.builds(
        lambda number, kind, to, days, order: notice(
            replace(
                transfer(number, to, APRIL + timedelta(days=days), order=f"N-{order}"),
                kind=kind,
                target=f"R9-{order}",  # type: ignore[arg-type]
            )
        ),
        people,
        kinds,
        st.sampled_from(["20010", "12010", "30010"]),
        st.integers(-3, 3),
        st.integers(1, 4),
    ),
    max_size=4,
)


@settings(max_examples=12, deadline=None, phases=(Phase.explicit, Phase.generate))
@given(st.lists(people, unique=True, max_size=3), notices, notices)
def test_of_two_worlds_that_differ_only_in_advance_notices_all_that_others_see_is_the_same(
    moved: list[int], first: list[Order], second: list[Order]
):
    worlds = (([], []), (first, [*first, *second]))
    seen = [_told_to_others(moved, *ones) for ones in worlds]
    assert seen[0] == seen[1]


def _told_to_others(moved: Iterable[int], *worlds: list[Order]) -> list[str]:
    """Return, byte for byte, what is shown and put on record while 内示 comes in twice.

    A feed that loses rows is refused, 内示 or not, so that the second time adds to the first.
    Somebody who may see 内示 makes a preview with it each time: nobody else shall notice.
    """
    with tempfile.TemporaryDirectory() as folder:
        town, told = town_in(Path(folder)), list[str]()
        confirmed = tuple(transfer(n, "20010") for n in moved)
        for ones in worlds:
            town.orders.records = (*ones, *confirmed)
            town.now = midnight(TODAY) + timedelta(hours=9 + len(told))
            look_and_keep(town, with_notices=True, actor="jinji")
            made = look(town)
            mine = keep(town.site(), made.foreseen.preview, "unyo")
            shown = {**sync_json.render(made.report), "preview": as_json.render(mine)}
            told.append(json.dumps(shown, ensure_ascii=False))
            told += [printed(mine, lang) for lang in Lang]
            town.sync(TODAY)
            told.append(json.dumps(as_json.render(compared(town.site(), from_known(town).preview))))
            with town.store.begin() as unit:
                told.append(repr(unit.previews(with_notices=False)))
        told += [repr(leaf) for name, leaf in events(town) if name.startswith("preview.")]
        town.store.close()
        return told
