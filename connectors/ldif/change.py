"""One change of one group: as a change record (RFC 2849) and as new lines of the export itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.ldif.export import Record
from connectors.ldif.syntax import Line, parse_line, render_value
from connectors.shared.groups import NAMED, member_attribute, member_value_key

_SPELLED = {"member": "member", "uniquemember": "uniqueMember", "memberuid": "memberUid"}


@dataclass(frozen=True, slots=True)
class Target:
    """A group as it stands in the file: each member's key with every line that names it."""

    record: Record
    attribute: str
    standing: dict[str, list[tuple[str, Line]]]

    @property
    def must_keep_one(self) -> bool:
        """Tell whether the schema asks for a member (RFC 4519, sections 3.5 and 3.6)."""
        return bool(self.record.entry.classes() & NAMED)


@dataclass(frozen=True, slots=True)
class Change:
    """The keys of members who leave and the values that come."""

    leaving: tuple[str, ...] = ()
    coming: tuple[str, ...] = ()


def target_of(record: Record) -> Target:
    """Return a group's record with its member lines found."""
    attribute = member_attribute(record.entry.classes())
    standing: dict[str, list[tuple[str, Line]]] = {}
    for line in record.lines[1:]:
        name, _, value = parse_line(line)
        if name == attribute:
            standing.setdefault(member_value_key(attribute, value), []).append((value, line))
    return Target(record, attribute, standing)


def render_change(target: Target, change: Change) -> bytes:
    """Return the change record: additions first, so that the group is never empty.

    It ends with `-` and a blank line, which `ldifde` asks for and `ldapmodify` takes.
    """
    spelled = _SPELLED[target.attribute]
    leaving = [value for key in change.leaving for value, _ in target.standing[key]]
    parts = [render_value("dn", target.record.entry.dn), b"changetype: modify\n"]
    for verb, values in (("add", change.coming), ("delete", leaving)):
        if values:
            parts.append(f"{verb}: {spelled}\n".encode())
            parts += [render_value(spelled, value) for value in values]
            parts.append(b"-\n")
    return b"version: 1\n\n" + b"".join(parts) + b"\n"


def rewritten(raw: bytes, target: Target, change: Change) -> bytes:
    """Return the export with only the asked member lines gone or added; other bytes stay."""
    spelled = _SPELLED[target.attribute]
    newline = b"\r\n" if b"\r\n" in raw else b"\n"
    added = b"".join(render_value(spelled, v).replace(b"\n", newline) for v in change.coming)
    gone = [line for key in change.leaving for _, line in target.standing[key]]
    return _spliced(raw, gone, target.record.lines[-1].end, added)


def _spliced(raw: bytes, gone: Sequence[Line], insert_at: int, added: bytes) -> bytes:
    """Cut lines out of a record and put others at its end."""
    pieces, at = [], 0
    for line in sorted(gone, key=lambda line: line.start):
        pieces.append(raw[at : line.start])
        at = line.end
    return b"".join([*pieces, raw[at:insert_at], added, raw[insert_at:]])
