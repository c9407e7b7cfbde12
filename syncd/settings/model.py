"""The shape of the configuration file (design, section 7); keys users depend on.

What a source or directory needs beyond the common keys is the connector's to validate: it stays
in `options` here.
"""

from __future__ import annotations

import re
from datetime import date, time, timedelta
from ipaddress import ip_address
from typing import Annotated, Literal
from urllib.parse import urlsplit

from apscheduler.triggers.cron import CronTrigger
from pydantic import Field, field_validator, model_validator

from syncd.core.factors import FactorPolicy
from syncd.core.facts import FED, Provides
from syncd.core.findings import Reason
from syncd.core.messages import MessageKind
from syncd.core.policy import Approval, OnSilence, OrderCounts
from syncd.core.votes import Role
from syncd.flow.site import Mode
from syncd.settings.authorities import AuthorityTable
from syncd.settings.base import OpenTable, Span, Table
from syncd.settings.drill import DrillTable
from syncd.settings.foresight import ForesightTable
from syncd.settings.preapproval import PreApprovalTable
from syncd.settings.residual import AccessLogTable, ResidualTable
from syncd.settings.review import ReviewTable

_LAST_PORT = 65535


class Organization(Table):
    """The body. Staff numbers are padded with zeros to `staff_number_width`.

    `role_labels` are the titles that this body gives to roles: they differ by municipality.
    """

    name: str
    staff_number_width: Annotated[int, Field(ge=1, le=20)] = 7
    role_labels: dict[Role, Annotated[str, Field(min_length=1, max_length=40)]] = Field(
        default_factory=dict
    )


class StoreTable(Table):
    """The database: `sqlite:///var/syncd.db` (relative to the file) or `postgresql://…`."""

    url: str = "sqlite:///var/syncd.db"


class SourceTable(OpenTable):
    """One `[[sources]]`. `max_age` is `36h` or `7d`; older input is refused.

    `authority` is the 任命権者 for which it speaks, one of `[[authorities]]`.
    """

    name: Annotated[str, Field(min_length=1)]
    type: str
    provides: Provides
    max_age: Span | None = None
    loss_check: bool = True
    authority: str = ""

    @field_validator("name")
    @classmethod
    def _not_reserved(cls, given: str) -> str:
        if given in ("console", "api", "console-counts", "access-reviews"):
            raise ValueError("this name is kept for what people bring or state or systems push")
        return given

    @field_validator("provides")
    @classmethod
    def _is_fed(cls, given: Provides) -> Provides:
        if given not in FED:
            allowed = ", ".join(sorted(map(str, FED)))
            raise ValueError(f"no source gives {given}; it gives one of: {allowed}")
        return given


class DirectoryTable(OpenTable):
    """One `[[directories]]`; a new one starts in `observe`.

    `authority` is the 任命権者 whose staff numbers its entries hold.
    """

    name: Annotated[str, Field(min_length=1)]
    type: str
    authority: str = ""
    mode: Mode = Mode.OBSERVE
    loss_check: bool = True
    protected_accounts: tuple[str, ...] = ()
    protected_groups: tuple[str, ...] = ()
    my_number_groups: str | None = None

    @field_validator("my_number_groups")
    @classmethod
    def _a_pattern(cls, given: str | None) -> str | None:
        try:
            re.compile(given or "")
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from None
        return given


class NotifierTable(OpenTable):
    """One `[[notifiers]]`: what carries messages to people. `kinds` are those it carries."""

    name: Annotated[str, Field(min_length=1)]
    type: str
    kinds: frozenset[MessageKind] = frozenset(MessageKind)


class NoticesTable(Table):
    """How people are told; without `[[notifiers]]` nobody is.

    `templates` is a folder with texts of the site's own, which take the place of the shipped ones.
    An account is a mail address within `mail_domain` where `[[actors]]` gives no `mail`.
    """

    digest_every: Span = timedelta(hours=2)
    remind_open_days: frozenset[Annotated[int, Field(ge=0, le=60)]] = frozenset({1})
    templates: str | None = None
    mail_domain: Annotated[str, Field(pattern=r"^[^@\s]*$")] = ""


class Deadlines(Table):
    """Deadlines for people, in open days."""

    escalate_open_days: Annotated[int, Field(ge=0)] = 1
    hard_open_days: Annotated[int, Field(ge=0)] = 5

    @model_validator(mode="after")
    def _in_order(self) -> Deadlines:
        if self.hard_open_days < self.escalate_open_days:
            raise ValueError("hard_open_days must not be before escalate_open_days")
        return self


class Guards(Table):
    """Limits of section 6 of the design."""

    max_removals: Annotated[int, Field(ge=0)] = 10
    max_share: Annotated[float, Field(ge=0, le=1)] = 0.05
    max_row_loss: Annotated[float, Field(ge=0, le=1)] = 0.10
    explained_days: Annotated[int, Field(ge=0)] = 3
    max_turnover: Annotated[float, Field(ge=0, le=1)] = 0.50
    max_directory_loss: Annotated[float, Field(ge=0, le=1)] = 0.40
    max_base_days_ahead: Annotated[int, Field(ge=0)] = 31
    max_days_between_runs: Annotated[int, Field(ge=1)] = 180
    order_counts: OrderCounts = OrderCounts.OPTIONAL


class PolicyTable(Table):
    """What the body decides for itself; see docs/configuration.md."""

    training_months: Annotated[int, Field(ge=1)] | None = None
    training_grace_days: Annotated[int, Field(ge=0)] = 30
    suspended_kinds: frozenset[str] | None = None
    on_silence: OnSilence = OnSilence.REVOKE
    restore_days: Annotated[int, Field(ge=0)] = 30
    order_kinds_file: str | None = None
    order_texts_file: str | None = None
    closed_days_file: str | None = None
    status_words: dict[str, Literal["at-work", "suspended", "away", "separated"]] = Field(
        default_factory=dict
    )
    approval: dict[Reason, Approval] = Field(default_factory=dict)
    approval_by_entitlement: dict[str, Approval] = Field(default_factory=dict)
    deadlines: Deadlines = Deadlines()
    pre_approval: PreApprovalTable = PreApprovalTable()
    review: ReviewTable = ReviewTable()
    guards: Guards = Guards()


class ScheduleTable(Table):
    """When the daemon runs, as five cron fields in JST; day names in words (`mon`)."""

    full: str = "0 0 * * *"
    delta: str = "*/5 * * * *"
    deadline: time = time(6, 0)
    drill: str | None = None

    @field_validator("full", "delta", "drill")
    @classmethod
    def _five_fields(cls, given: str | None) -> str | None:
        if given is None:
            return None
        fields = given.split()
        if len(fields) != 5:  # noqa: PLR2004 - a cron line has five fields
            raise ValueError('write five fields: minute hour day month weekday, as in "0 0 * * *"')
        if re.search(r"\d", fields[4]):
            raise ValueError("write days of the week in words (mon, tue …): numbers are ambiguous")
        try:
            CronTrigger.from_crontab(given, timezone="Asia/Tokyo")
        except ValueError as error:
            raise ValueError(f"not a schedule: {error}") from None
        return given


def _is_loopback(host: str) -> bool:
    """Tell an address of this machine; a name that only begins like one may lead anywhere."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


class DaemonTable(Table):
    """Where the daemon answers /healthz, /readyz and /metrics: loopback only."""

    listen: str = "127.0.0.1:9465"

    @field_validator("listen")
    @classmethod
    def _loopback(cls, given: str) -> str:
        host, _, port = given.rpartition(":")
        if not _is_loopback(host.strip("[]")) or not port.isdecimal() or int(port) > _LAST_PORT:
            raise ValueError('name a loopback address and a port, as in "127.0.0.1:9465"')
        return given


class OidcTable(Table):
    """The body's OpenID provider; `[console.oidc]`. The secret stands in a file or the environment.

    `account_claim` names the account of `[[actors]]`; the provider must never give one person's
    to another.
    """

    issuer: str
    client_id: Annotated[str, Field(min_length=1)]
    client_secret_file: str | None = None
    client_secret_env: str = ""
    account_claim: Annotated[str, Field(min_length=1)] = "preferred_username"
    staff_number_claim: str = ""
    ca_file: str | None = None

    @field_validator("issuer")
    @classmethod
    def _an_issuer(cls, given: str) -> str:
        """Hold OpenID Connect Discovery 1.0, section 4: https; loopback may do without."""
        parts = urlsplit(given)
        plain = parts.scheme == "http" and _is_loopback(parts.hostname or "")
        if (parts.scheme != "https" and not plain) or not parts.hostname or parts.query:
            raise ValueError("write the https address of the provider, as its own pages do")
        return given

    @model_validator(mode="after")
    def _one_secret(self) -> OidcTable:
        if (self.client_secret_file is None) == (not self.client_secret_env):
            raise ValueError("give exactly one of client_secret_file and client_secret_env")
        return self


class ConsoleTable(Table):
    """The web console and its API; without this table there is none.

    Beyond loopback it needs a certificate of its own, or a proxy that has one.
    """

    listen: str = "127.0.0.1:8470"
    public_url: str = ""
    certificate_file: str | None = None
    key_file: str | None = None
    trusted_proxies: tuple[str, ...] = ()
    idle_minutes: Annotated[int, Field(ge=1, le=1440)] = 30
    absolute_hours: Annotated[int, Field(ge=1, le=24)] = 10
    sign_in: Annotated[tuple[Literal["local", "ldap", "oidc"], ...], Field(min_length=1)] = (
        "local",
    )
    ldap_directory: str = ""
    second_factor: FactorPolicy = FactorPolicy.OPTIONAL
    requests_per_minute: Annotated[int, Field(ge=60, le=100_000)] = 600
    oidc: OidcTable | None = None

    @field_validator("listen")
    @classmethod
    def _an_address(cls, given: str) -> str:
        host, _, port = given.rpartition(":")
        if not host or not port.isdecimal() or int(port) > _LAST_PORT:
            raise ValueError('name an address and a port, as in "127.0.0.1:8470"')
        return given

    @property
    def has_tls(self) -> bool:
        """Tell whether the console itself speaks TLS."""
        return self.certificate_file is not None

    @property
    def is_secure(self) -> bool:
        """Tell whether browsers reach the console over https."""
        return self.has_tls or self.public_url.startswith("https://")

    @model_validator(mode="after")
    def _every_way_is_described(self) -> ConsoleTable:
        if ("ldap" in self.sign_in) != bool(self.ldap_directory):
            raise ValueError('sign_in "ldap" and ldap_directory belong together')
        if ("oidc" in self.sign_in) != (self.oidc is not None):
            raise ValueError('sign_in "oidc" and the table [console.oidc] belong together')
        if self.oidc is not None and not self.public_url:
            raise ValueError("the provider sends browsers back to public_url; give it")
        return self

    @model_validator(mode="after")
    def _safe(self) -> ConsoleTable:
        if (self.certificate_file is None) != (self.key_file is None):
            raise ValueError("certificate_file and key_file belong together")
        behind_proxy = self.trusted_proxies and self.public_url.startswith("https://")
        host = self.listen.rpartition(":")[0].strip("[]")
        if not _is_loopback(host) and not self.has_tls and not behind_proxy:
            raise ValueError(
                "beyond loopback give certificate_file and key_file, or trusted_proxies and an "
                "https public_url"
            )
        return self


class PostTable(Table):
    """A post that roles follow: 「12010 の課長」; without a title every post of the section."""

    section: Annotated[str, Field(min_length=1)]
    title: str = ""


class ActorTable(Table):
    """Who may act: one account, or whoever holds a post on the day."""

    account: Annotated[str, Field(min_length=1)] | None = None
    post: PostTable | None = None
    mail: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")] | None = None
    sees_advance_notices: bool = False
    staff_number: str | None = None
    roles: frozenset[Role] = frozenset()
    sections: frozenset[str] = frozenset()
    deputy_for: str = ""
    deputy_from: date | None = None
    deputy_until: date | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> ActorTable:
        if (self.account is None) == (self.post is None):
            raise ValueError("name an account, or a post: account = ... or post = { ... }")
        return self


class ConfigurationModel(Table):
    """The whole file."""

    organization: Organization
    store: StoreTable = StoreTable()
    authorities: tuple[AuthorityTable, ...] = ()
    sources: tuple[SourceTable, ...] = ()
    directories: tuple[DirectoryTable, ...] = ()
    notifiers: tuple[NotifierTable, ...] = ()
    notices: NoticesTable = NoticesTable()
    policy: PolicyTable = PolicyTable()
    residual: ResidualTable = ResidualTable()
    access_logs: tuple[AccessLogTable, ...] = ()
    schedule: ScheduleTable = ScheduleTable()
    drill: DrillTable = DrillTable()
    daemon: DaemonTable = DaemonTable()
    console: ConsoleTable | None = None
    foresight: ForesightTable = ForesightTable()
    actors: tuple[ActorTable, ...] = ()
