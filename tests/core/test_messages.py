"""Who is told of what, and how many open days before a deadline."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.core.acting import Grant
from syncd.core.calendar import midnight
from syncd.core.cases import Case, CaseState
from syncd.core.ids import CaseId, OrgUnitCode
from syncd.core.messages import (
    TOLD,
    MessageKind,
    Recipient,
    address_of,
    holding,
    open_days_until,
    reminders,
    shares,
)
from syncd.core.votes import Actor, Role
from tests import builders as b

FRIDAY, MONDAY = date(2027, 4, 2), date(2027, 4, 5)
CHIEF = Recipient("chief", "chief@x", (Actor("chief", None, frozenset({Role.CHIEF})),))


def approver(account: str, *sections: str, **more: object) -> Recipient:
    actor = Actor(
        account,
        None,
        frozenset({Role.APPROVER}),
        frozenset(OrgUnitCode(s) for s in sections),
        **more,  # type: ignore[arg-type]
    )
    return Recipient(account, f"{account}@x", (actor,))


def case(number: int, section: str | None = "12010", **more: object) -> Case:
    return b.case(number, section=None if section is None else OrgUnitCode(section), **more)


def told(found: object) -> dict[tuple[str, str], list[str]]:
    return {
        (share.recipient.account, share.deputy_for): [c.case_id for c in share.cases]
        for share in found  # type: ignore[attr-defined]
    }


def test_an_approver_is_told_of_the_cases_of_their_sections_and_no_others():
    tax, welfare = case(1), case(2, "13010")
    found = shares([approver("sato", "12010"), approver("ito", "13010")], [tax, welfare])
    assert told(found) == {("sato", ""): [tax.case_id], ("ito", ""): [welfare.case_id]}


def test_nobody_is_told_of_their_own_right_nor_of_what_they_asked_for():
    sato = approver("sato", "12010")
    assert shares([sato], [case(1, account="sato"), case(2, requested_by="sato")]) == ()


def test_the_chief_is_told_of_what_no_approver_may_decide_and_of_no_more():
    orphan, tax, own = case(1, None), case(2), case(3, account="sato")
    found = told(shares([CHIEF, approver("sato", "12010")], [orphan, tax, own]))
    assert found == {
        ("chief", ""): [orphan.case_id, own.case_id],
        ("sato", ""): [tax.case_id],
    }


def test_what_was_not_decided_in_time_the_chief_is_told_too():
    found = told(shares([CHIEF, approver("sato", "12010")], [case(1)], chief_too=True))
    assert set(found) == {("chief", ""), ("sato", "")}


def test_a_deputy_is_told_in_whose_place_and_only_of_what_was_handed_over():
    handed, other = case(1), case(2)
    deputy = Actor(
        "fuku",
        None,
        frozenset({Role.APPROVER}),
        deputy_for="sato",
        deputy_cases=frozenset({CaseId(handed.case_id)}),
    )
    fuku = Recipient("fuku", "fuku@x", (Actor("fuku"), deputy))
    assert told(shares([fuku], [handed, other])) == {("fuku", "sato"): [handed.case_id]}


def test_who_is_approver_and_chief_is_told_as_the_approver_of_the_section():
    both = Actor("sato", None, frozenset({Role.APPROVER, Role.CHIEF}))
    found = shares([Recipient("sato", "", (both,)), approver("ito", "12010")], [case(1)])
    assert told(found) == {("ito", ""): [case(1).case_id]}


def test_roles_are_told_in_their_own_right_only():
    deputy = Recipient("fuku", "", (Actor("fuku"), Actor("fuku", roles=frozenset({Role.CHIEF}))))
    assert holding([CHIEF, deputy], {Role.CHIEF}) == (CHIEF,)


def due(last_day: date, number: int = 1, state: CaseState = CaseState.OPEN) -> Case:
    return b.case(number, state, hard_deadline_at=midnight(last_day + timedelta(days=1)))


@pytest.mark.parametrize(
    ("today", "left"),
    [(date(2027, 4, 1), 2), (FRIDAY, 1), (date(2027, 4, 3), 1), (MONDAY, 0), (date(2027, 4, 6), 0)],
)
def test_days_are_counted_as_the_offices_are_open(today: date, left: int):
    assert open_days_until(today, MONDAY, ()) == left


def test_the_reminder_comes_on_the_last_open_day_before_a_weekend():
    assert reminders([due(MONDAY)], date(2027, 4, 1), {1}, ()) == {}
    assert list(reminders([due(MONDAY)], FRIDAY, {1}, ())) == [(MONDAY, 1)]


def test_a_closed_day_of_the_body_is_no_open_day():
    assert list(reminders([due(MONDAY)], date(2027, 4, 1), {1}, {FRIDAY})) == [(MONDAY, 1)]


def test_a_reminder_that_was_slept_through_is_made_up_for_until_the_deadline():
    assert list(reminders([due(MONDAY)], MONDAY, {1, 3}, ())) == [(MONDAY, 1)]
    assert reminders([due(MONDAY)], date(2027, 4, 6), {1}, ()) == {}


@pytest.mark.parametrize("state", sorted(set(CaseState) - {CaseState.OPEN, CaseState.REFUSED}))
def test_what_waits_for_nobody_is_not_reminded_of(state: CaseState):
    assert reminders([due(MONDAY, state=state)], FRIDAY, {1}, ()) == {}


@given(
    st.lists(st.integers(0, 30), max_size=8),
    st.frozensets(st.integers(0, 10)),
    st.frozensets(st.dates(date(2027, 4, 1), date(2027, 5, 10))),
)
def test_each_case_is_reminded_of_once_on_a_day_and_never_after_its_deadline(
    ahead: list[int], open_days: frozenset[int], closed: frozenset[date]
):
    today = date(2027, 4, 8)
    cases = [due(today + timedelta(days=n - 5), number) for number, n in enumerate(ahead)]
    found = reminders(cases, today, open_days, closed)
    reminded = [c.case_id for theirs in found.values() for c in theirs]
    assert len(reminded) == len(set(reminded))
    for (last_day, n), theirs in found.items():
        assert last_day >= today
        assert open_days_until(today, last_day, closed) <= n
        assert all(c.hard_deadline_at == midnight(last_day + timedelta(days=1)) for c in theirs)


@pytest.mark.parametrize(
    ("grants", "domain", "account", "address"),
    [
        ([Grant(mail="sato@city.example")], "else.example", "sato", "sato@city.example"),
        ([Grant()], "city.example", "sato", "sato@city.example"),
        ([], "city.example", "sato@city.example", "sato@city.example"),
        ([], "city.example", "sato@CITY.example", "sato@CITY.example"),
        ([], "city.example", "sato@elsewhere.example", ""),
        ([Grant(mail="s@else.example")], "city.example", "sato@else.example", "s@else.example"),
        ([], "city.example", "", ""),
        ([Grant()], "", "sato", ""),
    ],
)
def test_mail_goes_where_the_configuration_says(
    grants: list[Grant], domain: str, account: str, address: str
):
    assert address_of(grants, domain, account) == address


def test_every_kind_of_message_has_somebody_who_is_told():
    about_cases = {
        MessageKind.NEW_CASES,
        MessageKind.REGRANTED,
        MessageKind.DEADLINE,
        MessageKind.PRE_APPROVAL,
        MessageKind.ESCALATION,
        MessageKind.TASKS_TO_DO,
        MessageKind.TASKS_TO_CHECK,
        MessageKind.TASKS_OVERDUE,
        MessageKind.RESIDUAL_ASKED,
        MessageKind.RESIDUAL_DEADLINE,
        MessageKind.REVIEW_ASKED,
        MessageKind.REVIEW_REMINDER,
        MessageKind.REVIEW_ESCALATION,
        MessageKind.REVIEW_CORRECTION,
    }
    assert about_cases | set(TOLD) == set(MessageKind)
    assert all(TOLD.values())
