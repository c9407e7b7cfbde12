"""Stores for drills: SQLite files in a folder of their own, each a copy of one template.

They are thrown away afterwards, so nothing waits for the disk. What the template's process
remembers is handed to each copy as it was, so that what a poison does not touch is not read again.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from syncd.ports.store import Store
from syncd.store.sql import SqlStore, open_store

_TEMPLATE = "template"


class ShadowStores:
    """Implements `flow.drill.shadow.Shadows` in a folder that the caller removes."""

    def __init__(self, folder: Path) -> None:
        """Keep the stores in `folder`."""
        self._folder = folder
        self._copies = 0
        self._template: SqlStore | None = None

    def template(self) -> Store:
        """Return a new and empty store, which every later copy begins as."""
        self._template = open_store(f"sqlite:///{_TEMPLATE}.db", self._folder)
        self._template.wait_for_no_disk()
        return self._template

    @contextmanager
    def copy(self) -> Iterator[Store]:
        """Return a store that holds what the template held when it was closed."""
        self._copies += 1
        name = f"copy{self._copies}"
        shutil.copyfile(self._folder / f"{_TEMPLATE}.db", self._folder / f"{name}.db")
        store = open_store(f"sqlite:///{name}.db", self._folder)
        store.wait_for_no_disk()
        if self._template is not None:
            store.remember_as(self._template)
        try:
            yield store
        finally:
            store.close()
            for path in self._folder.glob(f"{name}.db*"):
                path.unlink()
