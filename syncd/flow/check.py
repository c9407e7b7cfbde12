"""`syncd check`: try every source, directory and the store; say what is wrong and what to do."""

from __future__ import annotations

from collections.abc import Iterator

from syncd.core.intake import without_advance_notices
from syncd.errors import DirectoryUnreadable, SourceRefused, StoreError
from syncd.flow.collect import open_rows
from syncd.flow.report import CheckLine
from syncd.flow.site import DirectorySeat, Mode, Site, SourceSeat

_SHOWN_FAULTS = 5


def check(site: Site) -> tuple[CheckLine, ...]:
    """Return one line for the store, each source and each directory; records nothing."""
    return tuple(_lines(site))


def check_one(site: Site, name: str) -> tuple[CheckLine, ...]:
    """Try one source or directory; nothing for a name that the configuration does not have."""
    sources = [_source(seat) for seat in site.sources if seat.source.name == name]
    found = [seat for seat in site.directories.values() if seat.name == name]
    return (*sources, *(line for seat in found for line in _directory(seat)))


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
        shown = [str(fault) for fault in told[:_SHOWN_FAULTS]]
        more = len(told) - len(shown)
        found = "; ".join(shown) + (f" (+{more})" if more else "")
        return CheckLine("source", name, ok=False, found=refusal.where, remedy=found)
    aside = len(without_advance_notices(reading.held))
    held = f", {aside} held" if aside else ""
    found = f"{reading.provides}: {open_rows(reading)} rows{held}, {reading.fingerprint.where}"
    return CheckLine("source", name, ok=True, found=found, remedy="; ".join(reading.warnings[:3]))


def _directory(seat: DirectorySeat) -> Iterator[CheckLine]:
    try:
        found = seat.reader.check()
    except DirectoryUnreadable as failure:
        yield CheckLine("directory", seat.name, ok=False, found=failure.why, remedy=failure.remedy)
        return
    effect = f", writes {seat.writer().effect}" if seat.mode is Mode.APPLY else ""
    yield CheckLine("directory", seat.name, ok=True, found=f"{found} (mode {seat.mode}{effect})")
