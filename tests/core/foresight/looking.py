"""Previews of small towns, made as a site makes them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from syncd.core.decide import decide_on
from syncd.core.facts import Facts
from syncd.core.foresight.foresee import Terms, View, foresee, with_marks
from syncd.core.foresight.lines import InputSeen
from syncd.core.foresight.lists import Moments
from syncd.core.foresight.losses import as_if_confirmed
from syncd.core.foresight.preview import Preview
from syncd.core.memberships import Reading
from syncd.core.policy import Policy
from syncd.core.standing import footing_of
from tests import builders as b

TODAY = b.APRIL - timedelta(days=20)


def look(
    known: Facts,
    *readings: Reading,
    under: Policy | None = None,
    on: date = b.APRIL,
    few: int = 3,
    moments: Moments | None = None,
    inputs: tuple[InputSeen, ...] = (),
    **more: Any,
) -> Preview:
    """Return the preview of a day on the confirmed facts alone."""
    footing = footing_of(known, under or b.policy(), on)
    decided = decide_on(footing, readings or (b.snapshot(),), **more)
    view = View(decided, {}, moments or Moments(), inputs)
    return foresee(view, Terms(few_members=few), TODAY)


def look_with_notices(known: Facts, *readings: Reading, **more: Any) -> Preview:
    """Return the preview that takes 内示 for orders."""
    noticed = look(as_if_confirmed(known), *readings, **more)
    return with_marks(noticed, look(known, *readings, **more))


def moment(day: date) -> datetime:
    return b.midnight(day)
