"""The only file that knows ports and adapters together, and the only one that reads the clock.

What only the console needs (OpenID Connect, password hashing, the templates of letters) is
imported where it is made: a command that starts every few minutes should not wait for it.
"""

from __future__ import annotations

import gc
import os
import pwd
import secrets
import ssl
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from syncd.core.acting import Someone
from syncd.core.calendar import JST, day_of
from syncd.core.facts import Provides
from syncd.core.policy import Policy
from syncd.core.votes import Actor
from syncd.errors import ConfigurationError, SourceRefused
from syncd.flow.authorities import scoped
from syncd.flow.collect import BROUGHT
from syncd.flow.site import DirectorySeat, Mode, Site, SourceSeat
from syncd.plugins import ACCESS_LOGS, DIRECTORIES, NOTIFIERS, SOURCES, load_connector
from syncd.ports.access_log import AccessLog, AccessLogContext
from syncd.ports.directory import Capability, DirectoryContext, HandedOverType, Progress
from syncd.ports.identity import PasswordCheck, Provider
from syncd.ports.notifier import NotifierContext
from syncd.ports.source import SourceContext, SourceReading
from syncd.ports.store import Store
from syncd.ports.syncs import Upload
from syncd.settings.load import Settings, load_settings
from syncd.settings.model import (
    ConsoleTable,
    DirectoryTable,
    NotifierTable,
    OidcTable,
    SourceTable,
)
from syncd.settings.residual import AccessLogTable
from syncd.store import open_store

if TYPE_CHECKING:
    from syncd.flow.access.sign_in import Turnstile
    from syncd.flow.telling.composing import Notices, NotifierSeat
    from syncd.identity.local import LocalPasswords

Clock = Callable[[], datetime]


def now() -> datetime:
    """Return the present moment in Japan."""
    return datetime.now(JST)  # noqa: TID251 - the one place that reads the clock


def tune_collector() -> None:
    """Let the collector look for cycles rarely: a run makes millions of objects without any.

    Measured in `bench/`: by its own settings Python spends a third of a large run on looking.
    """
    gc.set_threshold(200_000, 20, 100)


def new_id() -> str:
    """Return a short unique text for a case or a run; 60 random bits, legible in print."""
    return secrets.token_hex(8)


def new_secret() -> str:
    """Return 256 random bits as text, for a session, a token or a form."""
    return secrets.token_urlsafe(32)


def acting_account() -> str:
    """Return the operating system's account that acts; who came by sudo acts as themselves.

    The kernel is asked, not LOGNAME or USER, which anybody can set; SUDO_USER counts only for
    root, for the same reason.
    """
    if os.geteuid() == 0 and os.environ.get("SUDO_USER"):
        return os.environ["SUDO_USER"]
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:  # a container may run under a number that nobody named
        return f"uid:{os.geteuid()}"


@dataclass(frozen=True)
class OpenSite:
    """A configured installation with its store open."""

    settings: Settings
    site: Site
    clock: Clock

    def today(self) -> date:
        """Return today in Japan."""
        return day_of(self.clock())

    def parse_upload(self, upload: Upload) -> SourceReading:
        """Read a brought file as the site's own file of orders is read; raises SourceRefused."""
        with tempfile.TemporaryDirectory(prefix="syncd-") as folder:
            # The name people gave it is shown and never used: only its end tells the form.
            ending = ".xlsx" if upload.file_name.lower().endswith(".xlsx") else ".csv"
            path = Path(folder) / f"orders{ending}"
            path.write_bytes(upload.content)
            return self._orders_at(path, upload)

    def _orders_at(self, path: Path, upload: Upload) -> SourceReading:
        tables = [t for t in self.settings.model.sources if t.provides is Provides.ORDERS]
        options = next((t.options for t in tables if t.type == "file"), {})
        given = {**options, "path": str(path), "integrity": "optional", "on_error": "refuse"}
        connector = load_connector(SOURCES, "file")
        context = source_context(self.settings, BROUGHT, Provides.ORDERS, self.clock)
        try:
            reading: SourceReading = connector.build(
                connector.Options.model_validate(given), context
            ).read()
        except SourceRefused as refusal:
            raise SourceRefused(BROUGHT, upload.file_name, refusal.faults) from None
        place = replace(reading.fingerprint, where=upload.file_name, modified_at=upload.at)
        return replace(reading, fingerprint=place)

    def turnstile(self, console: ConsoleTable) -> Turnstile:
        """Return what signing in needs."""
        from syncd.flow.access.sign_in import Turnstile

        return Turnstile(
            new_secret=new_secret,
            idle=timedelta(minutes=console.idle_minutes),
            absolute=timedelta(hours=console.absolute_hours),
            second_factor=console.second_factor,
        )

    def password_checks(self, console: ConsoleTable) -> tuple[PasswordCheck, ...]:
        """Return who knows passwords, in the order of the configuration.

        Raises ConfigurationError for a directory that cannot tell.
        """
        made: dict[str, Callable[[], PasswordCheck]] = {
            "local": self._local_passwords,
            "ldap": lambda: self._directory_passwords(console.ldap_directory),
        }
        return tuple(made[way]() for way in console.sign_in if way in made)

    def _local_passwords(self) -> LocalPasswords:
        from syncd.identity.local import LocalPasswords

        return LocalPasswords(self.site.store)

    def _directory_passwords(self, name: str) -> PasswordCheck:
        tables = [table for table in self.settings.model.directories if table.name == name]
        connector, options = _connector(DIRECTORIES, tables[0])
        build = getattr(connector, "build_password_check", None)
        if build is None:
            raise ConfigurationError(
                f"[console] ldap_directory = {name!r}: nobody can sign in with a directory of "
                f"type {tables[0].type!r}. Name one of type 'ldap'."
            )
        check: PasswordCheck = build(options, directory_context(self.settings, name, self.clock))
        authority = self.site.policy.authorities.by_name.get(tables[0].authority)
        if authority is None:
            return check
        from syncd.identity.keyed import KeyedPasswords

        return KeyedPasswords(check, authority)

    def new_hash(self, account: str, password: str) -> str:
        """Return the hash of a new password of a local account; raises WeakPassword."""
        organization = self.settings.model.organization.name
        return self._local_passwords().hash_new(account, password, organization)

    def provider(self, console: ConsoleTable) -> Provider | None:
        """Return where people sign in elsewhere; raises ConfigurationError for a missing file."""
        oidc, base_dir = console.oidc, self.settings.base_dir
        if oidc is None:
            return None
        from syncd.identity.oidc import OidcProvider, Registration

        registered = Registration(
            issuer=oidc.issuer,
            client_id=oidc.client_id,
            client_secret=_client_secret(oidc, base_dir),
            redirect_uri=f"{console.public_url.rstrip('/')}/sign-in/oidc/callback",
            account_claim=oidc.account_claim,
            staff_number_claim=oidc.staff_number_claim,
            staff_number_width=self.settings.model.organization.staff_number_width,
        )
        ca_file = None if oidc.ca_file is None else base_dir / oidc.ca_file
        try:
            tls = ssl.create_default_context(cafile=ca_file)
        except OSError as error:
            raise ConfigurationError(f"[console.oidc] ca_file: {ca_file}: {error}") from error
        return OidcProvider(registered, tls, self.clock)

    def notices(self) -> Notices:
        """Return who is told what, how; raises ConfigurationError for a text that is unusable."""
        from syncd.flow.telling.composing import Notices
        from syncd.flow.telling.recipients import Addresses
        from syncd.reports.letters import Letters

        model = self.settings.model
        address = "" if model.console is None else model.console.public_url.rstrip("/")
        letters = Letters(model.organization.name, address, self.settings.letter_folders())
        letters.check()
        return Notices(
            seats=tuple(_notifier(self.settings, t, self.clock) for t in model.notifiers),
            addresses=Addresses(self.settings.grants(), model.notices.mail_domain),
            render=letters.render,
            digest_every=model.notices.digest_every,
            remind_open_days=model.notices.remind_open_days,
        )

    def actors(self, person: Someone) -> tuple[Actor, ...]:
        """Return every capacity in which a person may act today, their own right first."""
        from syncd.flow.access.acting import actors_of

        return actors_of(self.site, self.settings.grants(), person, self.today())

    def acting(self) -> tuple[Actor, ...]:
        """Return every capacity of the operating system's account that acts."""
        return self.actors(Someone(acting_account()))

    def actor(self, account: str | None = None) -> Actor:
        """Return who acts in their own right: the account given, else the operating system's."""
        return self.actors(Someone(account or acting_account()))[0]


def _client_secret(oidc: OidcTable, base_dir: Path) -> str:
    """Return the secret that the provider gave us; raises ConfigurationError."""
    place, secret = oidc.client_secret_env, os.environ.get(oidc.client_secret_env, "")
    if oidc.client_secret_file is not None:
        place = str(base_dir / oidc.client_secret_file)
        try:
            secret = Path(place).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ConfigurationError(f"[console.oidc] {place}: {error.strerror}.") from error
    if not secret:
        raise ConfigurationError(f"[console.oidc] {place}: no secret there. Put the client's in.")
    return secret


def open_site(
    config: Path,
    progress: Progress,
    *,
    clock: Clock = now,
    stopping: Callable[[], bool] = lambda: False,
) -> OpenSite:
    """Read the configuration, open the store and make the connectors; connects to nothing else.

    Raises ConfigurationError with every fault of the configuration, and StoreError.
    """
    settings = load_settings(config, _options_of)
    if settings.model.drill.poisons_file is not None:
        _check_poisons(settings)
    policy = settings.policy()
    sources, directories = _seats(settings, clock, policy)
    return OpenSite(
        settings,
        Site(
            sources=sources,
            directories={seat.name: seat for seat in directories},
            store=_store(settings),
            policy=policy,
            clock=clock,
            new_id=new_id,
            progress=progress,
            stopping=stopping,
            access_logs=tuple(_access_log(settings, t, clock) for t in settings.model.access_logs),
        ),
        clock,
    )


def _check_poisons(settings: Settings) -> None:
    """Refuse a site's table of poisons that could not be tried; raises ConfigurationError."""
    from syncd.settings.poisons import load_poisons

    load_poisons(settings.poison_tables())


def _notifier(settings: Settings, table: NotifierTable, clock: Clock) -> NotifierSeat:
    from syncd.flow.telling.composing import NotifierSeat

    connector, options = _connector(NOTIFIERS, table)
    context = NotifierContext(table.name, settings.base_dir, clock)
    return NotifierSeat(connector.build(options, context), table.kinds)


def _access_log(settings: Settings, table: AccessLogTable, clock: Clock) -> AccessLog:
    connector, options = _connector(ACCESS_LOGS, table)
    context = AccessLogContext(table.name, table.directory, settings.base_dir, clock)
    log: AccessLog = connector.build(options, context)
    return log


def _store(settings: Settings) -> Store:
    return open_store(settings.model.store.url, settings.base_dir)


def _seats(
    settings: Settings, clock: Clock, policy: Policy
) -> tuple[tuple[SourceSeat, ...], tuple[DirectorySeat, ...]]:
    """Build every connector, or raise one ConfigurationError that names every fault."""
    faults: list[str] = []
    sources = [_source(settings, t, clock, policy, faults) for t in settings.model.sources]
    directories = [_directory(settings, t, clock, faults) for t in settings.model.directories]
    if faults:
        lines = "\n".join(f"  {fault}" for fault in faults)
        raise ConfigurationError(f"{settings.path}: the configuration has faults:\n{lines}")
    return (
        tuple(seat for seat in sources if seat is not None),
        tuple(seat for seat in directories if seat is not None),
    )


def _options_of(table: str, kind: str) -> type[BaseModel]:
    """Return the options of an installed connector; raises ConfigurationError."""
    group = {
        "sources": SOURCES,
        "directories": DIRECTORIES,
        "notifiers": NOTIFIERS,
        "access_logs": ACCESS_LOGS,
    }[table]
    options: type[BaseModel] = load_connector(group, kind).Options
    return options


def _connector(
    group: str, table: SourceTable | DirectoryTable | NotifierTable | AccessLogTable
) -> tuple[Any, BaseModel]:
    """Return the connector and its options, which `load_settings` found valid."""
    connector = load_connector(group, table.type)
    return connector, connector.Options.model_validate(table.options)


def source_context(
    settings: Settings, name: str, provides: Provides, clock: Clock
) -> SourceContext:
    """Return what a source is told about the installation."""
    return SourceContext(
        name=name,
        provides=provides,
        base_dir=settings.base_dir,
        staff_number_width=settings.model.organization.staff_number_width,
        status_words=settings.status_words(),
        clock=clock,
    )


def _source(
    settings: Settings, table: SourceTable, clock: Clock, policy: Policy, faults: list[str]
) -> SourceSeat | None:
    place = f'sources "{table.name}"'
    connector, options = _connector(SOURCES, table)
    context = source_context(settings, table.name, table.provides, clock)
    try:
        seat = SourceSeat(connector.build(options, context), table.max_age, table.loss_check)
    except ConfigurationError as error:
        faults.append(f"{place}: {error}")
        return None
    return scoped(seat, policy)


def directory_context(settings: Settings, name: str, clock: Clock) -> DirectoryContext:
    """Return what a directory is told about the installation."""
    width = settings.model.organization.staff_number_width
    return DirectoryContext(name, settings.base_dir, width, clock)


def _directory(
    settings: Settings, table: DirectoryTable, clock: Clock, faults: list[str]
) -> DirectorySeat | None:
    place = f'directories "{table.name}"'
    connector, options = _connector(DIRECTORIES, table)
    context = directory_context(settings, table.name, clock)
    try:
        reader = connector.build_reader(options, context)
    except ConfigurationError as error:
        faults.append(f"{place}: {error}")
        return None
    able = connector.capabilities(options)
    if table.mode is Mode.APPLY and Capability.WRITE not in able:
        faults.append(
            f'{place}: mode = "apply", and nothing can be written to a directory of type '
            f'{table.type!r} as it is configured. Set mode = "propose".'
        )
        return None
    writer = cache(lambda: connector.build_writer(options, context))
    hands_over = connector.hand_over(options) if isinstance(connector, HandedOverType) else None
    return DirectorySeat(
        table.name,
        table.mode,
        reader,
        writer,
        able,
        hand_over=hands_over,
        loss_check=table.loss_check,
    )
