"""What a refused or broken exchange means, in our words, and what the administrator can do.

A server's own `detail` is never shown: it may hold the names of people.
"""

from __future__ import annotations

from connectors.shared.bilingual import both
from connectors.shared.failures import SetUpError, reason_of, remedy_of
from connectors.shared.http.answers import AnswerError
from connectors.shared.http.statuses import meaning_of

# RFC 7644, section 3.12, table 9, and RFC 9865: other words are not repeated.
_SCIM_TYPES = frozenset(
    {
        *("invalidFilter", "tooMany", "uniqueness", "mutability", "invalidSyntax", "invalidPath"),
        *("noTarget", "invalidValue", "invalidVers", "sensitive", "invalidCursor"),
        *("expiredCursor", "invalidCount"),
    }
)
_REACH = both(
    "url と、サーバが動いていることを確かめてください", "check url and that the server runs"
)
_SECRET = both(
    "token_file(または token_env)と ca_file を確かめてください",
    "check token_file or token_env, and ca_file",
)
NOT_SCIM = (both("SCIM 2.0 の応答ではありません", "the answer is not SCIM 2.0"), _REACH)
"""What is wrong, and what to do, where something else than SCIM answered."""
_FIRST_FAILURE = 300  # what is no success (RFC 9110, section 15)


def refusal(status: object, scim_type: object) -> AnswerError:
    """Return what a refusal means; both as the server wrote them, so not to be believed."""
    text = str(status)
    code = int(text) if text.isdecimal() else 0
    kind = scim_type if scim_type in _SCIM_TYPES else ""
    why, remedy = meaning_of(code)
    return AnswerError(f"{why} ({kind})" if kind else why, remedy, code, str(kind))


def answer_error(error: Exception) -> AnswerError:
    """Return what an error of the libraries means."""
    status = getattr(getattr(error, "source", None), "status_code", 0)
    if isinstance(status, int) and status >= _FIRST_FAILURE:
        return refusal(status, getattr(error, "scim_type", ""))
    if status or isinstance(error, ValueError):
        return AnswerError(*NOT_SCIM)
    remedy = _SECRET if isinstance(error, SetUpError) else _REACH
    return AnswerError(reason_of(error), remedy_of(error, remedy))
