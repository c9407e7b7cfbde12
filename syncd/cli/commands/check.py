"""`syncd check`: the configuration, the store, every source and every directory."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

from syncd.bootstrap import OpenSite
from syncd.cli.opening import answer, open_for
from syncd.errors import IdentityUnavailable
from syncd.flow.check import check, check_notifier
from syncd.flow.report import CheckLine
from syncd.flow.telling.recipients import unreachable
from syncd.flow.telling.tasks import unmanned
from syncd.plugins import connector_versions
from syncd.ports.notifier import Addressing
from syncd.reports.tables import render_check

_UNESTABLISHED = 5
_NO_MAIL = (
    "メールの宛先がありません。[[actors]] に mail、または [notices] に mail_domain を書いてください"
    " / no mail address: give [[actors]] a mail, or [notices] a mail_domain"
)
_NOBODY = (
    "作業を行う人と確認する別の人が要ります。[[actors]] と doers を確かめてください"
    " / somebody does the tasks and somebody else checks them: look at [[actors]] and doers"
)
_REMEDY = "[console.oidc] の issuer と ca_file を確かめてください / check issuer and ca_file"


def run(arguments: argparse.Namespace) -> int:
    """Try everything and say in one table what is wrong and what to do; 5 if anything is."""
    opened = open_for(arguments)
    lines = (*check(opened.site), *_console(opened), *_notices(opened), *_tasks(opened))
    as_json = {
        "ok": all(line.ok for line in lines),
        "connectors": connector_versions(),
        "lines": [_as_json(line) for line in lines],
    }
    answer(arguments, as_json, render_check(lines, arguments.lang))
    return 0 if all(line.ok for line in lines) else _UNESTABLISHED


def _as_json(line: CheckLine) -> dict[str, Any]:
    told: dict[str, Any] = {
        "kind": line.kind,
        "name": line.name,
        "ok": line.ok,
        "found": line.found,
        "remedy": line.remedy,
    }
    if line.capabilities is not None:
        told["capabilities"] = list(line.capabilities)
    return told


def _notices(opened: OpenSite) -> Iterator[CheckLine]:
    """Try the notifiers, and the texts with them. Raises ConfigurationError."""
    notices = opened.notices()
    for seat in notices.seats:
        yield check_notifier(seat.notifier)
    if any(seat.notifier.addressing is Addressing.MAIL for seat in notices.seats):
        nobody = unreachable(opened.site, notices.addresses, opened.today())
        if nobody:
            names = ", ".join(nobody)
            yield CheckLine("notices", "mail", ok=False, found=names, remedy=_NO_MAIL)


def _tasks(opened: OpenSite) -> Iterator[CheckLine]:
    """Yield the directories whose tasks would never end, because too few people are named."""
    addresses = opened.notices().addresses
    for name in unmanned(opened.site, addresses, opened.today()):
        yield CheckLine("tasks", name, ok=False, found="-", remedy=_NOBODY)


def _console(opened: OpenSite) -> Iterator[CheckLine]:
    """Try the provider; a directory's passwords are tried with it. Raises ConfigurationError."""
    console = opened.settings.model.console
    if console is None:
        return
    opened.password_checks(console)
    provider = opened.provider(console)
    if provider is None:
        return
    try:
        yield CheckLine("console", provider.method, ok=True, found=provider.check())
    except IdentityUnavailable as error:
        yield CheckLine("console", provider.method, ok=False, found=str(error), remedy=_REMEDY)
