"""Turns `people.txt` into the files a city has: CP932, 和暦, xlsx, LDIF, with all their oddities.

`python -m tests.acceptance.make_city FOLDER` writes the whole city there, configuration included.
"""

import base64
import csv
import io
import shutil
import sys
from datetime import date
from pathlib import Path

import openpyxl

from tests.acceptance.city_text import STANDS, City, read_city

HERE = Path(__file__).parent / "city"
KIKAN = "dc=mihon,dc=lg,dc=jp"
ZEI = "dc=zei,dc=mihon,dc=lg,dc=jp"
POSIX_GROUP, POSIX_GID = "mn-koseki-view", "5001"
UNIQUE_GROUP = "mn-tax-print"
ROSTER = "基準日 職員番号 氏名 フリガナ 職員区分 所属コード 所属名 職名 兼務所属コード 在職区分 採用日 任期満了日 退職日"
ORDERS = "発令番号 発令日 発令区分 職員番号 氏名 所属コード 職名 終了日 対象発令番号 発令確定"
DESIGNATIONS = (
    "事務コード 事務の名称 所属コード 職員番号 氏名 取扱範囲 指定日 解除日 有効期限 指定者"
)
UNITS = "所属コード 所属名 上位所属コード 建制順 開始日 終了日 移行先所属コード"
ACCOUNTS = "システム 利用者ID 職員番号 種別 管理者 有効期限"


def make_city(folder: Path, source: Path = HERE, stage: str = "later") -> City:
    """Write the files of the city in `source` to `folder` and return what they were made from."""
    city = read_city(source / "people.txt")
    inputs = folder / "in"
    inputs.mkdir(parents=True)
    (folder / "var").mkdir()
    shutil.copy(HERE / "syncd.toml", folder / "syncd.toml")
    write_lists(inputs, city, stage)
    _write_the_rest(inputs, city)
    return city


def write_lists(inputs: Path, city: City, stage: str) -> None:
    """Write the roster and the list of designated handlers as they were `earlier` or `later`."""
    _write_roster(inputs / "roster.csv", city, stage)
    _write_designations(inputs / "designations.xlsx", city, stage)


def _write_the_rest(inputs, city):
    orders = [order for person in city.people for order in person.orders]
    (inputs / "orders.csv").write_bytes(_csv(ORDERS.split(), orders).encode("cp932"))
    rights = _csv(list(city.rights[0]), city.rights)
    (inputs / "entitlements.csv").write_bytes(rights.encode("utf-8-sig"))
    _write_training(inputs / "training.csv", city)
    units = [unit | {"建制順": str(rank)} for rank, unit in enumerate(city.units, 1)]
    (inputs / "org_units.csv").write_bytes(_csv(UNITS.split(), units).encode("utf-8"))
    listed = [row for person in city.people for row in person.listed]
    (inputs / "accounts.csv").write_bytes(_csv(ACCOUNTS.split(), listed, "\n").encode("utf-8"))
    (inputs / "kikan.ldif").write_bytes(_slapcat(_kikan(city)))
    (inputs / "zei.ldif").write_bytes(_ldapsearch(_zei(city)))


def _csv(columns, rows, line_end="\r\n"):
    """Return the table with a header; a line break inside a cell stays quoted."""
    out = io.StringIO()
    table = csv.DictWriter(out, columns, restval="", lineterminator=line_end)
    table.writeheader()
    table.writerows(rows)
    return out.getvalue()


def _write_roster(path, city, stage):
    """CP932, CRLF, an empty line and a line of commas within, and the 0x1A of old programs."""
    base = city.base if stage == "later" else city.earlier_base
    rows = [
        {"基準日": base[1], "職員番号": person.staff_number} | person.roster
        for person in city.people
        if person.roster is not None and person.roster_stands in ("always", stage)
    ]
    text = _csv(ROSTER.split(), rows)
    head, _, rest = text.partition("\r\n")
    blank = "\r\n" + "," * (len(ROSTER.split()) - 1) + "\r\n\r\n"
    path.write_bytes((head + blank + rest).encode("cp932") + b"\x1a")


def _write_designations(path, city, stage):
    """A workbook with a title above the header, numbers and dates where the text asks for them."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "名簿"
    sheet.append(["事務取扱担当者名簿"])
    sheet.append(DESIGNATIONS.split())
    for person in city.people:
        for row in person.designations:
            if row.get(STANDS, stage) != stage:
                continue
            sheet.append([_xlsx_cell(row.get(column, "")) for column in DESIGNATIONS.split()])
    book.create_sheet("凡例").append(["取扱範囲は ; で区切る"])
    book.save(path)


def _xlsx_cell(text):
    kind, _, value = text.partition(":")
    match kind:
        case "num":
            return int(value)
        case "day":
            return date.fromisoformat(value)
        case "serial":
            return (date.fromisoformat(value) - date(1899, 12, 30)).days
    return text or None


def _write_training(path, city):
    """UTF-8 with BOM, the headers of the training provider: the configuration maps them."""
    rows = [
        {"受講者番号": person.staff_number, "研修名": "特定個人情報保護研修", "受講年月日": day}
        for person in city.people
        for day in person.training
    ]
    path.write_bytes(_csv(["受講者番号", "研修名", "受講年月日"], rows).encode("utf-8-sig"))


def _account_entry(uid, base, cells, primary):
    entry = [("dn", f"uid={uid},ou=people,{base}"), ("objectClass", "inetOrgPerson")]
    if primary:
        entry += [("objectClass", "posixAccount"), ("gidNumber", POSIX_GID)]
        entry += [("uidNumber", "20001"), ("homeDirectory", "/home/mihon")]
    return [*entry, ("uid", uid), ("cn", f"見本 {uid}"), ("sn", "見本"), *cells.items()]


def _members(city, directory):
    """Return the accounts that stand in each group of the directory themselves."""
    groups = {
        _short(right["グループ"]): [] for right in city.rights if right["システム"] == directory
    }
    names = {right["権限ID"]: _short(right["グループ"]) for right in city.rights}
    for person in city.people:
        for line in person.expected:
            if city.directory_of(line.right) == directory and line.via != "primary":
                groups.setdefault(line.via or names[line.right], []).append(line.account)
    return groups


def _short(group):
    return group.split(",")[0].split("=")[-1]


def _kikan(city):
    """Return the entries of the main directory: people, then groups, some within others."""
    yield [("dn", KIKAN), ("objectClass", "domain"), ("dc", "mihon")]
    for name in ("people", "groups"):
        yield [("dn", f"ou={name},{KIKAN}"), ("objectClass", "organizationalUnit"), ("ou", name)]
    for person in city.people:
        primary = any(line.via == "primary" for line in person.expected)
        zei_only = {a.account for a in person.expected if city.directory_of(a.right) == "zei"}
        for uid, cells in person.entries.items():
            if uid not in zei_only:
                yield _account_entry(uid, KIKAN, cells, primary)
    groups = _members(city, "kikan") | {group: [member] for group, member in city.unlisted}
    for group, accounts in groups.items():
        within = [member for member, parent in city.nested if parent == group]
        yield _group_entry(group, accounts, within)


def _group_entry(group, accounts, within):
    dn = f"cn={group},ou=groups,{KIKAN}"
    if group == POSIX_GROUP:
        entry = [("dn", dn), ("objectClass", "posixGroup"), ("cn", group), ("gidNumber", POSIX_GID)]
        return entry + [("memberUid", uid) for uid in accounts]
    unique = group == UNIQUE_GROUP
    kind, attribute = (
        ("groupOfUniqueNames", "uniqueMember") if unique else ("groupOfNames", "member")
    )
    entry = [("dn", dn), ("objectClass", kind), ("cn", group)]
    entry += [(attribute, f"cn={name},ou=groups,{KIKAN}") for name in within]
    return entry + [(attribute, _dn(uid, KIKAN)) for uid in accounts]


def _dn(uid, base):
    """Return the DN of an account, or what already is one."""
    return uid if "," in uid else f"uid={uid},ou=people,{base}"


def _zei(city):
    """Return the entries of the second directory: no staff numbers, Japanese group names."""
    groups = _members(city, "zei")
    for uid in dict.fromkeys(uid for accounts in groups.values() for uid in accounts):
        yield _account_entry(uid, ZEI, {}, primary=False)
    for group, accounts in groups.items():
        entry = [("dn", f"cn={group},ou=groups,{ZEI}"), ("objectClass", "groupOfNames")]
        yield [*entry, ("cn", group), *(("member", _dn(uid, ZEI)) for uid in accounts)]


def _ldif_line(name, value):
    """Return one attribute, base64 where RFC 2849 asks for it, folded at 76 columns."""
    if value.isascii() and not value.startswith((" ", ":", "<")) and not value.endswith(" "):
        line = f"{name}: {value}"
    else:
        line = f"{name}:: {base64.b64encode(value.encode()).decode()}"
    parts = [line[:76], *(f" {line[at : at + 75]}" for at in range(76, len(line), 75))]
    return "\n".join(parts) + "\n"


def _entries(entries):
    return ["".join(_ldif_line(name, value) for name, value in entry) + "\n" for entry in entries]


def _slapcat(entries):
    """Return the export as slapcat writes it."""
    return "".join(_entries(entries)).encode("ascii")


def _ldapsearch(entries):
    """Return the export as ldapsearch writes it: comments, the result and the number of entries."""
    found = _entries(entries)
    head = "# extended LDIF\n#\n# LDAPv3\n# filter: (objectclass=*)\n# requesting: ALL\n#\n\n"
    tail = "# search result\nsearch: 2\nresult: 0 Success\n\n"
    counts = f"# numResponses: {len(found) + 1}\n# numEntries: {len(found)}\n"
    return (head + "".join(found) + tail + counts).encode("ascii")


if __name__ == "__main__":
    make_city(Path(sys.argv[1]))
