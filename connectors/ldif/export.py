"""An LDIF export as entries, or a refusal that says at which line it is not whole.

Understands what `slapcat`, `ldapsearch` and `ldifde` write. A cut export must never pass as a
small directory: what the writing program puts at the end must be there (`wholeness`).
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass

from connectors.ldif.syntax import LdifError, Line, logical_lines, parse_line
from connectors.ldif.wholeness import SearchResult, check_whole, read_result
from connectors.shared.dn import dn_key
from connectors.shared.groups import Entry

_PRELUDE = (b"version:", b"search:", b"ref:")
_WIDE = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


@dataclass(frozen=True, slots=True)
class Record:
    """One entry with the logical lines it stands in, its `dn:` line first."""

    entry: Entry
    lines: tuple[Line, ...]


def to_utf8(content: bytes) -> tuple[bytes, bytes, str]:
    """Return (text in UTF-8, byte order mark, encoding); `ldifde -u` writes UTF-16.

    Raises LdifError where it is neither.
    """
    if content.startswith(codecs.BOM_UTF8):
        return content.removeprefix(codecs.BOM_UTF8), codecs.BOM_UTF8, "utf-8"
    for mark, encoding in _WIDE.items():
        if content.startswith(mark):
            try:
                return content.removeprefix(mark).decode(encoding).encode(), mark, encoding
            except UnicodeDecodeError as error:
                why = "UTF-16 として読めません。途中で切れていませんか / not whole UTF-16"
                raise LdifError(1, why) from error
    return content, b"", "utf-8"


def parse_export(raw: bytes) -> list[Record]:
    """Return every entry of an export in UTF-8; raises LdifError where it is broken or not whole.

    Two records of one name are refused: one of them would silently hide the other's members.
    """
    records: list[Record] = []
    results: list[SearchResult] = []
    places: dict[str, int] = {}
    for block in _blocks(raw):
        if block[0].text.lower().startswith(_PRELUDE):
            found, rest = _prelude(block, len(records))
            results += found
            if not rest:
                continue
            block = rest  # noqa: PLW2901 - the rest of the block is its record
        record = parse_record(block)
        records.append(record)
        _check_single(places, dn_key(record.entry.dn), block[0])
    check_whole(raw, [r.entry for r in records], results)
    return records


def _check_single(places: dict[str, int], key: str, line: Line) -> None:
    first = places.setdefault(key, line.number)
    if first != line.number:
        why = f"{first} 行目と同じ DN です / the same DN as at line {first}"
        raise LdifError(line.number, why)


def _prelude(block: list[Line], entries: int) -> tuple[list[SearchResult], list[Line]]:
    """Take what is no record from the head of a block: version, result of a search, referral."""
    head = block[0].text.lower()
    if head.startswith(b"ref:"):
        raise LdifError(block[0].number, "参照（ref）は読みません / referrals are not followed")
    if head.startswith(b"search:"):
        return [read_result(block, entries)], []
    return [], block[1:]


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


def parse_record(block: list[Line]) -> Record:
    """Return the record that stands in these lines; raises LdifError."""
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
        why = (
            "objectClass のない項目です。途中で切れたか、書き出す属性に objectClass がありません / "
            "an entry without objectClass: cut off, or exported without that attribute"
        )
        raise LdifError(block[0].number, why)
    return Record(Entry(dn, attributes), tuple(block))


def _check_changetype(line: Line, value: str) -> None:
    if value.strip().lower() != "add":
        why = "変更の記録です。書き出しではありません / a change record, not an export"
        raise LdifError(line.number, why)
