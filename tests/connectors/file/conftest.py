"""Real files in a folder of their own, read by the source that the entry point names."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from connectors.file import FileSourceType
from syncd.core.facts import Provides
from syncd.errors import RowFault, SourceRefused
from syncd.ports.source import Source, SourceContext, SourceReading

STATUS_WORDS = {
    "在職": "at-work",
    "休職": "suspended",
    "育児休業": "suspended",
    "派遣": "away",
    "退職": "separated",
}

BuildSource = Callable[..., Source]
ReadRows = Callable[..., SourceReading]
RefuseRows = Callable[..., tuple[RowFault, ...]]


def as_csv(rows: Iterable[Iterable[str]], encoding: str = "cp932") -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode(encoding)


def as_xlsx(rows: Iterable[Iterable[Any]], title: str = "名簿") -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    raw = io.BytesIO()
    book.save(raw)
    return raw.getvalue()


@pytest.fixture
def build_source(tmp_path: Path) -> BuildSource:
    """Return a source over the folder `tmp_path`; keywords are its options."""

    def build(provides: str, path: str = "in.csv", **options: Any) -> Source:
        context = SourceContext("s", Provides(provides), tmp_path, 7, STATUS_WORDS)
        return FileSourceType.build(FileSourceType.Options(path=path, **options), context)

    return build


@pytest.fixture
def read_bytes(tmp_path: Path, build_source: BuildSource) -> ReadRows:
    """Write bytes to a file and read it."""

    def read(provides: str, raw: bytes, path: str = "in.csv", **options: Any) -> SourceReading:
        (tmp_path / path).write_bytes(raw)
        return build_source(provides, path, **options).read()

    return read


@pytest.fixture
def read_rows(read_bytes: ReadRows) -> ReadRows:
    """Write rows (the first is the header) to a CSV file and read it."""

    def read(provides: str, rows: Iterable[Iterable[str]], **options: Any) -> SourceReading:
        return read_bytes(provides, as_csv(rows), **options)

    return read


@pytest.fixture
def refuse_bytes(read_bytes: ReadRows) -> RefuseRows:
    """Write bytes to a file, see it refused, and return the faults."""

    def refuse(provides: str, raw: bytes, **options: Any) -> tuple[RowFault, ...]:
        with pytest.raises(SourceRefused) as caught:
            read_bytes(provides, raw, **options)
        return caught.value.faults

    return refuse


@pytest.fixture
def refuse_rows(refuse_bytes: RefuseRows) -> RefuseRows:
    """Write rows to a CSV file, see it refused, and return the faults."""

    def refuse(
        provides: str, rows: Iterable[Iterable[str]], **options: Any
    ) -> tuple[RowFault, ...]:
        return refuse_bytes(provides, as_csv(rows), **options)

    return refuse


@pytest.fixture
def to_csv() -> Callable[..., bytes]:
    return as_csv


@pytest.fixture
def to_xlsx() -> Callable[..., bytes]:
    return as_xlsx
