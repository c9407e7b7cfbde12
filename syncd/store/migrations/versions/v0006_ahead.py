"""Approvals given before their day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables; nothing was approved ahead before."""
    op.create_table(
        "ahead_lines",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("rests_on_notice", sa.Boolean(), nullable=False),
        sa.Column("kept_at", sa.String(length=32), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("settled_at", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_ahead_lines")),
    )
    op.create_index(
        op.f("ix_ahead_lines_on_day_outcome"), "ahead_lines", ["on_day", "outcome"], unique=False
    )
    op.create_table(
        "ahead_seals",
        sa.Column("number", _SERIAL, nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.Column("salt", sa.String(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("digests", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_ahead_seals")),
        sa.UniqueConstraint("seal", name=op.f("uq_ahead_seals_seal")),
    )
    op.create_index(op.f("ix_ahead_seals_on_day"), "ahead_seals", ["on_day"], unique=False)
