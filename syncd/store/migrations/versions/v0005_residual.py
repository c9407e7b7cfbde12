"""Residual reports, and what access logs said of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables; there were none before."""
    _create_reports()
    _create_readings()
    _create_rows()


def _create_reports() -> None:
    op.create_table(
        "residual_reports",
        sa.Column("report_id", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("directory", sa.String(), nullable=False),
        sa.Column("entitlement", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("staff_number", sa.String(), nullable=True),
        sa.Column("section", sa.String(), nullable=True),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("from_at", sa.String(length=32), nullable=False),
        sa.Column("until_at", sa.String(length=32), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("opened_at", sa.String(length=32), nullable=False),
        sa.Column("asked_at", sa.String(length=32), nullable=True),
        sa.Column("asked_of", sa.Text(), nullable=False),
        sa.Column("method", sa.String(), nullable=True),
        sa.Column("finding", sa.String(), nullable=True),
        sa.Column("focus", sa.Text(), nullable=False),
        sa.Column("measures", sa.Text(), nullable=False),
        sa.Column("checked_by", sa.String(), nullable=False),
        sa.Column("checked_by_number", sa.String(), nullable=True),
        sa.Column("checked_at", sa.String(length=32), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("decided_by_number", sa.String(), nullable=True),
        sa.Column("decided_for", sa.String(), nullable=False),
        sa.Column("decided_at", sa.String(length=32), nullable=True),
        sa.Column("closing_note", sa.Text(), nullable=False),
        sa.Column("closed_by", sa.String(), nullable=False),
        sa.Column("closed_by_number", sa.String(), nullable=True),
        sa.Column("closed_at", sa.String(length=32), nullable=True),
        sa.Column("sent_back_by", sa.String(), nullable=False),
        sa.Column("sent_back_because", sa.Text(), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=True),
        sa.Column("known_set_by", sa.String(), nullable=False),
        sa.Column("filing", sa.String(), nullable=True),
        sa.Column("filing_reason", sa.Text(), nullable=False),
        sa.Column("filed_by", sa.String(), nullable=False),
        sa.Column("filed_at", sa.String(length=32), nullable=True),
        sa.Column("withdrawn_because", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.String(length=32), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.case_id"],
            name=op.f("fk_residual_reports_case_id"),
        ),
        sa.PrimaryKeyConstraint("report_id", name=op.f("pk_residual_reports")),
    )
    op.create_index(
        op.f("ix_residual_reports_state_opened_at"),
        "residual_reports",
        ["state", "opened_at"],
        unique=False,
    )
    op.create_index("uq_residual_reports_case_id", "residual_reports", ["case_id"], unique=True)


def _create_readings() -> None:
    op.create_table(
        "log_readings",
        sa.Column("reading_id", sa.String(), nullable=False),
        sa.Column("report_id", sa.String(), nullable=False),
        sa.Column("read_at", sa.String(length=32), nullable=False),
        sa.Column("read_by", sa.String(), nullable=False),
        sa.Column("log", sa.String(), nullable=False),
        sa.Column("from_at", sa.String(length=32), nullable=False),
        sa.Column("until_at", sa.String(length=32), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("elsewhere", sa.Integer(), nullable=False),
        sa.Column("unreadable", sa.Integer(), nullable=False),
        sa.Column("holes", sa.Text(), nullable=False),
        sa.Column("bad_lines", sa.Text(), nullable=False),
        sa.Column("files", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"],
            ["residual_reports.report_id"],
            name=op.f("fk_log_readings_report_id"),
        ),
        sa.PrimaryKeyConstraint("reading_id", name=op.f("pk_log_readings")),
    )
    op.create_index(
        op.f("ix_log_readings_report_id_read_at"),
        "log_readings",
        ["report_id", "read_at"],
        unique=False,
    )


def _create_rows() -> None:
    op.create_table(
        "log_rows",
        sa.Column("reading_id", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["reading_id"],
            ["log_readings.reading_id"],
            name=op.f("fk_log_rows_reading_id"),
        ),
        sa.PrimaryKeyConstraint("reading_id", "place", name=op.f("pk_log_rows")),
    )
