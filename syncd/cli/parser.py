"""The words of the command line; every command is here with its options and one line of help."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from syncd import __version__
from syncd.cli.options import add_common, day
from syncd.cli.reviewing import add_review
from syncd.core.access import Permission
from syncd.core.cases import CaseState
from syncd.core.residual.reports import ResidualState
from syncd.core.votes import Role

_USER_ACTIONS = ("add", "list", "password", "disable", "enable", "sign-out", "reset-factor")


def make_parser() -> argparse.ArgumentParser:
    """Return the parser; options common to all commands may stand before or after the command."""
    parser = argparse.ArgumentParser(
        prog="syncd",
        description="個人番号事務権限を、異動の日に根拠とともに終わらせます。",
    )
    parser.add_argument("--version", action="version", version=f"syncd {__version__}")
    add_common(parser, first=True)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, text: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text)
        add_common(command, first=False)
        return command

    init = add("init", "設定のひな形を作る / write a commented configuration that works")
    init.add_argument("directory", type=Path, metavar="DIR")
    add("check", "設定とすべての接続を試す / try the configuration and every connection")
    sync = add("sync", "突合し、案件を進め、承認された失効を行う / one whole run")
    sync.add_argument("--as-of", type=day, metavar="D", help="この日の時点で判定する")
    sync.add_argument("--dry-run", action="store_true", help="何も記録せず、何も書かない")
    preview = add("preview", "その日に誰が何を失うか / who would lose what on a day")
    preview.add_argument("--on", type=day, required=True, metavar="D")
    preview.add_argument(
        "--advance-notices",
        action="store_true",
        help="内示も発令とみなす（内示を見てよい人だけ） / take 内示 for orders",
    )
    explain = add("explain", "権限の根拠を説明する / why each right stands or falls")
    explain.add_argument("staff_number", metavar="STAFF_NUMBER")
    explain.add_argument("--as-of", type=day, metavar="D")
    cases = add("cases", "案件の一覧 / list the cases")
    cases.add_argument("--state", choices=[str(state) for state in CaseState], metavar="S")
    _add_decisions(add)
    residual = add("residual", "権限残存報告の一覧 / rights that outlived their ground")
    residual.add_argument("--state", choices=[str(state) for state in ResidualState], metavar="S")
    residual.add_argument("--read", action="store_true", help="アクセスログを読む / read the logs")
    add_review(add)
    _add_pack(add)
    add("drill", "毒を入れた影の突合で、抑止が働くことを確かめる / try every guard on a shadow")
    _add_report(add)
    add("daemon", "常駐して予定どおりに動く / run as a background service")
    _add_who_comes_in(add)
    demo = add("demo", "架空の市で一通り試す / the main job on a fictional city")
    demo.add_argument("--dir", type=Path, default=Path("var/demo"), metavar="DIR")
    demo.add_argument("--console", action="store_true", help="コンソールを開く / serve the console")
    demo.add_argument("--listen", default="127.0.0.1:8470", metavar="HOST:PORT")
    return parser


def _add_decisions(add: Callable[[str, str], argparse.ArgumentParser]) -> None:
    """Add what one person decides under their own account, and what they look at before it."""
    approve = add("approve", "案件または計画を承認する / approve cases or a whole plan")
    approve.add_argument("cases", nargs="*", metavar="CASE")
    approve.add_argument("--plan", metavar="HASH")
    approve.add_argument("--reason", default="", metavar="T")
    ahead = add("pre-approval", "次の異動日の失効を事前に承認する計画 / what a coming day takes")
    ahead.add_argument("--on", type=day, metavar="D", help="この日（既定は次の異動日）")
    add("order-texts", "発令内容の読めた文・読めない文 / which written-out orders are understood")
    refuse = add("refuse", "期限付きで権限を残す（2名） / keep a right until a day")
    refuse.add_argument("case", metavar="CASE")
    refuse.add_argument("--until", type=day, required=True, metavar="D")
    refuse.add_argument("--reason", required=True, metavar="T")
    restore = add("restore", "失効を元に戻す（2名） / put a removed right back")
    restore.add_argument("case", metavar="CASE")
    restore.add_argument("--reason", default="", metavar="T")


def _add_pack(add: Callable[[str, str], argparse.ArgumentParser]) -> None:
    """Add the sender's half of a hand-over."""
    pack = add("pack", "署名した引渡しパッケージを作る / make a signed package to hand over")
    pack.add_argument("files", nargs="*", metavar="KIND=FILE", help="roster=名簿.csv orders=…")
    pack.add_argument("--sender", metavar="NAME", help="送り主 / who sends it")
    pack.add_argument("--valid-on", type=day, metavar="D", help="この日現在の内容 / true on a day")
    pack.add_argument("--key", type=Path, metavar="FILE", help="署名の鍵 / the key that signs")
    pack.add_argument("--out", type=Path, metavar="DIR", help="パッケージを置くフォルダ")
    pack.add_argument("--new-key", type=Path, metavar="FILE", help="鍵を作る / make a pair of keys")


def _add_report(add: Callable[[str, str], argparse.ArgumentParser]) -> None:
    """Add the report for the morning, and what proves it."""
    report = add("report", "朝の報告 / what became of every right of a day, for the morning")
    report.add_argument("--on", type=day, metavar="D", help="この日（なければ今日）")
    report.add_argument(
        "--csv", type=Path, metavar="FILE", help="台帳を書き出す / write the ledger"
    )
    evidence = add("evidence", "証跡を検証する / verify the audit trail")
    evidence.add_argument("action", choices=["verify"])


def _add_who_comes_in(add: Callable[[str, str], argparse.ArgumentParser]) -> None:
    """Add the commands about people and machines that use the console."""
    user = add("user", "コンソールの利用者 / local accounts of the console")
    user.add_argument("action", choices=_USER_ACTIONS)
    user.add_argument("account", nargs="?", metavar="ACCOUNT")
    user.add_argument("--staff-number", metavar="N", help="職員番号(自分の案件を判断しないため)")
    user.add_argument("--role", action="append", default=[], choices=[str(role) for role in Role])
    user.add_argument("--all", action="store_true", help="sign-out: すべての人 / everybody")
    token = add("token", "機械の利用者のトークン / tokens of machine clients of the HTTP API")
    token.add_argument("action", choices=["add", "list", "end"])
    token.add_argument("what", nargs="?", metavar="NAME|ID")
    token.add_argument("--account", metavar="ACCOUNT", help="この人の役割で / with whose roles")
    token.add_argument("--scope", action="append", default=[], choices=[str(p) for p in Permission])
    token.add_argument("--days", type=int, default=0, metavar="N", help="何日で切れるか (1-366)")
