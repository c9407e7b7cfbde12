"""Why a stale right cannot be cut, and what a person could do instead, in both languages.

Each way that is left is looked at from the group in which the account itself stands: what its own
edge would take, and which edge of a group above would cost the fewest people what must stay. The
sentences name groups, rights and how many people, since who reads them may not see everybody;
who they are stands apart.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from syncd.bilingual import Bilingual, english, japanese
from syncd.core.cases import Case
from syncd.core.cutting import Cutting, Edge, Lost
from syncd.core.findings import Verdict
from syncd.core.ids import AccountId, EntitlementId
from syncd.core.nesting import Stand
from syncd.core.plan import Blocked

_MOST_LOSSES = 10

_PRIMARY = Bilingual(
    "主グループによる権限です。所属を外せないので、ディレクトリで主グループを変更してください",
    en="the right comes by the primary group, which nobody can be taken out of",
)
_UNLISTED = Bilingual(
    "入れ子のグループ {group} が権限の一覧にないため、外すと他の権限も失われるおそれがあります",
    en="the nested group {group} is not on the list of entitlements: taking the account out of it "
    "could take other rights with it",
)
_FIXED = Bilingual(
    "グループ {group} の会員は、このディレクトリでは変えられません",
    en="the members of the group {group} cannot be changed in this directory",
)
_TOGETHER = Bilingual(
    "どの経路も、ほかの経路と合わせて切ると、残すべき権限が失われます",
    en="cutting every way together would take a right that must stay",
)
_CARRIES: Mapping[Verdict, Bilingual] = {
    Verdict.JUSTIFIED: Bilingual(
        "同じグループ {group} が、根拠のある権限 {right} も与えています",
        en="the same group {group} also gives the justified right {right}",
    ),
    Verdict.STALE: Bilingual(
        "同じグループ {group} が与える権限 {right} の承認を待っています",
        en="the right {right}, which the same group {group} gives, waits for approval",
    ),
    Verdict.EXCEPTED: Bilingual(
        "同じグループ {group} が、猶予中の権限 {right} も与えています",
        en="the same group {group} also gives the right {right}, which is excepted",
    ),
    Verdict.UNKNOWN: Bilingual(
        "同じグループ {group} が、根拠の不明な権限 {right} も与えています",
        en="the same group {group} also gives the right {right}, whose ground is unknown",
    ),
}
_DEPENDED_ON = Bilingual(
    "グループ {child} を {parent} から外すと、{count} 人が残すべき {kept} を失います",
    en="taking the group {child} out of {parent} would cost {kept}, which must stay, to {count} "
    "people",
)
_CHANGE_PRIMARY = Bilingual(
    "{account} の主グループを {group} から別のグループに変える",
    en="change the primary group of {account} from {group} to another one",
)
_ASK_OWNER = Bilingual(
    "{group} の管理者に、ほかに何を与えるグループかを確かめ、{account} を {group} から手で外す",
    en="ask the owner of {group} what else it gives, and take {account} out of {group} by hand",
)
_LIST_GROUP = Bilingual(
    "{group} を権限の一覧に載せる（次の突合から、syncd が {account} を外す計画を立てます）",
    en="list {group} in the entitlements: from the next run on syncd plans to take {account} out",
)
_GIVE_OTHERWISE = Bilingual(
    "{right} を {targets} で {account} に直接与えてから、{account} を {group} から外す",
    en="give {account} the right {right} directly by {targets}, then take {account} out of {group}",
)
_SPLIT = Bilingual(
    "{group} を分け、{right} だけを与えるグループを作って {account} をそちらに移す",
    en="split {group}: make a group that gives {right} alone, and move {account} to it",
)
_REPLACE_EDGE = Bilingual(
    "{child} を {parent} から外し、残すべき {count} 人には {kept} を直接与える",
    en="take {child} out of {parent}, and give {kept} directly to the {count} who must keep it",
)
_AWAIT = Bilingual(
    "{count} 人の案件の承認を待つ（すべて承認されれば、{child} を {parent} から外せます）",
    en="wait until the cases of {count} people are approved: then {child} can leave {parent}",
)


Others = Mapping[AccountId, Lost]


def explain_blocks(cases: Iterable[Case], cutting: Cutting) -> Iterator[Blocked]:
    """Yield, for each case and group from which its right is held, why it stays, what to do."""
    told = _Costs(cutting)
    for case in cases:
        for stand, ways in cutting.ways(case.account, case.entitlement):
            yield _Teller(case, stand, cutting, told).blocked(ways)


class _Costs:
    """Tells of edges what they would cost others; of each only once, as many cases share them."""

    def __init__(self, cutting: Cutting) -> None:
        self._cutting = cutting
        self._told: dict[int, tuple[Others, Bilingual, Bilingual]] = {}

    def told(self, edge: Edge, others: Others) -> tuple[Bilingual, Bilingual]:
        """Return what an edge would cost, and what to do so that it need not."""
        known = self._told.get(id(others))
        if known is None:
            words = self._words(edge, others)
            cost, way_out = _filled(_DEPENDED_ON, words), _filled(self._way_out(others), words)
            known = self._told[id(others)] = (others, cost, way_out)
        return known[1:]

    def _words(self, edge: Edge, others: Others) -> dict[str, str]:
        child, parent = self._cutting.reach.nesting.named((edge.child, edge.parent))
        kept = ", ".join(self._kept(others))
        return {"child": child, "parent": parent, "count": str(len(others)), "kept": kept}

    def _kept(self, others: Others) -> list[str]:
        """Return what others would lose and must keep: rights, and groups off the list."""
        rights = {right for right, _ in self._staying(others)}
        groups = {group for lost in others.values() for group in lost.groups if not lost.rights}
        return [*sorted(rights), *self._cutting.reach.nesting.named(sorted(groups))]

    def _way_out(self, others: Others) -> Bilingual:
        verdicts = {self._cutting.verdict_of(account, r) for r, account in self._staying(others)}
        return _AWAIT if verdicts == {Verdict.STALE} else _REPLACE_EDGE

    def _staying(self, others: Others) -> Iterator[tuple[EntitlementId, AccountId]]:
        for account, lost in others.items():
            for right in lost.rights:
                if not self._cutting.is_going(account, right):
                    yield right, account


class _Teller:
    """Tells of the ways from one group in which the account of a case stands."""

    def __init__(self, case: Case, stand: Stand, cutting: Cutting, costs: _Costs) -> None:
        self._case = case
        self._costs = costs
        self._stand = stand
        self._cutting = cutting
        self._words = {"account": case.account, "group": self._name(stand.group)}

    def blocked(self, ways: Iterable[Iterable[Edge]]) -> Blocked:
        """Return why it stays, what a person could do, and on whom the best edge depends."""
        whys, instead = self._own_edge()
        edge, others = self._hardest(ways)
        if others:
            cost, way_out = self._costs.told(edge, others)
            whys.append(cost)
            instead.append(way_out)
        return Blocked(
            self._case.case_id,
            self._case.directory,
            self._stand.group,
            _joined(whys or [_TOGETHER]),
            tuple(instead),
            tuple(self._cutting.told(a, others[a]) for a in sorted(others)[:_MOST_LOSSES]),
            len(others),
        )

    def _hardest(self, ways: Iterable[Iterable[Edge]]) -> tuple[Edge, Others]:
        """Return the edge to cut on the way on which cutting costs most, and whom it costs."""
        subject = self._case.account
        found: list[tuple[Edge, Others]] = [(Edge(""), {})]
        for way in ways:
            above = [edge for edge in way if edge.child and self._cutting.may_lose_members(edge)]
            costs = [(edge, self._cutting.dependents(edge, subject)) for edge in above]
            found += [min(costs, key=lambda cost: (len(cost[1]), cost[0]))] if costs else []
        return max(found, key=lambda cost: len(cost[1]))

    def _own_edge(self) -> tuple[list[Bilingual], list[Bilingual]]:
        """Return why the account's own edge stays, and what to do about it."""
        if self._stand.primary:
            return [_PRIMARY], [_filled(_CHANGE_PRIMARY, self._words)]
        fixed = self._cutting.reach.groups.get(self._stand.group)
        if fixed is not None and fixed.unwritable:
            told = Bilingual(japanese(fixed.unwritable), en=english(fixed.unwritable))
            return [_filled(_FIXED, self._words)], [told]
        if self._stand.group not in self._cutting.reach.listed:
            asked = [_filled(text, self._words) for text in (_ASK_OWNER, _LIST_GROUP)]
            return [_filled(_UNLISTED, self._words)], asked
        own = Edge(self._stand.group, account=self._case.account)
        kept = self._cutting.dependents(own, self._case.account).get(self._case.account)
        whys, instead = [], []
        for right in () if kept is None else sorted(kept.rights):
            if self._cutting.is_going(self._case.account, right):
                continue
            verdict = self._cutting.verdict_of(self._case.account, right)
            words = self._words | {"right": right}
            whys.append(_filled(_CARRIES[verdict], words))
            if verdict is Verdict.JUSTIFIED:
                instead.append(self._otherwise(right, words))
        return whys, instead

    def _otherwise(self, right: EntitlementId, words: Mapping[str, str]) -> Bilingual:
        """Return how somebody could keep a right without the group that gives both."""
        nesting, stale = self._cutting.reach.nesting, self._case.entitlement
        targets = self._cutting.reach.targets
        apart = [key for key in sorted(targets[right]) if not nesting.above(key) & targets[stale]]
        if not apart:
            return _filled(_SPLIT, words)
        return _filled(_GIVE_OTHERWISE, {**words, "targets": "、".join(nesting.named(apart))})

    def _name(self, group: str) -> str:
        return self._cutting.reach.nesting.named((group,))[0]


def _filled(text: Bilingual, words: Mapping[str, str]) -> Bilingual:
    return Bilingual(text.format(**words), en=text.en.format(**words))


def _joined(texts: Collection[Bilingual]) -> Bilingual:
    return Bilingual("。".join(texts), en="; ".join(text.en for text in texts))
