"""The tables of approvals given before their day; see `tables` for the core ones."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, Index, Integer, String, Table, Text

from syncd.store.tables import MOMENT, SERIAL, metadata

ahead_lines = Table(
    "ahead_lines",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("on_day", Date, nullable=False),
    Column("content", Text),
    Column("rests_on_notice", Boolean, nullable=False),
    Column("kept_at", MOMENT, nullable=False),
    Column("round", Integer, nullable=False),
    Column("outcome", String),
    Column("settled_at", MOMENT),
    Index(None, "on_day", "outcome"),
)

ahead_seals = Table(
    "ahead_seals",
    metadata,
    Column("number", SERIAL, primary_key=True),
    Column("seal", String(64), nullable=False, unique=True),
    Column("salt", String, nullable=False),
    Column("on_day", Date, nullable=False),
    Column("digests", Text, nullable=False),
    Index(None, "on_day"),
)
