"""Rounds of many groups: what a directory can do, what it breaks off at, and what is on record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import pytest

from syncd.core.audit import AuditEvent
from syncd.core.cases import CaseState
from syncd.errors import ConfigurationError, DirectoryWriteError, IllegalMove
from syncd.flow import apply
from syncd.flow.evidence import verify_trail
from syncd.flow.restore import restore_case
from syncd.flow.site import Mode
from syncd.flow.vote import refuse_case
from syncd.ports.directory import Capability, GroupRemoval, WriteOutcome
from tests.fakes.directory import FakeDirectory, dn
from tests.flow.town import TAX, Town, account, approver, separation, town_in

LAST_DAY = date(2027, 3, 31)
GROUPS = (TAX, *(f"cn=right{n},ou=groups" for n in range(4)))
ON_RECORD = (
    AuditEvent.REMOVAL_INTENDED,
    AuditEvent.REMOVAL_WRITTEN,
    AuditEvent.REMOVAL_VERIFIED,
)


@dataclass
class Watched(FakeDirectory):
    """Keeps every call; `breaks_after` groups of a call, it breaks off (None: never)."""

    calls: list[tuple[GroupRemoval, ...]] = field(default_factory=list)
    asked: int = 0
    breaks_after: int | None = None
    goes_dark: bool = False

    def present_members(self, asked: Mapping[str, Collection[str]]) -> dict[str, frozenset[str]]:
        self.asked += 1
        return super().present_members(asked)

    def remove_members(
        self, removals: Sequence[GroupRemoval]
    ) -> tuple[tuple[WriteOutcome, ...], ...]:
        self.calls.append(tuple(removals))
        if self.breaks_after is None:
            return super().remove_members(removals)
        super().remove_members(removals[: self.breaks_after])
        self.unreadable = "no route to host" if self.goes_dark else ""
        raise DirectoryWriteError(self.name, "the line was cut", "look at the line")


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """Ten people who all stand in five groups; the first four leave."""
    town = town_in(tmp_path)
    seed, right = town.directory, town.entitlements.records[0]
    groups = {group: list(seed.groups[TAX]) for group in GROUPS}
    town.directory = Watched(seed.name, seed.clock, seed.accounts, groups)
    town.entitlements.records = tuple(
        replace(right, entitlement=group[3:9], groups=(group,)) for group in GROUPS
    )
    town.orders.records = tuple(separation(n, LAST_DAY) for n in range(1, 5))
    return town


LEAVING = {dn(account(n)) for n in range(1, 5)}


def left_over(town: Town) -> int:
    return sum(len(LEAVING & town.members(group)) for group in GROUPS)


def outcomes(report) -> dict[str, int]:
    return dict(Counter(removal.outcome for removal in report.removals))


def records(town: Town) -> list[str]:
    with town.store.begin() as unit:
        return [leaf.decode() for _, leaf, _ in unit.audit_leaves()]


def test_many_groups_are_looked_at_written_and_read_back_in_one_call_each(town: Town):
    assert outcomes(town.sync()) == {"verified": 20}
    (call,) = town.directory.calls
    assert [removal.group for removal in call] == sorted(GROUPS)
    assert town.directory.asked == 2
    assert left_over(town) == 0


@pytest.mark.parametrize("size", [1, 2, 250])
def test_each_line_is_on_record_as_intended_written_and_verified_once(town, monkeypatch, size):
    monkeypatch.setattr(apply, "ROUND_GROUPS", size)
    report = town.sync()
    assert outcomes(report) == {"verified": 20}
    found = records(town)
    for event in ON_RECORD:
        lines = [record for record in found if f'"{event}"' in record]
        assert len(lines) == 20
        for removal in report.removals:
            assert sum(removal.case.case_id in line for line in lines) == 1
    assert verify_trail(town.store).faults == ()


def test_a_group_larger_than_a_round_goes_in_several(town, monkeypatch):
    monkeypatch.setattr(apply, "ROUND_LINES", 3)
    assert outcomes(town.sync()) == {"verified": 20}
    assert max(len(r.members) for call in town.directory.calls for r in call) == 3
    assert left_over(town) == 0


def test_a_run_that_is_asked_to_stop_ends_between_two_rounds(town, monkeypatch):
    monkeypatch.setattr(apply, "ROUND_GROUPS", 2)
    town.stop_after_writes = 1
    first = town.sync()
    assert (outcomes(first), first.complete) == ({"verified": 8}, False)
    town.stop_after_writes = None
    assert outcomes(town.sync()) == {"verified": 12}
    assert left_over(town) == 0
    assert verify_trail(town.store).faults == ()


def test_what_was_written_before_the_line_broke_is_read_back_and_only_the_rest_is_tried_again(town):
    town.directory.breaks_after = 2
    first = town.sync()
    assert outcomes(first) == {"verified": 8, "retry": 12}
    assert {"the line was cut. look at the line"} == {r.error for r in first.removals if r.error}
    town.directory.breaks_after = None
    assert outcomes(town.sync()) == {"verified": 12}
    assert {removal.group for removal in town.directory.calls[-1]} == set(sorted(GROUPS)[2:])
    written = Counter(m for group, members in town.directory.written for m in members)
    assert written == dict.fromkeys(LEAVING, len(GROUPS))
    found = records(town)
    assert sum(f'"{AuditEvent.REMOVAL_WRITTEN}"' in record for record in found) == 20


def test_what_cannot_be_read_back_is_not_believed_and_found_gone_by_the_next_run(town):
    town.directory.breaks_after = 2
    town.directory.goes_dark = True
    assert outcomes(town.sync()) == {"retry": 20}
    with town.store.begin() as unit:
        assert len(unit.cases([CaseState.APPLYING])) == 20
    town.directory.unreadable, town.directory.breaks_after = "", None
    town.sync()
    assert left_over(town) == 0
    with town.store.begin() as unit:
        assert {case.state for case in unit.cases(list(CaseState))} == {CaseState.VERIFIED}
    written = Counter(m for group, members in town.directory.written for m in members)
    assert written == dict.fromkeys(LEAVING, len(GROUPS))


def test_a_directory_that_cannot_be_looked_at_is_not_written_to(town):
    def go_dark(*_: object) -> None:
        town.directory.unreadable = "no route to host"

    read = town.directory.read
    town.directory.read = lambda progress: (read(progress), go_dark())[0]
    assert outcomes(town.sync()) == {"retry": 20}
    assert town.directory.calls == []
    with town.store.begin() as unit:
        assert len(unit.cases([CaseState.APPROVED])) == 20


def test_what_nobody_can_say_is_tried_as_often_as_the_policy_allows_and_then_fails_loudly(town):
    town.directory.breaks_after, town.directory.goes_dark = 0, True
    told = []
    for _ in range(3):
        town.directory.unreadable = ""
        told.append(outcomes(town.sync()))
    assert told == [{"retry": 20}, {"retry": 20}, {"failed": 20}]


def test_a_right_that_somebody_keeps_after_the_plan_was_made_is_not_removed(town, monkeypatch):
    keeper, until = approver("sato", 901), date(2027, 4, 8)
    kept: list[str] = []

    def keep_one() -> bool:
        if not kept:
            with town.store.begin() as unit:
                case = unit.cases([CaseState.APPROVED])[0]
            refuse_case(town.site(), [keeper], case.case_id, until, "引継ぎ")
            kept.append(case.case_id)
        return False

    monkeypatch.setattr(town, "_is_stopping", keep_one)
    report = town.sync()
    assert outcomes(report) == {"verified": 19}
    assert left_over(town) == 1
    assert kept[0] not in {removal.case.case_id for removal in report.removals}


# --- capabilities ------------------------------------------------------------------------------


def test_without_batch_members_go_one_by_one(town: Town):
    town.directory.capabilities -= {Capability.BATCH}
    assert outcomes(town.sync()) == {"verified": 20}
    assert [len(call) for call in town.directory.calls] == [1] * 20
    assert {len(call[0].members) for call in town.directory.calls} == {1}
    assert len({call[0].change_id for call in town.directory.calls}) == 20


def test_without_read_back_nothing_is_asked_and_the_cases_wait_for_a_whole_read(town: Town):
    town.directory.capabilities -= {Capability.READ_BACK}
    first = town.sync()
    assert outcomes(first) == {"written": 20}
    assert town.directory.asked == 0
    with town.store.begin() as unit:
        assert len(unit.cases([CaseState.REMOVED])) == 20
    for members in town.directory.groups.values():
        members[:] = [member for member in members if member not in LEAVING]
    town.sync()
    with town.store.begin() as unit:
        assert len(unit.cases([CaseState.VERIFIED])) == 20


def test_without_read_back_what_was_handed_over_before_the_line_broke_is_not_handed_over_again(
    town: Town,
):
    town.directory.capabilities -= {Capability.READ_BACK, Capability.BATCH}
    handed = town.directory.remove_members

    def third_call_breaks(removals: Sequence[GroupRemoval]) -> tuple[tuple[WriteOutcome, ...], ...]:
        town.directory.breaks_after = 0 if len(town.directory.calls) == 2 else None
        return handed(removals)

    town.directory.remove_members = third_call_breaks
    assert outcomes(town.sync()) == {"written": 2, "retry": 18}
    town.directory.remove_members = handed
    town.directory.breaks_after = None
    before = len(town.directory.calls)
    assert outcomes(town.sync()) == {"written": 18}
    assert len(town.directory.calls) - before == 18


def test_without_restore_nobody_is_asked_for_a_vote_to_put_a_right_back(town: Town):
    case = town.sync().removals[0].case
    town.directory.capabilities -= {Capability.RESTORE}
    with pytest.raises(IllegalMove) as refusal:
        restore_case(town.site(), [approver("sato", 901)], case.case_id, "誤った発令")
    assert "by hand" in refusal.value.told.en
    assert "手で" in refusal.value.told.ja
    with town.store.begin() as unit:
        assert unit.votes(case_id=case.case_id) == ()


def test_a_directory_that_takes_no_changes_cannot_be_in_mode_apply(tmp_path, monkeypatch):
    from connectors.ldif import LdifDirectoryType
    from syncd.bootstrap import open_site
    from syncd.settings.template import init_site

    init_site(tmp_path)
    config = tmp_path / "syncd.toml"
    text = config.read_text()
    table = text[text.index("[[directories]]") : text.index("# [[directories]]")]
    text += table.replace('name = "ad"', 'name = "second"')
    (tmp_path / "in" / "directory.ldif").touch()
    config.write_text(text.replace('mode = "observe"', 'mode = "apply"'))
    able = frozenset(Capability) - {Capability.WRITE}
    monkeypatch.setattr(LdifDirectoryType, "capabilities", staticmethod(lambda _: able))
    with pytest.raises(ConfigurationError) as fault:
        open_site(config, lambda *_: None)
    for name in ("ad", "second"):
        assert f'directories "{name}": mode = "apply"' in str(fault.value)
    config.write_text(text)
    seats = open_site(config, lambda *_: None).site.directories.values()
    assert {seat.mode for seat in seats} == {Mode.OBSERVE}
