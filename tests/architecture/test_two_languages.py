"""Nothing that people read in the console is written in one language only.

mypy holds that no error of these kinds is raised without its Japanese; here it is held that both
are what they say they are.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from syncd import errors
from syncd.bilingual import Bilingual, english, japanese

ROOT = Path(__file__).resolve().parents[2]
CODE = sorted([*ROOT.glob("syncd/**/*.py"), *ROOT.glob("connectors/**/*.py")])
TOLD = {
    name
    for name, found in vars(errors).items()
    if isinstance(found, type) and issubclass(found, errors.UsageError.__mro__[1])
} | {"ForgedRequest", "Bilingual"}
JAPANESE = re.compile(r"[぀-ヿ一-鿿]")


def sentences() -> Iterator[tuple[str, ast.Call]]:
    for path in CODE:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            called = node.func if isinstance(node, ast.Call) else None
            if isinstance(node, ast.Call) and isinstance(called, ast.Name) and called.id in TOLD:
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node


def written(node: ast.expr) -> str:
    """Return what stands in a text itself, without what is filled in."""
    parts = [n for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    return "".join(str(part.value) for part in parts)


def test_the_errors_that_people_are_shown_are_those_that_ask_for_both_languages():
    assert {"NotPermitted", "NoSuchCase", "IllegalMove", "UsageError"} <= TOLD


@pytest.mark.parametrize(
    ("where", "call"), [*sentences()], ids=lambda v: v if isinstance(v, str) else ""
)
def test_every_sentence_is_told_in_both_languages(where: str, call: ast.Call):
    given = {k.arg: written(k.value) for k in call.keywords if k.arg in ("ja", "en")}
    given.setdefault("text", written(call.args[0]) if call.args else "")
    ja = given.get("ja", given["text"])
    en = given.get("en", given["text"])
    assert not re.search(r"\w", ja) or JAPANESE.search(ja), where
    assert not JAPANESE.search(re.sub("「.*?」|『.*?』", "", en)), where
    assert len(given) > 1, where


def test_a_sentence_is_one_text_for_machines_and_two_for_people():
    told = Bilingual("there is none", ja="ありません")
    assert (str(told), japanese(told), english(told)) == (
        "there is none",
        "ありません",
        "there is none",
    )
    assert (japanese("plain"), english("plain")) == ("plain", "plain")


def test_an_error_that_is_only_technical_is_led_by_a_japanese_sentence():
    for kind in (errors.StoreError, errors.ConfigurationError, errors.EvidenceError):
        told = kind("connection refused").told
        assert JAPANESE.match(told.ja)
        assert told.ja.endswith(": connection refused")
        assert told.en == "connection refused"
    unread = errors.DirectoryUnreadable("ad", "timed out", "Try again.").told
    assert unread.ja.startswith("ディレクトリ ad をすべて読むことができません")
