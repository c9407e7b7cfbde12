"""What every step of a review shares: one transaction with its record, refusals on record too."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from syncd.core.audit import AuditEvent, AuditRecord
from syncd.core.ids import RunId
from syncd.core.votes import Actor
from syncd.errors import IllegalMove, NotPermitted, UsageError
from syncd.flow.site import Site
from syncd.ports.store import Unit

T = TypeVar("T")
ACTOR = "syncd"
_LONGEST = 500
_NO_TEXT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def put_on_record(  # noqa: PLR0913 - what a record is made from
    site: Site,
    unit: Unit,
    event: AuditEvent,
    account: str,
    review_id: str,
    ground: dict[str, object],
    *,
    run: RunId | None = None,
) -> None:
    """Append a record about a review in this transaction."""
    now = site.clock()
    unit.audit([AuditRecord(now, event, account, review_id, run, ground)])
    unit.checkpoint(now)


def step(site: Site, actor: Actor, review_id: str, work: Callable[[Unit], T]) -> T:
    """Do a step in one transaction; a refusal undoes it, and is put on record in another."""
    try:
        with site.store.begin() as unit:
            return work(unit)
    except (NotPermitted, IllegalMove) as refusal:
        with site.store.begin() as unit:
            ground: dict[str, object] = {"why": type(refusal).__name__}
            put_on_record(site, unit, AuditEvent.REVIEW_REFUSED, actor.account, review_id, ground)
        raise


def check_reason(because: str) -> str:
    """Return a reason without space around it; raises UsageError where there is none."""
    reason = because.strip()
    if not reason:
        raise UsageError("this needs a reason.", ja="理由を書いてください。")
    check_words(reason)
    return reason


def check_words(text: str) -> None:
    """Raise UsageError for words that nobody can read back: too many, or what is no text."""
    if len(text) > _LONGEST or _NO_TEXT.search(text):
        raise UsageError(
            f"write at most {_LONGEST} characters, without control characters.",
            ja=f"{_LONGEST} 字以内で、制御文字を入れずに書いてください。",
        )
