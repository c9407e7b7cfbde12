"""Which file is read, and whether it is the one that was sent."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from connectors.file import FileSourceType
from syncd.core.facts import Provides
from syncd.errors import SourceRefused
from syncd.ports.source import SourceContext
from tests.connectors.file.conftest import BuildSource

RAW = "職員番号,研修名,受講日\r\n{},研修,R7.4.1\r\n"


def _write(path: Path, number: str, mtime: float) -> bytes:
    raw = RAW.format(number).encode("cp932")
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(raw)
    os.utime(path, (mtime, mtime))
    return raw


def test_a_pattern_takes_the_newest_file_and_of_equals_the_last_name(
    tmp_path: Path, build_source: BuildSource
) -> None:
    for name, number, mtime in (("a3", "1", 100), ("a1", "2", 200), ("a2", "3", 200)):
        _write(tmp_path / "in" / f"{name}.csv", number, mtime)
    _write(tmp_path / "in" / "a9.csv.sha256", "9", 900)
    _write(tmp_path / "in" / "~$a9.csv", "9", 900)
    (record,) = build_source("training", "in/*").read().records
    assert record.staff_number == "0000003"
    absolute = build_source("training", str(tmp_path / "in" / "a*.csv"))
    assert absolute.read().records == (record,)


def test_a_file_that_is_not_there_is_refused_by_name(build_source: BuildSource) -> None:
    for path in ("none.csv", "none*.csv"):
        source = build_source("training", path)
        for ask in (source.fingerprint, source.read):
            with pytest.raises(SourceRefused, match="none"):
                ask()


def test_a_folder_in_place_of_the_file_is_refused(
    tmp_path: Path, build_source: BuildSource
) -> None:
    (tmp_path / "in.csv").mkdir()
    with pytest.raises(SourceRefused):
        build_source("training").read()


def test_the_fingerprint_is_the_hash_of_the_bytes_and_the_time_of_the_file_in_japan(
    tmp_path: Path, build_source: BuildSource
) -> None:
    raw = _write(tmp_path / "in.csv", "1", 1_743_433_200)
    source = build_source("training")
    found = source.fingerprint()
    assert found.sha256 == hashlib.sha256(raw).hexdigest()
    assert found.modified_at.isoformat() == "2025-04-01T00:00:00+09:00"
    assert found.where == str(tmp_path / "in.csv")
    assert source.read().fingerprint == found


@pytest.mark.parametrize(
    "form", ["{0}  in.csv\n", "{0} *in.csv\r\n", "{0}\n", "{1}  x\n{0}  in.csv\n"]
)
def test_a_checksum_that_matches_is_accepted(
    form: str, tmp_path: Path, build_source: BuildSource
) -> None:
    digest = hashlib.sha256(_write(tmp_path / "in.csv", "1", 100)).hexdigest()
    (tmp_path / "in.csv.sha256").write_text(form.format(digest.upper(), "0" * 64))
    assert build_source("training", integrity="required").read().rows == 1


@pytest.mark.parametrize("text", ["0" * 64 + "  in.csv\n", "0" * 64 + "  other.csv\n", "", "x\n"])
@pytest.mark.parametrize("integrity", ["optional", "required"])
def test_a_checksum_that_is_there_must_match(
    text: str, integrity: str, tmp_path: Path, build_source: BuildSource
) -> None:
    _write(tmp_path / "in.csv", "1", 100)
    (tmp_path / "in.csv.sha256").write_text(text)
    with pytest.raises(SourceRefused, match="sha256"):
        build_source("training", integrity=integrity).read()


def test_a_required_checksum_that_is_missing_refuses_the_file(
    tmp_path: Path, build_source: BuildSource
) -> None:
    _write(tmp_path / "in.csv", "1", 100)
    assert build_source("training").read().rows == 1
    with pytest.raises(SourceRefused, match="sha256"):
        build_source("training", integrity="required").read()


def test_a_folder_whose_name_looks_like_a_pattern_is_taken_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "[a] conf"
    folder.mkdir()
    _write(tmp_path / "[a] conf" / "1.csv", "1", 100)
    _write(tmp_path / "in" / "2.csv", "2", 200)
    context = SourceContext("s", Provides.TRAINING, folder, 7, {})
    for path, number in (("*.csv", "0000001"), ("../in/*.csv", "0000002"), ("1.csv", "0000001")):
        source = FileSourceType.build(FileSourceType.Options(path=path), context)
        assert source.read().records[0].staff_number == number
