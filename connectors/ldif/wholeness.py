"""Tells a whole export from one that was cut, by what each program writes at the end.

`ldapsearch` ends with the result of the search and the number of entries; `slapcat`, `ldifde` and
`ldapsearch` end every record with a blank line; every text file ends its last line. A record cut
between two lines lacks attributes that all others of its kind have.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from connectors.ldif.syntax import LdifError, Line
from connectors.shared.groups import MEMBER_ATTRIBUTES, NAMED, Entry

_RESULT = re.compile(rb"result: (\d+) ?(.*)")
_COOKIE = re.compile(rb"pagedresults: .*cookie=(.+)")
_COUNTED = re.compile(rb"^# numEntries: (\d+)\r?$", re.MULTILINE)
_SEARCH_HEADS = (b"# extended LDIF", b"# LDAPv3")
_BLANK_END = re.compile(rb"\r?\n\r?\n\Z")
_HEAD_SIZE = 4096
_OPERATIONAL = frozenset({"entryuuid", "entrycsn", "createtimestamp", "modifytimestamp"})
_LDIFDE = "objectguid"
_ENOUGH_TO_COMPARE = 3


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The result of a search as `ldapsearch` writes it after `entries` entries of the file."""

    line: int
    entries: int
    last_page: bool


def read_result(block: Sequence[Line], entries: int) -> SearchResult:
    """Return the result that a block states; raises LdifError unless the search succeeded."""
    last_page = True
    code: re.Match[bytes] | None = None
    for line in block:
        code = _RESULT.fullmatch(line.text) or code
        last_page = last_page and not _COOKIE.fullmatch(line.text)
    if code is None or int(code[1]) != 0:
        said = "" if code is None else code[0].decode("ascii", "replace")
        why = f"検索が途中で終わった書き出しです / the search did not succeed: {said}"
        raise LdifError(block[0].number, why)
    return SearchResult(block[0].number, entries, last_page)


def check_whole(raw: bytes, entries: Sequence[Entry], results: Sequence[SearchResult]) -> None:
    """Refuse an export that was cut; raises LdifError with the line of the end."""
    last = raw.count(b"\n") + 1
    if not entries:
        raise LdifError(last, "項目が一つもありません / no entry at all")
    if not raw.endswith(b"\n"):
        raise LdifError(last, "最後の行が途中で切れています / the last line is cut off")
    if _is_search(raw):
        _check_search(raw, len(entries), results, last)
    elif not ends_record(raw):
        _check_last(entries, last)


def ends_record(raw: bytes) -> bool:
    """Tell whether a blank line ends the last record, as every program that exports writes it."""
    return _BLANK_END.search(raw[-4:]) is not None


def _is_search(raw: bytes) -> bool:
    lines = raw[:_HEAD_SIZE].splitlines()
    return any(line in _SEARCH_HEADS for line in lines)


def _check_search(raw: bytes, entries: int, results: Sequence[SearchResult], last: int) -> None:
    """Hold an `ldapsearch` export to its own end: a result after the last entry, and the count.

    With `-L` it writes no result but still the count; with `-LL` and `-LLL` neither, nor the head.
    """
    if results and (results[-1].entries != entries or not results[-1].last_page):
        raise LdifError(last, _CUT_SEARCH)
    if not results and b"# extended LDIF" in raw[:_HEAD_SIZE]:
        raise LdifError(last, _CUT_SEARCH)
    counted = sum(int(number) for number in _COUNTED.findall(raw))
    if counted != entries:
        why = f"numEntries は {counted}、項目は {entries} です / entries do not match numEntries"
        raise LdifError(last, why)


_CUT_SEARCH = (
    "ldapsearch の最後の結果行がありません。途中で切れています / the search's result is missing"
)


def _check_last(entries: Sequence[Entry], last: int) -> None:
    """Refuse a last record that is visibly less than the others of its kind.

    A file written by hand may well end without a blank line, so that alone is no fault.
    """
    *others, final = entries
    if _written_by_program(others):
        why = "最後の項目が空行で終わっていません / no blank line ends the last record: cut off"
        raise LdifError(last, why)
    alike = [entry for entry in others if entry.classes() == final.classes()]
    if len(alike) < _ENOUGH_TO_COMPARE:
        return
    everywhere = set(alike[0].attributes).intersection(*(entry.attributes for entry in alike[1:]))
    if not final.classes() & NAMED:
        everywhere -= set(MEMBER_ATTRIBUTES.values())  # such a group may be empty
    missing = sorted(everywhere - set(final.attributes))
    if missing:
        names = ", ".join(missing)
        why = f"最後の項目に {names} がありません / the last record lacks {names}: cut off?"
        raise LdifError(last, why)


def _written_by_program(entries: Sequence[Entry]) -> bool:
    """Tell whether every entry has an attribute that only a server sets: nobody wrote them."""
    return bool(entries) and all(
        not _OPERATIONAL.isdisjoint(entry.attributes) or _LDIFDE in entry.attributes
        for entry in entries
    )
