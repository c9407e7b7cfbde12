"""Which files are taken as evidence: told by their content, never by their name.

Promise: what is kept is one of a short list of kinds that a viewer shows and that runs nothing
(OWASP ASVS 5, 5.2.2), within a size, and text in it holds no My Numbers. Nothing is unpacked: of
a workbook or a document only the list of its parts is read.
"""

from __future__ import annotations

import io
import unicodedata
import zipfile

from syncd.core.my_number import candidates, hold_my_numbers
from syncd.errors import EvidenceRefused

MOST_BYTES = 10 * 1024 * 1024
LONGEST_NAME = 120

_OFFICE = "application/vnd.openxmlformats-officedocument."
_MAGIC = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
)
_PARTS = {
    "xl/workbook.xml": f"{_OFFICE}spreadsheetml.sheet",
    "word/document.xml": f"{_OFFICE}wordprocessingml.document",
}
_SUFFIXES = {
    "application/pdf": ".pdf",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    _PARTS["xl/workbook.xml"]: ".xlsx",
    _PARTS["word/document.xml"]: ".docx",
    "text/csv": ".csv",
    "text/plain": ".txt",
}
_RUNS = ("vbaproject.bin", "activex", "embeddings/")
_MOST_PARTS = 10_000
_PLAIN_CONTROLS = frozenset("\t\r\n\f\x1a")
# What Python makes of the bytes A0 and FD-FF, which are no characters of CP932.
_NO_CHARACTERS = frozenset("\uf8f0\uf8f1\uf8f2\uf8f3")


def media_type_of(content: bytes, file_name: str) -> str:
    """Return what kind of file it is; raises EvidenceRefused for a kind that is not taken.

    The name only tells a table from other text.
    """
    if not content or len(content) > MOST_BYTES:
        raise EvidenceRefused(
            f"a file must hold something, and {MOST_BYTES // 2**20} MB at most.",
            ja=f"ファイルは空でなく、{MOST_BYTES // 2**20} MB までにしてください。",
        )
    for magic, kind in _MAGIC:
        if content.startswith(magic):
            return kind
    if content.startswith(b"PK\x03\x04"):
        return _office_kind(content)
    return _text_kind(content, file_name)


def safe_name(file_name: str, media_type: str) -> str:
    """Return a name for a file: no folder, no control character, and the end that its kind has."""
    last = file_name.replace("\\", "/").rpartition("/")[2]
    shown = "".join(c for c in last if unicodedata.category(c)[0] != "C" and c not in '"<>|:*?')
    stem = shown.rpartition(".")[0] if "." in shown else shown
    return f"{stem.strip(' .')[:LONGEST_NAME] or 'evidence'}{_SUFFIXES[media_type]}"


def _office_kind(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = [name.lower() for name in archive.namelist()[:_MOST_PARTS]]
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise _not_taken() from error
    kind = next((kind for part, kind in _PARTS.items() if part in names), None)
    if kind is None or any(part in name for name in names for part in _RUNS):
        raise _not_taken()
    return kind


def _text_kind(content: bytes, file_name: str) -> str:
    text = _decoded(content)
    if any(map(_is_binary, set(text))):
        raise _not_taken()
    if hold_my_numbers(number for line in text.splitlines() for number in candidates(line)):
        raise EvidenceRefused(
            "the file seems to hold My Numbers. Attach it without them, and delete this one.",
            ja="個人番号と思われる値があります。個人番号を除いたものを添付し、"
            "このファイルは消してください。",
        )
    return "text/csv" if file_name.lower().endswith((".csv", ".tsv")) else "text/plain"


def _is_binary(character: str) -> bool:
    control = unicodedata.category(character) == "Cc" and character not in _PLAIN_CONTROLS
    return control or character in _NO_CHARACTERS


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _not_taken()


def _not_taken() -> EvidenceRefused:
    return EvidenceRefused(
        "evidence is a PDF, PNG, JPEG, plain text, CSV, xlsx or docx without macros.",
        ja="証拠にできるのは、PDF、PNG、JPEG、テキスト、CSV、マクロのない xlsx・docx です。",
    )
