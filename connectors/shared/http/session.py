"""A line over `requests`: verified by Python's own defaults, bounded, whole.

Promise: certificates are verified by the CAs of the site (or the system's), never by a list that
a library brings along; no proxy counts but the configured one; redirects are never followed.
"""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import ProtocolError

from connectors.shared.http.options import LineOptions
from connectors.shared.http.transport import take_whole

_PART = 65536


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer, whole: `content` is its JSON, None where there is no body."""

    status: int
    headers: Mapping[str, str]
    content: Any

    @property
    def is_success(self) -> bool:
        """Tell whether it is a success (RFC 9110, section 15.3)."""
        return self.status // 100 == 2  # noqa: PLR2004 - the class of success


class _VerifiedAdapter(HTTPAdapter):
    """Speaks TLS with the context given and nothing else."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__()

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: object, cert: object = None
    ) -> tuple[Any, Any]:
        """Let connections be verified by the context of this adapter alone."""
        del verify, cert
        host, _ = super().build_connection_pool_key_attributes(request, verify=True)
        return host, {"ssl_context": self._context}

    def cert_verify(self, conn: object, url: object, verify: object, cert: object) -> None:
        """Add no CAs of the library's own: the context has those that count."""


def open_session(options: LineOptions, context: ssl.SSLContext) -> requests.Session:
    """Return a session that asks nothing of the environment."""
    session = requests.Session()
    session.trust_env = False
    session.proxies = {"https": options.proxy} if options.proxy else {}
    session.mount("https://", _VerifiedAdapter(context))
    session.headers["User-Agent"] = "syncd"
    return session


def exchange(session: requests.Session, options: LineOptions, request: requests.Request) -> Reply:
    """Send one request; raises requests.RequestException, OSError or ValueError (no JSON)."""
    deadline = time.monotonic() + options.timeout_s
    answer = session.send(
        session.prepare_request(request),
        stream=True,
        timeout=(options.connect_timeout_s, options.timeout_s),
        allow_redirects=False,
        proxies=session.proxies,
    )
    with answer:
        body = take_whole(answer.iter_content(_PART), options.most_bytes, deadline)
        headers = {name.lower(): value for name, value in answer.headers.items()}
        is_json = "json" in headers.get("content-type", "")
        if not body or (answer.status_code >= 300 and not is_json):  # noqa: PLR2004
            return Reply(answer.status_code, headers, None)
        return Reply(answer.status_code, headers, json.loads(body))


def is_cut(error: BaseException) -> bool:
    """Tell whether an exchange had begun: refusals and bad certificates do not mend themselves."""
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return True
    return bool(error.args) and isinstance(error.args[0], ProtocolError)
