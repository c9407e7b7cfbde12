"""The city's files, its configuration, and its directory as LDIF."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.fakes.slapd import GROUPS, PEOPLE, READER, WRITER, Slapd
from tests.transfer_day import city

ORDER_COLUMNS = (
    *("発令番号", "発令日", "発令区分", "職員番号", "氏名", "所属コード"),
    *("対象発令番号", "発令確定"),
)


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Return a CSV file as a personnel system writes it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue().encode("utf-8-sig")


def orders_file(sent: Iterable[city.Sent]) -> bytes:
    """Return the file of orders: whole each time, as most systems export it."""
    return table(ORDER_COLUMNS, (order.row() for order in sent))


def write_inputs(folder: Path) -> None:
    """Write the inputs of a city in which nobody has moved yet."""
    staff = range(1, city.PEOPLE + 1)
    roster = (
        (
            *(city.BASE_ON, city.staff_number(p), city.name_of(p)),
            *(city.section_code(city.section_of(p)), "主事", "在職", "2020-04-01"),
        )
        for p in staff
    )
    designated = (
        (
            f"J{city.affair_of(city.section_of(p)):02}",
            *(city.section_code(city.section_of(p)), city.staff_number(p), "照会", "2024-04-01"),
        )
        for p in staff
        if city.handles(p)
    )
    rights = (
        (city.right(affair, turn), "ldap", city.right(affair, turn), f"J{affair:02}", "照会")
        for affair in range(city.AFFAIRS)
        for turn in range(city.RIGHTS_EACH)
    )
    units = ((city.section_code(n), f"第{n + 1}課", n) for n in range(city.SECTIONS))
    for name, columns, rows in (
        ("roster", "基準日 職員番号 氏名 所属コード 職名 在職区分 採用日", roster),
        ("designations", "事務コード 所属コード 職員番号 取扱範囲 指定日", designated),
        ("entitlements", "権限ID システム グループ 事務コード 操作", rights),
        ("org_units", "所属コード 所属名 建制順", units),
    ):
        (folder / f"{name}.csv").write_bytes(table(columns.split(), rows))
    (folder / "orders.csv").write_bytes(orders_file(()))


def directory_ldif() -> str:
    """Return 45,000 people and 3,000 groups with 450,000 memberships."""
    members: dict[str, list[int]] = {}
    for person in range(1, city.PEOPLE + 1):
        for name in city.rights_of(person):
            members.setdefault(name, []).append(person)
        for group in city.other_groups_of(person):
            members.setdefault(f"g{group:04}", []).append(person)
    people = (
        f"dn: uid={city.account(p)},{PEOPLE}\nobjectClass: inetOrgPerson\n"
        f"uid: {city.account(p)}\ncn: {city.account(p)}\nsn: {city.account(p)}\n"
        f"employeeNumber: {city.staff_number(p)}\n\n"
        for p in range(1, city.PEOPLE + 1)
    )
    groups = (
        f"dn: cn={name},{GROUPS}\nobjectClass: groupOfNames\ncn: {name}\n"
        + "".join(f"member: uid={city.account(p)},{PEOPLE}\n" for p in who)
        + "\n"
        for name, who in sorted(members.items())
    )
    return "".join(people) + "".join(groups)


def write_site(folder: Path, slapd: Slapd, mail_port: int) -> Path:
    """Write the configuration; return its path. The chief alone may see what 内示 says."""
    for name in ("in", "secrets", "var"):
        (folder / name).mkdir(parents=True)
    write_inputs(folder / "in")
    (folder / "secrets" / "read").write_text("secret-reader")
    (folder / "secrets" / "write").write_text("secret-writer")
    kinds = ("roster", "orders", "designations", "entitlements", "org_units")
    sources = "".join(
        f'[[sources]]\nname = "{kind}"\ntype = "file"\nprovides = "{kind}"\n'
        f'path = "in/{kind}.csv"\n\n'
        for kind in kinds
    )
    config = folder / "syncd.toml"
    config.write_text(_CONFIGURATION.format(sources=sources, slapd=slapd, mail=mail_port), "utf-8")
    return config


_CONFIGURATION = f"""\
[organization]
name = "みほん市"

{{sources}}[[directories]]
name = "ldap"
type = "ldap"
mode = "apply"
url = "{{slapd.ldaps}}"
ca_file = "{{slapd.ca}}"
bind_dn = "{READER}"
bind_password_file = "secrets/read"
write_bind_dn = "{WRITER}"
write_password_file = "secrets/write"
people_base = "{PEOPLE}"
groups_base = "{GROUPS}"

[[actors]]
account = "soukatsu"
staff_number = "{city.staff_number(4)}"
roles = ["chief", "approver"]
sees_advance_notices = true

[[actors]]
account = "unyo"
roles = ["operator", "admin", "auditor"]

[[actors]]
account = "hogo"
roles = ["approver"]

[[actors]]
account = "jinji"
roles = ["personnel"]

[[notifiers]]
name = "mail"
type = "smtp"
host = "127.0.0.1"
port = {{mail}}
security = "none"
sender = "syncd@mihon.example"

[notices]
mail_domain = "mihon.example"
"""
