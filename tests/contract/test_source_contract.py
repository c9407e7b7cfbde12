"""What every source promises (syncd/ports/source.py), tried on each implementation.

A new source adds a bench in `sources.py`: how to lay out a good input, and inputs that must be
refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from syncd.errors import SourceRefused
from tests.contract.sources import BENCHES, MY_NUMBERS, WAYS, Bench


@pytest.fixture
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    """One implementation, in a folder of its own."""
    with BENCHES[request.param](tmp_path) as made:
        yield made


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Try each implementation; what must be refused, each way in which it can be broken."""
    if "why" in metafunc.fixturenames:
        broken = [(name, why) for name, ways in WAYS.items() for why in ways]
        metafunc.parametrize(("bench", "why"), broken, indirect=["bench"])
    elif "bench" in metafunc.fixturenames:
        metafunc.parametrize("bench", list(BENCHES), indirect=True)


def test_every_way_to_break_an_input_is_tried(bench: Bench) -> None:
    assert tuple(bench.refused) in WAYS.values()


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
