"""The words of `syncd review`: its actions have words of their own."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from syncd.cli.options import add_common, day
from syncd.core.reviews.questions import Choice


def add_review(add: Callable[[str, str], argparse.ArgumentParser]) -> None:
    """Add the command with its actions."""
    review = add("review", "棚卸: 誰がどの権限を持ち、まだ要るか / access reviews")
    actions = review.add_subparsers(dest="action", required=True, metavar="ACTION")

    def action(name: str, text: str, *, named: bool = True) -> argparse.ArgumentParser:
        made = actions.add_parser(name, help=text, description=text)
        add_common(made, first=False)
        if named:
            made.add_argument("--review", default="", metavar="ID", help="なければ続いている棚卸")
        return made

    start = action("start", "始める / begin one", named=False)
    start.add_argument("name", metavar="NAME")
    start.add_argument("--as-of", type=day, metavar="D", help="基準日（なければ今日）")
    start.add_argument(
        "--at-once", action="store_true", help="最後に読んだ内容ですぐ固定する / freeze at once"
    )
    action("list", "一覧 / list them", named=False)
    show = action("show", "所属ごとの回答 / how each section stands")
    show.add_argument("--section", metavar="S", help="この所属の質問 / its questions")
    show.add_argument("--waiting", action="store_true", help="未回答の質問 / what waits")
    show.add_argument("--after", type=int, default=0, metavar="N", help="この番号の次から")
    _add_answers(action)
    action("close", "すべて回答されたら締め切る / close it once all is answered")
    drop = action("drop", "取りやめる / drop one that was begun by mistake")
    drop.add_argument("--reason", required=True, metavar="T")
    confirm = action("confirm", "記録を確認する（回答していない人） / confirm the record")
    confirm.add_argument("--note", default="", metavar="T")
    export = action("export", "棚卸記録（CSV、--json ならすべて） / write the record")
    export.add_argument("--out", type=Path, metavar="FILE")


def _add_answers(action: Callable[..., argparse.ArgumentParser]) -> None:
    answer = action("answer", "回答する / answer")
    answer.add_argument("numbers", nargs="*", type=int, metavar="NUMBER")
    said = answer.add_mutually_exclusive_group()
    for choice, text in (
        (Choice.NEEDED, "要"),
        (Choice.NOT_NEEDED, "不要"),
        (Choice.NOT_MINE, "担当違い"),
    ):
        said.add_argument(
            f"--{choice}", dest="choice", action="store_const", const=choice, help=text
        )
    answer.add_argument("--reason", default="", metavar="T", help="要のほかは必須")
    answer.add_argument("--rest-of", metavar="S", help="この所属の残り全部を「要」とする")
    answer.add_argument("--shown", metavar="SHA256", help="show --section が示した値")
    assign = action("assign", "ほかの所属に尋ねる（総括責任者） / ask another section")
    assign.add_argument("numbers", nargs="+", type=int, metavar="NUMBER")
    assign.add_argument("--to", required=True, metavar="S")
    assign.add_argument("--reason", default="", metavar="T")
