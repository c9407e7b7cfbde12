"""Real files in a folder of their own, read by the directory that the entry point names."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.manual import ManualDirectoryType, ManualReader
from syncd.core.calendar import JST
from syncd.core.memberships import DirectorySnapshot
from syncd.errors import DirectoryUnreadable
from syncd.ports.directory import DirectoryContext

NOW = datetime(2027, 4, 10, 9, tzinfo=JST)
HEADER = "基準日,グループ,利用者ID,職員番号,氏名,備考"
ROWS = (
    "R09.04.01,本人確認情報照会,JK001,0000101,山田 太郎,",
    "R09.04.01,本人確認情報照会,JK002,102,佐藤 花子,窓口",
    "R09.04.01,端末室の鍵,JK002,102,佐藤 花子,",
)

ReadList = Callable[..., DirectorySnapshot]
RefuseList = Callable[..., DirectoryUnreadable]


def text_of(*rows: str, header: str = HEADER) -> str:
    return "".join(f"{row}\r\n" for row in (header, *rows))


@pytest.fixture
def reader(tmp_path: Path) -> Callable[..., ManualReader]:
    def build(**options: Any) -> ManualReader:
        given = ManualDirectoryType.Options.model_validate({"path": "list*.csv", **options})
        context = DirectoryContext("juki", tmp_path, 7, lambda: NOW)
        return ManualDirectoryType.build_reader(given, context)

    return build


@pytest.fixture
def read_list(tmp_path: Path, reader: Callable[..., ManualReader]) -> ReadList:
    """Write a list and read it; keywords are options, `name` and `encoding` the file's."""

    def read(
        content: str | bytes, *, name: str = "list.csv", encoding: str = "cp932", **options: Any
    ) -> DirectorySnapshot:
        raw = content if isinstance(content, bytes) else content.encode(encoding)
        (tmp_path / name).write_bytes(raw)
        return reader(**options).read(lambda *_: None)

    return read


@pytest.fixture
def refuse_list(read_list: ReadList) -> RefuseList:
    """Write a list that must not be believed; return why it was not."""

    def refuse(content: str | bytes, **given: Any) -> DirectoryUnreadable:
        with pytest.raises(DirectoryUnreadable) as refusal:
            read_list(content, **given)
        assert refusal.value.remedy
        return refusal.value

    return refuse
