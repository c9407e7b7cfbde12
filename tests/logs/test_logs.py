"""What the log never holds: names, secrets, and what may be a My Number."""

from __future__ import annotations

import json
import logging
from datetime import datetime

import pytest
import structlog

from syncd.core.calendar import JST
from syncd.logs import configure_logs

NOON = datetime(2027, 4, 1, 12, tzinfo=JST)
NUMBER = "123456789012"


def record(capsys: pytest.CaptureFixture[str], **fields: object) -> dict[str, object]:
    configure_logs(as_json=True, clock=lambda: NOON)
    structlog.get_logger("syncd").info("case.opened", **fields)
    said = capsys.readouterr()
    assert said.err == ""
    parsed: dict[str, object] = json.loads(said.out)
    return parsed


def test_a_record_is_one_json_object_with_its_event_and_time(capsys):
    assert record(capsys, staff_number="0000001", count=3) == {
        "event": "case.opened",
        "level": "info",
        "at": "2027-04-01T12:00:00.000+09:00",
        "staff_number": "0000001",
        "count": 3,
    }


@pytest.mark.parametrize("key", ["name", "氏名", "フリガナ", "kana", "password", "Token", "secret"])
def test_keys_that_may_hold_a_name_or_a_secret_are_removed(capsys, key: str):
    assert record(capsys, **{key: "見本太郎"})[key] == "[removed]"
    assert record(capsys, person={key: "見本太郎"})["person"] == {key: "[removed]"}


@pytest.mark.parametrize(
    "value",
    [
        NUMBER,
        f"番号{NUMBER}です",
        int(NUMBER),
        [NUMBER],
        {"row": (NUMBER,)},
        "１２３４５６７８９０１２",
    ],
)
def test_twelve_digits_are_masked_wherever_they_stand(capsys, value: object):
    shown = json.dumps(record(capsys, value=value), ensure_ascii=False)
    assert "[12 digits]" in shown
    assert NUMBER not in shown


def test_a_hexadecimal_id_is_no_number(capsys):
    assert record(capsys, run="a123456789012b")["run"] == "a123456789012b"


@pytest.mark.parametrize("as_json", [True, False])
def test_a_traceback_is_masked_like_everything_else(capsys, as_json: bool):
    configure_logs(as_json=as_json, clock=lambda: NOON)
    try:
        {}[NUMBER]
    except KeyError:
        structlog.get_logger("syncd").exception("run.failed")
    said = capsys.readouterr()
    assert "KeyError" in said.out + said.err
    assert NUMBER not in said.out + said.err
    assert (said.out == "") is not as_json


def test_what_is_below_the_level_is_not_written(capsys):
    configure_logs(as_json=True, clock=lambda: NOON, level=logging.WARNING)
    structlog.get_logger("syncd").info("case.opened")
    assert capsys.readouterr().out == ""
