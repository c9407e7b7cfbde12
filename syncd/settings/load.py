"""Reads the configuration file and turns it into what the rest of the program is given."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from syncd.core.ids import EntitlementId, OrgUnitCode, normalise_code, normalise_staff_number
from syncd.core.policy import (
    ApprovalPolicy,
    DeadlinePolicy,
    DirectoryPolicy,
    GuardPolicy,
    Policy,
)
from syncd.core.votes import Actor
from syncd.errors import ConfigurationError
from syncd.settings.model import ActorTable, ConfigurationModel
from syncd.settings.tables import load_closed_days, load_order_kinds, load_status_words, shipped


@dataclass(frozen=True, slots=True)
class Settings:
    """A valid configuration; paths in it are relative to `base_dir`."""

    path: Path
    model: ConfigurationModel

    @property
    def base_dir(self) -> Path:
        """Return the folder of the configuration file."""
        return self.path.parent

    def policy(self) -> Policy:
        """Return the body's own rules; raises ConfigurationError for a table that is unreadable."""
        table = self.model.policy
        approval = ApprovalPolicy()
        return Policy(
            order_kinds=load_order_kinds(self._files("order-kinds.toml", table.order_kinds_file)),
            training_months=table.training_months,
            training_grace_days=table.training_grace_days,
            suspended_kinds=table.suspended_kinds,
            approval=ApprovalPolicy(
                {**approval.by_reason, **table.approval},
                {EntitlementId(e): a for e, a in table.approval_by_entitlement.items()},
            ),
            deadlines=DeadlinePolicy(
                table.deadlines.escalate_open_days,
                table.deadlines.hard_open_days,
                table.on_silence,
            ),
            guards=GuardPolicy(**table.guards.model_dump()),
            directories=self._directory_policies(),
            closed_days=load_closed_days(self._files("closed-days.txt", table.closed_days_file)),
            restore_days=table.restore_days,
        )

    def status_words(self) -> dict[str, str]:
        """Return the words of 在職区分 and what they mean, the site's own last."""
        own = {normalise_code(w): s for w, s in self.model.policy.status_words.items()}
        return {**load_status_words(shipped("employment-status.toml")), **own}

    def actor(self, account: str, today: date) -> Actor:
        """Return who acts under an account of the operating system, with no role if not listed."""
        for table in self.model.actors:
            if table.account == account:
                return self._actor(table, today)
        return Actor(account)

    def _actor(self, table: ActorTable, today: date) -> Actor:
        begins, ends = table.deputy_from or date.min, table.deputy_until or date.max
        width = self.model.organization.staff_number_width
        number = table.staff_number
        return Actor(
            table.account,
            None if number is None else normalise_staff_number(number, width),
            table.roles,
            frozenset(OrgUnitCode(code) for code in table.sections),
            table.deputy_for if begins <= today <= ends else "",
        )

    def _files(self, name: str, own: str | None) -> tuple[Path, ...]:
        """Return the shipped table and the site's own, which comes last and wins."""
        return (shipped(name),) if own is None else (shipped(name), self.base_dir / own)

    def _directory_policies(self) -> dict[str, DirectoryPolicy]:
        return {
            table.name: DirectoryPolicy(
                frozenset(table.protected_accounts),
                frozenset(table.protected_groups),
                table.my_number_groups,
                has_placeholder=bool(table.options.get("placeholder_member")),
            )
            for table in self.model.directories
        }


def load_settings(path: Path) -> Settings:
    """Read and validate the configuration; raises ConfigurationError with every fault at once."""
    try:
        parsed = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(
            f"{path}: {error.strerror}. Name the file with --config FILE or SYNCD_CONFIG, "
            "or make one with 'syncd init DIR'."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: not readable as TOML: {error}") from error
    try:
        return Settings(path.absolute(), ConfigurationModel.model_validate(parsed))
    except ValidationError as error:
        raise faults_of(path, error, parsed) from error


def faults_of(path: Path, error: ValidationError, parsed: dict[str, Any]) -> ConfigurationError:
    """Return one error that names every fault with its place in the file."""
    lines = "\n".join(f"  {_line(detail, parsed)}" for detail in error.errors())
    return ConfigurationError(f"{path}: the configuration has faults:\n{lines}")


def check_options(
    options: type[BaseModel], given: dict[str, Any], place: str
) -> tuple[BaseModel | None, list[str]]:
    """Validate what belongs to a connector; return it, or the faults with their place."""
    try:
        return options.model_validate(given), []
    except ValidationError as error:
        return None, [f"{place} > {_line(detail, given)}" for detail in error.errors()]


def _line(detail: ErrorDetails, parsed: dict[str, Any]) -> str:
    """Render one fault: where, what stands there, what would be right. Never a secret's value."""
    message = detail["msg"].removeprefix("Value error, ")
    if detail["type"] == "extra_forbidden":
        message = "unknown key; see docs/configuration.md for those there are"
    if detail["type"] == "missing":
        message = "this key is missing"
    return f"{_place(detail['loc'], parsed)}: {message}"


def _place(location: Iterable[int | str], parsed: dict[str, Any]) -> str:
    """Return a place as a person finds it: `directories[1] "ad" > url`."""
    words: list[str] = []
    here: Any = parsed
    for step in location:
        try:
            here = here[step]
        except (KeyError, IndexError, TypeError):
            here = None
        if isinstance(step, int):
            name = here.get("name", here.get("account")) if isinstance(here, dict) else None
            words[-1] += f"[{step + 1}]" + (f' "{name}"' if name else "")
        else:
            words.append(step)
    return " > ".join(words) or "file"
