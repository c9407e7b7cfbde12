"""代決: an approver lets somebody decide in their place, for days or for single cases."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from syncd.core.acting import Delegation
from syncd.core.audit import AuditEvent, AuditRecord
from syncd.core.calendar import day_of
from syncd.core.ids import CaseId
from syncd.core.votes import MAY_DECIDE, Actor
from syncd.errors import NoSuchCase, NotPermitted, UsageError
from syncd.flow.site import Site

_MOST_DAYS = 92


def name_deputy(
    site: Site,
    principal: Actor,
    deputy: str,
    days: tuple[date, date],
    case_ids: Iterable[CaseId] | None = None,
    reason: str = "",
) -> Delegation:
    """Hand decisions over for `days` (first and last), three months at most.

    Raises UsageError for days or a deputy that make no sense, NotPermitted for somebody who has
    nothing to hand over in their own right: a deputy names no deputy.
    """
    if principal.deputy_for or not principal.roles & MAY_DECIDE:
        raise NotPermitted(
            f"{principal.account} decides nothing in their own right.",
            ja=f"{principal.account} には、自分の立場で判断できるものがありません。",
        )
    if not deputy or not deputy.isprintable() or deputy == principal.account:
        raise UsageError(
            "name another account as deputy.",
            ja="代決者には、自分以外のアカウントを書いてください。",
        )
    _check_days(*days, day_of(site.clock()))
    now = site.clock()
    from_on, until_on = days
    handed = Delegation(
        delegation_id=site.new_id(),
        principal=principal.account,
        principal_number=principal.staff_number,
        deputy=deputy,
        from_on=from_on,
        until_on=until_on,
        case_ids=None if case_ids is None else frozenset(case_ids),
        reason=reason,
        created_at=now,
        created_by=principal.account,
    )
    ground = {
        "deputy": deputy,
        "from": from_on.isoformat(),
        "until": until_on.isoformat(),
        "cases": None if handed.case_ids is None else sorted(handed.case_ids),
        "reason": reason,
    }
    with site.store.begin() as unit:
        unit.save_delegation(handed)
        unit.audit(
            [
                AuditRecord(
                    now,
                    AuditEvent.DELEGATION_MADE,
                    principal.account,
                    handed.delegation_id,
                    None,
                    ground,
                )
            ]
        )
    return handed


def _check_days(from_on: date, until_on: date, today: date) -> None:
    if until_on < from_on or until_on < today:
        raise UsageError(
            "the days must not be over and must not end before they begin.",
            ja="期間は、過ぎた日で終わらず、初日より前に終わらないようにしてください。",
        )
    if (until_on - from_on).days > _MOST_DAYS:
        raise UsageError(
            f"a deputy decides for {_MOST_DAYS} days at most; name them again then.",
            ja=f"代決は {_MOST_DAYS} 日までです。過ぎたら、もう一度決めてください。",
        )


def end_deputy(site: Site, principal: Actor, delegation_id: str) -> None:
    """End a deputyship early; raises NoSuchCase for one that is not this person's or is over."""
    now = site.clock()
    with site.store.begin() as unit:
        theirs = {d.delegation_id for d in unit.delegations_by(principal.account)}
        if delegation_id not in theirs or not unit.end_delegation(delegation_id, now):
            raise NoSuchCase(
                "there is no such deputyship of yours.",
                ja="あなたの決めた代決者に、それはありません。",
            )
        unit.audit(
            [AuditRecord(now, AuditEvent.DELEGATION_ENDED, principal.account, delegation_id)]
        )
