"""Kept previews of coming days."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table; no preview was kept before."""
    op.create_table(
        "previews",
        sa.Column("number", _SERIAL, nullable=False),
        sa.Column("preview_id", sa.String(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("with_notices", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.String(length=32), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("forgotten_at", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_previews")),
        sa.UniqueConstraint("preview_id", name=op.f("uq_previews_preview_id")),
    )
    op.create_index(
        op.f("ix_previews_with_notices_on_day_number"),
        "previews",
        ["with_notices", "on_day", "number"],
        unique=False,
    )
    op.create_index(op.f("ix_previews_digest"), "previews", ["digest"], unique=False)
