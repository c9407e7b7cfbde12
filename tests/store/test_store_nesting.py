"""Groups without subgroups are kept as before those were known: old snapshots are still read."""

from __future__ import annotations

import json
import zlib
from dataclasses import replace
from pathlib import Path

from sqlalchemy import create_engine, text

from syncd.core.ids import RunId
from syncd.store.sql import open_store
from tests import builders as b

KEPT_BEFORE = ["tax-edit", True, 100, False, [[[], False, ["u0001"]]]]


def kept_group(folder: Path) -> object:
    engine = create_engine(f"sqlite:///{folder / 'syncd.db'}")
    query = "SELECT body FROM chunks JOIN parts USING (digest) WHERE kind = 'group'"
    with engine.connect() as connection:
        return json.loads(zlib.decompress(connection.execute(text(query)).scalar_one()))


def test_every_field_of_a_group_comes_back(tmp_path: Path) -> None:
    store = open_store("sqlite:///syncd.db", tmp_path)
    whole = {"subgroups": ("cn=a",), "aliases": ("tax", "S-1-5-21-1"), "protected": True}
    for number, further in enumerate(({}, {"protected": True}, {**whole, "must_keep": ("x",)})):
        groups = (replace(b.group(), **further),)
        given = replace(b.snapshot(b.block(1)), groups=groups)
        with store.begin() as unit:
            unit.record_snapshot(given, RunId(f"R-{number}"))
            assert unit.last_snapshot("ad") == given
    store.close()


def test_what_was_kept_before_subgroups_were_known_is_read_and_not_taken_for_changed(
    tmp_path: Path,
) -> None:
    store = open_store("sqlite:///syncd.db", tmp_path)
    given = b.snapshot(b.block(1))
    with store.begin() as unit:
        unit.record_snapshot(given, RunId("R-1"))
    assert kept_group(tmp_path) == KEPT_BEFORE
    with store.begin() as unit:
        assert unit.last_snapshot("ad") == given
    store.close()
