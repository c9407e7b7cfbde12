"""Which edge a plan cuts where rights come through nested groups, and what it never cuts."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from syncd.bilingual import Bilingual, english
from syncd.core.findings import Verdict
from syncd.core.plan import Blocked, Plan
from tests.core.nests import AnEdge, Nest, edge_of, key, stale

TAX = {"TAX": ["tax"]}


def edges(plan: Plan) -> set[AnEdge]:
    return {edge_of(line) for line in plan.lines}


def english_of(blocked: Sequence[Blocked]) -> str:
    return "\n".join(english(text) for b in blocked for text in (b.why, *b.instead))


# --- what is cut -------------------------------------------------------------------------------


def test_the_accounts_own_edge_is_cut_where_its_group_is_listed() -> None:
    nest = Nest(
        {"tax": ["leaf"], "leaf": ["u1", "u2"]},
        {"TAX": ["tax"], "LEAF": ["leaf"]},
        stale(("u1", "TAX"), ("u1", "LEAF")),
    )
    plan = nest.plan(nest.stale())
    assert edges(plan) == {("leaf", "u1")}
    assert {line.entitlement for line in plan.lines} == {"TAX", "LEAF"}
    assert not plan.blocked


def test_a_group_of_which_only_stale_people_hold_the_right_is_taken_out_whole() -> None:
    nest = Nest(
        {"tax": ["section", "u3"], "section": ["u1", "u2"]},
        TAX,
        stale(("u1", "TAX"), ("u2", "TAX")),
    )
    plan = nest.plan(nest.stale())
    assert edges(plan) == {("tax", "section")}
    assert [line.account for line in plan.lines] == ["u1", "u2"]
    assert plan.case_ids == ("u1/TAX", "u2/TAX")


def test_a_line_that_takes_a_group_out_names_who_else_loses_what() -> None:
    nest = Nest(
        {"app": ["tax"], "tax": ["section"], "section": ["u1", "u2"]},
        TAX,
        stale(("u1", "TAX"), ("u2", "TAX")),
    )
    cut = nest.plan(nest.stale()).lines[0].cut
    assert cut is not None
    assert cut.names == ("section", "tax")
    (other,) = cut.others("u1")  # type: ignore[arg-type]
    assert (other.account, other.rights) == ("u2", (("TAX", Verdict.STALE),))
    assert other.groups == ("app",)  # not on the list: what it gives is not known


def test_who_else_loses_is_part_of_what_people_approve() -> None:
    one = Nest({"tax": ["s"], "s": ["u1", "u2"]}, TAX, stale(("u1", "TAX"), ("u2", "TAX")))
    more = Nest(
        {"app": ["tax"], "tax": ["s"], "s": ["u1", "u2"]}, TAX, stale(("u1", "TAX"), ("u2", "TAX"))
    )
    assert [line.edge for line in one.plan(one.stale()).lines] == [
        line.edge for line in more.plan(more.stale()).lines
    ]
    assert one.plan(one.stale()).hash != more.plan(more.stale()).hash


def test_every_way_of_a_diamond_is_cut() -> None:
    nest = Nest(
        {"tax": ["a", "b"], "a": ["leaf"], "b": ["leaf"], "leaf": ["u1"]},
        TAX,
        stale(("u1", "TAX")),
    )
    assert edges(nest.plan(nest.stale())) == {("tax", "a"), ("tax", "b")}


def test_groups_in_a_circle_are_cut_like_others() -> None:
    nest = Nest({"tax": ["mid"], "mid": ["leaf"], "leaf": ["tax", "u1"]}, TAX, stale(("u1", "TAX")))
    assert edges(nest.plan(nest.stale())) == {("tax", "mid")}


def test_the_edge_that_affects_the_fewest_others_is_chosen() -> None:
    nest = Nest(
        {"tax": ["small"], "small": ["section", "u2"], "section": ["u1"]},
        {"TAX": ["tax"], "SMALL": ["small"]},
        stale(("u1", "TAX"), ("u1", "SMALL"), ("u2", "TAX"), ("u2", "SMALL")),
    )
    plan = nest.plan([("u1", "TAX"), ("u1", "SMALL")], alongside=[("u2", "TAX"), ("u2", "SMALL")])
    assert edges(plan) == {("small", "section")}  # not small out of tax, by which u2 loses too


def test_a_right_that_stays_by_another_way_is_not_lost() -> None:
    nest = Nest({"tax": ["section", "u2"], "section": ["u1", "u2"]}, TAX, stale(("u1", "TAX")))
    plan = nest.plan(nest.stale())
    assert edges(plan) == {("tax", "section")}
    cut = plan.lines[0].cut
    assert cut is not None
    assert not cut.others("u1")  # type: ignore[arg-type]


def test_one_leaf_that_gives_a_stale_and_a_justified_right_loses_the_edge_above() -> None:
    nest = Nest(
        {"tax": ["leaf"], "leaf": ["u1"]},
        {"TAX": ["tax"], "LEAF": ["leaf"]},
        stale(("u1", "TAX")),
    )
    assert edges(nest.plan(nest.stale())) == {("tax", "leaf")}


def test_an_edge_ends_every_case_that_it_serves_or_none() -> None:
    nest = Nest({"tax": ["s"], "s": ["u1", "u2"]}, TAX, stale(("u1", "TAX"), ("u2", "TAX")))
    assert not nest.plan([("u1", "TAX")]).lines
    (blocked,) = nest.plan([("u1", "TAX")]).blocked
    assert "wait until the cases of 1 people are approved" in english_of([blocked])
    assert len(nest.plan(nest.stale()).lines) == 2


def test_own_edges_and_edges_of_groups_end_a_right_together() -> None:
    nest = Nest({"tax": ["section", "u1", "u2"], "section": ["u1"]}, TAX, stale(("u1", "TAX")))
    assert edges(nest.plan(nest.stale())) == {("tax", "u1"), ("tax", "section")}


# --- what is not cut, and what a person could do instead ----------------------------------------


def blocked_nest(verdict: Verdict = Verdict.JUSTIFIED) -> Nest:
    verdicts = stale(("u1", "TAX")) | {("u2", "TAX"): verdict, ("u3", "TAX"): verdict}
    return Nest({"tax": ["section"], "section": ["u1", "u2", "u3"]}, TAX, verdicts)


@pytest.mark.parametrize("verdict", [Verdict.JUSTIFIED, Verdict.UNKNOWN, Verdict.EXCEPTED])
def test_an_edge_on_which_somebody_depends_is_never_cut(verdict: Verdict) -> None:
    plan = blocked_nest(verdict).plan([("u1", "TAX")])
    assert not plan.lines
    (blocked,) = plan.blocked
    assert [loss.account for loss in blocked.others] == ["u2", "u3"]
    assert {v for loss in blocked.others for _, v in loss.rights} == {verdict}
    assert blocked.affected == 2


def test_what_blocks_a_case_says_what_a_person_could_do_instead_in_both_languages() -> None:
    (blocked,) = blocked_nest().plan([("u1", "TAX")]).blocked
    assert "would cost TAX, which must stay, to 2 people" in english(blocked.why)
    assert "2 人が残すべき TAX を失います" in blocked.why
    assert [english(text) for text in blocked.instead] == [
        "ask the owner of section what else it gives, and take u1 out of section by hand",
        "list section in the entitlements: from the next run on syncd plans to take u1 out",
        "take section out of tax, and give TAX directly to the 2 who must keep it",
    ]
    assert all("section" in text for text in blocked.instead)
    assert "u2" not in blocked.why + "".join(blocked.instead)  # not everybody may see who


def test_what_was_advised_ends_the_case_once_a_person_has_done_it() -> None:
    nest = blocked_nest()
    nest.rights["SECTION"] = ["section"]  # listed, and stale for u1 like everything it gives
    nest.verdicts["u1", "SECTION"] = Verdict.STALE
    assert edges(nest.plan(nest.stale())) == {("section", "u1")}


def test_a_group_off_the_list_loses_nobody() -> None:
    nest = Nest({"tax": ["mid"], "mid": ["leaf"], "leaf": ["u1"]}, TAX, stale(("u1", "TAX")))
    assert edges(nest.plan(nest.stale())) == {("tax", "mid")}


def test_who_would_lose_only_a_group_of_which_nothing_is_known_is_spared_too() -> None:
    nest = Nest(
        {"tax": ["section", "u2"], "app": ["tax2"], "tax2": ["section"], "section": ["u1", "u2"]},
        {"TAX": ["tax", "tax2"]},
        stale(("u1", "TAX")),
    )
    plan = nest.plan(nest.stale())  # u2 keeps TAX, but would leave app with the section
    assert not plan.lines
    assert [loss.groups for b in plan.blocked for loss in b.others] == [("app",)]


def test_a_primary_group_is_left_by_nobody_and_nested_ways_beside_it_stay_whole() -> None:
    nest = Nest(
        {"tax": ["section"], "section": ["u1"]},
        TAX,
        stale(("u1", "TAX")),
        primary={"tax": ["u1"]},
    )
    plan = nest.plan(nest.stale())
    assert not plan.lines  # a right is cut on every way or not at all
    assert "change the primary group of u1 from tax" in english_of(plan.blocked)


def test_a_primary_group_that_stands_in_the_rights_group_can_be_taken_out() -> None:
    nest = Nest(
        {"tax": ["staff"], "staff": []},
        TAX,
        stale(("u1", "TAX")),
        primary={"staff": ["u1"]},
        primary_climbs=True,
    )
    assert edges(nest.plan(nest.stale())) == {("tax", "staff")}


def test_a_justified_right_of_the_same_group_is_named_with_a_group_that_gives_it_alone() -> None:
    nest = Nest(
        {"tax": ["u1"], "nhi": []},
        {"TAX": ["tax"], "NHI": ["tax", "nhi"]},
        stale(("u1", "TAX")),
    )
    (blocked,) = nest.plan(nest.stale()).blocked
    assert "the same group tax also gives the justified right NHI" in english(blocked.why)
    assert "give u1 the right NHI directly by nhi" in english_of([blocked])
    assert "NHI" in blocked.why


def test_a_group_that_gives_two_rights_by_itself_has_to_be_split() -> None:
    nest = Nest({"tax": ["u1"]}, {"TAX": ["tax"], "NHI": ["tax"]}, stale(("u1", "TAX")))
    (blocked,) = nest.plan(nest.stale()).blocked
    assert "split tax: make a group that gives NHI alone" in english_of([blocked])


def test_own_edges_that_would_together_take_a_justified_right_are_not_both_cut() -> None:
    nest = Nest(
        {"tax": ["a", "b"], "a": ["u1"], "b": ["u1"]},
        {"TAX": ["tax"], "NHI": ["a", "b"]},
        stale(("u1", "TAX")),
    )
    assert edges(nest.plan(nest.stale())) == {("a", "u1"), ("tax", "b")}


def test_a_plan_holds_the_keys_that_a_directory_is_asked_for() -> None:
    nest = Nest({"tax": ["s"], "s": ["u1"]}, TAX, stale(("u1", "TAX")))
    (line,) = nest.plan(nest.stale()).lines
    assert (line.group, line.member) == (key("tax"), key("s"))


# --- groups that cannot be changed where they stand -----------------------------------------------

_RULE = Bilingual("規則を変えてください", en="change the rule")


def test_a_right_by_a_group_that_nobody_can_change_is_in_no_plan_and_says_what_to_do() -> None:
    nest = Nest({"tax": ["u1", "u2"]}, TAX, stale(("u1", "TAX")), unwritable={"tax": _RULE})
    plan = nest.plan(nest.stale())
    assert edges(plan) == set()
    (blocked,) = plan.blocked
    assert blocked.instead == (_RULE,)
    assert english(blocked.instead[0]) == "change the rule"
    assert "cannot be changed in this directory" in english(blocked.why)


def test_a_group_that_nobody_can_change_may_still_be_taken_out_of_one_that_can() -> None:
    nest = Nest(
        {"tax": ["rule"], "rule": ["u1", "u2"]},
        TAX,
        stale(("u1", "TAX"), ("u2", "TAX")),
        unwritable={"rule": _RULE},
    )
    assert edges(nest.plan(nest.stale())) == {("tax", "rule")}


def test_a_group_above_that_nobody_can_change_loses_no_group_either() -> None:
    nest = Nest(
        {"tax": ["section"], "section": ["u1"]},
        TAX,
        stale(("u1", "TAX")),
        unwritable={"tax": _RULE},
    )
    plan = nest.plan(nest.stale())
    assert edges(plan) == set()
    assert plan.blocked


def test_many_ways_side_by_side_are_cut_without_trying_every_combination() -> None:
    middle = [f"m{n}" for n in range(14)]
    nest = Nest(
        {"tax": middle, **{m: ["leaf"] for m in middle}, "leaf": ["u1"]},
        {"TAX": ["tax"], "Z": middle},
        stale(("u1", "TAX"), ("u1", "Z")),
    )
    plan = nest.plan([("u1", "TAX")], alongside=[("u1", "Z")])  # two edges to choose from each way
    assert not plan.blocked
    assert len(edges(plan)) == len(middle)
    assert nest.rights_of("u1", edges(plan)) <= {"Z"}
