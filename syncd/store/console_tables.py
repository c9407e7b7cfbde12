"""The console's tables: who may sign in, what they asked for, what was sent to them.

The same on SQLite and PostgreSQL; see `tables` for the core ones. Secrets stand here as hashes
only, so that a stolen copy of the database opens no session and no token; but for those of second
factors, which open nothing without the password.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from syncd.store.tables import MOMENT, SERIAL, metadata

cards = Table(
    "cards",
    metadata,
    Column("staff_number", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("kana", String, nullable=False),
    Column("section", String),
    Column("title", String, nullable=False),
)

sections = Table(
    "sections",
    metadata,
    Column("code", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("parent", String),
    Column("rank", Integer, nullable=False),
)

users = Table(
    "users",
    metadata,
    Column("account", String, primary_key=True),
    Column("staff_number", String),
    Column("password_hash", String, nullable=False),
    Column("roles", Text, nullable=False),
    Column("must_change", Boolean, nullable=False),
    Column("created_at", MOMENT, nullable=False),
    Column("created_by", String, nullable=False),
    Column("disabled_at", MOMENT),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id_hash", String(64), primary_key=True),
    Column("account", String, nullable=False),
    Column("staff_number", String),
    Column("method", String, nullable=False),
    Column("csrf", String, nullable=False),
    Column("created_at", MOMENT, nullable=False),
    Column("seen_at", MOMENT, nullable=False),
    Column("expires_at", MOMENT, nullable=False),
    Column("address", String, nullable=False),
    Column("ended_at", MOMENT),
    Index(None, "account"),
)

attempts = Table(
    "attempts",
    metadata,
    Column("id", SERIAL, primary_key=True),
    Column("account", String, nullable=False),
    Column("address", String, nullable=False),
    Column("at", MOMENT, nullable=False),
    Index(None, "account", "at"),
    Index(None, "address", "at"),
)

tokens = Table(
    "tokens",
    metadata,
    Column("token_id", String, primary_key=True),
    Column("secret_hash", String(64), nullable=False, unique=True),
    Column("name", String, nullable=False),
    Column("account", String, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("created_at", MOMENT, nullable=False),
    Column("created_by", String, nullable=False),
    Column("expires_at", MOMENT, nullable=False),
    Column("used_at", MOMENT),
    Column("ended_at", MOMENT),
)

delegations = Table(
    "delegations",
    metadata,
    Column("delegation_id", String, primary_key=True),
    Column("principal", String, nullable=False),
    Column("principal_number", String),
    Column("deputy", String, nullable=False),
    Column("from_on", Date, nullable=False),
    Column("until_on", Date, nullable=False),
    Column("case_ids", Text, nullable=False),
    Column("reason", String, nullable=False),
    Column("created_at", MOMENT, nullable=False),
    Column("created_by", String, nullable=False),
    Column("ended_at", MOMENT),
    Index(None, "deputy", "until_on"),
)

uploads = Table(
    "uploads",
    metadata,
    Column("upload_id", String, primary_key=True),
    Column("account", String, nullable=False),
    Column("at", MOMENT, nullable=False),
    Column("file_name", String, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("expected_rows", Integer, nullable=False),
)

syncs = Table(
    "syncs",
    metadata,
    Column("sync_id", String, primary_key=True),
    Column("requested_by", String, nullable=False),
    Column("requested_at", MOMENT, nullable=False),
    Column("idempotency_key", String),
    Column("request_hash", String(64), nullable=False),
    Column("as_of", Date, nullable=False),
    Column("upload_id", String, ForeignKey("uploads.upload_id")),
    Column("state", String, nullable=False),
    Column("run", String),
    Column("started_at", MOMENT),
    Column("finished_at", MOMENT),
    Column("exit_code", Integer),
    Column("error", String, nullable=False),
    Column("feed", Text),
    UniqueConstraint("requested_by", "idempotency_key"),
    Index(None, "state", "requested_at"),
)

sync_events = Table(
    "sync_events",
    metadata,
    Column("sync_id", String, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", MOMENT, nullable=False),
    Column("what", String, nullable=False),
    Column("done", Integer, nullable=False),
    Column("total", Integer),
    Index(None, "at"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", SERIAL, primary_key=True),
    Column("notifier", String, nullable=False),
    Column("recipient", String, nullable=False),
    Column("account", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("object", String, nullable=False),
    Column("created_at", MOMENT, nullable=False),
    Column("subject", String, nullable=False),
    Column("body", Text, nullable=False),
    Column("state", String, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", MOMENT, nullable=False),
    Column("sent_at", MOMENT),
    Column("last_error", String, nullable=False),
    UniqueConstraint("notifier", "recipient", "kind", "object"),
    Index(None, "state", "next_at"),
)

outbox_cursors = Table(
    "outbox_cursors",
    metadata,
    Column("reader", String, primary_key=True),
    Column("number", SERIAL, nullable=False),
    Column("at", MOMENT, nullable=False),
)

oidc_flows = Table(
    "oidc_flows",
    metadata,
    Column("state_hash", String(64), primary_key=True),
    Column("nonce", String, nullable=False),
    Column("verifier", String, nullable=False),
    Column("target", String, nullable=False),
    Column("created_at", MOMENT, nullable=False),
)

second_factors = Table(
    "second_factors",
    metadata,
    Column("account", String, primary_key=True),
    # In the clear, since codes are worked out from it: as secret as the whole database.
    Column("secret", String, nullable=False),
    Column("enrolled_at", MOMENT, nullable=False),
    Column("last_step", Integer, nullable=False),
)

pending_sign_ins = Table(
    "pending_sign_ins",
    metadata,
    Column("secret_hash", String(64), primary_key=True),
    Column("account", String, nullable=False),
    Column("staff_number", String),
    Column("method", String, nullable=False),
    Column("address", String, nullable=False),
    Column("target", String, nullable=False),
    Column("created_at", MOMENT, nullable=False),
    Column("has_proved", Boolean, nullable=False),
    Column("offered", String, nullable=False),
)
