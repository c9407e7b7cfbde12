"""An LDIF export as entries, or a refusal that says at which line it is not whole.

Understands what `slapcat`, `ldapsearch` and `ldifde` write. A cut export must never pass as a
small directory: see `_check_whole`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from connectors.ldif.syntax import LdifError, Line, logical_lines, parse_line
from connectors.shared.groups import Entry

_RESULT = re.compile(rb"^result: (\d+) ?(.*)$")
_SEARCH_HEAD = b"# extended LDIF"


@dataclass(frozen=True, slots=True)
class Record:
    """One entry with the logical lines it stands in, its `dn:` line first."""

    entry: Entry
    lines: tuple[Line, ...]


def parse_export(raw: bytes) -> list[Record]:
    """Return every entry of an export; raises LdifError where it is broken or not whole."""
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    records: list[Record] = []
    result: int | None = None
    for block in _blocks(raw):
        found = _RESULT.match(block[-1].text) if block else None
        if found and not block[0].text.lower().startswith(b"dn:"):
            result = _checked_result(block[-1], int(found[1]), found[2])
            continue
        if block[0].text.lower().startswith((b"version:", b"search:", b"ref:")):
            _check_reference(block[0])
            block = block[1:]  # noqa: PLW2901 - the rest of the block is its record
        if block:
            records.append(_record(block))
    _check_whole(raw, records, result)
    return records


def _checked_result(line: Line, code: int, text: bytes) -> int:
    if code != 0:
        why = f"検索が途中で終わった書き出しです / the search ended with result {code}"
        raise LdifError(line.number, f"{why} {text.decode('ascii', 'replace')}")
    return code


def _check_reference(line: Line) -> None:
    if line.text.lower().startswith(b"ref:"):
        raise LdifError(line.number, "参照（ref）は読みません / referrals are not followed")


def _blocks(raw: bytes) -> Iterator[list[Line]]:
    """Yield the records' lines, comments left out; a record ends at a blank line."""
    block: list[Line] = []
    for line in logical_lines(raw):
        if not line.text:
            if block:
                yield block
            block = []
        elif not line.text.startswith(b"#"):
            block.append(line)
    if block:
        yield block


def _record(block: list[Line]) -> Record:
    name, _, dn = parse_line(block[0])
    if name != "dn":
        raise LdifError(block[0].number, "dn: で始まっていません / a record begins with dn:")
    attributes: dict[str, list[str]] = {}
    for line in block[1:]:
        attribute, options, value = parse_line(line)
        if "range=" in options:
            why = "値の一部だけの書き出しです（range） / only a range of the values"
            raise LdifError(line.number, why)
        if attribute == "changetype":
            _check_changetype(line, value)
            continue
        attributes.setdefault(attribute, []).append(value)
    if "objectclass" not in attributes:
        why = "objectClass のない項目です。途中で切れていませんか / an entry without objectClass"
        raise LdifError(block[0].number, why)
    return Record(Entry(dn, attributes), tuple(block))


def _check_changetype(line: Line, value: str) -> None:
    if value.strip().lower() != "add":
        why = "変更の記録です。書き出しではありません / a change record, not an export"
        raise LdifError(line.number, why)


def _check_whole(raw: bytes, records: list[Record], result: int | None) -> None:
    """Refuse what was cut: no line end at the end, or a search without its result."""
    last = raw.count(b"\n") + 1
    if not records:
        raise LdifError(last, "項目が一つもありません / no entry at all")
    if not raw.endswith((b"\n", b"\r")):
        raise LdifError(last, "最後の行が途中で切れています / the last line is cut off")
    if raw.startswith(_SEARCH_HEAD) and result is None:
        why = "ldapsearch の結果行がありません。途中で切れています / the search's result is missing"
        raise LdifError(last, why)
