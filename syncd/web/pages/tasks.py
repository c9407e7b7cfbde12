"""作業: what people must do where nothing can be reached; done by one, checked by another."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, File, Form, Query, Request, Response, UploadFile
from fastapi.responses import RedirectResponse

from syncd.core.access import Permission
from syncd.core.exhibits import MOST_BYTES
from syncd.core.ids import OrgUnitCode
from syncd.core.tasks import STANDING, Task, TaskState, may_check, may_do
from syncd.errors import NoSuchCase, UsageError
from syncd.flow.applications import application_of
from syncd.flow.site import Site
from syncd.flow.tasks import (
    Attachment,
    attach,
    check_done,
    order_of,
    reject_done,
    report_done,
    tasks_done_by,
)
from syncd.ports.store import Unit
from syncd.ports.tasks import TaskQuery
from syncd.web.gate import desk_of, door, posting
from syncd.web.render import page
from syncd.web.trail_words import tell
from syncd.web.visitor import Visitor

router = APIRouter()
_SEE_OTHER = 303
_NOTE = 1000
_STATES = {
    "": STANDING,
    "open": frozenset({TaskState.OPEN}),
    "done": frozenset({TaskState.DONE}),
    "ended": frozenset(TaskState) - STANDING,
}
_IS_A_DOWNLOAD = "default-src 'none'; sandbox"
_RECORDS = ("task.", "evidence.")

Files = Annotated[list[UploadFile] | None, File()]
Note = Annotated[str, Form(max_length=_NOTE)]


def query_of(
    state: Annotated[str, Query(max_length=20)] = "",
    section: str = "",
    directory: str = "",
    after: Annotated[list[str] | None, Query()] = None,
) -> TaskQuery:
    """Return the filters of an address; raises UsageError for a state that nobody knows."""
    if state not in _STATES and state != "overdue":
        raise UsageError(
            f"{state!r} is no state; choose one of the list.",
            ja=f"{state} という状態はありません。一覧から選んでください。",
        )
    return TaskQuery(
        states=_STATES.get(state, STANDING),
        section=OrgUnitCode(section) if section else None,
        directory=directory,
        after=tuple(after or ()),
    )


def seen_by(visitor: Visitor, site: Site, query: TaskQuery) -> TaskQuery:
    """Return a query narrowed to what a visitor sees: their sections, and what they do."""
    own = tasks_done_by(site, visitor.own)
    return replace(query, visible=visitor.visible, own_directories=own)


@router.get("/tasks")
def list_tasks(
    request: Request,
    visitor: Annotated[Visitor, door(Permission.READ)],
    query: Annotated[TaskQuery, Depends(query_of)],
) -> Response:
    """Show one page of the tasks that match, those due first."""
    opened, asked = desk_of(request).opened, request.query_params.get("state", "")
    site = opened.site
    seen = seen_by(visitor, site, query)
    if asked == "overdue":
        seen = replace(seen, overdue_at=opened.clock())
    with site.store.begin() as unit:
        found = unit.task_page(seen)
        counts = unit.task_counts(seen_by(visitor, site, TaskQuery()), opened.clock())
        sections = unit.sections()
    visible = visitor.visible
    context = {
        "found": found,
        "counts": counts,
        "query": query,
        "asked": asked,
        "sections": [s for s in sections if visible is None or s.code in visible],
        "directories": [s.name for s in site.directories.values() if s.hand_over is not None],
        "kinds": {line.task.directory: order_of(site, line.task.directory) for line in found.lines},
        "next_page": _next_page(request, found.after),
    }
    return page(request, "tasks.html", visitor, context)


def _next_page(request: Request, after: tuple[str, ...]) -> str:
    kept = [(k, v) for k, v in request.query_params.multi_items() if k != "after"]
    return "/tasks?" + urlencode([*kept, *(("after", value) for value in after)]) if after else ""


def _seen(unit: Unit, visitor: Visitor, site: Site, task_id: str) -> Task:
    """Return a task that the visitor may see; raises NoSuchCase for every other."""
    task = unit.task(task_id)
    visible = visitor.visible
    if visible is None or task.section in visible:
        return task
    if task.directory in tasks_done_by(site, visitor.own):
        return task
    raise NoSuchCase.task(task_id)


@router.get("/tasks/{task_id}")
def show_task(
    request: Request, task_id: str, visitor: Annotated[Visitor, door(Permission.READ)]
) -> Response:
    """Show what is to be done, what was done, and what shows it."""
    opened = desk_of(request).opened
    titles = opened.settings.model.organization.role_labels
    with opened.site.store.begin() as unit:
        context = _about(unit, visitor, opened.site, task_id)
        task, case, order = context["task"], context["case"], context["order"]
        records = map(json.loads, unit.history(task.case_id))
        of_task = [r for r in records if r["event"].startswith(_RECORDS) and _is_of(r, task_id)]
        others = [t for t in unit.tasks_of(task.case_id) if t.task_id != task_id]
    able = visitor.may("handle-tasks")
    context |= {
        "history": [tell(record, visitor.lang, titles, frozenset({"task"})) for record in of_task],
        "others": others,
        "sees_case": visitor.visible is None or case.section in visitor.visible,
        "can_do": able and task.state is TaskState.OPEN and may_do(visitor.own, case, order),
        "can_check": able and may_check(visitor.actors, case, task, order),
        "can_attach": able and task.state in (TaskState.OPEN, TaskState.DONE),
        "most_mb": MOST_BYTES // 2**20,
    }
    return page(request, "task.html", visitor, context)


def _is_of(record: dict[str, Any], task_id: str) -> bool:
    return bool(record["ground"].get("task") == task_id)


def _about(unit: Unit, visitor: Visitor, site: Site, task_id: str) -> dict[str, Any]:
    task = _seen(unit, visitor, site, task_id)
    case = unit.case(task.case_id)
    numbers = [case.staff_number] if case.staff_number else []
    return {
        "task": task,
        "case": case,
        "order": order_of(site, task.directory),
        "card": next(iter(unit.cards(numbers).values()), None),
        "evidence": unit.evidence_of([task_id]),
        "section_names": {section.code: section.name for section in unit.sections()},
        "application": application_of(unit, site, case, task),
    }


@router.get("/tasks/{task_id}/form")
def show_form(
    request: Request, task_id: str, visitor: Annotated[Visitor, door(Permission.READ)]
) -> Response:
    """Show the ユーザー情報登録・変更申請書 of a task, to be printed."""
    opened = desk_of(request).opened
    with opened.site.store.begin() as unit:
        context = _about(unit, visitor, opened.site, task_id)
    return page(request, "task_form.html", visitor, context)


@router.get("/tasks/{task_id}/evidence/{evidence_id}")
def give_evidence(
    request: Request,
    task_id: str,
    evidence_id: str,
    visitor: Annotated[Visitor, door(Permission.READ)],
) -> Response:
    """Give back a file as it was attached, to be saved: no browser shows it as a page of ours."""
    site = desk_of(request).opened.site
    with site.store.begin() as unit:
        _seen(unit, visitor, site, task_id)
        listed, content = unit.evidence(evidence_id)
    if listed.task_id != task_id:
        raise NoSuchCase.task(evidence_id)
    plain = f"evidence-{evidence_id}{listed.file_name[listed.file_name.rindex('.') :]}"
    name = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(listed.file_name, safe='')}"
    headers = {"Content-Disposition": name, "Content-Security-Policy": _IS_A_DOWNLOAD}
    return Response(content, media_type=listed.media_type, headers=headers)


@router.post("/tasks/{task_id}/done")
def say_done(
    request: Request,
    task_id: str,
    visitor: Annotated[Visitor, posting(Permission.HANDLE_TASKS)],
    note: Note = "",
    file: Files = None,
) -> Response:
    """Take the word of somebody who did it, with what shows it."""
    site = _checked_site(request, visitor, task_id)
    report_done(site, visitor.actors, task_id, note, _brought(file))
    return RedirectResponse(f"/tasks/{task_id}", _SEE_OTHER)


@router.post("/tasks/{task_id}/check")
def say_checked(
    request: Request,
    task_id: str,
    visitor: Annotated[Visitor, posting(Permission.HANDLE_TASKS)],
    note: Note = "",
    file: Files = None,
) -> Response:
    """Take the word of somebody else who checked it."""
    site = _checked_site(request, visitor, task_id)
    check_done(site, visitor.actors, task_id, note, _brought(file))
    return RedirectResponse(f"/tasks/{task_id}", _SEE_OTHER)


@router.post("/tasks/{task_id}/reject")
def send_back(
    request: Request,
    task_id: str,
    visitor: Annotated[Visitor, posting(Permission.HANDLE_TASKS)],
    reason: Note,
) -> Response:
    """Send a task back to whoever does it."""
    site = _checked_site(request, visitor, task_id)
    reject_done(site, visitor.actors, task_id, reason)
    return RedirectResponse(f"/tasks/{task_id}", _SEE_OTHER)


@router.post("/tasks/{task_id}/evidence")
def add_evidence(
    request: Request,
    task_id: str,
    visitor: Annotated[Visitor, posting(Permission.HANDLE_TASKS)],
    file: Files = None,
) -> Response:
    """Attach files to a task that goes on."""
    site = _checked_site(request, visitor, task_id)
    attach(site, visitor.actors, task_id, _brought(file))
    return RedirectResponse(f"/tasks/{task_id}", _SEE_OTHER)


def _checked_site(request: Request, visitor: Visitor, task_id: str) -> Site:
    """Return the site; raises NoSuchCase for a task that the visitor may not see."""
    site = desk_of(request).opened.site
    with site.store.begin() as unit:
        _seen(unit, visitor, site, task_id)
    return site


def _brought(files: Sequence[UploadFile] | None) -> tuple[Attachment, ...]:
    """Return the files of a form; a browser sends an empty one where none was chosen."""
    chosen = [file for file in files or () if file.filename]
    return tuple(Attachment(f.filename or "", f.file.read(MOST_BYTES + 1)) for f in chosen)
