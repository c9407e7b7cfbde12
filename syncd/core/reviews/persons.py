"""Who may answer in a review, send a question to another section, and confirm the record.

Whoever decides the cases of a section answers for it (保護責任者); the chief for everything. Nobody
answers about their own right, and nobody confirms what they answered themselves.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from syncd.core.ids import OrgUnitCode, StaffNumber
from syncd.core.reviews.questions import Question
from syncd.core.votes import MAY_DECIDE, Actor, Role, answers_for
from syncd.errors import NotPermitted

_CONFIRMS = frozenset({Role.CHIEF, Role.AUDITOR})


def answering(actors: Sequence[Actor], asked: OrgUnitCode | None, question: Question) -> Actor:
    """Return the first capacity in which a person may answer a question; raises NotPermitted."""
    refusal: NotPermitted | None = None
    for actor in actors:
        try:
            _check_may_answer(actor, asked, question)
        except NotPermitted as why:
            refusal = refusal or why
        else:
            return actor
    raise refusal or NotPermitted("nobody acts", ja="回答できる立場にありません。")


def may_answer_for(actors: Iterable[Actor], asked: OrgUnitCode | None) -> bool:
    """Tell whether a person answers for a section in any capacity."""
    return any(_answers_in_reviews(actor) and answers_for(actor, asked) for actor in actors)


def is_about(actor: Actor, question: Question) -> bool:
    """Tell whether a question is about a person's own right, or that of whom they stand in for."""
    names = {actor.account, *actor.other_accounts, actor.deputy_for} - {""}
    numbers = actor.numbers | actor.principal_numbers
    return question.account in names or question.staff_number in numbers


def check_may_assign(actor: Actor) -> None:
    """Raise NotPermitted where somebody may not send questions to other sections."""
    if Role.CHIEF not in actor.roles:
        raise NotPermitted(
            f"{actor.account} is not the chief: only the chief says which section answers.",
            ja=f"{actor.account} は総括責任者ではありません。回答する所属は総括責任者が決めます。",
        )


def check_may_confirm(actor: Actor, answered: Collection[tuple[str, StaffNumber | None]]) -> None:
    """Raise NotPermitted where somebody may not confirm the record of a review.

    The chief may, and the 監査責任者; in their own right, and where they are none of `answered`:
    the accounts and staff numbers of all who answered, and of those they answered for.
    """
    if not actor.roles & _CONFIRMS:
        raise NotPermitted(
            f"{actor.account} has no role that confirms an access review: chief, auditor.",
            ja=f"{actor.account} には棚卸を確認する役割（chief・auditor）がありません。",
        )
    names = {actor.account, *actor.other_accounts}
    if any(account in names or number in actor.numbers for account, number in answered):
        raise NotPermitted(
            f"{actor.account} answered in this review: somebody who did not confirms its record.",
            ja=f"{actor.account} はこの棚卸で回答しています。回答していない人が確認します。",
        )


def _answers_in_reviews(actor: Actor) -> bool:
    """Tell whether a capacity answers at all; who was handed single cases was handed no review."""
    return bool(actor.roles & MAY_DECIDE) and actor.deputy_cases is None


def _check_may_answer(actor: Actor, asked: OrgUnitCode | None, question: Question) -> None:
    if not _answers_in_reviews(actor):
        raise NotPermitted(
            f"{actor.account} has no role that answers in an access review: approver, chief.",
            ja=f"{actor.account} には棚卸に回答する役割（approver・chief）がありません。",
        )
    if is_about(actor, question):
        raise NotPermitted(
            f"question {question.number} is about {actor.account}'s own right: somebody else "
            "answers it.",
            ja=f"{question.number} 番は {actor.account} 自身の権限についてのものです。"
            "ほかの人が回答します。",
        )
    if not answers_for(actor, asked):
        raise NotPermitted(
            f"question {question.number} is asked of section {asked or 'unknown'}, for which "
            f"{actor.account} does not answer.",
            ja=f"{question.number} 番は所属 {asked or '不明'} に尋ねているもので、"
            f"{actor.account} は回答できません。",
        )
