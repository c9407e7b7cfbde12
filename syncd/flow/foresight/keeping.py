"""Keeping previews, telling what differs from the last one, and forgetting what rests on 内示.

What is put on record of a preview with 内示 is that it was made and by whom: neither its numbers
nor its hash, which would tell those who read the trail that there is more than they are shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from syncd.core.audit import AuditEvent, AuditRecord
from syncd.core.calendar import day_of
from syncd.core.foresight.compare import Change, compare
from syncd.core.foresight.preview import Preview
from syncd.flow.site import Site
from syncd.ports.previews import PreviewHead
from syncd.ports.store import Unit


@dataclass(frozen=True, slots=True)
class Compared:
    """A preview beside the one before it of its day and series (None: there is none to hold it to).

    `head` is None for one that nobody kept; `before` is what `last` said.
    """

    preview: Preview
    head: PreviewHead | None
    last: PreviewHead | None
    before: Preview | None
    changes: tuple[Change, ...]


def keep(site: Site, preview: Preview, actor: str) -> Compared:
    """Keep a finished preview, on record, and return how it differs from the last; StoreError."""
    now = site.clock()
    head = PreviewHead(
        preview_id=site.new_id(),
        on=preview.on,
        with_notices=preview.with_notices,
        made_at=now,
        made_by=actor,
        digest=preview.digest,
        counts=preview.counts(),
    )
    with site.store.begin() as unit:
        forget_past(unit, now)
        against = _against(unit, preview, None)
        unit.keep_preview(head, preview)
        unit.audit([_record(head, now)])
    return Compared(preview, head, *against)


def compared(site: Site, preview: Preview) -> Compared:
    """Return a preview that nobody kept beside the last kept one; raises StoreError."""
    with site.store.begin() as unit:
        against = _against(unit, preview, None)
    return Compared(preview, None, *against)


def kept(site: Site, preview_id: str, *, with_notices: bool) -> Compared | None:
    """Return a kept preview of a series beside the one before it; None where there is none.

    Also None where its content was forgotten. Raises StoreError.
    """
    with site.store.begin() as unit:
        head = unit.preview_head(preview_id, with_notices=with_notices)
        preview = None if head is None else unit.preview_content(head)
        if head is None or preview is None:
            return None
        against = _against(unit, preview, head)
    return Compared(preview, head, *against)


def forget_past(unit: Unit, now: datetime) -> None:
    """Forget what previews with 内示 said of days that have come, and put that on record."""
    unit.audit(
        AuditRecord(
            now,
            AuditEvent.PREVIEW_FORGOTTEN,
            "syncd",
            head.preview_id,
            ground={"as_of": head.on.isoformat()},
        )
        for head in unit.forget_notices(day_of(now), now)
    )


_Against = tuple[PreviewHead | None, Preview | None, tuple[Change, ...]]


def _against(unit: Unit, preview: Preview, head: PreviewHead | None) -> _Against:
    found = unit.previews(with_notices=preview.with_notices, on=preview.on, before=head, limit=1)
    if found and found[0].digest == preview.digest:
        return found[0], preview, ()
    before = unit.preview_content(found[0]) if found else None
    return (None, None, ()) if before is None else (found[0], before, compare(before, preview))


def _record(head: PreviewHead, now: datetime) -> AuditRecord:
    ground: dict[str, object] = {"as_of": head.on.isoformat()}
    if head.with_notices:
        ground |= {"with_notices": True}
    else:
        ground |= {"lines": sum(head.counts.values()), "sha256": head.digest}
    return AuditRecord(now, AuditEvent.PREVIEW_KEPT, head.made_by, head.preview_id, ground=ground)
