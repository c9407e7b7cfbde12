"""Access reviews: the frozen sets, the sections' sheets, and every answer."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables; there were none before."""
    _create_reviews()
    _create_review_systems()
    _create_review_sheets()
    _create_review_questions()
    _create_review_answers()
    _create_review_answered()


def _create_reviews() -> None:
    op.create_table(
        "reviews",
        sa.Column("review_id", sa.String(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("started_by", sa.String(), nullable=False),
        sa.Column("started_at", sa.String(length=32), nullable=False),
        sa.Column("on_silence", sa.String(), nullable=False),
        sa.Column("correct_open_days", sa.Integer(), nullable=False),
        sa.Column("frozen_at", sa.String(length=32), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("questions", sa.Integer(), nullable=False),
        sa.Column("answer_by", sa.String(length=32), nullable=True),
        sa.Column("silence_at", sa.String(length=32), nullable=True),
        sa.Column("closed_by", sa.String(), nullable=False),
        sa.Column("closed_at", sa.String(length=32), nullable=True),
        sa.Column("confirmed_by", sa.String(), nullable=False),
        sa.Column("confirmed_by_number", sa.String(), nullable=True),
        sa.Column("confirmed_at", sa.String(length=32), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("dropped_by", sa.String(), nullable=False),
        sa.Column("dropped_because", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("review_id", name=op.f("pk_reviews")),
    )
    op.create_index(op.f("ix_reviews_state_started_at"), "reviews", ["state", "started_at"])


def _create_review_systems() -> None:
    op.create_table(
        "review_systems",
        sa.Column("review_id", sa.String(), nullable=False),
        sa.Column("directory", sa.String(), nullable=False),
        sa.Column("read_at", sa.String(length=32), nullable=True),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("memberships", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["review_id"], ["reviews.review_id"], name=op.f("fk_review_systems_review_id")
        ),
        sa.PrimaryKeyConstraint("review_id", "directory", name=op.f("pk_review_systems")),
    )


def _create_review_sheets() -> None:
    op.create_table(
        "review_sheets",
        sa.Column("review_id", sa.String(), nullable=False),
        sa.Column("section", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("asked_at", sa.String(length=32), nullable=True),
        sa.Column("asked_of", sa.Text(), nullable=False),
        sa.Column("reminded", sa.Integer(), nullable=False),
        sa.Column("reminded_on", sa.Date(), nullable=True),
        sa.Column("escalated_at", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["review_id"], ["reviews.review_id"], name=op.f("fk_review_sheets_review_id")
        ),
        sa.PrimaryKeyConstraint("review_id", "section", name=op.f("pk_review_sheets")),
    )


def _create_review_questions() -> None:
    op.create_table(
        "review_questions",
        sa.Column("review_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("directory", sa.String(), nullable=False),
        sa.Column("entitlement", sa.String(), nullable=False),
        sa.Column("right_name", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("staff_number", sa.String(), nullable=True),
        sa.Column("section", sa.String(), nullable=True),
        sa.Column("unit", sa.String(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("designation", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("asked", sa.String(), nullable=False),
        sa.Column("choice", sa.String(), nullable=True),
        sa.Column("answer_id", sa.String(), nullable=False),
        sa.Column("silent", sa.Boolean(), nullable=False),
        sa.Column("correct_by", sa.String(length=32), nullable=True),
        sa.Column("corrected_at", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["review_id"], ["reviews.review_id"], name=op.f("fk_review_questions_review_id")
        ),
        sa.PrimaryKeyConstraint("review_id", "number", name=op.f("pk_review_questions")),
    )
    op.create_index(op.f("ix_review_questions_correct_by"), "review_questions", ["correct_by"])
    op.create_index(
        op.f("ix_review_questions_review_id_asked_choice_silent"),
        "review_questions",
        ["review_id", "asked", "choice", "silent"],
    )


def _create_review_answers() -> None:
    op.create_table(
        "review_answers",
        sa.Column("answer_id", sa.String(), nullable=False),
        sa.Column("review_id", sa.String(), nullable=False),
        sa.Column("choice", sa.String(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("by_number", sa.String(), nullable=True),
        sa.Column("deputy_for", sa.String(), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("sheet", sa.String(length=64), nullable=False),
        sa.Column("assigned_to", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["review_id"], ["reviews.review_id"], name=op.f("fk_review_answers_review_id")
        ),
        sa.PrimaryKeyConstraint("answer_id", name=op.f("pk_review_answers")),
    )
    op.create_index(op.f("ix_review_answers_review_id_at"), "review_answers", ["review_id", "at"])


def _create_review_answered() -> None:
    op.create_table(
        "review_answered",
        sa.Column("answer_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.ForeignKeyConstraint(
            ["answer_id"], ["review_answers.answer_id"], name=op.f("fk_review_answered_answer_id")
        ),
        sa.PrimaryKeyConstraint("answer_id", "number", name=op.f("pk_review_answered")),
    )
