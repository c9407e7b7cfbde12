"""Steps of every run, whoever asked for it: they stand under the request's id or the run's."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let steps stand that belong to no request; those that are there stay."""
    with op.batch_alter_table("sync_events") as steps:
        steps.drop_constraint(op.f("fk_sync_events_sync_id"), type_="foreignkey")
        steps.create_index(op.f("ix_sync_events_at"), ["at"], unique=False)
