"""The table of kept previews; see `tables` for the core ones."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, Index, LargeBinary, String, Table, Text

from syncd.store.tables import MOMENT, SERIAL, metadata

previews = Table(
    "previews",
    metadata,
    Column("number", SERIAL, primary_key=True),
    Column("preview_id", String, nullable=False, unique=True),
    Column("on_day", Date, nullable=False),
    Column("with_notices", Boolean, nullable=False),
    Column("made_at", MOMENT, nullable=False),
    Column("made_by", String, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("counts", Text, nullable=False),
    Column("content", LargeBinary),
    Column("forgotten_at", MOMENT),
    Index(None, "with_notices", "on_day", "number"),
    Index(None, "digest"),
)
