"""Opening a store: where the file goes, who may read it, and what a failure says."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from syncd.errors import StoreError
from syncd.store import open_store


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_relative_path_is_under_the_configuration_and_private(tmp_path: Path) -> None:
    open_store("sqlite:///var/lib/syncd.db", tmp_path).close()
    assert mode(tmp_path / "var" / "lib") == 0o700
    assert mode(tmp_path / "var" / "lib" / "syncd.db") == 0o600


def test_an_absolute_path_is_taken_as_it_is(tmp_path: Path) -> None:
    open_store(f"sqlite:///{tmp_path}/abs.db", Path("/nowhere")).close()
    assert (tmp_path / "abs.db").exists()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://h/d", "syncd.db", ""])
def test_a_url_that_cannot_be_used_is_refused_with_the_forms_that_can(
    url: str, tmp_path: Path
) -> None:
    with pytest.raises(StoreError, match=r"sqlite:///var/syncd.db"):
        open_store(url, tmp_path)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_text("氏名,職員番号\n" * 200)
    with pytest.raises(StoreError, match=r"not a database.*restore a backup"):
        open_store("sqlite:///a.db", tmp_path)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file")
    with pytest.raises(StoreError, match="may write in that folder"):
        open_store("sqlite:///var/syncd.db", tmp_path)


def test_a_password_is_never_shown(tmp_path: Path) -> None:
    url = "postgresql://syncd:geheim@127.0.0.1:1/syncd?password=geheim"
    with pytest.raises(StoreError) as caught:
        open_store(url, tmp_path)
    shown = f"{caught.value}{caught.value.__cause__}"
    assert "geheim" not in shown
    assert "this host may connect" in shown
