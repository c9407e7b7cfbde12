"""Tasks: removals that only people can make, and the evidence attached to them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_STANDS = "state IN ('open', 'done')"


def upgrade() -> None:
    """Create both tables; there were no tasks before."""
    _create_tasks()
    _create_evidence()


def _create_tasks() -> None:
    op.create_table(
        "tasks",
        sa.Column("task_id", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("directory", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("groups", sa.Text(), nullable=False),
        sa.Column("section", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("handed_over_at", sa.String(length=32), nullable=False),
        sa.Column("due_at", sa.String(length=32), nullable=False),
        sa.Column("done_by", sa.String(), nullable=False),
        sa.Column("done_by_number", sa.String(), nullable=True),
        sa.Column("done_at", sa.String(length=32), nullable=True),
        sa.Column("done_note", sa.Text(), nullable=False),
        sa.Column("checked_by", sa.String(), nullable=False),
        sa.Column("checked_by_number", sa.String(), nullable=True),
        sa.Column("checked_for", sa.String(), nullable=False),
        sa.Column("checked_at", sa.String(length=32), nullable=True),
        sa.Column("check_note", sa.Text(), nullable=False),
        sa.Column("rejected_by", sa.String(), nullable=False),
        sa.Column("rejected_at", sa.String(length=32), nullable=True),
        sa.Column("rejected_because", sa.Text(), nullable=False),
        sa.Column("rejections", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.String(length=32), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name=op.f("fk_tasks_case_id")),
        sa.PrimaryKeyConstraint("task_id", name=op.f("pk_tasks")),
    )
    op.create_index(op.f("ix_tasks_state_due_at"), "tasks", ["state", "due_at"], unique=False)
    op.create_index(op.f("ix_tasks_case_id"), "tasks", ["case_id"], unique=False)
    op.create_index(
        op.f("ix_tasks_directory_state_done_at"),
        "tasks",
        ["directory", "state", "done_at"],
        unique=False,
    )
    op.create_index(
        "uq_tasks_one_standing",
        "tasks",
        ["case_id"],
        unique=True,
        sqlite_where=sa.text(_STANDS),
        postgresql_where=sa.text(_STANDS),
    )


def _create_evidence() -> None:
    op.create_table(
        "evidence",
        sa.Column("evidence_id", sa.String(), nullable=False),
        sa.Column("task_id", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("attached_by", sa.String(), nullable=False),
        sa.Column("attached_at", sa.String(length=32), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.task_id"], name=op.f("fk_evidence_task_id")),
        sa.PrimaryKeyConstraint("evidence_id", name=op.f("pk_evidence")),
    )
    op.create_index(op.f("ix_evidence_task_id"), "evidence", ["task_id"], unique=False)
