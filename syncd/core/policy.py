"""What a body decides for itself: all of it data, with defaults that remove nothing by surprise.

The order table says what each word of 発令区分 does to posts (design, section 3); the shipped one
is `config/order-kinds.toml`, and a site can add its own words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from syncd.core.findings import Reason
from syncd.core.ids import EntitlementId
from syncd.core.order_patterns import TextTable
from syncd.core.reporting import ResidualPolicy
from syncd.core.scopes import Authorities


class OrderEffect(StrEnum):
    """What an order does (design, section 3)."""

    OPENS_PRIMARY = "opens-primary"
    OPENS_FURTHER = "opens-further"
    CLOSES_FURTHER = "closes-further"
    CLOSES_PRIMARY = "closes-primary"
    SUSPENDS = "suspends"
    ENDS_SUSPENSION = "ends-suspension"
    ENDS_EMPLOYMENT = "ends-employment"
    RENAMES_UNIT = "renames-unit"
    CANCELS = "cancels"
    CORRECTS = "corrects"


class Aspect(StrEnum):
    """What else a word may end implicitly at a site (default: nothing)."""

    PRIMARY = "primary"
    FURTHER = "further"
    SUSPENSION = "suspension"


@dataclass(frozen=True, slots=True)
class OrderKind:
    """One word of 発令区分. `post_kind` pairs 兼務 with 兼務解除; `appoints` starts a new term."""

    word: str
    effect: OrderEffect
    post_kind: str = ""
    appoints: bool = False
    also_ends: frozenset[Aspect] = frozenset()


class Approval(StrEnum):
    """How many persons must approve a revocation."""

    AUTO = "auto"
    ONE = "one"
    TWO = "two"

    @property
    def votes(self) -> int:
        """Return the number of approvals asked for."""
        return {"auto": 0, "one": 1, "two": 2}[self.value]


class OnSilence(StrEnum):
    """What happens at the hard deadline when nobody answered (design, section 5)."""

    REVOKE = "revoke"
    HOLD = "hold"


@dataclass(frozen=True, slots=True)
class ApprovalPolicy:
    """`by_reason` falls back to one person; `by_entitlement` raises the bar for single rights."""

    by_reason: Mapping[Reason, Approval] = field(
        default_factory=lambda: {
            Reason.SEPARATED: Approval.AUTO,
            Reason.TERM_EXPIRED: Approval.AUTO,
        }
    )
    by_entitlement: Mapping[EntitlementId, Approval] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DeadlinePolicy:
    """Deadlines for people, in open days after a case is opened."""

    escalate_open_days: int = 1
    hard_open_days: int = 5
    on_silence: OnSilence = OnSilence.REVOKE


@dataclass(frozen=True, slots=True)
class PreApprovalPolicy:
    """When what a coming day takes is to be approved, in open days before that day.

    `opens_open_days`: from then on people are reminded, on each of `remind_open_days` before the
    last vote is due. Where two must approve, the first vote is due earlier.
    """

    opens_open_days: int = 10
    first_vote_open_days: int = 3
    last_vote_open_days: int = 1
    remind_open_days: frozenset[int] = frozenset({5, 2, 0})


@dataclass(frozen=True, slots=True)
class ReviewPolicy:
    """What a body asks of an access review (棚卸), in open days.

    Answers are due `answer_open_days` after the set was frozen; sections are reminded on each of
    `remind_open_days` before that. `silence_open_days` later what nobody answered follows
    `on_silence` (None: the policy for silence of cases). A right that is not needed should be gone
    `correct_open_days` after the answer (是正期限).
    """

    answer_open_days: int = 20
    remind_open_days: frozenset[int] = frozenset({10, 5, 2, 0})
    silence_open_days: int = 5
    correct_open_days: int = 10
    on_silence: OnSilence | None = None


class OrderCounts(StrEnum):
    """Whether personnel must state how many orders of a day there should be."""

    REQUIRED = "required"
    OPTIONAL = "optional"


@dataclass(frozen=True, slots=True)
class GuardPolicy:
    """Limits of section 6; `max_removals`, `max_share`: beyond what the day's orders explain.

    `max_turnover` is the share of the last good input that a new one may leave out, end or move at
    once, whatever its number of rows; `max_directory_loss` that of a directory's accounts and
    groups between two reads; `max_base_days_ahead` how far ahead a 基準日 may be. Where more than
    `max_days_between_runs` lie between two runs, the second one removes nothing: its clock may be
    wrong. With `order_counts` required nothing is removed on the word of orders whose number nobody
    stated.
    """

    max_removals: int = 10
    max_share: float = 0.05
    max_row_loss: float = 0.10
    explained_days: int = 3
    max_turnover: float = 0.50
    max_directory_loss: float = 0.40
    max_base_days_ahead: int = 31
    max_days_between_runs: int = 180
    order_counts: OrderCounts = OrderCounts.OPTIONAL


@dataclass(frozen=True, slots=True)
class DirectoryPolicy:
    """What is protected in one directory, and whether it keeps a placeholder member."""

    protected_accounts: frozenset[str] = frozenset()
    protected_groups: frozenset[str] = frozenset()
    my_number_groups: str | None = None
    has_placeholder: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    """Everything the decision, cases and guards ask of the body's own rules.

    `training_months` None: training is not asked for. `training_grace_days` counts from 指定日.
    `suspended_kinds` are the words whose leave takes rights away. `closed_days` are the body's
    own beside weekends and 12/29-1/3. `all_operations` are words in 取扱範囲 that set no bound.
    """

    order_kinds: Mapping[str, OrderKind] = field(default_factory=dict)
    order_texts: TextTable = field(default_factory=TextTable)
    training_months: int | None = None
    training_grace_days: int = 30
    suspended_kinds: frozenset[str] | None = None
    all_operations: frozenset[str] = frozenset({"全て", "すべて", "全部", "全操作"})
    approval: ApprovalPolicy = field(default_factory=ApprovalPolicy)
    deadlines: DeadlinePolicy = field(default_factory=DeadlinePolicy)
    pre_approval: PreApprovalPolicy = field(default_factory=PreApprovalPolicy)
    review: ReviewPolicy = field(default_factory=ReviewPolicy)
    guards: GuardPolicy = field(default_factory=GuardPolicy)
    directories: Mapping[str, DirectoryPolicy] = field(default_factory=dict)
    closed_days: frozenset[date] = frozenset()
    restore_days: int = 30
    authorities: Authorities = field(default_factory=Authorities)
    max_attempts: int = 3
    residual: ResidualPolicy = field(default_factory=ResidualPolicy)
