"""What every source promises (syncd/ports/source.py), tried on each implementation.

A new source adds a `Bench`: how to lay out a good input, and inputs that must be refused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path

import pytest

from connectors.file import FileSourceType
from syncd.core.facts import Provides
from syncd.errors import SourceRefused
from syncd.ports.source import Source, SourceContext

HEADER = "職員番号,研修名,受講日\r\n"
GOOD = (HEADER + "1,研修,R7.4.1\r\n2,研修,20250402\r\n").encode("cp932")
ONE_ROW_WRONG = (HEADER + "1,研修,R7.4.1\r\n2,研修,2025-02-30\r\n").encode("cp932")
MY_NUMBERS = ("123456789018", "111111111118", "222222222225", "333333333332")


@dataclass(frozen=True)
class Bench:
    """One implementation: `lay` puts an input in place and returns the source that reads it."""

    lay: Callable[..., Source]
    good: bytes | None
    one_row_wrong: bytes | None
    refused: dict[str, bytes | None]


def _file_bench(folder: Path) -> Bench:
    def lay(raw: bytes | None, **options: object) -> Source:
        if raw is not None:
            (folder / "in.csv").write_bytes(raw)
        context = SourceContext("training", Provides.TRAINING, folder, 7, {})
        return FileSourceType.build(FileSourceType.Options(path="in.csv", **options), context)

    numbers = "".join(f"{n},研修{n},R7.4.1\r\n" for n in MY_NUMBERS)
    return Bench(
        lay,
        GOOD,
        ONE_ROW_WRONG,
        {
            "missing": None,
            "empty": b"",
            "undecodable": GOOD + b"\xff\xff,\x85\r\n",
            "binary": hashlib.sha256(b"x").digest() * 40,
            "truncated": GOOD[:-6],
            "open quote": GOOD + b'3,"x,R7.4.1\r\n',
            "no header": GOOD.split(b"\r\n", 1)[1],
            "my numbers": (HEADER + numbers).encode("cp932"),
            "broken workbook": b"PK\x03\x04" + GOOD,
        },
    )


REFUSED = ["missing", "empty", "undecodable", "binary", "truncated", "open quote", "no header"]
REFUSED += ["my numbers", "broken workbook"]


@pytest.fixture(params=[_file_bench], ids=["file"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Bench:
    """Each implementation in turn, in a folder of its own."""
    made: Bench = request.param(tmp_path)
    return made


def test_a_reading_names_its_source_and_what_it_provides(bench: Bench) -> None:
    source = bench.lay(bench.good)
    reading = source.read()
    assert (reading.source, reading.provides) == (source.name, source.provides)
    assert all(record.source == source.name for record in reading.records)


def test_reading_the_same_bytes_twice_gives_equal_readings(bench: Bench) -> None:
    source = bench.lay(bench.good)
    assert source.read() == source.read()
    assert source.fingerprint() == source.fingerprint() == source.read().fingerprint


def test_the_fingerprint_changes_with_the_bytes_and_its_time_is_aware(bench: Bench) -> None:
    first = bench.lay(bench.good).fingerprint()
    second = bench.lay(bench.one_row_wrong).fingerprint()
    assert first.sha256 != second.sha256
    assert first.modified_at.tzinfo is not None


@pytest.mark.parametrize("why", REFUSED)
def test_anything_wrong_with_the_input_is_a_refusal_that_says_what_and_where(
    why: str, bench: Bench
) -> None:
    source = bench.lay(bench.refused[why])
    with pytest.raises(SourceRefused) as caught:
        source.read()
    assert caught.value.faults
    assert caught.value.source == source.name
    assert caught.value.where
    assert all(fault.expected for fault in caught.value.faults)


def test_no_refusal_ever_shows_a_my_number(bench: Bench) -> None:
    with pytest.raises(SourceRefused) as caught:
        bench.lay(bench.refused["my numbers"]).read()
    assert not any(number in str(caught.value) for number in MY_NUMBERS)


def test_a_part_that_was_not_understood_is_refused_or_stands_in_held(bench: Bench) -> None:
    with pytest.raises(SourceRefused):
        bench.lay(bench.one_row_wrong).read()
    reading = bench.lay(bench.one_row_wrong, on_error="quarantine").read()
    assert len(reading.held) == 1
    assert reading.held[0].staff_number
    assert reading.rows == len(reading.records) + len(reading.held)


def test_reading_writes_nothing(bench: Bench, tmp_path: Path) -> None:
    source = bench.lay(bench.good)
    before = _contents(tmp_path)
    source.fingerprint()
    source.read()
    assert _contents(tmp_path) == before


def _contents(folder: Path) -> dict[str, bytes]:
    found: Iterator[Path] = folder.rglob("*")
    return {str(path): path.read_bytes() for path in found if path.is_file()}


def test_the_type_names_its_options_and_refuses_unknown_ones(bench: Bench) -> None:
    with pytest.raises(ValueError, match="nonsense"):
        bench.lay(bench.good, nonsense=1)


def test_no_field_of_a_reading_can_be_changed_afterwards(bench: Bench) -> None:
    reading = bench.lay(bench.good).read()
    for field in fields(reading):
        with pytest.raises(AttributeError):
            setattr(reading, field.name, None)
