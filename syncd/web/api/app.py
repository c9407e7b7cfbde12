"""The API's application, mounted by the console at /api/v1; its schema and a page that shows it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from syncd import __version__
from syncd.core.access import Permission
from syncd.errors import SyncdError
from syncd.web.api.answers import tell, tell_fault, tell_http, tell_invalid, tell_problems
from syncd.web.api.cases import router as cases
from syncd.web.api.people import router as people
from syncd.web.api.plans import router as plans
from syncd.web.api.reviews import router as reviews
from syncd.web.api.syncs import router as syncs
from syncd.web.api.tasks import router as tasks
from syncd.web.desk import Desk
from syncd.web.faults import Faults
from syncd.web.gate import door
from syncd.web.render import page
from syncd.web.visitor import Visitor

PREFIX = "/api/v1"


class _Api(FastAPI):
    """The API with a schema that tells its problems too."""

    def openapi(self) -> dict[str, Any]:
        """Return the schema, made once."""
        if self.openapi_schema is None:
            self.openapi_schema = tell_problems(super().openapi())
        return self.openapi_schema


def create_api(desk: Desk) -> FastAPI:
    """Return the API over a desk."""
    api = _Api(
        title="syncd",
        version=__version__,
        description="Rights to handle My Number data: cases, plans, access reviews, people, runs.",
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        servers=[{"url": PREFIX}],
        root_path_in_servers=False,
    )
    api.state.desk = desk
    for router in (cases, plans, tasks, reviews, people, syncs):
        api.include_router(router)
    api.add_api_route("/docs", _show_schema, include_in_schema=False)
    api.add_exception_handler(SyncdError, tell)
    api.add_exception_handler(HTTPException, tell_http)
    api.add_exception_handler(RequestValidationError, tell_invalid)
    api.add_middleware(Faults, answer=tell_fault)
    return api


def _show_schema(request: Request, visitor: Annotated[Visitor, door(Permission.READ)]) -> Response:
    """Show what OpenAPI tells, on a page of our own: nothing is loaded from elsewhere."""
    return page(request, "api.html", visitor, {"schema": request.app.openapi(), "prefix": PREFIX})
