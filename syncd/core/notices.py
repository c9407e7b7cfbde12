"""The other direction: what the lists and the directories lack or contradict.

Reported, never acted on (design, section 4).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from syncd.bilingual import Bilingual
from syncd.core.facts import Designation
from syncd.core.findings import Because, Notice, NoticeFinding
from syncd.core.ground import Ground
from syncd.core.ids import StaffNumber, shown_group
from syncd.core.orders import cite
from syncd.core.reach import Reach
from syncd.core.standing import Standing
from syncd.core.subject import cite_designation


def notices_of(
    ground: Ground,
    standing: Standing,
    reaches: Iterable[Reach],
) -> tuple[NoticeFinding, ...]:
    """Return every notice of the day, sorted."""
    reaches = tuple(reaches)
    found = [
        *_stale_designations(standing),
        *_groups(ground, reaches),
        *_conflicts(ground),
        *_vanished(ground),
        *_held_orders(ground),
        *_unlisted_units(ground),
    ]
    return tuple(
        sorted(found, key=lambda n: (n.notice, n.staff_number or "", n.entitlement, n.detail))
    )


def unproved(directory: str) -> NoticeFinding:
    """Return the finding of a directory whose reads nobody can prove complete."""
    return NoticeFinding(
        Notice.READ_UNPROVED,
        directory=directory,
        detail=Bilingual(
            "読取りが全件であることを確かめる手段がありません。見えない権限を、ないとは扱いません",
            en="nothing proves that a read shows everything; what it does not show is not "
            "taken for absent",
        ),
    )


def _stale_designations(standing: Standing) -> Iterator[NoticeFinding]:
    for line, fault in standing.outlived:
        yield _release(line.staff_number, line, fault.because)


def _release(
    staff_number: StaffNumber, line: Designation, because: tuple[Because, ...]
) -> NoticeFinding:
    cited = dict.fromkeys((*because, cite_designation(line)))
    return NoticeFinding(
        Notice.DESIGNATION_STALE,
        staff_number,
        because=tuple(cited),
        detail=Bilingual(
            f"所属 {line.org_unit} は事務 {line.affair} の指定を解除してください",
            en=f"section {line.org_unit} should release the designation for affair {line.affair}",
        ),
    )


def _groups(ground: Ground, reaches: tuple[Reach, ...]) -> Iterator[NoticeFinding]:
    for reach in reaches:
        for conveyed in reach.conveyed:
            for group in conveyed.missing:
                yield NoticeFinding(
                    Notice.ENTITLEMENT_WITHOUT_GROUP,
                    directory=reach.directory,
                    entitlement=conveyed.entitlement.entitlement,
                    detail=Bilingual(
                        f"グループ {group} がディレクトリにありません",
                        en=f"the directory has no group {group}",
                    ),
                )
        policy = ground.policy.directories.get(reach.directory)
        if policy is None or policy.my_number_groups is None:
            continue
        pattern = re.compile(policy.my_number_groups)
        for key in sorted(reach.groups.keys() - reach.listed):
            if pattern.search(reach.groups[key].name) or pattern.search(key):
                yield NoticeFinding(
                    Notice.ENTITLEMENT_UNLISTED,
                    directory=reach.directory,
                    detail=Bilingual(
                        f"グループ {shown_group(key)} が権限の一覧にありません",
                        en=f"group {shown_group(key)} is in no list of rights",
                    ),
                )


def _conflicts(ground: Ground) -> Iterator[NoticeFinding]:
    for staff_number in ground.people.contradictable():
        person = ground.people[staff_number]
        if person.conflict:
            yield NoticeFinding(
                Notice.HR_CONFLICT,
                staff_number,
                because=person.conflict,
                detail=_in_conflict(person.conflict),
            )


def _in_conflict(said: tuple[Because, ...]) -> Bilingual:
    if any(because.kind == "link" for because in said):
        return Bilingual(
            "職員番号の対応が二人の人を指しているか、輪になっています",
            en="the person links name two people for one number, or run in a circle",
        )
    if not any(because.kind == "order" for because in said):
        return Bilingual(
            "同じ人について、名簿どうしが食い違っています",
            en="rosters disagree about one person",
        )
    return Bilingual(
        "発令と職員名簿、または発令どうしが食い違っています",
        en="orders and roster, or orders among themselves, disagree",
    )


def _vanished(ground: Ground) -> Iterator[NoticeFinding]:
    for staff_number in ground.people.vanished():
        person = ground.people[staff_number]
        if person.vanished_because:
            yield NoticeFinding(
                Notice.VANISHED_FROM_ROSTER, staff_number, detail=person.vanished_because
            )


def _held_orders(ground: Ground) -> Iterator[NoticeFinding]:
    for held in ground.people.held_orders:
        yield NoticeFinding(
            Notice.ORDER_HELD, held.order.staff_number, because=(cite(held.order),), detail=held.why
        )


def _unlisted_units(ground: Ground) -> Iterator[NoticeFinding]:
    for code in sorted(ground.people.named_units()):
        if not ground.chart.lists(code):
            yield NoticeFinding(
                Notice.ORG_UNIT_UNLISTED,
                detail=Bilingual(
                    f"所属コード {code} が組織の一覧にありません",
                    en=f"section {code} is in no list of sections",
                ),
            )
