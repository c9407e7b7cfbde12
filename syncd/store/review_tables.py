"""The tables of access reviews; see `tables` for the core ones. An empty `asked` is the chief's."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, String, Table, Text

from syncd.store.tables import MOMENT, metadata

_REVIEW = "reviews.review_id"

reviews = Table(
    "reviews",
    metadata,
    Column("review_id", String, primary_key=True),
    Column("name", Text, nullable=False),
    Column("as_of", Date, nullable=False),
    Column("state", String, nullable=False),
    Column("started_by", String, nullable=False),
    Column("started_at", MOMENT, nullable=False),
    Column("on_silence", String, nullable=False),
    Column("correct_open_days", Integer, nullable=False),
    Column("frozen_at", MOMENT),
    Column("sha256", String(64), nullable=False),
    Column("questions", Integer, nullable=False),
    Column("answer_by", MOMENT),
    Column("silence_at", MOMENT),
    Column("closed_by", String, nullable=False),
    Column("closed_at", MOMENT),
    Column("confirmed_by", String, nullable=False),
    Column("confirmed_by_number", String),
    Column("confirmed_at", MOMENT),
    Column("note", Text, nullable=False),
    Column("dropped_by", String, nullable=False),
    Column("dropped_because", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Index(None, "state", "started_at"),
)

review_systems = Table(
    "review_systems",
    metadata,
    Column("review_id", String, ForeignKey(_REVIEW), primary_key=True),
    Column("directory", String, primary_key=True),
    Column("read_at", MOMENT),
    Column("method", String, nullable=False),
    Column("sha256", String, nullable=False),
    Column("memberships", Integer, nullable=False),
)

review_sheets = Table(
    "review_sheets",
    metadata,
    Column("review_id", String, ForeignKey(_REVIEW), primary_key=True),
    Column("section", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("asked_at", MOMENT),
    Column("asked_of", Text, nullable=False),
    Column("reminded", Integer, nullable=False),
    Column("reminded_on", Date),
    Column("escalated_at", MOMENT),
)

review_questions = Table(
    "review_questions",
    metadata,
    Column("review_id", String, ForeignKey(_REVIEW), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("directory", String, nullable=False),
    Column("entitlement", String, nullable=False),
    Column("right_name", String, nullable=False),
    Column("account", String, nullable=False),
    Column("staff_number", String),
    Column("section", String),
    Column("unit", String),
    Column("title", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("designation", String, nullable=False),
    Column("verdict", String, nullable=False),
    Column("reasons", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("asked", String, nullable=False),
    Column("choice", String),
    Column("answer_id", String, nullable=False),
    Column("silent", Boolean, nullable=False),
    Column("correct_by", MOMENT),
    Column("corrected_at", MOMENT),
    Index(None, "review_id", "asked", "choice", "silent"),
    Index(None, "correct_by"),
)

review_answers = Table(
    "review_answers",
    metadata,
    Column("answer_id", String, primary_key=True),
    Column("review_id", String, ForeignKey(_REVIEW), nullable=False),
    Column("choice", String),
    Column("reason", Text, nullable=False),
    Column("by", String, nullable=False),
    Column("by_number", String),
    Column("deputy_for", String, nullable=False),
    Column("at", MOMENT, nullable=False),
    Column("sheet", String(64), nullable=False),
    Column("assigned_to", String),
    Index(None, "review_id", "at"),
)

review_answered = Table(
    "review_answered",
    metadata,
    Column(
        "answer_id",
        String,
        ForeignKey("review_answers.answer_id"),
        primary_key=True,
    ),
    Column("number", Integer, primary_key=True, autoincrement=False),
)
