"""`syncd check`: try every source, directory and the store; say what is wrong and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from syncd.bilingual import Bilingual, japanese
from syncd.core.intake import without_advance_notices
from syncd.errors import (
    AccessLogUnreadable,
    DirectoryUnreadable,
    NotifierUnavailable,
    RowFault,
    SourceRefused,
    StoreError,
)
from syncd.flow.collect import open_rows
from syncd.flow.report import CheckLine
from syncd.flow.site import DirectorySeat, Site, SourceSeat
from syncd.ports.access_log import AccessLog
from syncd.ports.directory import Capability
from syncd.ports.notifier import Notifier

_SHOWN_FAULTS = 5
_LOG_REMEDY = (
    "[[access_logs]] の path・format・columns を確かめてください"
    " / look at path, format and columns under [[access_logs]]"
)


def check(site: Site) -> tuple[CheckLine, ...]:
    """Return one line for the store, each source and each directory; records nothing."""
    return tuple(_lines(site))


def check_one(site: Site, name: str) -> tuple[CheckLine, ...]:
    """Try one source or directory; nothing for a name that the configuration does not have."""
    sources = [_source(seat) for seat in site.sources if seat.source.name == name]
    found = [seat for seat in site.directories.values() if seat.name == name]
    logs = [_access_log(log) for log in site.access_logs if log.name == name]
    return (*sources, *(line for seat in found for line in _directory(seat)), *logs)


def _lines(site: Site) -> Iterator[CheckLine]:
    yield _store(site)
    total = len(site.sources) + len(site.directories)
    for done, seat in enumerate(site.sources):
        site.progress("check", done, total)
        yield _source(seat)
    for done, directory in enumerate(site.directories.values(), len(site.sources)):
        site.progress("check", done, total)
        yield from _directory(directory)
    site.progress("check", total, total)
    yield from (_access_log(log) for log in site.access_logs)


def _store(site: Site) -> CheckLine:
    try:
        site.store.ping()
    except StoreError as error:
        return CheckLine("store", "", ok=False, found=str(error))
    return CheckLine("store", "", ok=True, found="ok")


def _source(seat: SourceSeat) -> CheckLine:
    """Try a source; who tries it need not be somebody who may see 内示."""
    name = seat.source.name
    try:
        reading = seat.source.read()
    except SourceRefused as refusal:
        told = without_advance_notices(refusal.faults)
        return CheckLine("source", name, ok=False, found=refusal.where, remedy=_faults(told))
    rows, held = open_rows(reading), len(without_advance_notices(reading.held))
    where = reading.fingerprint.where
    found = Bilingual(
        f"{reading.provides}: {rows} rows{f', {held} held' if held else ''}, {where}",
        ja=f"読めました: {rows} 行{f'（うち保留 {held} 行）' if held else ''}、{where}",
    )
    return CheckLine("source", name, ok=True, found=found, remedy="; ".join(reading.warnings[:3]))


def _faults(faults: Sequence[RowFault]) -> Bilingual:
    """Return the first faults and how many more there are."""
    told = [fault.told for fault in faults[:_SHOWN_FAULTS]]
    left = len(faults) - len(told)
    more = f" (+{left})" if left else ""
    return Bilingual(
        "; ".join(told) + more,
        ja="; ".join(each.ja for each in told) + more,
        en="; ".join(each.en for each in told) + more,
    )


def _directory(seat: DirectorySeat) -> Iterator[CheckLine]:
    able = tuple(each for each in Capability if each in seat.capabilities)
    line = CheckLine("directory", seat.name, ok=True, found="", capabilities=able)
    try:
        told = f"{seat.reader.check()} (mode {seat.mode})"
    except DirectoryUnreadable as failure:
        why = Bilingual(failure.why, ja=f"接続できません: {japanese(failure.why)}。")
        yield replace(line, ok=False, found=why, remedy=failure.remedy)
        return
    yield replace(line, found=Bilingual(told, ja=f"接続できました: {told}"))


def _access_log(log: AccessLog) -> CheckLine:
    try:
        found = log.check()
    except AccessLogUnreadable as failure:
        why = Bilingual(failure.why, ja=f"読めません: {failure.why}")
        return CheckLine("access-log", log.name, ok=False, found=why, remedy=_LOG_REMEDY)
    return CheckLine(
        "access-log", log.name, ok=True, found=Bilingual(found, ja=f"読めました: {found}")
    )


def check_notifier(notifier: Notifier) -> CheckLine:
    """Try whether messages could be sent; sends none."""
    try:
        found = notifier.check()
    except NotifierUnavailable as failure:
        why = Bilingual(failure.why, ja=f"接続できません: {japanese(failure.why)}。")
        return CheckLine("notifier", notifier.name, ok=False, found=why, remedy=failure.remedy)
    finally:
        notifier.close()
    return CheckLine("notifier", notifier.name, ok=True, found=Bilingual(found, ja=japanese(found)))
