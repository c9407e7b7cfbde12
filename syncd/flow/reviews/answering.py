"""Answering: one question or all that is left of a sheet, until silence has spoken.

Each answer is kept beside those before it. "Not needed" becomes a fact in the same transaction; a
later answer takes it back, and the case that it opened is withdrawn where nothing was removed yet.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from syncd.bilingual import Bilingual
from syncd.core.audit import AuditEvent
from syncd.core.calendar import EVER, day_of
from syncd.core.facts import ReviewOutcome
from syncd.core.findings import Verdict
from syncd.core.ids import OrgUnitCode
from syncd.core.people import account_key
from syncd.core.reviews.persons import answering, check_may_assign, may_answer_for
from syncd.core.reviews.questions import Answer, Choice, Question, Sheet, Standing, sheet_sha256
from syncd.core.reviews.review import AccessReview, correct_by
from syncd.core.votes import Actor
from syncd.errors import IllegalMove, NoSuchCase, NotPermitted, UsageError
from syncd.flow.reviews.outcomes import outcome, state_outcomes
from syncd.flow.reviews.recording import check_reason, check_words, put_on_record, step
from syncd.flow.site import Site
from syncd.ports.store import Unit


@dataclass(frozen=True, slots=True)
class _Said:
    """What somebody says, of whatever questions; `section` is the one to be asked instead."""

    choice: Choice | None
    reason: str = ""
    sheet: str = ""
    section: OrgUnitCode | None = None


@dataclass(frozen=True, slots=True)
class AnswerResult:
    """How many questions were answered, and why others were not (each reason once)."""

    answered: int
    refused: tuple[Bilingual, ...] = ()


def answer(
    site: Site,
    actors: Sequence[Actor],
    review_id: str,
    numbers: Collection[int],
    choice: Choice,
    reason: str = "",
) -> AnswerResult:
    """Answer single questions; all but "needed" takes a reason.

    Raises NotPermitted where none of them may be answered, IllegalMove once nobody may answer any
    more, NoSuchCase and UsageError.
    """
    reason = reason.strip() if choice is Choice.NEEDED else check_reason(reason)
    check_words(reason)

    def work(unit: Unit) -> AnswerResult:
        review = _open(site, unit, review_id)
        standings = unit.questions_standing(review_id, numbers)
        if not standings or len(standings) < len(set(numbers)):
            raise NoSuchCase.review(f"{review_id} ({', '.join(map(str, sorted(numbers)))})")
        return _answer_each(site, unit, actors, review, standings, _Said(choice, reason))

    return step(site, actors[0], review_id, work)


def answer_rest(
    site: Site,
    actors: Sequence[Actor],
    review_id: str,
    section: OrgUnitCode | None,
    shown: str,
) -> AnswerResult:
    """Answer "needed" for all that is left of a section's sheet, exactly as it was shown.

    `shown` is `shown_sha256` of what the person looked at. Nobody answers about their own right:
    such a question stays. Raises IllegalMove where the sheet is another by now.
    """

    def work(unit: Unit) -> AnswerResult:
        review = _open(site, unit, review_id)
        if not may_answer_for(actors, section):
            raise NotPermitted(
                f"{actors[0].account} does not answer for section {section or 'unknown'}.",
                ja=f"{actors[0].account} は所属 {section or '不明'} の回答者ではありません。",
            )
        waiting = unit.questions_waiting(review_id, [section])
        if shown != sheet_sha256(review.sha256, section, [s.question.number for s in waiting]):
            raise IllegalMove(
                "the sheet is not as it was shown: somebody answered meanwhile. Look again.",
                ja="表示したときから回答が変わっています。もう一度見てから回答してください。",
            )
        said = _Said(Choice.NEEDED, sheet=shown)
        return _answer_each(site, unit, actors, review, waiting, said)

    return step(site, actors[0], review_id, work)


def shown_sha256(unit: Unit, review: AccessReview, section: OrgUnitCode | None) -> str:
    """Return the SHA-256 of what is left of a section's sheet now."""
    return sheet_sha256(review.sha256, section, unit.numbers_waiting(review.review_id, section))


def assign(
    site: Site,
    actor: Actor,
    review_id: str,
    numbers: Collection[int],
    section: OrgUnitCode,
    reason: str = "",
) -> AnswerResult:
    """Ask another section: the chief's, of questions that wait for an answer.

    Raises NotPermitted, IllegalMove, NoSuchCase, UsageError for a section that nobody knows.
    """
    check_words(reason)

    def work(unit: Unit) -> AnswerResult:
        check_may_assign(actor)
        _open(site, unit, review_id)
        standings = unit.questions_standing(review_id, numbers)
        if not standings:
            raise NoSuchCase.review(f"{review_id} ({', '.join(map(str, sorted(numbers)))})")
        waiting = [standing for standing in standings if standing.waits]
        if not waiting:
            raise IllegalMove(
                "what is answered is not asked again: choose what waits for an answer.",
                ja="回答済みのものは、ほかの所属に尋ねられません。未回答のものを選んでください。",
            )
        _give_sheet(unit, review_id, section)
        said = _Said(None, reason.strip(), section=section)
        kept = _kept(site, actor, review_id, waiting, said)
        unit.add_answer(kept, asked=section)
        ground: dict[str, object] = {"numbers": list(kept.numbers), "section": section}
        put_on_record(site, unit, AuditEvent.REVIEW_ASSIGNED, actor.account, review_id, ground)
        return AnswerResult(len(kept.numbers))

    return step(site, actor, review_id, work)


def _open(site: Site, unit: Unit, review_id: str) -> AccessReview:
    review = unit.review(review_id, held=True)
    if not review.is_answerable(site.clock()):
        raise IllegalMove(
            f"access review {review_id} takes no answers any more (it is {review.state}).",
            ja="この棚卸の回答は締め切られています。",
        )
    return review


def _give_sheet(unit: Unit, review_id: str, section: OrgUnitCode | None) -> None:
    """Give who was asked nothing so far a sheet; raises UsageError for a section nobody knows."""
    if any(sheet.section == section for sheet in unit.review_sheets(review_id)):
        return
    names = {each.code: each.name for each in unit.sections()}
    if section is not None and section not in names:
        raise UsageError(f"there is no section {section}.", ja=f"所属 {section} はありません。")
    unit.note_sheet(review_id, Sheet(section, names[section] if section else "", 0))


def _answer_each(
    site: Site,
    unit: Unit,
    actors: Sequence[Actor],
    review: AccessReview,
    standings: Sequence[Standing],
    said: _Said,
) -> AnswerResult:
    """Answer what may be answered, each in the first capacity that may; raises NotPermitted."""
    able: dict[tuple[Actor, OrgUnitCode | None], list[Standing]] = {}
    refused: dict[str, NotPermitted] = {}
    for standing in standings:
        try:
            actor = answering(actors, standing.asked, standing.question)
        except NotPermitted as why:
            refused.setdefault(str(why), why)
        else:
            able.setdefault((actor, standing.asked), []).append(standing)
    if refused and not able:
        raise next(iter(refused.values()))
    for (actor, asked), theirs in able.items():
        _check_is_asked(said, asked)
        _keep(site, unit, actor, review, theirs, said)
    answered = sum(len(theirs) for theirs in able.values())
    return AnswerResult(answered, tuple(why.told for why in refused.values()))


def _check_is_asked(said: _Said, asked: OrgUnitCode | None) -> None:
    """Raise UsageError where the chief passes on what came to the chief already."""
    if said.choice is Choice.NOT_MINE and asked is None:
        raise UsageError(
            "what no section answers for is the chief's: say needed or not, or assign a section.",
            ja="受け持つ所属のないものは総括責任者が答えます。要・不要を答えるか、"
            "所属を指定してください。",
        )


def _keep(
    site: Site,
    unit: Unit,
    actor: Actor,
    review: AccessReview,
    standings: Sequence[Standing],
    said: _Said,
) -> None:
    """Keep an answer about questions that are asked of one section."""
    kept = _kept(site, actor, review.review_id, standings, said)
    ends = said.choice is Choice.NOT_NEEDED
    asked = None if said.choice is Choice.NOT_MINE else standings[0].asked
    _give_sheet(unit, review.review_id, asked)
    due = correct_by(review, kept.at, site.policy.closed_days)
    unit.add_answer(kept, asked=asked, correct_by=due if ends else None)
    _state(unit, review, standings, kept)
    ground: dict[str, object] = {
        "choice": str(said.choice),
        "numbers": list(kept.numbers),
        "deputy_for": actor.deputy_for,
        **({"reason": said.reason} if said.reason else {}),
        **({"sheet": said.sheet} if said.sheet else {}),
    }
    put_on_record(site, unit, AuditEvent.REVIEW_ANSWERED, actor.account, review.review_id, ground)


def _kept(
    site: Site, actor: Actor, review_id: str, standings: Sequence[Standing], said: _Said
) -> Answer:
    return Answer(
        answer_id=site.new_id(),
        review_id=review_id,
        choice=said.choice,
        reason=said.reason,
        by=actor.account,
        by_number=actor.identity,
        deputy_for=actor.deputy_for,
        at=site.clock(),
        numbers=tuple(standing.question.number for standing in standings),
        sheet=said.sheet,
        assigned_to=said.section,
    )


def _state(unit: Unit, review: AccessReview, standings: Sequence[Standing], kept: Answer) -> None:
    """State what follows as facts: not needed from today on, or needed after all."""
    ends_on = day_of(kept.at) if kept.choice is Choice.NOT_NEEDED else None
    before = _ended_before(unit, standings, kept)
    outcomes = [
        outcome(review, standing.question, ends_on, kept.by)
        for standing in standings
        if ends_on is not None
        or standing.choice is Choice.NOT_NEEDED
        or _named(standing.question) in before
    ]
    if outcomes:
        state_outcomes(unit, outcomes, kept.at)


def _ended_before(
    unit: Unit, standings: Sequence[Standing], kept: Answer
) -> frozenset[tuple[str, str, str]]:
    """Return which rights an earlier review ended, where somebody now says of each: needed.

    "All that is left is needed" takes nothing back: nobody looked at these lines one by one.
    """
    had_no_ground = any(s.question.verdict is not Verdict.JUSTIFIED for s in standings)
    if kept.choice is not Choice.NEEDED or kept.sheet or not had_no_ground:
        return frozenset()
    stated = unit.facts_about([], EVER).review_outcomes
    return frozenset(_named(each) for each in stated if each.ends_on is not None)


def _named(right: Question | ReviewOutcome) -> tuple[str, str, str]:
    """Return a right as directories compare it: without regard to the case of the account."""
    return (right.directory, right.entitlement, account_key(right.account))
