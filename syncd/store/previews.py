"""The store's half of `ports.previews`: previews kept once for each thing they say."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, func, insert, or_, select, update

from syncd.core.facts import Provides
from syncd.core.foresight.lists import Moments
from syncd.core.foresight.preview import Preview, preview_of
from syncd.errors import StoreError
from syncd.ports.previews import PreviewHead
from syncd.store.codec import ORDER_CONFIRMED, dumps, names_of_designation, names_of_order
from syncd.store.locks import claim
from syncd.store.moments import decode_maybe, decode_moment, encode_moment
from syncd.store.preview_tables import previews
from syncd.store.tables import STILL, facts, inputs

_HEAD = tuple(column for column in previews.c if column.name != "content")


class PreviewUnitQueries:
    """Implements `ports.previews.PreviewsUnit` over a unit's connection."""

    _connection: Connection

    def keep_preview(self, head: PreviewHead, preview: Preview) -> None:
        """Keep a preview; its content only where no other row has the same."""
        claim(self._connection, "previews")
        known = _stored(self._connection, head)
        values = {
            "preview_id": head.preview_id,
            "on_day": head.on,
            "with_notices": head.with_notices,
            "made_at": encode_moment(head.made_at),
            "made_by": head.made_by,
            "digest": head.digest,
            "counts": dumps(dict(head.counts)),
            "content": zlib.compress(preview.canonical, 1) if known is None else None,
        }
        self._connection.execute(insert(previews).values(values))

    def preview_head(self, preview_id: str, *, with_notices: bool) -> PreviewHead | None:
        """Return one preview of a series."""
        theirs = previews.c.preview_id == preview_id, previews.c.with_notices.is_(with_notices)
        row = self._connection.execute(select(*_HEAD).where(*theirs)).mappings().first()
        return None if row is None else _head(row)

    def preview_content(self, head: PreviewHead) -> Preview | None:
        """Return what a preview said."""
        packed = _stored(self._connection, head)
        if packed is None:
            return None
        try:
            canonical = zlib.decompress(packed)
            if hashlib.sha256(canonical).hexdigest() != head.digest:
                raise StoreError(f"preview {head.preview_id} is not what was hashed: altered.")
            return preview_of(canonical)
        except (ValueError, TypeError, zlib.error) as error:
            raise StoreError(f"preview {head.preview_id} cannot be read: {error}") from error

    def previews(
        self,
        *,
        with_notices: bool,
        on: date | None = None,
        before: PreviewHead | None = None,
        limit: int = 50,
    ) -> tuple[PreviewHead, ...]:
        """Return the previews of a series, newest first."""
        asked: list[ColumnElement[bool]] = [previews.c.with_notices.is_(with_notices)]
        if on is not None:
            asked.append(previews.c.on_day == on)
        if before is not None:
            number = select(previews.c.number).where(previews.c.preview_id == before.preview_id)
            asked.append(previews.c.number < number.scalar_subquery())
        query = select(*_HEAD).where(*asked).order_by(previews.c.number.desc()).limit(limit)
        return tuple(_head(row) for row in self._connection.execute(query).mappings())

    def forget_notices(self, until: date, at: datetime) -> tuple[PreviewHead, ...]:
        """Forget what previews that rest on 内示 said of days that have come."""
        due = (
            previews.c.with_notices.is_(True),
            previews.c.on_day <= until,
            previews.c.forgotten_at.is_(None),
        )
        query = select(*_HEAD).where(*due).order_by(previews.c.number)
        found = tuple(_head(row) for row in self._connection.execute(query).mappings())
        if found:
            gone = {
                "content": None,
                "digest": "",
                "counts": "{}",
                "forgotten_at": encode_moment(at),
            }
            self._connection.execute(update(previews).where(*due).values(gone))
        return found

    def known_moments(self, sources: frozenset[str], *, with_notices: bool) -> Moments:
        """Return when orders became known and when lists last changed."""
        connection = self._connection
        at = {
            id_: decode_moment(text)
            for id_, text in connection.execute(select(inputs.c.id, inputs.c.recorded_at))
        }
        lists, listed_at = _list_changes(connection, sources, at)
        orders: dict[tuple[str, str], datetime] = {}
        for key, payload, number in _rows(connection, sources, Provides.ORDERS):
            if with_notices or json.loads(payload)[ORDER_CONFIRMED]:
                _keep(orders, names_of_order(key), at[number], earliest=True)
        return Moments(orders, lists, listed_at)


def _list_changes(
    connection: Connection, sources: frozenset[str], at: dict[int, datetime]
) -> tuple[dict[str, datetime], datetime | None]:
    """Return when a line of each section's list last came or went, the first lists left out."""
    theirs = inputs.c.source.in_(sources), inputs.c.provides == str(Provides.DESIGNATIONS)
    query = select(inputs.c.source, func.min(inputs.c.id)).where(*theirs)
    first: dict[str, int] = {s: n for s, n in connection.execute(query.group_by(inputs.c.source))}  # noqa: C416 - rows are not pairs to dict()
    changed: dict[str, datetime] = {}
    for source, number in first.items():
        rows = select(facts.c.key, facts.c.from_input, facts.c.until_input).where(
            facts.c.source == source,
            facts.c.provides == str(Provides.DESIGNATIONS),
            or_(facts.c.from_input > number, facts.c.until_input < STILL),
        )
        for key, began, ended in connection.execute(rows):
            section = names_of_designation(key)
            for moment in (began if began > number else None, ended if ended < STILL else None):
                if moment is not None:
                    _keep(changed, section, at[moment], earliest=False)
    return changed, min((at[number] for number in first.values()), default=None)


def _rows(connection: Connection, sources: frozenset[str], kind: Provides) -> Iterable[Any]:
    query = select(facts.c.key, facts.c.payload, facts.c.from_input).where(
        facts.c.source.in_(sources), facts.c.provides == str(kind)
    )
    return connection.execute(query)


def _keep(found: dict[Any, datetime], key: object, at: datetime, *, earliest: bool) -> None:
    known = found.get(key)
    if known is None or (at < known) is earliest:
        found[key] = at


def _stored(connection: Connection, head: PreviewHead) -> bytes | None:
    same = (
        previews.c.digest == head.digest,
        previews.c.with_notices.is_(head.with_notices),
        previews.c.on_day == head.on,
        previews.c.content.is_not(None),
    )
    found = connection.scalar(select(previews.c.content).where(*same).limit(1))
    return None if found is None else bytes(found)


def _head(row: RowMapping) -> PreviewHead:
    return PreviewHead(
        preview_id=row["preview_id"],
        on=row["on_day"],
        with_notices=row["with_notices"],
        made_at=decode_moment(row["made_at"]),
        made_by=row["made_by"],
        digest=row["digest"],
        counts=json.loads(row["counts"]),
        forgotten_at=decode_maybe(row["forgotten_at"]),
    )
