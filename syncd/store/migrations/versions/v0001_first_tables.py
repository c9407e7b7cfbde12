"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create every table."""
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
        sa.UniqueConstraint("seq", name=op.f("uq_audit_seq")),
    )
    op.create_index(
        "ix_audit_not_sequenced",
        "audit",
        ["id"],
        unique=False,
        sqlite_where=sa.text("seq IS NULL"),
        postgresql_where=sa.text("seq IS NULL"),
    )
    op.create_index(op.f("ix_audit_subject"), "audit", ["subject"], unique=False)
    op.create_table(
        "cases",
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("directory", sa.String(), nullable=False),
        sa.Column("entitlement", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("staff_number", sa.String(), nullable=True),
        sa.Column("member", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("since", sa.String(length=10), nullable=True),
        sa.Column("needs_person", sa.Boolean(), nullable=False),
        sa.Column("opened_at", sa.String(length=32), nullable=False),
        sa.Column("updated_at", sa.String(length=32), nullable=False),
        sa.Column("due_at", sa.String(length=32), nullable=False),
        sa.Column("escalate_at", sa.String(length=32), nullable=False),
        sa.Column("hard_deadline_at", sa.String(length=32), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("escalated", sa.Boolean(), nullable=False),
        sa.Column("requested_by", sa.String(), nullable=False),
        sa.Column("regrant_of", sa.String(), nullable=True),
        sa.Column("exception_until", sa.String(length=10), nullable=True),
        sa.Column("exception_reason", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(), nullable=False),
        sa.Column("restored_at", sa.String(length=32), nullable=True),
        sa.Column("lists", sa.Text(), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_cases")),
    )
    op.create_index(
        "ix_cases_key", "cases", ["directory", "entitlement", "account", "state"], unique=False
    )
    op.create_index(op.f("ix_cases_staff_number"), "cases", ["staff_number"], unique=False)
    op.create_index(op.f("ix_cases_state_opened_at"), "cases", ["state", "opened_at"], unique=False)
    op.create_index(
        "uq_cases_one_not_ended",
        "cases",
        ["directory", "entitlement", "account"],
        unique=True,
        sqlite_where=sa.text("state NOT IN ('verified', 'withdrawn', 'gone')"),
        postgresql_where=sa.text("state NOT IN ('verified', 'withdrawn', 'gone')"),
    )
    op.create_table(
        "checkpoints",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.String(length=64), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("peaks", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkpoints")),
    )
    op.create_table(
        "chunks",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_chunks")),
    )
    op.create_table(
        "firings",
        sa.Column("schedule", sa.String(), nullable=False),
        sa.Column("due_at", sa.String(length=32), nullable=False),
        sa.Column("claimed_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("schedule", "due_at", name=op.f("pk_firings")),
    )
    op.create_table(
        "inputs",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("provides", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.String(length=32), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("modified_at", sa.String(length=32), nullable=False),
        sa.Column("location", sa.String(), nullable=False),
        sa.Column("base_on", sa.Date(), nullable=True),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("sections", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=True),
        sa.Column("held", sa.Text(), nullable=False),
        sa.Column("places", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inputs")),
    )
    op.create_index(op.f("ix_inputs_source_id"), "inputs", ["source", "id"], unique=False)
    op.create_table(
        "plans",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("frozen_at", sa.String(length=32), nullable=False),
        sa.Column("run", sa.String(), nullable=False),
        sa.Column("trips", sa.Text(), nullable=False),
        sa.Column("lines", sa.Text(), nullable=False),
        sa.Column("blocked", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_plans")),
    )
    op.create_index(op.f("ix_plans_state_frozen_at"), "plans", ["state", "frozen_at"], unique=False)
    op.create_table(
        "refused",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("provides", sa.String(), nullable=False),
        sa.Column("location", sa.String(), nullable=False),
        sa.Column("refused_at", sa.String(length=32), nullable=False),
        sa.Column("faults", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_refused")),
    )
    op.create_table(
        "runs",
        sa.Column("run", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("started_at", sa.String(length=32), nullable=False),
        sa.Column("finished_at", sa.String(length=32), nullable=True),
        sa.Column("complete", sa.Boolean(), nullable=True),
        sa.Column("exit_code", sa.Integer(), nullable=True),
        sa.Column("counts", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("run", name=op.f("pk_runs")),
    )
    op.create_index(
        op.f("ix_runs_complete_finished_at"), "runs", ["complete", "finished_at"], unique=False
    )
    op.create_table(
        "snapshots",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("directory", sa.String(), nullable=False),
        sa.Column("read_at", sa.String(length=32), nullable=False),
        sa.Column("run", sa.String(), nullable=False),
        sa.Column("proof", sa.Text(), nullable=False),
        sa.Column("warnings", sa.Text(), nullable=False),
        sa.Column("layout", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snapshots")),
    )
    op.create_index(
        op.f("ix_snapshots_directory_read_at"), "snapshots", ["directory", "read_at"], unique=False
    )
    op.create_table(
        "votes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("object", sa.String(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("choice", sa.String(), nullable=False),
        sa.Column("voter", sa.String(), nullable=False),
        sa.Column("until", sa.String(length=10), nullable=False),
        sa.Column("voter_staff_number", sa.String(), nullable=True),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(), nullable=True),
        sa.Column("plan_hash", sa.String(length=64), nullable=True),
        sa.Column("deputy_for", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_votes")),
        sa.UniqueConstraint(
            "object",
            "round",
            "choice",
            "voter",
            "until",
            name=op.f("uq_votes_object_round_choice_voter_until"),
        ),
    )
    op.create_index(op.f("ix_votes_case_id"), "votes", ["case_id"], unique=False)
    op.create_index(op.f("ix_votes_plan_hash"), "votes", ["plan_hash"], unique=False)
    op.create_table(
        "facts",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("provides", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column(
            "from_input", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("until_input", sa.BigInteger(), nullable=False),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["from_input"], ["inputs.id"], name=op.f("fk_facts_from_input")),
        sa.PrimaryKeyConstraint("source", "number", name=op.f("pk_facts")),
    )
    op.create_index(
        op.f("ix_facts_source_provides_key"), "facts", ["source", "provides", "key"], unique=False
    )
    op.create_index(
        op.f("ix_facts_source_provides_until_input"),
        "facts",
        ["source", "provides", "until_input"],
        unique=False,
    )
    op.create_table(
        "parts",
        sa.Column("directory", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column(
            "from_snapshot", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("until_snapshot", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["digest"], ["chunks.digest"], name=op.f("fk_parts_digest")),
        sa.ForeignKeyConstraint(
            ["from_snapshot"], ["snapshots.id"], name=op.f("fk_parts_from_snapshot")
        ),
        sa.PrimaryKeyConstraint(
            "directory", "kind", "part", "from_snapshot", name=op.f("pk_parts")
        ),
    )
    op.create_index(
        op.f("ix_parts_directory_until_snapshot"),
        "parts",
        ["directory", "until_snapshot"],
        unique=False,
    )
    op.create_table(
        "removals",
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("directory", sa.String(), nullable=False),
        sa.Column("group_key", sa.String(), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name=op.f("fk_removals_case_id")),
        sa.PrimaryKeyConstraint(
            "case_id", "directory", "group_key", "at", name=op.f("pk_removals")
        ),
    )
    op.create_index(op.f("ix_removals_at"), "removals", ["at"], unique=False)
