"""Audit records: who did what to what on what ground, in bytes that a Merkle tree can hold.

Each record is one leaf of the log of section 9 of the design: its canonical JSON is fixed when it
is written, and its RFC 6962 leaf hash is taken over exactly those bytes. Records hold staff
numbers, never names and never My Numbers (Guideline 行政機関等編: the records themselves must hold
no 特定個人情報). The tree itself is `core.merkle`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from syncd.core.ids import RunId

_CANONICAL = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)


class AuditEvent(StrEnum):
    """Everything that is put on record, as `subject.verb_past`; permanent names."""

    RUN_STARTED = "run.started"
    RUN_FINISHED = "run.finished"
    INPUT_ACCEPTED = "input.accepted"
    INPUT_REFUSED = "input.refused"
    DIRECTORY_READ = "directory.read"
    DIRECTORY_UNREAD = "directory.unread"
    DIRECTORY_CHANGED = "directory.changed"
    DELTA_LOST = "delta.lost"
    DELTA_DIFFERED = "delta.differed"
    CASE_OPENED = "case.opened"
    CASE_REOPENED = "case.reopened"
    CASE_UPDATED = "case.updated"
    CASE_APPROVED = "case.approved"
    CASE_REFUSED = "case.refused"
    CASE_EXCEPTED = "case.excepted"
    CASE_EXCEPTION_ENDED = "case.exception_ended"
    CASE_ESCALATED = "case.escalated"
    CASE_WITHDRAWN = "case.withdrawn"
    CASE_GONE = "case.gone"
    CASE_FAILED = "case.failed"
    CASE_RETRIED = "case.retried"
    VOTE_CAST = "vote.cast"
    VOTE_REFUSED = "vote.refused"
    PRE_APPROVAL_CAST = "pre_approval.cast"
    PRE_APPROVAL_LAPSED = "pre_approval.lapsed"
    PLAN_FROZEN = "plan.frozen"
    PLAN_HELD = "plan.held"
    PLAN_OVERRIDDEN = "plan.overridden"
    OVERRIDE_USED = "override.used"
    REMOVAL_INTENDED = "removal.intended"
    REMOVAL_WRITTEN = "removal.written"
    REMOVAL_VERIFIED = "removal.verified"
    REMOVAL_NOT_CONFIRMED = "removal.not_confirmed"
    RESTORE_INTENDED = "restore.intended"
    RESTORE_WRITTEN = "restore.written"
    TASK_HANDED_OVER = "task.handed_over"
    TASK_DONE = "task.done"
    TASK_CHECKED = "task.checked"
    TASK_REJECTED = "task.rejected"
    TASK_CONFIRMED = "task.confirmed"
    TASK_CONTRADICTED = "task.contradicted"
    TASK_DROPPED = "task.dropped"
    TASK_REFUSED = "task.refused"
    RESIDUAL_OPENED = "residual.opened"
    RESIDUAL_ASKED = "residual.asked"
    RESIDUAL_WINDOW_ENDED = "residual.window_ended"
    RESIDUAL_WINDOW_MOVED = "residual.window_moved"
    RESIDUAL_LOG_READ = "residual.log_read"
    RESIDUAL_CHECKED = "residual.checked"
    RESIDUAL_DECIDED = "residual.decided"
    RESIDUAL_SENT_BACK = "residual.sent_back"
    RESIDUAL_CLOSED = "residual.closed"
    RESIDUAL_WITHDRAWN = "residual.withdrawn"
    RESIDUAL_KNOWN_SET = "residual.known_set"
    RESIDUAL_FILING_DECIDED = "residual.filing_decided"
    RESIDUAL_REFUSED = "residual.refused"
    REVIEW_STARTED = "review.started"
    REVIEW_FROZEN = "review.frozen"
    REVIEW_ASKED = "review.asked"
    REVIEW_REMINDED = "review.reminded"
    REVIEW_ESCALATED = "review.escalated"
    REVIEW_ANSWERED = "review.answered"
    REVIEW_ASSIGNED = "review.assigned"
    REVIEW_REFUSED = "review.refused"
    REVIEW_SILENT = "review.silent"
    REVIEW_CLOSED = "review.closed"
    REVIEW_CORRECTED = "review.corrected"
    REVIEW_CONFIRMED = "review.confirmed"
    REVIEW_DROPPED = "review.dropped"
    EVIDENCE_ATTACHED = "evidence.attached"
    ALARM_RAISED = "alarm.raised"
    DRILL_STARTED = "drill.started"
    DRILL_FINISHED = "drill.finished"
    REPORT_READIED = "report.readied"
    CLOCK_JUMPED = "clock.jumped"
    SESSION_BEGUN = "session.begun"
    SESSION_REFUSED = "session.refused"
    SESSION_ENDED = "session.ended"
    PREVIEW_KEPT = "preview.kept"
    PREVIEW_FORGOTTEN = "preview.forgotten"
    FILE_BROUGHT = "file.brought"
    ORDER_COUNT_STATED = "order_count.stated"
    ORDER_COUNTS_MET = "order_counts.met"
    ORDER_COUNTS_DEVIATED = "order_counts.deviated"
    SYNC_REQUESTED = "sync.requested"
    TRAIL_EXPORTED = "trail.exported"
    REQUEST_REFUSED = "request.refused"
    USER_ADDED = "user.added"
    USER_REKEYED = "user.rekeyed"
    USER_ENABLED = "user.enabled"
    USER_DISABLED = "user.disabled"
    FACTOR_ENROLLED = "factor.enrolled"
    FACTOR_RESET = "factor.reset"
    TOKEN_MADE = "token.made"  # noqa: S105 - the name of an event
    TOKEN_ENDED = "token.ended"  # noqa: S105 - the name of an event
    DELEGATION_MADE = "delegation.made"
    DELEGATION_ENDED = "delegation.ended"
    NOTICE_SENT = "notice.sent"
    NOTICE_FAILED = "notice.failed"


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One record of the trail.

    `actor` is an account or `syncd`; `subject` is a case id, a plan hash, a source, a directory.
    `ground` holds only JSON values: orders, designation lines, policy lines, counts, hashes.
    """

    at: datetime
    event: AuditEvent
    actor: str
    subject: str
    run: RunId | None = None
    ground: Mapping[str, Any] = field(default_factory=dict)

    def canonical(self) -> bytes:
        """Return the leaf: JSON with sorted keys, no spaces, in UTF-8 (after RFC 8785)."""
        body = {
            "at": self.at.isoformat(timespec="microseconds"),
            "event": str(self.event),
            "actor": self.actor,
            "subject": self.subject,
            "run": self.run,
            "ground": dict(self.ground),
        }
        return _CANONICAL.encode(body).encode()
