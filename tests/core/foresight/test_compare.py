"""What is otherwise than in the last preview, and what made it so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syncd.core.facts import Facts, Order
from syncd.core.foresight.compare import Cause, Change, Turn, Why, compare
from syncd.core.foresight.lines import InputSeen, Part
from syncd.core.foresight.preview import Preview
from tests import builders as b
from tests.core.foresight.looking import look, look_with_notices

MOVED = b.order("R9-7", to="20010")


def having(*orders: Order, **changes: object) -> Facts:
    return b.facts(orders=list(orders), **changes)


def losses(changes: tuple[Change, ...]) -> list[tuple[Turn, tuple[Why, ...]]]:
    return [(c.turn, c.why) for c in changes if c.part is Part.LOSSES]


def between(before: Facts, after: Facts) -> list[tuple[Turn, tuple[Why, ...]]]:
    return losses(compare(look(before), look(after)))


def test_a_loss_that_is_new_names_the_order_that_came():
    found = between(having(), having(MOVED))
    assert found == [(Turn.ADDED, (Why(Cause.ORDER_CAME, "R9-7"),))]


def test_a_loss_that_is_gone_names_the_order_and_what_cancelled_it():
    cancelled = b.order("R9-9", "取消", target="R9-7")
    found = between(having(MOVED), having(MOVED, cancelled))
    assert found == [(Turn.GONE, (Why(Cause.ORDER_CANCELLED, "R9-7", "R9-9"),))]


def test_a_loss_that_moved_to_another_day_names_the_correction():
    corrected = b.order("R9-9", "訂正", b.APRIL + 7 * b.DAY, target="R9-7")
    found = between(having(MOVED), having(MOVED, corrected))
    assert found == [(Turn.GONE, (Why(Cause.ORDER_CORRECTED, "R9-7", "R9-9"),))]


def test_a_loss_that_a_correction_brings_to_the_day_names_it():
    later = b.order("R9-7", "配置換", b.APRIL + 7 * b.DAY, "20010")
    corrected = b.order("R9-9", "訂正", b.APRIL, target="R9-7")
    found = between(having(later), having(later, corrected))
    assert found == [(Turn.ADDED, (Why(Cause.ORDER_CORRECTED, "R9-7", "R9-9"),))]


def test_an_order_that_the_feed_gives_no_more_is_told_apart():
    found = between(having(MOVED), having())
    assert found == [(Turn.GONE, (Why(Cause.ORDER_DROPPED, "R9-7"),))]


def test_a_loss_that_is_taken_otherwise_is_a_change():
    other = b.order("R9-8", "退職", b.APRIL - b.DAY)
    ((turn, why),) = between(having(MOVED), having(MOVED, other))
    assert turn is Turn.CHANGED
    assert Why(Cause.ORDER_CAME, "R9-8") in why


def seen(sha256: str) -> tuple[InputSeen, ...]:
    return (InputSeen("designations", "designations", 1, sha256),)


def test_where_no_order_differs_the_inputs_that_do_are_named():
    ending = [b.designation(expires_on=b.APRIL - b.DAY)]
    before = look(having(), inputs=seen("aa"))
    after = look(having(designations=ending), inputs=seen("bb"))
    assert losses(compare(before, after)) == [(Turn.ADDED, (Why(Cause.INPUT, "designations"),))]


def test_where_nothing_of_the_facts_differs_that_is_said():
    before, after = look(having(MOVED)), look(having(MOVED))
    after = replace(after, losses=tuple(replace(x, needs_person=True) for x in after.losses))
    assert losses(compare(before, after)) == [(Turn.CHANGED, (Why(Cause.OTHER),))]


def test_an_order_of_somebody_else_is_no_reason():
    other = b.order("R9-8", to="20010", number=2)
    before = look(having(), inputs=seen("aa"))
    after = look(
        having(other, designations=[b.designation(expires_on=b.APRIL - b.DAY)]),
        inputs=seen("bb"),
    )
    assert losses(compare(before, after)) == [(Turn.ADDED, (Why(Cause.INPUT, "designations"),))]


def test_what_concerns_a_group_says_that_orders_differ():
    changes = compare(look(having()), look(having(MOVED)))
    causes = {c.part: c.why for c in changes}
    assert causes[Part.LIMITS] == (Why(Cause.ORDERS),)


def test_an_advance_notice_that_is_confirmed_is_a_change_that_says_so():
    notice = replace(MOVED, confirmed=False)
    before, after = look_with_notices(having(notice)), look_with_notices(having(MOVED))
    assert losses(compare(before, after)) == [(Turn.CHANGED, (Why(Cause.ORDER_CONFIRMED, "R9-7"),))]
    assert losses(compare(look(having(notice)), look(having(MOVED)))) == [
        (Turn.ADDED, (Why(Cause.ORDER_CAME, "R9-7"),))
    ]


def test_the_same_preview_has_no_difference():
    assert compare(look(having(MOVED)), look(having(MOVED))) == ()


@pytest.mark.parametrize(
    "other",
    [look(having(MOVED), on=b.APRIL + b.DAY), look_with_notices(having(MOVED))],
    ids=["another day", "another series"],
)
def test_previews_of_another_day_or_series_are_not_compared(other: Preview):
    with pytest.raises(ValueError, match="previews of different"):
        compare(look(having(MOVED)), other)
