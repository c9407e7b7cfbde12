"""The organisation of みほん市: sections, My-Number affairs, and the rights that serve them.

All of it invented. 部 have codes like 20000, 課 20020, 係 20021; the table stands in 建制順.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Section:
    """One 部, 課 or 係; `staff` is how many people sit in it itself (not in those below)."""

    code: str
    name: str
    parent: str
    staff: int = 0

    @property
    def division(self) -> str:
        """Return the code of the 課 it belongs to; a designation is made for the 課."""
        return self.code[:4] + "0"


@dataclass(frozen=True, slots=True)
class Right:
    """One row of the list of entitlements; `group` is the group's short name (Japanese)."""

    entitlement: str
    group: str
    affairs: tuple[str, ...]
    operations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Desk:
    """What the people of one 係 do: their affair, the right all hold, and the one half of them.

    `edits` is "" where nobody there needs more than the first.
    """

    section: str
    affair: str
    views: str
    edits: str = ""


AFFAIRS = {
    "SAL": "職員の給与及び社会保険に関する事務（関係事務）",
    "JUKI": "住民基本台帳に関する事務",
    "CARD": "個人番号カードの申請受付及び交付に関する事務",
    "TAX": "個人住民税の賦課に関する事務",
    "PAY": "地方税の収納及び滞納整理に関する事務",
    "NHI": "国民健康保険に関する事務",
    "WEL": "生活保護の決定及び実施に関する事務",
    "DIS": "障害福祉サービスに関する事務",
    "CARE": "介護保険に関する事務",
    "CHILD": "児童手当の支給に関する事務",
}

_VIEW, _EDIT = ("照会",), ("照会", "更新")

RIGHTS = (
    Right("SAL-EDIT", "番号_給与_更新", ("SAL",), _EDIT),
    Right("JUKI-VIEW", "番号_住民記録_照会", ("JUKI", "CARD"), _VIEW),
    Right("JUKI-EDIT", "番号_住民記録_更新", ("JUKI",), _EDIT),
    Right("CARD-ISSUE", "番号_カード_交付", ("CARD",), ("照会", "交付")),
    Right("TAX-VIEW", "番号_住民税_照会", ("TAX", "PAY"), _VIEW),
    Right("TAX-EDIT", "番号_住民税_更新", ("TAX",), _EDIT),
    Right("PAY-EDIT", "番号_収納_更新", ("PAY",), _EDIT),
    Right("NHI-VIEW", "番号_国保_照会", ("NHI",), _VIEW),
    Right("NHI-EDIT", "番号_国保_更新", ("NHI",), _EDIT),
    Right("WEL-EDIT", "番号_生活保護_更新", ("WEL",), _EDIT),
    Right("DIS-EDIT", "番号_障害福祉_更新", ("DIS",), _EDIT),
    Right("CARE-EDIT", "番号_介護保険_更新", ("CARE",), _EDIT),
    Right("CHILD-EDIT", "番号_児童手当_更新", ("CHILD",), _EDIT),
)

NESTED = {"TAX-EDIT": "TAX-VIEW"}
"""The group of the first right is a member of the group of the second."""

DESKS = (
    Desk("10021", "SAL", "SAL-EDIT"),
    Desk("20011", "JUKI", "JUKI-VIEW", "JUKI-EDIT"),
    Desk("20012", "CARD", "JUKI-VIEW", "CARD-ISSUE"),
    Desk("20021", "TAX", "TAX-VIEW", "TAX-EDIT"),
    Desk("20022", "TAX", "TAX-VIEW"),
    Desk("20031", "PAY", "PAY-EDIT"),
    Desk("20032", "PAY", "TAX-VIEW", "PAY-EDIT"),
    Desk("20041", "NHI", "NHI-VIEW", "NHI-EDIT"),
    Desk("20042", "NHI", "NHI-VIEW"),
    Desk("30011", "WEL", "WEL-EDIT"),
    Desk("30012", "DIS", "DIS-EDIT"),
    Desk("30021", "CARE", "CARE-EDIT"),
    Desk("30022", "CARE", "CARE-EDIT"),
    Desk("30041", "CHILD", "CHILD-EDIT"),
)


def _division(code: str, name: str, staff: int, *desks: str) -> tuple[Section, ...]:
    """Return a 課 with its 係; each 係 has ten people, the 課 itself `staff`."""
    below = (Section(f"{code[:4]}{n}", desk, code, 10) for n, desk in enumerate(desks, 1))
    return (Section(code, name, code[0] + "0000", staff), *below)


SECTIONS = (
    Section("10000", "総務部", "", 1),
    *_division("10010", "総務課", 14),
    *_division("10020", "人事課", 2, "給与係", "人事係"),
    *_division("10030", "財政課", 11),
    *_division("10040", "情報政策課", 12),
    *_division("10050", "危機管理課", 9),
    Section("20000", "市民部", "", 1),
    *_division("20010", "市民課", 2, "住民記録係", "マイナンバーカード係"),
    *_division("20020", "税務課", 2, "市民税係", "資産税係"),
    *_division("20030", "収納課", 2, "収納係", "滞納整理係"),
    *_division("20040", "保険年金課", 2, "国保係", "年金係"),
    *_division("20050", "環境課", 12),
    Section("30000", "健康福祉部", "", 1),
    *_division("30010", "福祉課", 2, "生活支援係", "障害福祉係"),
    *_division("30020", "介護保険課", 2, "認定係", "給付係"),
    *_division("30030", "健康増進課", 14),
    *_division("30040", "子育て支援課", 2, "手当係", "保育係"),
    Section("40000", "産業建設部", "", 1),
    *_division("40010", "農林課", 11),
    *_division("40020", "商工観光課", 11),
    *_division("40030", "土木課", 14),
    *_division("40040", "建築住宅課", 11),
    *_division("40050", "都市計画課", 11),
    Section("50000", "教育委員会事務局", "", 1),
    *_division("50010", "教育総務課", 11),
    *_division("50020", "学校教育課", 11),
    *_division("50030", "生涯学習課", 14),
    Section("60000", "水道部", "", 1),
    *_division("60010", "水道総務課", 9),
    *_division("60020", "工務課", 14),
    Section("90000", "議会事務局", "", 1),
    *_division("90010", "議事課", 5),
)

BY_CODE = {section.code: section for section in SECTIONS}

ELSEWHERE = tuple(
    code
    for code in BY_CODE
    if code[4] == "0" and code[3] != "0" and BY_CODE[code].staff > 2  # noqa: PLR2004 - a 課 whose people sit in 係 has two of its own
)
"""課 without My-Number affairs, to which people are moved."""
