"""How the API answers: ETags and conditions on single things, and errors as problem+json."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from syncd.errors import RowFault, SourceRefused, StoreError, SyncdError
from syncd.web.api.cursors import etag_of
from syncd.web.api.models import Problem
from syncd.web.gate import NotSignedIn
from syncd.web.pace import TooManyRequests
from syncd.web.statuses import status_of

PROBLEM = "application/problem+json"
_ANSWERED = ("400", "401", "403", "404", "409", "412", "413", "422", "429", "502", "503")


def tell_problems(schema: dict[str, Any]) -> dict[str, Any]:
    """Return an OpenAPI schema in which every route tells the problems it may answer with."""
    told = {"schema": {"$ref": "#/components/schemas/Problem"}}
    schema["components"]["schemas"]["Problem"] = Problem.model_json_schema()
    for name in ("HTTPValidationError", "ValidationError"):
        schema["components"]["schemas"].pop(name, None)
    for methods in schema["paths"].values():
        for operation in methods.values():
            for code in _ANSWERED:
                operation["responses"][code] = {
                    "description": HTTPStatus(int(code)).phrase,
                    "content": {PROBLEM: told},
                }
            operation["responses"]["304"] = {"description": "as the caller has it"}
    return schema


class PreconditionFailed(SyncdError):  # noqa: N818 - a refusal says what it is
    """The thing changed since the caller looked at it (RFC 9110, 13.1.1)."""


def tagged(request: Request, model: BaseModel) -> Response:
    """Answer with a thing and its ETag, or that it is the one the caller has (304)."""
    tag = etag_of(model)
    if tag in _tags(request.headers.get("If-None-Match", "")):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers={"ETag": tag})
    content = model.model_dump_json().encode()
    return Response(content, media_type="application/json", headers={"ETag": tag})


def check_match(request: Request, model: BaseModel) -> None:
    """Raise PreconditionFailed where `If-Match` names another state of the thing."""
    wanted = request.headers.get("If-Match")
    if wanted is not None and wanted.strip() != "*" and etag_of(model) not in _tags(wanted):
        raise PreconditionFailed("it changed since you looked at it. Read it again and decide.")


def _tags(header: str) -> set[str]:
    return {part.strip().removeprefix("W/") for part in header.split(",")}


def problem(
    status: HTTPStatus, kind: str, detail: str, faults: tuple[RowFault, ...] = ()
) -> JSONResponse:
    """Return an error as RFC 9457 words it."""
    body: dict[str, object] = {
        "type": f"urn:syncd:problem:{kind}",
        "title": status.phrase,
        "status": int(status),
        "detail": detail,
    }
    if faults:
        body["faults"] = [
            {"line": f.line, "column": f.column, "value": f.value, "expected": f.expected}
            for f in faults
        ]
    return JSONResponse(body, int(status), media_type=PROBLEM)


def tell(_request: Request, error: Exception) -> Response:
    """Answer an error of ours."""
    if isinstance(error, SourceRefused):
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return problem(status, "input-refused", "the input is refused whole", error.faults)
    if isinstance(error, PreconditionFailed):
        return problem(HTTPStatus.PRECONDITION_FAILED, "precondition-failed", str(error))
    if isinstance(error, NotSignedIn):
        answer = problem(HTTPStatus.UNAUTHORIZED, "not-signed-in", str(error))
        answer.headers["WWW-Authenticate"] = "Bearer"
        return answer
    status = status_of(error) if isinstance(error, SyncdError) else HTTPStatus(500)
    detail = "" if isinstance(error, StoreError) else str(error)
    answer = problem(status, _kind(error), detail)
    if isinstance(error, TooManyRequests):
        answer.headers["Retry-After"] = str(error.after_s)
    return answer


def tell_http(_request: Request, error: Exception) -> Response:
    """Answer an error of the framework: no such route, no such method."""
    code = error.status_code if isinstance(error, HTTPException) else 500
    answer = problem(HTTPStatus(code), "http", HTTPStatus(code).phrase)
    if isinstance(error, HTTPException) and error.headers:
        answer.headers.update(error.headers)
    return answer


def tell_fault() -> Response:
    """Answer a bug, and say nothing of it."""
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "fault", "")


def tell_invalid(_request: Request, error: Exception) -> Response:
    """Answer a request that does not have the form that OpenAPI tells."""
    found = error.errors() if isinstance(error, RequestValidationError) else []
    faults = tuple(RowFault(0, ".".join(map(str, f["loc"])), None, f["msg"]) for f in found)
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid", "not of the right form", faults)


def _kind(error: Exception) -> str:
    name = type(error).__name__.removesuffix("Error")
    return "".join(f"-{c.lower()}" if c.isupper() else c for c in name).lstrip("-")
