"""Votes: who decided what on a case or a plan, and whether that is enough.

Nobody decides what concerns their own account or what they asked for; two persons are two
accounts with two staff numbers; a deputy (代決) is recorded as such (design, section 5).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from syncd.core.cases import Case
from syncd.core.findings import Reason
from syncd.core.ids import CaseId, OrgUnitCode, PlanHash, StaffNumber
from syncd.core.policy import Approval, ApprovalPolicy
from syncd.errors import NotPermitted


class Role(StrEnum):
    """What an actor may do (issue 3 adds no others)."""

    OPERATOR = "operator"
    APPROVER = "approver"
    PERSONNEL = "personnel"
    AUDITOR = "auditor"
    CHIEF = "chief"
    ADMIN = "admin"


MAY_DECIDE = frozenset({Role.APPROVER, Role.CHIEF})


@dataclass(frozen=True, slots=True)
class Actor:
    """A person who acts, by the operating system's account, with the roles of the configuration.

    `deputy_for` is the account for which this person decides by 代決 on that day, with the staff
    number of that account in `deputy_for_number`; `deputy_cases` limits that to single cases (None:
    all). `sections` are those an approver decides for, with every section below them (empty: all).
    `named_for_advance_notices` lets a person see 内示 without the role `personnel`.
    `other_accounts` are known to be the same person's, by their staff number: two accounts of one
    person are one person. So are two staff numbers that a person link joins, whatever its days:
    `other_numbers`, and `deputy_for_other_numbers` of the principal.
    """

    account: str
    staff_number: StaffNumber | None = None
    roles: frozenset[Role] = frozenset()
    sections: frozenset[OrgUnitCode] = frozenset()
    deputy_for: str = ""
    deputy_for_number: StaffNumber | None = None
    deputy_cases: frozenset[CaseId] | None = None
    named_for_advance_notices: bool = False
    other_accounts: frozenset[str] = frozenset()
    other_numbers: frozenset[StaffNumber] = frozenset()
    deputy_for_other_numbers: frozenset[StaffNumber] = frozenset()

    @property
    def numbers(self) -> frozenset[StaffNumber]:
        """Return every staff number that may be this person's."""
        return self.other_numbers | {n for n in (self.staff_number,) if n is not None}

    @property
    def principal_numbers(self) -> frozenset[StaffNumber]:
        """Return every staff number that may be that of the person they are deputy for."""
        own = {n for n in (self.deputy_for_number,) if n is not None}
        return self.deputy_for_other_numbers | own

    @property
    def identity(self) -> StaffNumber | None:
        """Return one number for all numbers of this person: by it two persons are told apart."""
        return min(self.numbers, default=None)


class Choice(StrEnum):
    """What a vote says."""

    REVOKE = "revoke"
    KEEP = "keep"
    OVERRIDE = "override"
    RESTORE = "restore"


@dataclass(frozen=True, slots=True)
class Vote:
    """One decision of one person.

    Exactly one of `case_id` and `plan_hash` names its object,
    except for REVOKE by plan, where both stand: the case, and the plan that was looked at.
    """

    choice: Choice
    voter: str
    voter_staff_number: StaffNumber | None
    at: datetime
    case_id: CaseId | None = None
    round: int = 0
    plan_hash: PlanHash | None = None
    deputy_for: str = ""
    reason: str = ""
    until: date | None = None


_STRICTNESS = {approval: place for place, approval in enumerate(Approval)}


def approval_asked(
    reasons: Iterable[Reason],
    entitlement: str,
    policy: ApprovalPolicy,
    *,
    needs_person: bool,
) -> Approval:
    """Return how many persons must approve.

    Each reason alone is ground enough, so the mildest one counts; a single right can ask for more,
    and what the facts contradict always needs a person (design, section 3).
    """
    asked = min(
        (
            policy.by_reason.get(reason, Approval.ONE)
            for reason in reasons
            if reason is not Reason.HR_CONFLICT
        ),
        key=_STRICTNESS.__getitem__,
        default=Approval.ONE,
    )
    floors = [asked]
    floors += [a for e, a in policy.by_entitlement.items() if e == entitlement]
    if needs_person:
        floors.append(Approval.ONE)
    return max(floors, key=_STRICTNESS.__getitem__)


def check_may_decide(actor: Actor, case: Case) -> None:
    """Raise NotPermitted where this actor may not decide this case."""
    if not actor.roles & MAY_DECIDE:
        raise NotPermitted(
            f"{actor.account} has no role that decides cases. "
            "Give the account the role approver or chief under [[actors]] in the configuration.",
            ja=f"{actor.account} には案件を判断する役割がありません。"
            "設定の [[actors]] で approver か chief の役割を与えてください。",
        )
    for account, numbers in (
        (actor.account, actor.numbers),
        (actor.deputy_for, actor.principal_numbers),
    ):
        names = {account, *(actor.other_accounts if account == actor.account else ())}
        if account and _concerns(case, names, numbers):
            raise NotPermitted(
                f"case {case.case_id} concerns {account}'s own right. Another approver decides it.",
                ja=f"案件 {case.case_id} は {account} 自身の権限についてのものです。"
                "ほかの承認者が判断します。",
            )
        if account and case.requested_by in names:
            raise NotPermitted(
                f"{account} asked for case {case.case_id}. Another approver decides it.",
                ja=(
                    f"案件 {case.case_id} は {account} が頼んだ突合のものです。"
                    "ほかの承認者が判断します。"
                ),
            )
    if actor.deputy_cases is not None and case.case_id not in actor.deputy_cases:
        raise NotPermitted(
            f"case {case.case_id} was not handed to {actor.account} by {actor.deputy_for}.",
            ja=(
                f"案件 {case.case_id} は、{actor.deputy_for} から {actor.account} "
                "に任されていません。"
            ),
        )
    if not answers_for(actor, case.section):
        raise NotPermitted(
            f"case {case.case_id} belongs to section {case.section or 'unknown'}, for which "
            f"{actor.account} does not decide. Its approver or the chief decides it.",
            ja=(
                f"案件 {case.case_id} の担当所属は {case.section or '不明'} で、"
                f"{actor.account} は判断できません。"
                "その所属を受け持つ人か、全体の責任者が判断します。"
            ),
        )


def may_decide(actor: Actor, case: Case) -> bool:
    """Tell whether this actor may decide this case."""
    if not actor.roles & MAY_DECIDE or not answers_for(actor, case.section):
        return False  # most are told apart by this, and a sentence for each would cost much more
    try:
        check_may_decide(actor, case)
    except NotPermitted:
        return False
    return True


def answers_for(actor: Actor, section: OrgUnitCode | None) -> bool:
    """Tell whether an actor decides for a section; what belongs to no section is the chief's."""
    return Role.CHIEF in actor.roles or not actor.sections or section in actor.sections


def _concerns(case: Case, names: set[str], numbers: frozenset[StaffNumber]) -> bool:
    return case.account in names or case.staff_number in numbers


def distinct_voters(votes: Iterable[Vote]) -> int:
    """Return how many different persons voted: two accounts of one staff number are one person."""
    return len({vote.voter_staff_number or vote.voter for vote in votes})
