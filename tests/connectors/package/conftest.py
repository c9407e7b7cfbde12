"""A sender with a key, a drop folder, and the sources that read from it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from connectors.package import PackageSource, PackageSourceType
from connectors.package.signing import read_private_key
from syncd.core.calendar import JST
from syncd.core.facts import Provides
from syncd.ports.handover import Packing
from syncd.ports.source import SourceContext

SENDER = "人事課"
MADE_AT = datetime(2027, 3, 31, 18, tzinfo=JST)
APRIL = date(2027, 4, 1)
ORDERS = "発令番号,発令日,発令区分,職員番号,氏名,所属コード,職名,終了日,対象発令番号,発令確定\r\n"
ROSTER = "基準日,職員番号,氏名,フリガナ,職員区分,所属コード,所属名,職名,兼務所属コード,在職区分,採用日,任期満了日,退職日\r\n"


def order(number: int, to: str = "20010") -> str:
    return f"R9-{number},2027-04-01,配置換,{number},山田 太郎,{to},主事,,,確定\r\n"


def employee(number: int, on: str = "2027-04-01") -> str:
    return f"{on},{number},山田 太郎,ヤマダ タロウ,正規,12010,税務課,主事,,在職,2020-04-01,,\r\n"


class Sender:
    """The sending side: its folder of packages is the drop folder of the receiving one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.drop = folder / "drop"
        self.key = folder / "hr"
        self.made = 0
        PackageSourceType.make_keys(self.key, folder / "hr.pub")

    def send(self, *, valid_on: date = APRIL, **tables: str) -> Path:
        """Pack tables by kind of fact (`orders=…`, `roster=…`)."""
        files = {}
        for kind, text in tables.items():
            path = self.folder / f"{kind}.csv"
            path.write_bytes(text.encode("cp932"))
            files[Provides(kind)] = path
        self.made += 1
        made_at = MADE_AT + timedelta(minutes=self.made)
        packing = Packing(SENDER, valid_on, made_at, self.key, files, 7, {"在職": "at-work"})
        return PackageSourceType.pack(packing, self.drop)

    def source(self, provides: Provides = Provides.ORDERS, **changes: object) -> PackageSource:
        given = {"path": "drop", "sender": SENDER, "sender_key": "hr.pub", **changes}
        options = PackageSourceType.Options.model_validate(given)
        context = SourceContext("hr", provides, self.folder, 7, {"在職": "at-work"})
        return PackageSourceType.build(options, context)  # type: ignore[return-value]

    def forged(
        self, path: Path, change: Callable[[dict[str, bytes]], None], *, sign: bool = False
    ) -> None:
        """Change the members of a package; `sign`: and its manifest's signature with them."""
        with zipfile.ZipFile(path) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        change(members)
        if sign:
            key = read_private_key(self.key)
            members["manifest.sig"] = key.sign(members["manifest.json"])
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in members.items():
                archive.writestr(name, content)
        path.write_bytes(buffer.getvalue())


@pytest.fixture
def sender(tmp_path: Path) -> Sender:
    return Sender(tmp_path)
