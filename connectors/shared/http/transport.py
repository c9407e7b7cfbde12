"""A line over HTTP with httpx2 that takes answers whole, bounded in size and time, or not at all.

Promise: certificates are always verified; no proxy counts but the configured one; redirects are
never followed, so a token never leaves for another host; a busy server is asked again as it
wishes, a bounded number of times. Other answers are the caller's to judge.
"""

from __future__ import annotations

import ssl
import time
from itertools import count
from typing import TYPE_CHECKING

import httpx2

from connectors.shared.bilingual import both
from connectors.shared.failures import SetUpError
from connectors.shared.http.options import HttpOptions
from connectors.shared.http.patience import BUSY, Patience

if TYPE_CHECKING:
    from collections.abc import Iterable

_SAFE = frozenset({"GET", "HEAD"})
_CUT = (httpx2.ReadError, httpx2.RemoteProtocolError, httpx2.WriteError)


class AnswerRefusedError(SetUpError):
    """An answer that is not taken as it came; the message is ours."""


def take_whole(parts: Iterable[bytes], most: int, deadline: float) -> bytes:
    """Return a body whose size and time are bounded; raises AnswerRefusedError, TimeoutError.

    `deadline` is of `time.monotonic`: a server that sends a byte now and then is cut off too.
    """
    body = bytearray()
    for part in parts:
        body += part
        if len(body) > most:
            raise AnswerRefusedError(
                both(
                    f"応答が {most} バイトを超えました(max_answer_mb)",
                    f"an answer has more than {most} bytes (max_answer_mb)",
                )
            )
        if time.monotonic() > deadline:
            raise TimeoutError
    return bytes(body)


class PatientTransport(httpx2.BaseTransport):
    """Sends over another transport, again where the server is busy, and reads answers whole."""

    def __init__(
        self, inner: httpx2.BaseTransport, patience: Patience, most_bytes: int, timeout_s: float
    ) -> None:
        """Remember the bounds; `timeout_s` is for one answer whole."""
        self._inner = inner
        self._patience = patience
        self._most_bytes = most_bytes
        self._timeout_s = timeout_s

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send; raises httpx2.TransportError, AnswerRefusedError or TimeoutError."""
        for tried in count(1):
            try:
                response = self._sent(request)
            except _CUT:
                # Only reading is sure to be harmless when it is done twice.
                if request.method in _SAFE and self._patience.waited(tried, None):
                    continue
                raise
            hint = response.headers.get("retry-after")
            if response.status_code not in BUSY or not self._patience.waited(tried, hint):
                return response
        raise AssertionError

    def close(self) -> None:
        """End the connections."""
        self._inner.close()

    def _sent(self, request: httpx2.Request) -> httpx2.Response:
        deadline = time.monotonic() + self._timeout_s
        response = self._inner.handle_request(request)
        try:
            if response.headers.get("content-encoding", "identity") != "identity":
                raise AnswerRefusedError(
                    both("頼んでいない圧縮の応答です", "an answer is compressed unasked")
                )
            body = take_whole(response.iter_raw(), self._most_bytes, deadline)
        finally:
            response.close()
        return httpx2.Response(response.status_code, headers=response.headers, content=body)


def open_client(
    base_url: str, options: HttpOptions, context: ssl.SSLContext, patience: Patience
) -> httpx2.Client:
    """Return a client without proxies of the environment, cookies kept or redirects followed."""
    inner = httpx2.HTTPTransport(verify=context, trust_env=False, proxy=options.proxy or None)
    timeout = httpx2.Timeout(options.timeout_s, connect=options.connect_timeout_s)
    return httpx2.Client(
        base_url=base_url,
        headers={"accept-encoding": "identity", "user-agent": "syncd"},
        transport=PatientTransport(inner, patience, options.most_bytes, options.timeout_s),
        timeout=timeout,
        trust_env=False,
        follow_redirects=False,
    )
