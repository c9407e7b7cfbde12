"""The tables of tasks and their evidence; see `tables` for the core ones."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text, text

from syncd.store.tables import MOMENT, metadata

STANDS = "state IN ('open', 'done')"

tasks = Table(
    "tasks",
    metadata,
    Column("task_id", String, primary_key=True),
    Column("case_id", String, ForeignKey("cases.case_id"), nullable=False),
    Column("directory", String, nullable=False),
    Column("account", String, nullable=False),
    Column("groups", Text, nullable=False),
    Column("section", String),
    Column("state", String, nullable=False),
    Column("handed_over_at", MOMENT, nullable=False),
    Column("due_at", MOMENT, nullable=False),
    Column("done_by", String, nullable=False),
    Column("done_by_number", String),
    Column("done_at", MOMENT),
    Column("done_note", Text, nullable=False),
    Column("checked_by", String, nullable=False),
    Column("checked_by_number", String),
    Column("checked_for", String, nullable=False),
    Column("checked_at", MOMENT),
    Column("check_note", Text, nullable=False),
    Column("rejected_by", String, nullable=False),
    Column("rejected_at", MOMENT),
    Column("rejected_because", Text, nullable=False),
    Column("rejections", Integer, nullable=False),
    Column("ended_at", MOMENT),
    Column("version", Integer, nullable=False),
    Index(None, "state", "due_at"),
    Index(None, "case_id"),
    Index(None, "directory", "state", "done_at"),
    Index(
        "uq_tasks_one_standing",
        "case_id",
        unique=True,
        sqlite_where=text(STANDS),
        postgresql_where=text(STANDS),
    ),
)

evidence = Table(
    "evidence",
    metadata,
    Column("evidence_id", String, primary_key=True),
    Column("task_id", String, ForeignKey("tasks.task_id"), nullable=False),
    Column("file_name", String, nullable=False),
    Column("media_type", String, nullable=False),
    Column("size", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("attached_by", String, nullable=False),
    Column("attached_at", MOMENT, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Index(None, "task_id"),
)
