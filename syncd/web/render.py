"""Templates: one environment, in which everything is escaped and nothing is undefined."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.routing import Match

from syncd import __version__
from syncd.core.access import Permission
from syncd.reports import task_words
from syncd.reports.abilities import missing_of, without_word
from syncd.reports.explain import because_word
from syncd.reports.nested import loss_word, path_word
from syncd.reports.words import (
    Lang,
    day_word,
    doubt_word,
    message_word,
    notice_word,
    place_word,
    reason_word,
    state_word,
    verdict_word,
)
from syncd.web import charts, trail_words, words
from syncd.web.desk import Desk
from syncd.web.visitor import Visitor

_STATIC = Path(__file__).with_name("static")

_NAVIGATION = (
    ("/", "今日", "Today", Permission.READ),
    ("/cases", "案件", "Cases", Permission.READ),
    ("/plans", "計画", "Plans", Permission.READ),
    ("/tasks", "作業", "Tasks", Permission.READ),
    ("/residuals", "残存報告", "Residual reports", Permission.READ),
    ("/reviews", "棚卸", "Access reviews", Permission.READ),
    ("/releases", "指定", "Designations", Permission.READ),
    ("/people", "職員", "People", Permission.READ),
    ("/transfer-day", "異動日", "Transfer day", Permission.START_SYNC),
    ("/runs", "突合", "Runs", Permission.READ),
    ("/trail", "証跡", "Audit trail", Permission.READ_TRAIL),
    ("/connections", "接続", "Connections", Permission.READ),
    ("/access", "利用者", "Access", Permission.ADMINISTER),
)


@cache
def _environment() -> Environment:
    # select_autoescape goes by file name; every template of ours is HTML.
    environment = Environment(
        loader=PackageLoader("syncd.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["static"] = static
    environment.globals["charts"] = charts
    environment.globals["version"] = __version__
    return environment


@cache
def static(name: str) -> str:
    """Return the address of a file of the tree; it changes with the content, so caches may keep."""
    digest = hashlib.sha256((_STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?{digest}"


def page(
    request: Request,
    template: str,
    visitor: Visitor | None,
    context: Mapping[str, Any] | None = None,
    status: int = 200,
) -> HTMLResponse:
    """Return a page in the visitor's language."""
    desk: Desk = request.app.state.desk
    lang = visitor.lang if visitor is not None else lang_of(request)
    shown: dict[str, Any] = {
        "visitor": visitor,
        "lang": str(lang),
        "organization": desk.opened.settings.model.organization.name,
        "here": _here(request),
        "now": desk.opened.clock(),
        "today": desk.opened.today(),
        "navigation": _navigation(request.url.path, visitor),
        "messages": (),
        **_filters(lang, desk.opened.settings.model.organization.role_labels),
        "csrf": lambda: _csrf_field(visitor),
        **(context or {}),
    }
    return HTMLResponse(_environment().get_template(template).render(shown), status)


def lang_of(request: Request) -> Lang:
    """Return the language chosen in this browser; Japanese where none was."""
    desk: Desk = request.app.state.desk
    return Lang.EN if request.cookies.get(desk.language_cookie) == Lang.EN else Lang.JA


def _filters(lang: Lang, titles: words.Titles) -> dict[str, Any]:
    return {
        "_": words.phrase(lang),
        "day": lambda d: day_word(d, lang),
        "moment": lambda m: words.moment_word(m, lang),
        "deadline": lambda m: words.deadline_word(m, lang),
        "reason": lambda r: reason_word(r, lang),
        "state": lambda s: state_word(s, lang),
        "verdict": lambda v: verdict_word(v, lang),
        "notice": lambda n: notice_word(n, lang),
        "message_kind": lambda k: message_word(k, lang),
        "doubt": lambda d: doubt_word(d, lang),
        "without": lambda able: [without_word(each, lang) for each in missing_of(able)],
        "why": lambda c: words.why(c, lang),
        "cite": lambda b: because_word(b, lang),
        "role": lambda r: words.role_word(r, lang, titles),
        "roles": lambda r: words.roles_word(r, lang, titles),
        "event_word": lambda e: trail_words.event_word(e, lang),
        "trip_word": lambda t: trail_words.trip_word(t, lang),
        "place": lambda p: place_word(p, lang),
        "known": lambda v: trail_words.value_word(v, lang),
        "run_kind": lambda k: trail_words.value_word(k, lang),
        "said": lambda t: words.said(t, lang),
        "provides": lambda p: words.provides_word(p, lang),
        "method": lambda m: words.method_word(m, lang),
        "scope": lambda s: words.scope_word(s, lang),
        "loss": lambda loss: loss_word(loss, lang),
        "path": lambda p: path_word(p, lang),
        "days_between": words.days_between,
        "thing": lambda k: task_words.thing_word(k, lang),
        "task_asks": lambda k: task_words.task_asks(k, lang),
        "task_state": lambda s: task_words.task_state_word(s, lang),
    }


def _csrf_field(visitor: Visitor | None) -> Markup:
    token = "" if visitor is None else visitor.csrf
    return Markup('<input type="hidden" name="csrf" value="{}">').format(token)


def _here(request: Request) -> str:
    """Return an address that can be gone to again: for the answer to a form, the page above it."""
    if request.method == "POST":
        above = map(str, PurePosixPath(request.url.path).parents)
        return next((path for path in above if _is_page(request, path)), "/")
    query = request.url.query
    return request.url.path + (f"?{query}" if query else "")


def _is_page(request: Request, path: str) -> bool:
    asked = {**request.scope, "path": path, "method": "GET"}
    return any(route.matches(asked)[0] is Match.FULL for route in request.app.routes)


def _navigation(path: str, visitor: Visitor | None) -> list[dict[str, Any]]:
    if visitor is None:
        return []
    top = "/" + path.strip("/").partition("/")[0]
    return [
        {"href": href, "ja": ja, "en": en, "current": href == top}
        for href, ja, en, permission in _NAVIGATION
        if permission in visitor.opened
    ]
