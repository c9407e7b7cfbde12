"""Who is told of a review, when, and that a section counts as asked only when it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from syncd.core.acting import Grant
from syncd.core.audit import AuditEvent
from syncd.core.ids import OrgUnitCode
from syncd.core.messages import MessageKind
from syncd.core.reviews.questions import Choice
from syncd.core.votes import Role
from syncd.flow.access.deputies import name_deputy
from syncd.flow.reviews.answering import answer, answer_rest, shown_sha256
from syncd.flow.telling.composing import Notices, NotifierSeat, compose
from syncd.flow.telling.recipients import Addresses
from syncd.reports.letters import Letters
from syncd.settings.tables import shipped_folder
from tests.fakes.notifier import FakeNotifier
from tests.flow.reviews.reviewing import CHIEF, HOLDING, POLICY, SATO, SECTION, at, reviewed
from tests.flow.reviews.test_ending import records
from tests.flow.town import staff

GRANTS = (
    Grant(
        account="sato",
        staff_number=staff(900),
        roles=frozenset({Role.APPROVER}),
        sections=frozenset({SECTION}),
    ),
    Grant(
        account="mori",
        staff_number=staff(901),
        roles=frozenset({Role.APPROVER}),
        sections=frozenset({OrgUnitCode("20010")}),
    ),
    Grant(account="kacho", staff_number=staff(910), roles=frozenset({Role.CHIEF})),
    Grant(account="unyo", staff_number=staff(800), roles=frozenset({Role.OPERATOR})),
    Grant(account="kansa", staff_number=staff(950), roles=frozenset({Role.AUDITOR})),
)
LETTERS = Letters("みほん市", "https://syncd.example", (shipped_folder("letters"),))


def notices(*, grants=GRANTS, domain="city.example"):
    return Notices((NotifierSeat(FakeNotifier()),), Addresses(grants, domain), LETTERS.render)


@pytest.fixture
def review(town):
    compose(town.site(), notices())
    return reviewed(town)


def told(town, how=None):
    """Compose, and return (account, kind, text) of what is new about reviews."""
    with town.store.begin() as unit:
        before = {m.message_id for m in unit.messages(200)}
    compose(town.site(), how or notices())
    with town.store.begin() as unit:
        new = [m for m in unit.messages(200) if m.message_id not in before]
    found = [(m.account, m.kind, f"{m.subject}\n{m.body}") for m in new]
    return sorted(each for each in found if each[1].startswith("review-"))


def who(found):
    return [(account, kind.removeprefix("review-")) for account, kind, _ in found]


def sheet(town, review, section=SECTION):
    with town.store.begin() as unit:
        return next(s for s in unit.review_sheets(review.review_id) if s.section == section)


def test_a_section_is_asked_once_and_that_is_on_record(town, review):
    ((account, kind, text),) = told(town)
    assert (account, kind) == ("sato", MessageKind.REVIEW_ASKED)
    assert "10 件（令和9年4月6日 まで）" in text
    assert f"https://syncd.example/reviews/{review.review_id}" in text
    assert "u0001" not in text
    asked = sheet(town, review)
    assert asked.asked_at is not None
    assert asked.asked_of == ("sato",)
    (record,) = records(town, AuditEvent.REVIEW_ASKED)
    assert record["ground"] == {"section": SECTION, "asked_of": ["sato"]}
    assert told(town) == []


def test_a_section_that_nobody_can_be_told_for_was_not_asked_and_is_tried_again(town, review):
    nobody = tuple(g for g in GRANTS if g.account in ("unyo", "kansa"))
    assert told(town, notices(grants=nobody)) == []
    assert sheet(town, review).asked_at is None
    town.now = at(2)
    assert who(told(town)) == [("sato", "asked")]


def test_who_cannot_be_reached_was_not_asked(town, review):
    assert told(town, notices(domain="")) == []
    assert sheet(town, review).asked_at is None


def test_where_a_section_has_no_approver_the_chief_is_asked(town, review):
    without = tuple(g for g in GRANTS if g.account != "sato")
    assert who(told(town, notices(grants=without))) == [("kacho", "asked")]


def test_the_deputy_of_an_absent_approver_is_told_beside_them(town, review):
    days = (date(2027, 4, 1), date(2027, 4, 9))
    name_deputy(town.site(), SATO, "dairi", days, reason="出張")
    assert ("dairi", "asked") in who(told(town))


def test_what_a_section_sends_to_the_chief_the_chief_is_asked(town, review):
    told(town)
    answer(town.site(), [SATO], review.review_id, [5], Choice.NOT_MINE, "違う")
    ((account, kind, text),) = told(town)
    assert (account, kind) == ("kacho", MessageKind.REVIEW_ASKED)
    assert "受け持つ所属のないもの  1 件" in text


def test_reminders_come_on_their_open_days_and_are_counted(town, review):
    told(town)  # Thursday the 1st; answers are due on Tuesday the 6th, reminders 1 and 0 before
    found = {}
    for day in range(2, 7):
        town.now = at(day)
        found[day] = who(told(town))
    assert found == {2: [], 3: [], 4: [], 5: [("sato", "reminder")], 6: [("sato", "reminder")]}
    assert (sheet(town, review).reminded, sheet(town, review).reminded_on) == (2, date(2027, 4, 6))


def test_a_reminder_that_nobody_looked_for_is_made_up_for_once(town, review):
    told(town)
    town.now = at(6)
    assert who(told(town)) == [("sato", "reminder")]
    assert told(town) == []
    assert sheet(town, review).reminded == 1


def test_who_has_answered_everything_is_not_reminded(town, review):
    told(town)
    with town.store.begin() as unit:
        shown = shown_sha256(unit, review, SECTION)
    answer_rest(town.site(), [SATO], review.review_id, SECTION, shown)
    town.now = at(6)
    assert told(town) == []


def test_the_longest_reminder_is_none_where_answers_are_due_sooner(town):
    compose(town.site(), notices())
    early = replace(POLICY.review, remind_open_days=frozenset({10, 3, 0}))
    reviewed(town, replace(POLICY, review=early))
    told(town)
    town.now = at(2)
    assert told(town) == []


@pytest.mark.parametrize(
    ("policy", "says"), [(POLICY, "案件にします"), (HOLDING, "無回答として記録します")]
)
def test_after_the_deadline_the_chief_hears_too_and_what_silence_will_do(town, policy, says):
    compose(town.site(), notices())
    review = reviewed(town, policy)
    told(town)
    town.now = at(7)
    found = told(town)
    assert who(found) == [("kacho", "escalation"), ("sato", "escalation")]
    assert says in found[0][2]
    assert "令和9年4月8日 まではまだ回答できます" in found[0][2]
    assert sheet(town, review).escalated_at is not None
    town.now = at(8)
    assert told(town) == []


def test_the_closing_is_told_to_who_can_see_to_its_confirmation(town, review):
    told(town)
    town.now = at(9, 0)
    town.sync(date(2027, 4, 9))
    found = told(town)
    assert who(found) == [("kacho", "closed"), ("unyo", "closed")]
    assert "無回答 10" in found[0][2]


def test_what_should_be_gone_is_told_once_a_week_until_it_is(town, review):
    told(town)
    answer(town.site(), [SATO], review.review_id, [3], Choice.NOT_NEEDED, "異動")
    with town.store.begin() as unit:
        shown = shown_sha256(unit, review, SECTION)
    answer_rest(town.site(), [SATO], review.review_id, SECTION, shown)
    weeks = {}
    for day in range(5, 24):
        town.now = at(day)
        if who(told(town)):
            weeks[day] = True
    assert sorted(weeks) == [8, 12, 19]  # due on Wednesday the 7th


def test_an_auditor_is_told_nothing(town, review):
    for day in (1, 6, 7, 9, 30):
        town.now = at(day)
        assert "kansa" not in {account for account, _ in who(told(town))}
    assert CHIEF.account == "kacho"
