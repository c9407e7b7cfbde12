"""Under which HTTP status each error of ours is answered, on pages and in the API alike."""

from __future__ import annotations

from http import HTTPStatus

from syncd.errors import (
    AlreadyRunning,
    DirectoryUnreadable,
    DirectoryWriteError,
    IdempotencyConflict,
    IdentityUnavailable,
    IllegalMove,
    NoSuchCase,
    NotPermitted,
    SignInRefused,
    SourceRefused,
    StoreError,
    SyncdError,
    UsageError,
)
from syncd.web.pace import TooManyRequests

_STATUS: dict[type[SyncdError], HTTPStatus] = {
    NotPermitted: HTTPStatus.FORBIDDEN,
    NoSuchCase: HTTPStatus.NOT_FOUND,
    IllegalMove: HTTPStatus.CONFLICT,
    AlreadyRunning: HTTPStatus.CONFLICT,
    IdempotencyConflict: HTTPStatus.UNPROCESSABLE_ENTITY,
    SourceRefused: HTTPStatus.UNPROCESSABLE_ENTITY,
    UsageError: HTTPStatus.UNPROCESSABLE_ENTITY,
    SignInRefused: HTTPStatus.UNAUTHORIZED,
    IdentityUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    TooManyRequests: HTTPStatus.TOO_MANY_REQUESTS,
    StoreError: HTTPStatus.SERVICE_UNAVAILABLE,
    DirectoryUnreadable: HTTPStatus.BAD_GATEWAY,
    DirectoryWriteError: HTTPStatus.BAD_GATEWAY,
}


def status_of(error: SyncdError) -> HTTPStatus:
    """Return the status under which an error is answered; what is not foreseen is a 500."""
    for kind in type(error).__mro__:
        if kind in _STATUS:
            return _STATUS[kind]
    return HTTPStatus.INTERNAL_SERVER_ERROR
