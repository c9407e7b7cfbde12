"""Turns bytes into text, strictly: what does not decode is a fault with its place, never a guess.

With `auto` a byte order mark decides, then strict UTF-8, then strict CP932 (with the NEC and IBM
extensions). Text that two encodings read differently and equally well is refused: the operator
names the encoding. A UTF-8 file with a cut character must not pass as CP932, which accepts almost
anything.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from connectors.shared.bilingual import ROW, both
from syncd.errors import RowFault

AUTO = "auto"
CODECS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "utf-8-sig": "utf-8",
    "cp932": "cp932",
    "ms932": "cp932",
    "windows-31j": "cp932",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "utf-16": "utf-16",
    "utf-16-le": "utf-16-le",
    "utf-16-be": "utf-16-be",
    "euc-jp": "euc_jp",
    "iso-2022-jp": "iso2022_jp",
}
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_LINE_END = re.compile(rb"\r\n|\r|\n")
_HIGH = re.compile(rb"[\x80-\xff]")
# A character that only three or four bytes of UTF-8 write: two such by accident are unlikely.
_LONG_UTF8 = re.compile(rb"[\xe0-\xf4][\x80-\xbf]{2}")
# Controls, and what Python's cp932 gives for the undefined bytes 80, A0 and FD-FF.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\uf8f0-\uf8f3\ufffe\uffff]")
_END_MARK = "\x1a"
_TAIL = "\x00\x1a \r\n"


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a file, or the faults that kept it from being read.

    `closed` is set where a 0x1A marks the end, as files from older hosts have it.
    """

    text: str
    closed: bool = False
    faults: tuple[RowFault, ...] = ()


def decode_text(raw: bytes, encoding: str) -> Decoded:
    """Return the text without byte order mark and without the 0x1A or NUL padding at its end."""
    codec = CODECS[encoding] if encoding != AUTO else _marked_codec(raw)
    if codec is None:
        return _decode_unmarked(raw)
    return _decode_as(raw, codec)


def _marked_codec(raw: bytes) -> str | None:
    """Return the codec that a byte order mark names."""
    return next((codec for mark, codec in _MARKS if raw.startswith(mark)), None)


def _decode_unmarked(raw: bytes) -> Decoded:
    """Decode text without a mark: UTF-8 or CP932, whichever reads it strictly and alone."""
    is_utf8, is_cp932 = _decodes(raw, "utf-8"), _decodes(raw, "cp932")
    if is_utf8:
        doubtful = is_cp932 and _HIGH.search(raw) and not _LONG_UTF8.search(raw)
        return _ambiguous("UTF-8", "CP932") if doubtful else _decode_as(raw, "utf-8")
    if not is_cp932:
        both_ways = (_decode_as(raw, codec) for codec in ("utf-8", "cp932"))
        return min(both_ways, key=lambda decoded: len(decoded.faults))
    strays = _utf8_lines(raw)
    if strays:
        utf8 = _mostly_utf8(raw, len(strays))
        return _decode_as(raw, "utf-8") if utf8 else Decoded("", faults=strays)
    doubtful = _decodes(raw, "euc_jp")
    return _ambiguous("CP932", "EUC-JP") if doubtful else _decode_as(raw, "cp932")


def _mostly_utf8(raw: bytes, lines: int) -> bool:
    """Return whether UTF-8 explains at least half of the lines that are not plain ASCII."""
    return lines * 2 >= sum(1 for line in _LINE_END.split(raw) if _HIGH.search(line))


def _utf8_lines(raw: bytes) -> tuple[RowFault, ...]:
    """Return a fault for each line that is UTF-8 within a file that is not."""
    expected = both(
        "この行は UTF-8 のようです。全体を一つの文字コードにするか、encoding で指定してください",
        "this line seems to be UTF-8 within a file that is not: use one encoding, or name it",
    )
    return tuple(
        RowFault(number, ROW, None, expected)
        for number, line in enumerate(_LINE_END.split(raw), 1)
        if _LONG_UTF8.search(line) and _decodes(line, "utf-8")
    )


def _ambiguous(first: str, second: str) -> Decoded:
    ja = f"文字コードが {first} か {second} か決められません。設定の encoding で指定してください"
    en = f"reads as {first} and as {second}: name the encoding in the configuration"
    return Decoded("", faults=(RowFault(0, "", None, both(ja, en)),))


def _decodes(raw: bytes, codec: str) -> bool:
    try:
        raw.decode(codec)
    except UnicodeDecodeError:
        return False
    return True


def _decode_as(raw: bytes, codec: str) -> Decoded:
    """Decode strictly with one codec; every line that fails is a fault."""
    try:
        text = raw.decode(codec)
    except UnicodeDecodeError as error:
        whole = codec in ("utf-8", "cp932", "euc_jp")
        faults = tuple(_bad_lines(raw, codec)) if whole else ()
        return Decoded("", faults=faults or (_undecodable(0, error, codec),))
    except UnicodeError as error:
        return Decoded("", faults=(RowFault(0, "", None, f"{codec}: {error}"),))
    kept, closed = _without_tail(text.removeprefix("\ufeff"))
    return Decoded(kept, closed, tuple(_controls(kept)))


def _without_tail(text: str) -> tuple[str, bool]:
    """Return the text before the 0x1A or NULs at its end, and whether there was a 0x1A."""
    kept = text.rstrip(_TAIL)
    end = text.find(_END_MARK, len(kept))
    return (text[:end], True) if end >= 0 else (text.rstrip(_TAIL[0]), False)


def _bad_lines(raw: bytes, codec: str) -> Iterator[RowFault]:
    """Yield one fault for each line that does not decode, at its first bad character."""
    for number, line in enumerate(_LINE_END.split(raw), 1):
        try:
            line.decode(codec)
        except UnicodeDecodeError as error:
            yield _undecodable(number, error, codec)


def _undecodable(line: int, error: UnicodeDecodeError, codec: str) -> RowFault:
    """Return the fault of bytes that are no character: their place in the line and their values."""
    place = len(error.object[: error.start].decode(codec, "replace")) + 1
    shown = error.object[error.start : max(error.end, error.start + 2)].hex(" ").upper()
    ja = f"{codec} の文字ではありません。文字コードを確かめ、作り直してください"
    en = f"not {codec}: check the encoding and export the file again"
    return RowFault(line, both(f"{place}文字目", f"character {place}"), shown, both(ja, en))


def _controls(text: str) -> Iterator[RowFault]:
    """Yield a fault for each character that no text holds, such as NUL or 0x1A in the middle."""
    if not _CONTROLS.search(text):
        return
    expected = both(
        "制御文字が入っています。作り直してください",
        "a control character stands here: export the file again",
    )
    for number, line in enumerate(io.StringIO(text, newline=""), 1):
        for found in _CONTROLS.finditer(line):
            place = found.start() + 1
            where = both(f"{place}文字目", f"character {place}")
            yield RowFault(number, where, f"U+{ord(found[0]):04X}", expected)
