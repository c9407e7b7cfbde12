"""The tables, the same on SQLite and PostgreSQL; the migrations must arrive at exactly these.

Moments are text (`moments`), days are dates, lists are compact JSON text. A fact or a part of a
directory that stays the same is one row for as long as it does: `from_*` is the first input or
snapshot that held it, `until_*` the first that did not (`STILL` while none has come).
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

STILL = 2**62
"""Stands in `until_*` of a row that is in force; a number, so that one index serves all."""

NOT_ENDED = "state NOT IN ('verified', 'withdrawn', 'gone')"

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

SERIAL = BigInteger().with_variant(Integer, "sqlite")
MOMENT = String(32)

inputs = Table(
    "inputs",
    metadata,
    Column("id", SERIAL, primary_key=True),
    Column("source", String, nullable=False),
    Column("provides", String, nullable=False),
    Column("recorded_at", MOMENT, nullable=False),
    Column("sha256", String, nullable=False),
    Column("modified_at", MOMENT, nullable=False),
    Column("location", String, nullable=False),
    Column("base_on", Date),
    Column("rows", Integer, nullable=False),
    Column("sections", Text, nullable=False),
    Column("sequence", BigInteger),
    Column("held", Text, nullable=False),
    Column("places", LargeBinary, nullable=False),
    Index(None, "source", "id"),
)

refused = Table(
    "refused",
    metadata,
    Column("source", String, primary_key=True),
    Column("provides", String, nullable=False),
    Column("location", String, nullable=False),
    Column("refused_at", MOMENT, nullable=False),
    Column("faults", Text, nullable=False),
)

facts = Table(
    "facts",
    metadata,
    Column("source", String, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("provides", String, nullable=False),
    Column("key", String, nullable=False),
    Column("payload", Text, nullable=False),
    Column("from_input", SERIAL, ForeignKey("inputs.id"), nullable=False),
    Column("until_input", BigInteger, nullable=False),
    Column("ended_by", String),
    Index(None, "source", "provides", "until_input"),
    Index(None, "source", "provides", "key"),
)

cases = Table(
    "cases",
    metadata,
    Column("case_id", String, primary_key=True),
    Column("directory", String, nullable=False),
    Column("entitlement", String, nullable=False),
    Column("account", String, nullable=False),
    Column("staff_number", String),
    Column("section", String),
    Column("moved_by", String),
    Column("member", String, nullable=False),
    Column("path", String, nullable=False),
    Column("state", String, nullable=False),
    Column("since", String(10)),
    Column("needs_person", Boolean, nullable=False),
    Column("opened_at", MOMENT, nullable=False),
    Column("updated_at", MOMENT, nullable=False),
    Column("due_at", MOMENT, nullable=False),
    Column("escalate_at", MOMENT, nullable=False),
    Column("hard_deadline_at", MOMENT, nullable=False),
    Column("round", Integer, nullable=False),
    Column("escalated", Boolean, nullable=False),
    Column("requested_by", String, nullable=False),
    Column("regrant_of", String),
    Column("exception_until", String(10)),
    Column("exception_reason", String, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("last_error", String, nullable=False),
    Column("restored_at", MOMENT),
    Column("lists", Text, nullable=False),
    Column("seal", String(64), nullable=False),
    Index(None, "state", "opened_at"),
    Index(None, "staff_number"),
    Index(None, "state", "hard_deadline_at"),
    Index(
        "uq_cases_one_not_ended",
        "directory",
        "entitlement",
        "account",
        unique=True,
        sqlite_where=text(NOT_ENDED),
        postgresql_where=text(NOT_ENDED),
    ),
    Index("ix_cases_key", "directory", "entitlement", "account", "state"),
)

removals = Table(
    "removals",
    metadata,
    Column("case_id", String, ForeignKey("cases.case_id"), primary_key=True),
    Column("directory", String, primary_key=True),
    Column("group_key", String, primary_key=True),
    Column("at", MOMENT, primary_key=True),
    Index(None, "at"),
)

votes = Table(
    "votes",
    metadata,
    Column("id", SERIAL, primary_key=True),
    Column("object", String, nullable=False),
    Column("round", Integer, nullable=False),
    Column("choice", String, nullable=False),
    Column("voter", String, nullable=False),
    Column("until", String(10), nullable=False),
    Column("voter_staff_number", String),
    Column("at", MOMENT, nullable=False),
    Column("case_id", String),
    Column("plan_hash", String(64)),
    Column("deputy_for", String, nullable=False),
    Column("reason", String, nullable=False),
    UniqueConstraint("object", "round", "choice", "voter", "until"),
    Index(None, "case_id"),
    Index(None, "plan_hash"),
)

plans = Table(
    "plans",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("state", String, nullable=False),
    Column("frozen_at", MOMENT, nullable=False),
    Column("run", String, nullable=False),
    Column("trips", Text, nullable=False),
    Column("lines", Text, nullable=False),
    Column("blocked", Text, nullable=False),
    Index(None, "state", "frozen_at"),
)

snapshots = Table(
    "snapshots",
    metadata,
    Column("id", SERIAL, primary_key=True),
    Column("directory", String, nullable=False),
    Column("read_at", MOMENT, nullable=False),
    Column("run", String, nullable=False),
    Column("proof", Text, nullable=False),
    Column("warnings", Text, nullable=False),
    Column("layout", LargeBinary, nullable=False),
    Index(None, "directory", "read_at"),
)

chunks = Table(
    "chunks",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

parts = Table(
    "parts",
    metadata,
    Column("directory", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("part", String, primary_key=True),
    Column("from_snapshot", SERIAL, ForeignKey("snapshots.id"), primary_key=True),
    Column("until_snapshot", BigInteger, nullable=False),
    Column("digest", String(64), ForeignKey("chunks.digest"), nullable=False),
    Index(None, "directory", "until_snapshot"),
)

audit = Table(
    "audit",
    metadata,
    Column("id", SERIAL, primary_key=True),
    Column("seq", BigInteger, unique=True),
    Column("at", MOMENT, nullable=False),
    Column("event", String, nullable=False),
    Column("actor", String),
    Column("subject", String, nullable=False),
    Column("leaf", LargeBinary, nullable=False),
    Column("leaf_hash", LargeBinary, nullable=False),
    Index(
        "ix_audit_not_sequenced",
        "id",
        sqlite_where=text("seq IS NULL"),
        postgresql_where=text("seq IS NULL"),
    ),
    Index(None, "subject"),
    Index(None, "event"),
)

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("id", SERIAL, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("root", String(64), nullable=False),
    Column("at", MOMENT, nullable=False),
    Column("peaks", Text, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("run", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("as_of", Date, nullable=False),
    Column("actor", String, nullable=False),
    Column("started_at", MOMENT, nullable=False),
    Column("finished_at", MOMENT),
    Column("complete", Boolean),
    Column("exit_code", Integer),
    Column("counts", Text),
    Index(None, "complete", "finished_at"),
)

firings = Table(
    "firings",
    metadata,
    Column("schedule", String, primary_key=True),
    Column("due_at", MOMENT, primary_key=True),
    Column("claimed_at", MOMENT, nullable=False),
)
