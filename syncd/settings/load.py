"""Reads the configuration file and turns it into what the rest of the program is given."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from syncd.core.acting import Grant
from syncd.core.facts import Provides
from syncd.core.ids import EntitlementId, OrgUnitCode, normalise_code, normalise_staff_number
from syncd.core.policy import (
    ApprovalPolicy,
    DeadlinePolicy,
    DirectoryPolicy,
    GuardPolicy,
    Policy,
)
from syncd.core.scopes import Authorities
from syncd.errors import ConfigurationError
from syncd.settings.faults import Fault, OptionsOf, find_faults
from syncd.settings.model import ActorTable, ConfigurationModel
from syncd.settings.ordertexts import load_order_texts
from syncd.settings.places import Places
from syncd.settings.residual import residual_policy
from syncd.settings.tables import (
    load_closed_days,
    load_order_kinds,
    load_status_words,
    shipped,
    shipped_folder,
)


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
        kinds = load_order_kinds(self._files("order-kinds.toml", table.order_kinds_file))
        texts = self._files("order-texts.toml", table.order_texts_file)
        return Policy(
            order_kinds=kinds,
            order_texts=load_order_texts(texts, kinds),
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
            pre_approval=table.pre_approval.policy(),
            review=table.review.policy(),
            guards=GuardPolicy(**table.guards.model_dump()),
            directories=self._directory_policies(),
            closed_days=load_closed_days(self._files("closed-days.txt", table.closed_days_file)),
            restore_days=table.restore_days,
            residual=residual_policy(
                self.model.residual,
                self._files("citations.toml", self.model.residual.citations_file),
                load_closed_days((shipped("closed-days.txt"),)),
            ),
            authorities=self._authorities(),
        )

    def _authorities(self) -> Authorities:
        """Return who appoints, and whose each source and directory is."""
        width, model = self.model.organization.staff_number_width, self.model
        return Authorities(
            by_name={table.name: table.authority(width) for table in model.authorities},
            of_source={t.name: t.authority for t in model.sources if t.authority},
            of_directory={t.name: t.authority for t in model.directories if t.authority},
            roster_sources=frozenset(
                t.name for t in model.sources if t.provides is Provides.ROSTER
            ),
        )

    def status_words(self) -> dict[str, str]:
        """Return the words of 在職区分 and what they mean, the site's own last."""
        own = {normalise_code(w): s for w, s in self.model.policy.status_words.items()}
        return {**load_status_words(shipped("employment-status.toml")), **own}

    def grants(self) -> tuple[Grant, ...]:
        """Return who may act, by account or by post."""
        return tuple(self._grant(table) for table in self.model.actors)

    def _grant(self, table: ActorTable) -> Grant:
        width = self.model.organization.staff_number_width
        number = table.staff_number
        post = table.post
        return Grant(
            account=table.account or "",
            post_section=None if post is None else OrgUnitCode(normalise_code(post.section)),
            post_title="" if post is None else post.title,
            staff_number=None if number is None else normalise_staff_number(number, width),
            roles=table.roles,
            sections=frozenset(OrgUnitCode(normalise_code(code)) for code in table.sections),
            named_for_advance_notices=table.sees_advance_notices,
            deputy_for=table.deputy_for,
            deputy_from=table.deputy_from or date.min,
            deputy_until=table.deputy_until or date.max,
            mail=table.mail or "",
        )

    def poison_tables(self) -> tuple[Path, ...]:
        """Return the shipped table of poisons and the site's own."""
        return self._files("poisons.toml", self.model.drill.poisons_file)

    def letter_folders(self) -> tuple[Path, ...]:
        """Return where the texts of messages stand: the site's own folder first.

        Raises ConfigurationError where the site names a folder that is not there.
        """
        own = self.model.notices.templates
        if own is None:
            return (shipped_folder("letters"),)
        folder = self.base_dir / own
        if not folder.is_dir():
            raise ConfigurationError(
                f"[notices] templates = {own!r}: {folder} is no folder. Make it, or take the key "
                "out: then the shipped texts are used."
            )
        return (folder, shipped_folder("letters"))

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


def load_settings(path: Path, options_of: OptionsOf | None = None) -> Settings:
    """Read and validate the configuration; raises ConfigurationError with every fault at once.

    `options_of` gives the options of installed connectors, so that their faults are told with the
    others; without it they are left to whoever builds the connectors.
    """
    text, parsed = _read(path)
    faults = find_faults(parsed, options_of)
    if faults:
        raise _error(path, Places(text, parsed), faults)
    return Settings(path.absolute(), ConfigurationModel.model_validate(parsed))


def _read(path: Path) -> tuple[str, dict[str, Any]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
        return text, tomllib.loads(text)
    except OSError as error:
        raise ConfigurationError(
            f"{path}: {error.strerror}. Name the file with --config FILE or SYNCD_CONFIG, "
            "or make one with 'syncd init DIR'."
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path}: not UTF-8; save the file as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path}: not readable as TOML: {error}") from error


def _error(path: Path, places: Places, faults: list[Fault]) -> ConfigurationError:
    """Return one error that names every fault with its place, in the order of the file."""
    ordered = sorted(faults, key=lambda fault: places.line_of(fault[0]))
    lines = "\n".join(f"  {places.name_of(place)}: {message}" for place, message in ordered)
    return ConfigurationError(f"{path}: the configuration has faults:\n{lines}")
