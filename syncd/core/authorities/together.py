"""One person from several voices: what each number and each authority says, put together.

A voice is a number as one authority speaks of it. Where two voices cannot both be right there are
two readings, and the decision lets only those rights stand that both justify: the more restrictive
reading counts, and a person decides (design, section 3; decision record 0020).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import product

from syncd.core.career import PRIMARY, Closure, PersonState, Post
from syncd.core.findings import Because
from syncd.core.ids import StaffNumber
from syncd.core.people import Person

_ONE_DAY = timedelta(days=1)
ELSEWHERE = "併任"
"""What the primary post of a second authority is."""


@dataclass(frozen=True, slots=True)
class Voice:
    """What one authority says of one number. `hired_on` is 採用日 of its roster."""

    authority: str
    person: Person
    hired_on: date | None = None


@dataclass(frozen=True, slots=True)
class _Part:
    """One reading of one voice on the day."""

    authority: str
    state: PersonState
    begun_on: date | None
    on: date

    @property
    def ended_on(self) -> date | None:
        """Return the last day of work where it lies before the day."""
        days = [d for d in (self.state.last_day, self.state.term_ends_on) if d is not None]
        over = [d for d in days if d < self.on]
        return max(over) if over else None

    @property
    def ended(self) -> bool:
        return self.ended_on is not None

    @property
    def primary(self) -> Post | None:
        return next((post for post in self.state.posts if post.kind == PRIMARY), None)

    @property
    def speaks(self) -> bool:
        """Tell whether the voice says that the person is there, if only on leave or away."""
        state = self.state
        return bool(state.posts or state.leave is not None or state.roster is not None)

    @property
    def grounds(self) -> tuple[Because, ...]:
        """Return the facts that this voice rests on."""
        state, primary = self.state, self.primary
        ends = (state.last_day_because, state.term_because) if self.ended else ()
        opened = primary.opened_by if primary is not None else None
        leave = state.leave.because if state.leave is not None else None
        found = dict.fromkeys(b for b in (*ends, leave, opened, state.roster) if b is not None)
        return tuple(found)


def together(number: StaffNumber, voices: Sequence[Voice], on: date) -> Person:
    """Return the person of whom several voices speak; the first is that of their own number."""
    heard = [voice for voice in voices if not voice.person.vanished_because] or list(voices)
    readings: list[PersonState] = []
    conflict: dict[Because, None] = {}
    for voice in heard:
        conflict.update(dict.fromkeys(voice.person.conflict))
    for states in product(*(voice.person.readings for voice in heard)):
        parts = [
            _Part(voice.authority, state, _begun_on(voice, state), on)
            for voice, state in zip(heard, states, strict=True)
        ]
        found, contradiction = _read(number, parts)
        readings += [state for state in found if state not in readings]
        conflict.update(dict.fromkeys(contradiction))
    return Person(
        number,
        tuple(readings),
        unknown_because=_first(voice.person.unknown_because for voice in voices),
        vanished_because=_first(voice.person.vanished_because for voice in heard),
        conflict=tuple(conflict),
    )


def _first(texts: Iterable[str]) -> str:
    return next((text for text in texts if text), "")


def _begun_on(voice: Voice, state: PersonState) -> date | None:
    """Return the first day of work that this voice tells: 採用日, or the order into the post."""
    days = [post.since for post in state.posts if post.kind == PRIMARY and post.since is not None]
    return max((d for d in (voice.hired_on, *days) if d is not None), default=None)


def _read(number: StaffNumber, parts: list[_Part]) -> tuple[list[PersonState], tuple[Because, ...]]:
    """Return the readings of one choice of parts, and what contradicts what."""
    ended = [part for part in parts if part.ended]
    going = [part for part in parts if not part.ended and part.speaks]
    if not going:
        last = max(ended, key=lambda p: p.ended_on or date.min, default=parts[0])
        return [replace(_merged(number, [last], ended), staff_number=number)], ()
    against: dict[Because, None] = {}
    states = _of_those_there(number, going, ended, against)
    for part in ended:
        if not all(_succeeds(other, part) for other in going):
            against.update(dict.fromkeys((*part.grounds, *(b for p in going for b in p.grounds))))
            states += [_as_ended(state, part) for state in states]
    return states, tuple(against)


def _of_those_there(
    number: StaffNumber, going: list[_Part], ended: list[_Part], against: dict[Because, None]
) -> list[PersonState]:
    """Return the readings of the parts that have not ended."""
    states = [_merged(number, choice, ended) for choice in _choices(going, against)]
    on_leave = [part for part in going if part.state.leave is not None]
    working = [part for part in going if part.state.leave is None and part.state.posts]
    if on_leave:
        states = [replace(state, leave=on_leave[0].state.leave) for state in states]
        if working:
            against.update(dict.fromkeys(b for p in (*on_leave, *working) for b in p.grounds))
            states += [replace(state, leave=None) for state in states]
    return states


def _choices(going: list[_Part], against: dict[Because, None]) -> list[list[_Part]]:
    """Return the parts for each choice among primary posts that one authority gives twice."""
    rivals: dict[str, list[_Part]] = {}
    for part in going:
        if part.primary is not None:
            rivals.setdefault(part.authority, []).append(part)
    choices = [going]
    for theirs in rivals.values():
        if len({p.primary.org_unit for p in theirs if p.primary is not None}) > 1:
            against.update(dict.fromkeys(b for p in theirs for b in p.grounds))
            choices = [
                [p for p in choice if p is kept or p not in theirs]
                for choice in choices
                for kept in theirs
            ]
    return choices


def _succeeds(later: _Part, ended: _Part) -> bool:
    """Tell whether one appointment began after another ended: 再任用, or from one to another."""
    ended_on = ended.ended_on
    return later.begun_on is not None and ended_on is not None and later.begun_on > ended_on


def _as_ended(state: PersonState, part: _Part) -> PersonState:
    ended = part.state
    return replace(
        state,
        last_day=ended.last_day,
        last_day_because=ended.last_day_because,
        term_ends_on=ended.term_ends_on,
        term_because=ended.term_because,
    )


def _merged(number: StaffNumber, parts: list[_Part], ended: list[_Part]) -> PersonState:
    """Return one state with the posts of all parts; the first part's own primary leads."""
    lead = next((p for p in parts if p.primary is not None), parts[0])
    posts: list[Post] = []
    for part in (lead, *(p for p in parts if p is not lead)):
        for post in part.state.posts:
            moved = replace(post, kind=ELSEWHERE) if _is_second(post, part, lead) else post
            if not any(p.org_unit == moved.org_unit and p.kind == moved.kind for p in posts):
                posts.append(moved)
    closures = [closure for part in (*parts, *ended) for closure in part.state.closures]
    closures += [closure for part in ended if part not in parts for closure in _closed_by(part)]
    return replace(
        lead.state,
        staff_number=number,
        posts=tuple(posts),
        closures=tuple(dict.fromkeys(closures)),
        contradictions=(),
    )


def _is_second(post: Post, part: _Part, lead: _Part) -> bool:
    return post.kind == PRIMARY and part is not lead


def _closed_by(ended: _Part) -> Iterable[Closure]:
    """Yield the posts that ended with an appointment."""
    because = ended.state.last_day_because or ended.state.term_because
    if ended.ended_on is not None and because is not None:
        for post in ended.state.posts:
            yield Closure(post.org_unit, ended.ended_on + _ONE_DAY, because)
