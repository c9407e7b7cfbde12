"""Distinguished names as keys: two spellings of one name become one text (RFC 4514).

Case, spaces around separators and the form of escapes do not matter to a directory (RFC 4517,
distinguishedNameMatch, for the attribute types that name people and groups).
"""

from __future__ import annotations

import re

_ESCAPED = re.compile(r"\\([0-9A-Fa-f]{2}|.)")
_SPECIAL = frozenset(',+"\\<>;=')


def dn_key(dn: str) -> str:
    """Return a DN as a key. Only equal keys name the same entry."""
    # Of what is printable, only the space is white (str.isprintable): nothing here to canonise.
    if " " not in dn and "\\" not in dn and "+" not in dn and dn.isprintable():
        return dn.casefold()
    return ",".join(_rdn_key(rdn) for rdn in _split(dn, ","))


def is_under(key: str, base_key: str) -> bool:
    """Tell whether a DN (as a key) is the base or stands below it."""
    return not base_key or key == base_key or key.endswith("," + base_key)


def first_value(dn: str) -> str:
    """Return the value of a DN's first attribute, unescaped: its short name."""
    rdn = _split(dn, ",")[0]
    return _unescape(rdn.partition("=")[2].strip())


def _rdn_key(rdn: str) -> str:
    parts = (part.partition("=") for part in _split(rdn, "+"))
    return "+".join(
        sorted(f"{kind.strip()}={_canonical(value)}".casefold() for kind, _, value in parts)
    )


def _canonical(value: str) -> str:
    text = " ".join(_unescape(value.strip()).split())
    return "".join("\\" + sign if sign in _SPECIAL else sign for sign in text)


def _split(text: str, separator: str) -> list[str]:
    """Split at separators that no backslash escapes."""
    if "\\" not in text:
        return text.split(separator)
    parts, start, at = [], 0, 0
    while at < len(text):
        if text[at] == "\\":
            at += 1
        elif text[at] == separator:
            parts.append(text[start:at])
            start = at + 1
        at += 1
    return [*parts, text[start:]]


def _unescape(value: str) -> str:
    """Resolve escapes; hex pairs are bytes of UTF-8 (RFC 4514, section 3)."""
    if "\\" not in value:
        return value
    raw = bytearray()
    at = 0
    for found in _ESCAPED.finditer(value):
        raw += value[at : found.start()].encode()
        is_hex = len(found[1]) == len("00")
        raw += bytes.fromhex(found[1]) if is_hex else found[1].encode()
        at = found.end()
    raw += value[at:].encode()
    return raw.decode(errors="replace")
