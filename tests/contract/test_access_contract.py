"""Who may sign in, kept alike on SQLite and PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from syncd.core.access import Permission
from syncd.core.acting import Delegation
from syncd.core.factors import PendingSignIn, SecondFactor
from syncd.core.ids import CaseId, StaffNumber
from syncd.core.sessions import Failures, ProviderFlow, Session, User
from syncd.core.tokens import Token
from syncd.core.votes import Role
from syncd.ports.store import Store
from tests.fakes.readings import at

USER = User(
    account="sato",
    staff_number=StaffNumber("0000900"),
    password_hash="$argon2id$…",
    roles=frozenset({Role.APPROVER, Role.CHIEF}),
    must_change=False,
    created_at=at(0),
    created_by="root",
)
SESSION = Session(
    id_hash="ab" * 32,
    account="sato",
    staff_number=StaffNumber("0000900"),
    method="local",
    csrf="c",
    created_at=at(0),
    seen_at=at(0),
    expires_at=at(10),
    address="127.0.0.1",
)
TOKEN = Token(
    token_id="t1",
    secret_hash="ab" * 32,
    name="人事システム",
    account="hr",
    scopes=frozenset({Permission.READ, Permission.BRING_ORDERS}),
    created_at=at(0),
    created_by="root",
    expires_at=at(10),
)
FLOW = ProviderFlow("ab" * 32, "nonce", "verifier", "/cases", at(0))
FACTOR = SecondFactor("sato", "GEZDGNBV", at(0), 7)
PENDING = PendingSignIn(
    "ab" * 32, "sato", StaffNumber("0000900"), "ldap", "192.0.2.1", "/cases", at(0)
)
DELEGATION = Delegation(
    delegation_id="d1",
    principal="sato",
    principal_number=StaffNumber("0000900"),
    deputy="ito",
    from_on=date(2027, 4, 1),
    until_on=date(2027, 4, 3),
    case_ids=frozenset({CaseId("C-1"), CaseId("C-2")}),
    reason="出張",
    created_at=at(0),
    created_by="sato",
)


def test_a_local_account_is_kept_and_replaced(store: Store):
    disabled = replace(USER, disabled_at=at(1))
    with store.begin() as unit:
        assert unit.user("sato") is None
        unit.save_user(USER)
        unit.save_user(replace(USER, account="ito"))
        assert unit.user("sato") == USER
        unit.save_user(disabled)
    with store.begin() as unit:
        assert unit.user("sato") == disabled
        assert [user.account for user in unit.users()] == ["ito", "sato"]


def test_a_hash_is_renewed_unless_the_password_was_changed_meanwhile(store: Store):
    disabled = replace(USER, disabled_at=at(1))
    with store.begin() as unit:
        unit.save_user(disabled)
        assert unit.renew_hash("sato", USER.password_hash, "$new")
        assert not unit.renew_hash("sato", USER.password_hash, "$newer")
        assert unit.user("sato") == replace(disabled, password_hash="$new")


def test_using_a_session_does_not_revive_one_that_was_ended(store: Store):
    with store.begin() as unit:
        unit.save_session(SESSION)
        assert unit.touch_session(SESSION.id_hash, at(1))
        assert unit.session(SESSION.id_hash) == replace(SESSION, seen_at=at(1))
        unit.end_sessions("sato", at(2))
        assert not unit.touch_session(SESSION.id_hash, at(3))
    with store.begin() as unit:
        assert unit.session(SESSION.id_hash) == replace(SESSION, seen_at=at(1), ended_at=at(2))


def test_a_session_is_found_by_the_hash_of_its_secret_and_by_nothing_else(store: Store):
    with store.begin() as unit:
        unit.save_session(SESSION)
        assert unit.session("ab" * 32) == SESSION
        assert unit.session("AB" * 32) is None
        assert unit.session("%") is None


def test_all_sessions_of_an_account_end_at_once_and_no_others(store: Store):
    other = replace(SESSION, id_hash="ef" * 32, account="ito")
    with store.begin() as unit:
        for session in (SESSION, replace(SESSION, id_hash="cd" * 32), other):
            unit.save_session(session)
        assert unit.end_sessions("sato", at(1)) == 2
        assert unit.end_sessions("sato", at(2)) == 0
        assert unit.sessions_of("sato", at(1)) == ()
        assert unit.sessions_of("ito", at(1)) == (other,)
        ended = unit.session("ab" * 32)
        assert ended is not None
        assert ended.ended_at == at(1)


def test_an_expired_session_is_not_listed(store: Store):
    with store.begin() as unit:
        unit.save_session(SESSION)
        assert unit.sessions_of("sato", at(9)) == (SESSION,)
        assert unit.sessions_of("sato", at(10)) == ()


def test_who_is_signed_in_is_listed_by_account_without_what_ended_or_expired(store: Store):
    newer = replace(SESSION, id_hash="cd" * 32, created_at=at(1))
    other = replace(SESSION, id_hash="ef" * 32, account="ito", expires_at=at(5))
    ended = replace(SESSION, id_hash="12" * 32, account="ueno", ended_at=at(1))
    with store.begin() as unit:
        for session in (SESSION, newer, other, ended):
            unit.save_session(session)
        assert unit.live_sessions(at(4)) == (other, newer, SESSION)
        assert unit.live_sessions(at(5)) == (newer, SESSION)
        assert unit.live_sessions(at(10)) == ()


def test_a_token_is_found_by_the_hash_of_its_secret_and_by_nothing_else(store: Store):
    with store.begin() as unit:
        unit.add_token(TOKEN)
        assert unit.token("ab" * 32) == TOKEN
        assert unit.token("AB" * 32) is None
        assert unit.token("%") is None


def test_a_token_ends_once_and_its_use_does_not_revive_it(store: Store):
    other = replace(TOKEN, token_id="t2", secret_hash="cd" * 32, created_at=at(1))
    with store.begin() as unit:
        unit.add_token(TOKEN)
        unit.add_token(other)
        unit.touch_token("t1", at(2))
        assert unit.end_token("t1", at(3))
        assert not unit.end_token("t1", at(4))
        assert not unit.end_token("none", at(4))
        unit.touch_token("t1", at(5))
    with store.begin() as unit:
        assert unit.tokens() == (other, replace(TOKEN, used_at=at(5), ended_at=at(3)))


def test_a_sign_in_at_a_provider_is_taken_once(store: Store):
    with store.begin() as unit:
        unit.add_flow(FLOW)
    with store.begin() as unit:
        assert unit.take_flow("none") is None
        assert unit.take_flow(FLOW.state_hash) == FLOW
    with store.begin() as unit:
        assert unit.take_flow(FLOW.state_hash) is None


def test_sign_ins_that_nobody_finished_are_forgotten(store: Store):
    later = replace(FLOW, state_hash="cd" * 32, created_at=at(1))
    with store.begin() as unit:
        unit.add_flow(FLOW)
        unit.add_flow(later)
        unit.forget_flows(at(1))
        assert unit.take_flow(FLOW.state_hash) is None
        assert unit.take_flow(later.state_hash) == later


def test_an_authenticator_is_kept_in_place_of_another_and_forgotten(store: Store):
    other = replace(FACTOR, secret="ABCD", enrolled_at=at(1))
    with store.begin() as unit:
        assert unit.factor("sato") is None
        unit.save_factor(FACTOR)
        assert unit.factor("sato") == FACTOR
        unit.save_factor(other)
        assert unit.factor("sato") == other
        assert unit.factor("SATO") is None
        assert unit.remove_factor("sato")
        assert not unit.remove_factor("sato")


def test_the_step_of_a_code_is_used_once_and_none_before_it(store: Store):
    with store.begin() as unit:
        unit.save_factor(FACTOR)
        used = [unit.use_step("sato", step) for step in (7, 8, 8, 6, 9)]
        assert used == [False, True, False, False, True]
        assert not unit.use_step("ito", 9)


def test_a_sign_in_that_owes_a_step_is_taken_once(store: Store):
    with store.begin() as unit:
        unit.add_pending(PENDING)
        assert unit.pending(PENDING.secret_hash) == PENDING
        assert unit.advance_pending(PENDING.secret_hash, has_proved=True, offered="ABCD")
        assert not unit.advance_pending("none", has_proved=True, offered="")
    with store.begin() as unit:
        come = replace(PENDING, has_proved=True, offered="ABCD")
        assert unit.take_pending(PENDING.secret_hash) == come
        assert unit.take_pending(PENDING.secret_hash) is None
        assert unit.pending(PENDING.secret_hash) is None


def test_half_done_sign_ins_are_forgotten_by_age_and_by_account(store: Store):
    second = replace(PENDING, secret_hash="cd" * 32, created_at=at(1))
    others = replace(PENDING, secret_hash="ef" * 32, account="ito", created_at=at(1))
    with store.begin() as unit:
        for pending in (PENDING, second, others):
            unit.add_pending(pending)
        unit.forget_pending(at(1))
        assert unit.pending(PENDING.secret_hash) is None
        unit.end_pending_of("sato", but=second.secret_hash)
        assert unit.pending(second.secret_hash) == second
        unit.end_pending_of("sato")
        assert unit.pending(second.secret_hash) is None
        assert unit.pending(others.secret_hash) == others


def test_every_session_of_everybody_ends_at_once(store: Store):
    with store.begin() as unit:
        unit.save_session(SESSION)
        unit.save_session(replace(SESSION, id_hash="ef" * 32, account="ito"))
        assert unit.end_all_sessions(at(1)) == 2
        assert unit.end_all_sessions(at(2)) == 0
        assert unit.sessions_of("ito", at(1)) == ()


def test_attempts_are_counted_by_account_by_address_and_by_both(store: Store):
    with store.begin() as unit:
        unit.reserve_attempt("sato", "192.0.2.1", at(0), at(0))
        unit.reserve_attempt("sato", "192.0.2.2", at(1), at(0))
        unit.reserve_attempt("ito", "192.0.2.1", at(1), at(0))
        found, number = unit.reserve_attempt("sato", "192.0.2.1", at(1), at(0))
        assert found == Failures(of_account=2, from_address=2, of_both=1)
        unit.drop_attempt(number)
        found, _ = unit.reserve_attempt("sato", "192.0.2.1", at(1), at(0.5))
        assert found == Failures(of_account=1, from_address=1, of_both=0)
        unit.forget_failures("sato", "192.0.2.1")
        found, _ = unit.reserve_attempt("sato", "192.0.2.1", at(1), at(0.5))
        assert found == Failures(of_account=1, from_address=1, of_both=0)


def test_a_deputy_stands_on_the_days_named_until_it_is_ended(store: Store):
    with store.begin() as unit:
        unit.save_delegation(DELEGATION)
        days = [DELEGATION.from_on + timedelta(days=n) for n in (-1, 0, 2, 3)]
        stands = [bool(unit.delegations_to("ito", day)) for day in days]
        assert stands == [False, True, True, False]
        assert unit.delegations_to("ito", days[1]) == (DELEGATION,)
        assert unit.end_delegation("d1", at(5))
        assert not unit.end_delegation("d1", at(6))
        assert unit.delegations_to("ito", days[1]) == ()
        assert unit.delegations_by("sato") == (replace(DELEGATION, ended_at=at(5)),)


def test_a_deputyship_of_all_cases_is_told_from_one_of_none(store: Store):
    for_all = replace(DELEGATION, case_ids=None)
    with store.begin() as unit:
        unit.save_delegation(for_all)
        assert unit.delegations_to("ito", for_all.from_on) == (for_all,)
