"""The options of a `[[directories]]` table whose `type` is `ldif`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from connectors.shared.groups import Shape
from syncd.errors import DirectoryUnreadable


class LdifOptions(BaseModel):
    """How to find, read and change the export; keys are explained in docs/directories.md."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: Annotated[str, Field(min_length=1)]
    """Relative to the configuration file; a pattern takes the newest file."""
    in_place: bool = False
    changes_dir: str = "changes"
    """Where change records go, relative to the folder of the export."""
    people_base: str = ""
    groups_base: str = ""
    staff_number_attribute: str = "employeeNumber"
    account_attribute: str = "uid"
    placeholder_member: str = ""
    min_entries: Annotated[int, Field(ge=1)] = 1
    max_unresolved_percent: Annotated[float, Field(ge=0, le=100)] = 10
    """Of the accounts: more members than this (and than 10) without an entry refuse the file."""
    integrity: Literal["optional", "required"] = "optional"

    def shape(self, width: int) -> Shape:
        """Return what the entries are resolved by."""
        return Shape(
            self.people_base,
            self.groups_base,
            self.staff_number_attribute,
            self.account_attribute,
            self.placeholder_member,
            width,
            self.max_unresolved_percent,
        )

    def find(self, directory: str, base_dir: Path) -> Path:
        """Return the newest file that `path` names; raises DirectoryUnreadable if there is none."""
        pattern = Path(self.path)
        anchor = Path(pattern.anchor) if pattern.is_absolute() else base_dir
        relative = pattern.relative_to(pattern.anchor) if pattern.is_absolute() else pattern
        found = [path for path in anchor.glob(str(relative)) if _is_export(path)]
        if not found:
            raise DirectoryUnreadable(
                directory,
                f"{self.path} がありません / there is no such file",
                "書き出しを置くか、path を直してください / put the export there or mend path",
            )
        return max(found, key=lambda path: (path.stat().st_mtime, path.name))


def _is_export(path: Path) -> bool:
    """Tell an export from what stands beside it: checksums, locks, half-written files."""
    return path.is_file() and path.suffix != ".sha256" and not path.name.startswith(".")
