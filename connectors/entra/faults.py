"""What a refusal of Microsoft Graph or of its token service means, in our words.

A server's own message is never shown: it may hold the names of people. Its code is, where it is
one of those that Microsoft lists.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import requests

from connectors.shared.bilingual import both
from connectors.shared.failures import SetUpError, reason_of, remedy_of
from connectors.shared.http.answers import AnswerError
from connectors.shared.http.statuses import meaning_of

# https://learn.microsoft.com/graph/errors and https://learn.microsoft.com/graph/resolve-auth-errors
_CODES = frozenset(
    {
        *("Request_BadRequest", "Request_ResourceNotFound", "Request_UnsupportedQuery"),
        *("Authorization_RequestDenied", "Authorization_IdentityNotFound"),
        *("InvalidAuthenticationToken", "AuthenticationError", "Authentication_MissingOrMalformed"),
        *("Directory_ExpiredPageToken", "Directory_ConcurrencyViolation"),
        *("Directory_QuotaExceeded", "Directory_ResultSizeLimitExceeded", "TooManyRequests"),
        *("syncStateNotFound", "resyncRequired", "SyncStateNotFound", "UnknownError"),
        *("serviceNotAvailable", "ServiceUnavailable", "accessDenied", "activityLimitReached"),
    }
)
_THROTTLES = frozenset(
    {"CPULimitExceeded", "WriteLimitExceeded", "ResourceUnitLimitExceeded", "Throttled"}
)
LOST = frozenset({"syncStateNotFound", "SyncStateNotFound", "resyncRequired"})
"""Codes with which Graph says that it no longer knows where a delta stood."""
EXPIRED_PAGE = "Directory_ExpiredPageToken"
GONE = 410
NOT_FOUND = 404
_REACH = both(
    "ネットワークと proxy、graph_url を確かめてください", "check the network, proxy and graph_url"
)
_PROOF = both(
    "secret_file(または secret_env、certificate_file と key_file)と ca_file を確かめてください",
    "check secret_file, secret_env, or certificate_file and key_file; and ca_file",
)
NOT_GRAPH = (
    both("Microsoft Graph の応答ではありません", "the answer is not Microsoft Graph's"),
    _REACH,
)
"""What is wrong, and what to do, where something else than Graph answered."""
_PERMISSIONS = both(
    "アプリに User.Read.All と GroupMember.Read.All(書くなら GroupMember.ReadWrite.All、"
    "役割を割り当てられるグループには RoleManagement.ReadWrite.Directory も)を与え、"
    "管理者の同意を得てください",
    "grant the application User.Read.All and GroupMember.Read.All (to write, "
    "GroupMember.ReadWrite.All; for role-assignable groups RoleManagement.ReadWrite.Directory "
    "too), with the consent of an administrator",
)
_NEW_PROOF = both(
    "tenant と client_id、シークレットや証明書の期限を確かめてください",
    "check tenant and client_id, and whether the secret or the certificate has expired",
)
_REMEDIES = {401: _NEW_PROOF, 403: _PERMISSIONS}


def refusal(status: int, content: object, headers: Mapping[str, str]) -> AnswerError:
    """Return what a refusal by Graph means."""
    kind = _code_of(content)
    why, remedy = meaning_of(status)
    limit = headers.get("x-ms-throttle-information", "")
    known = [word for word in (kind, limit if limit in _THROTTLES else "") if word]
    why = f"{why} ({', '.join(known)})" if known else why
    return AnswerError(why, _REMEDIES.get(status, remedy), status, kind)


def token_refusal(status: int, content: object) -> AnswerError:
    """Return what a refusal by the token service means; its AADSTS numbers tell an expert more."""
    numbers = content.get("error_codes") if isinstance(content, dict) else None
    codes = [f"AADSTS{n}" for n in numbers or () if isinstance(n, int)] if numbers else []
    why = both("トークンをもらえません", "no token is given")
    shown = ", ".join([f"HTTP {status}", *codes[:3]])
    return AnswerError(f"{why} ({shown})", _NEW_PROOF, status)


def broken(error: Exception) -> AnswerError:
    """Return what a broken exchange means."""
    if isinstance(error, ValueError) and not isinstance(error, requests.RequestException):
        return AnswerError(*NOT_GRAPH)
    remedy = _PROOF if isinstance(error, SetUpError) else _REACH
    return AnswerError(reason_of(error), remedy_of(error, remedy))


def _code_of(content: object) -> str:
    error: Any = content.get("error") if isinstance(content, dict) else None
    code = error.get("code") if isinstance(error, dict) else ""
    return code if isinstance(code, str) and code in _CODES else ""
