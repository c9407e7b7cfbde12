"""A generated town of today, with a roster of any size, and a slapd that holds its groups."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from tests.e2e.one_directory import APPROVER
from tests.fakes.slapd import GROUPS, PEOPLE, READER, Slapd, group, ldif_group, ldif_person, person

_KINDS = ("roster", "orders", "designations", "entitlements", "training")
_AFFAIRS = 5
_A_SECTION = 20


def write_town(folder: Path, slapd: Slapd, people: int, today: date) -> Path:
    """Write the files and the configuration of a town; every second person handles My Numbers."""
    (folder / "in").mkdir(parents=True)
    (folder / "secrets").mkdir()
    (folder / "secrets" / "read").write_text("secret-reader")
    for kind, lines in _files(people, today).items():
        text = "\r\n".join(lines) + "\r\n"
        (folder / "in" / f"{kind}.csv").write_text(text, "utf-8", newline="")
    sources = "".join(
        f'[[sources]]\nname = "{kind}"\ntype = "file"\nprovides = "{kind}"\n'
        f'path = "in/{kind}.csv"\nmax_age = "36h"\n'
        for kind in _KINDS
    )
    config = folder / "syncd.toml"
    config.write_text(
        f"""[organization]
name = "みほん町"
{sources}
[[directories]]
name = "ad"
type = "ldap"
mode = "apply"
url = "{slapd.ldaps}"
ca_file = "{slapd.ca}"
bind_dn = "{READER}"
bind_password_file = "secrets/read"
people_base = "{PEOPLE}"
groups_base = "{GROUPS}"
[policy]
training_months = 12
{APPROVER}""",
        "utf-8",
    )
    return config


def seed(people: int) -> str:
    """Return what the town's slapd is loaded with."""
    accounts = "".join(ldif_person(f"u{n:05}", f"{n:07}") for n in range(1, people + 1))
    return accounts + "".join(
        ldif_group(f"mn-{affair}", [person(f"u{n:05}") for n in handlers(people, affair)])
        for affair in range(_AFFAIRS)
    )


def handlers(people: int, affair: int) -> Sequence[int]:
    """Return who handles an affair."""
    return [n for n in range(1, people + 1) if n % (2 * _AFFAIRS) == 2 * affair + 1]


def _section(n: int) -> str:
    return f"{10 + n // _A_SECTION:03}10"


def _files(people: int, today: date) -> dict[str, list[str]]:
    everybody = range(1, people + 1)
    base = today - timedelta(days=20)
    ordered = today - timedelta(days=40)
    return {
        "roster": [
            "基準日,職員番号,氏名,フリガナ,職員区分,所属コード,所属名,職名,在職区分,採用日,任期満了日,退職日",
            *(
                f"{base},{n:07},見本 {n},ミホン,正規,{_section(n)},課{_section(n)},主事,在職,2015-04-01,,"
                for n in everybody
            ),
        ],
        "orders": [
            "発令番号,発令日,発令区分,職員番号,氏名,所属コード,職名,終了日,対象発令番号,発令確定",
            *(
                f"R8-{n:04},{ordered},配置換,{n:07},見本 {n},{_section(n)},主事,,,確定"
                for n in everybody
                if n % 10 == 0
            ),
        ],
        "designations": [
            "事務コード,事務の名称,所属コード,職員番号,氏名,取扱範囲,指定日,解除日,有効期限,指定者",
            *(
                f"A{affair},事務{affair},{_section(n)},{n:07},見本 {n},照会,2024-04-01,,,課長"
                for affair in range(_AFFAIRS)
                for n in handlers(people, affair)
            ),
        ],
        "entitlements": [
            "権限ID,システム,グループ,権限名,事務コード,操作",
            *(
                f'R{affair},ad,"{group(f"mn-{affair}")}",権限{affair},A{affair},照会'
                for affair in range(_AFFAIRS)
            ),
        ],
        "training": [
            "職員番号,研修名,受講日",
            *(
                f"{n:07},特定個人情報研修,{today - timedelta(days=100)}"
                for affair in range(_AFFAIRS)
                for n in handlers(people, affair)
            ),
        ],
    }
