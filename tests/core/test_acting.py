"""As whom a person acts: a role that follows a post moves with it, and a deputy stays a deputy."""

from __future__ import annotations

from datetime import date

import pytest

from syncd.core.acting import (
    Deputyship,
    Grant,
    Someone,
    acting_on,
    deputy_actor,
    own_actor,
)
from syncd.core.cards import Section
from syncd.core.career import Post
from syncd.core.ids import CaseId, OrgUnitCode, StaffNumber
from syncd.core.votes import Role, check_may_decide
from syncd.errors import NotPermitted
from tests.builders import case

TODAY = date(2027, 4, 1)
TAX, TAX_TEAM, WELFARE = OrgUnitCode("12010"), OrgUnitCode("12011"), OrgUnitCode("13010")
SECTIONS = (
    Section(TAX, "税務課", None, 1),
    Section(TAX_TEAM, "税務課市民税係", TAX, 2),
    Section(WELFARE, "福祉課", None, 3),
)
MANAGER = Grant(post_section=TAX, post_title="課長", roles=frozenset({Role.APPROVER}))
POST = Post(TAX, title="課長")


def someone(*posts: Post, account: str = "kacho", number: str = "0000900") -> Someone:
    return Someone(account, StaffNumber(number), posts)


def own(person: Someone, *grants: Grant):
    return own_actor(person, grants, SECTIONS, TODAY)


def test_who_holds_the_post_has_its_role_for_the_section_and_those_below():
    actor = own(someone(POST), MANAGER)
    assert actor.roles == {Role.APPROVER}
    assert actor.sections == {TAX, TAX_TEAM}


@pytest.mark.parametrize("post", [Post(TAX, title="係長"), Post(WELFARE, title="課長")])
def test_who_holds_another_post_has_nothing(post: Post):
    assert own(someone(post), MANAGER).roles == frozenset()


def test_a_grant_for_a_post_without_a_title_is_for_everybody_in_the_section():
    everybody = Grant(post_section=TAX, roles=frozenset({Role.PERSONNEL}))
    assert own(someone(Post(TAX, title="主事")), everybody).roles == {Role.PERSONNEL}


def test_an_approver_decides_for_their_sections_and_for_no_other():
    actor = own(someone(POST), MANAGER)
    check_may_decide(actor, case(section=TAX_TEAM))
    for other in (WELFARE, None):
        with pytest.raises(NotPermitted, match="does not decide"):
            check_may_decide(actor, case(section=other))


def test_the_chief_decides_for_every_section_and_for_what_belongs_to_none():
    chief = own(Someone("chief"), Grant(account="chief", roles=frozenset({Role.CHIEF})))
    for section in (TAX, WELFARE, None):
        check_may_decide(chief, case(section=section))


DEPUTY = Someone("fuku", StaffNumber("0000901"))


def deputy(case_ids: frozenset[CaseId] | None = None):
    handed = Deputyship(someone(POST), case_ids)
    return deputy_actor(own(DEPUTY, MANAGER), handed, (MANAGER,), SECTIONS, TODAY)


def test_a_deputy_decides_what_the_principal_may_and_is_recorded_as_such():
    actor = deputy()
    assert (actor.account, actor.deputy_for) == ("fuku", "kacho")
    check_may_decide(actor, case(section=TAX))
    with pytest.raises(NotPermitted):
        check_may_decide(actor, case(section=WELFARE))


def test_a_principal_who_left_the_post_has_nothing_to_hand_over():
    moved = Deputyship(someone(Post(WELFARE, title="課長")))
    actor = deputy_actor(own(DEPUTY, MANAGER), moved, (MANAGER,), SECTIONS, TODAY)
    with pytest.raises(NotPermitted, match="no role"):
        check_may_decide(actor, case(section=TAX))


def test_handing_over_single_cases_hands_over_no_other():
    actor = deputy(frozenset({CaseId("c1")}))
    check_may_decide(actor, case(case_id=CaseId("c1"), section=TAX))
    with pytest.raises(NotPermitted, match="was not handed"):
        check_may_decide(actor, case(case_id="c2", section=TAX))


@pytest.mark.parametrize(
    "theirs",
    [{"staff_number": "0000900"}, {"account": "kacho"}, {"requested_by": "kacho"}],
)
def test_nobody_has_a_deputy_decide_what_they_may_not_decide_themselves(theirs: dict[str, str]):
    with pytest.raises(NotPermitted):
        check_may_decide(deputy(), case(section=TAX, **theirs))


def test_the_own_right_comes_before_a_deputyship():
    chief = Grant(account="fuku", roles=frozenset({Role.CHIEF}))
    actors = (own(DEPUTY, chief), deputy())
    assert acting_on(actors, case(section=TAX)).deputy_for == ""


def test_where_nothing_permits_it_the_refusal_of_the_own_right_is_told():
    actors = (own(DEPUTY), deputy())
    with pytest.raises(NotPermitted, match="fuku has no role"):
        acting_on(actors, case(section=WELFARE))
