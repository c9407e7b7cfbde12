"""Speaks with Microsoft Graph: tokens, patience, and links that never lead elsewhere.

A busy Graph (429, 503, 504) is asked again as its `Retry-After` says; where it tells that its
limit comes near (`x-ms-throttle-limit-percentage`, from 0.8) we slow down by ourselves
(https://learn.microsoft.com/graph/throttling-limits).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

from connectors.entra.faults import broken, refusal
from connectors.entra.options import EntraOptions
from connectors.entra.tokens import TokenSource
from connectors.shared.bilingual import both
from connectors.shared.http.lists import PagesBrokenError
from connectors.shared.http.patience import Patience
from connectors.shared.http.session import Reply, exchange, is_cut, open_session
from connectors.shared.tls import verified_context

_VERSION = "/v1.0"
_NO_TOKEN = 401
BUSY = frozenset({429, 503, 504})
_NEAR = 0.8
_CUT = (requests.exceptions.ConnectionError, requests.exceptions.ChunkedEncodingError)


@dataclass(frozen=True, slots=True)
class Question:
    """One request to Graph, and whether it is harmless when it is done twice."""

    method: str
    address: str
    content: object = None
    is_harmless: bool = False


class GraphLine:
    """An open line; its methods raise AnswerError."""

    def __init__(
        self,
        session: requests.Session,
        options: EntraOptions,
        tokens: TokenSource,
        patience: Patience,
    ) -> None:
        """Speak over a session with the tokens of one application."""
        self._session = session
        self._options = options
        self._tokens = tokens
        self.patience = patience
        self.root = f"{options.graph}{_VERSION}"
        self.host = urlsplit(options.graph).netloc

    def get(self, address: str) -> dict[str, Any]:
        """Return what stands at a path of Graph, or at a link that it gave."""
        return self._object(self._ask(Question("GET", address, is_harmless=True)))

    def post(self, path: str, content: object, *, is_harmless: bool) -> dict[str, Any]:
        """Post an object; return what was answered.

        Only what is harmless when it is done twice is sent again over a line that was cut.
        """
        return self._object(self._ask(Question("POST", path, content, is_harmless)))

    def forget_token(self) -> None:
        """Ask for a new token next time."""
        self._tokens.forget()

    def _ask(self, question: Question) -> Reply:
        url = self._within(question.address)
        is_renewed = False
        for tried in count(1):
            try:
                reply = self._sent(requests.Request(question.method, url, json=question.content))
            except _CUT as error:
                may = question.is_harmless and is_cut(error)
                if may and self.patience.waited(tried, None):
                    continue
                raise broken(error) from None
            except (requests.RequestException, OSError, ValueError) as error:
                raise broken(error) from None
            if reply.status == _NO_TOKEN and not is_renewed:
                is_renewed = True
                self._tokens.forget()
                continue
            hint = reply.headers.get("retry-after")
            if reply.status in BUSY and self.patience.waited(tried, hint):
                continue
            if reply.is_success:
                self._slow_down(reply.headers.get("x-ms-throttle-limit-percentage"))
                return reply
            raise refusal(reply.status, reply.content, reply.headers)
        raise AssertionError

    def _sent(self, request: requests.Request) -> Reply:
        token = self._tokens.token(self._post_form)
        request.headers = {
            "Authorization": f"Bearer {token}",
            "x-ms-throttle-priority": "low",
        }
        return exchange(self._session, self._options, request)

    def _post_form(self, url: str, form: dict[str, str]) -> Reply:
        for tried in count(1):
            reply = exchange(self._session, self._options, requests.Request("POST", url, data=form))
            if reply.status in BUSY and self.patience.waited(
                tried, reply.headers.get("retry-after")
            ):
                continue
            return reply
        raise AssertionError

    def _slow_down(self, share: str | None) -> None:
        try:
            used = float(share or 0)
        except ValueError:
            return
        if used >= _NEAR:
            self.patience.pause(min(10 * (used - 0.7), self.patience.longest_wait_s))

    def _within(self, address: str) -> str:
        """Return the address if it is Graph's own; a link elsewhere would take the token along."""
        if address.startswith("/"):
            return f"{self.root}{address}"
        given, ours = urlsplit(address), urlsplit(self.root)
        is_ours = (given.scheme, given.netloc) == (ours.scheme, ours.netloc)
        if not is_ours or not given.path.startswith(f"{ours.path}/"):
            raise PagesBrokenError(
                both("続きのリンクが別の場所を指しています", "a link leads to another place")
            )
        return address

    @staticmethod
    def _object(reply: Reply) -> dict[str, Any]:
        if reply.content is None:
            return {}
        if not isinstance(reply.content, dict):
            raise broken(ValueError())
        return reply.content


@contextmanager
def opened(
    options: EntraOptions, base_dir: Path, tokens: TokenSource, patience: Patience
) -> Iterator[GraphLine]:
    """Open a line; raises AnswerError."""
    try:
        context = verified_context(base_dir, options.ca_file)
    except OSError as error:
        raise broken(error) from None
    with open_session(options, context) as session:
        yield GraphLine(session, options, tokens, patience)
