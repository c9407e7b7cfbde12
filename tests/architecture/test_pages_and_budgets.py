"""What machines can hold of the house rules: documented keys, small files, short functions."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from pydantic import BaseModel

from connectors.access_log.options import AccessLogOptions, Columns
from connectors.ad import AdOptions
from connectors.entra.options import EntraOptions
from connectors.file.options import FileOptions
from connectors.ldap.options import LdapOptions
from connectors.ldif.options import LdifOptions
from connectors.scim.options import ScimOptions
from connectors.smtp.options import SmtpOptions
from connectors.sql.feed.options import SqlFeedOptions
from connectors.sql.options import SqlOptions
from connectors.webhook.options import WebhookOptions
from syncd.settings import model, preapproval, residual, review
from syncd.settings.authorities import AuthorityTable
from syncd.settings.drill import DrillTable
from syncd.settings.foresight import ForesightTable

ROOT = Path(__file__).resolve().parents[2]
ALL = sorted([*ROOT.glob("syncd/**/*.py"), *ROOT.glob("connectors/**/*.py")])
CODE = [path for path in ALL if "versions" not in path.parts]  # a migration is one long list
TABLES = [
    AuthorityTable,
    model.Organization,
    model.SourceTable,
    model.DirectoryTable,
    model.Deadlines,
    model.Guards,
    preapproval.PreApprovalTable,
    review.ReviewTable,
    model.PolicyTable,
    model.ScheduleTable,
    model.DaemonTable,
    DrillTable,
    model.ConsoleTable,
    model.OidcTable,
    model.ActorTable,
    model.NotifierTable,
    model.NoticesTable,
    residual.ResidualTable,
    ForesightTable,
    residual.AccessLogTable,
    AccessLogOptions,
    Columns,
    AdOptions,
    EntraOptions,
    FileOptions,
    LdapOptions,
    LdifOptions,
    ScimOptions,
    SmtpOptions,
    SqlFeedOptions,
    SqlOptions,
    WebhookOptions,
]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_every_key_is_on_a_page(table: type[BaseModel]):
    names = ("configuration.md", "directories.md", "inputs.md", "notifiers.md", "access-logs.md")
    pages = "".join((ROOT / "docs" / name).read_text(encoding="utf-8") for name in names)
    assert [key for key in table.model_fields if key not in pages] == []


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_and_functions_stay_small(path: Path):
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 450
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 60, node.name


def test_no_page_links_to_a_page_that_is_not_there():
    for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]:
        text = page.read_text(encoding="utf-8")
        for link in (part.split(")")[0] for part in text.split("](")[1:]):
            if not link.startswith(("http", "#")):
                assert (page.parent / link).exists(), f"{page.name}: {link}"
