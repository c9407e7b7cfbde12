"""Posts messages to a receiver as signed JSON (Standard Webhooks 1.0.0).

Promise: `send` returns when the receiver answered 2xx. Nothing of the answer but its status and
`Retry-After` is read: no body, no cookie, no redirect. Secret and CA are read anew for each
message, and no connection is kept, so a changed secret counts at once. Errors show host and port
only: the path of a webhook is often a secret itself.
"""

from __future__ import annotations

import json
import socket
import ssl
from contextlib import closing
from datetime import datetime

import httpx

from connectors.shared.bilingual import both
from connectors.shared.credentials import read_secret
from connectors.shared.failures import SetUpError, reason_of, remedy_of
from connectors.shared.http.retry_after import parse_retry_after
from connectors.shared.tls import verified_context
from connectors.webhook.answers import is_final, is_taken
from connectors.webhook.options import WebhookOptions
from connectors.webhook.signing import parse_secrets, sign
from syncd.errors import MessageRefused, NotifierUnavailable
from syncd.ports.notifier import Addressing, Message, NotifierContext

_REACH = both(
    "url と、受信側が動いていることを確かめてください", "check url and that the receiver runs"
)
_SECRET = both(
    "secret_file(または secret_env)と ca_file を確かめてください",
    "check secret_file or secret_env, and ca_file",
)
_TURNED_AWAY = both(
    "url と、受信側に渡した秘密を確かめてください",
    "check url, and that the receiver has the same secret",
)
_TURNED_AWAY_FROM = range(300, 500)
_NOT_TAKEN = both("受信側の担当者に問い合わせてください", "ask whoever runs the receiver")


class WebhookNotifier:
    """Implements `ports.notifier.Notifier` over one receiver."""

    addressing = Addressing.ACCOUNT

    def __init__(self, options: WebhookOptions, context: NotifierContext) -> None:
        """Remember where to post; connects to nothing."""
        self.name = context.name
        self._options = options
        self._context = context

    def send(self, message: Message) -> None:
        """Hand one message over; raises NotifierUnavailable or MessageRefused."""
        try:
            status, retry_after = self._post(message)
        except (httpx.HTTPError, httpx.StreamError, OSError, UnicodeError) as error:
            raise self._unavailable(error) from None
        if is_taken(status):
            return
        why = f"{self._where()}: HTTP {status}"
        if is_final(status):
            raise MessageRefused(self.name, why, _NOT_TAKEN)
        remedy = _TURNED_AWAY if status in _TURNED_AWAY_FROM else _REACH
        hint = parse_retry_after(retry_after, self._context.clock())
        raise NotifierUnavailable(self.name, why, remedy, retry_after_s=hint)

    def check(self) -> str:
        """Connect, and shake hands where there is TLS; post nothing.

        No request is sure to be harmless to a receiver that is not ours, so none is made: that
        the path is right and the secret is the receiver's is not known before the first message.
        """
        try:
            self._keys()
            found = self._shake_hands()
        except (OSError, UnicodeError) as error:
            raise self._unavailable(error) from None
        return both(
            f"{self._where()} に接続しました。要求は送っていないので、パスと秘密は試していません",
            f"connected ({found}); no request was made, so path and secret are untried",
        )

    def close(self) -> None:
        """Do nothing: no connection is kept."""

    def _post(self, message: Message) -> tuple[int, str | None]:
        """Post a message; return the status and `Retry-After`, the body unread."""
        now = self._context.clock()
        key, seconds, content = message.key(self.name), int(now.timestamp()), _content(message, now)
        headers = {
            "content-type": "application/json",
            "user-agent": "syncd",
            "webhook-id": key,
            "webhook-timestamp": str(seconds),
            "webhook-signature": sign(self._keys(), key, seconds, content),
        }
        request = httpx.Request(
            "POST",
            self._options.url,
            headers=headers,
            content=content,
            extensions={"timeout": httpx.Timeout(self._options.timeout_s).as_dict()},
        )
        # No client: it would log the path, keep cookies and ask the environment for proxies.
        with (
            httpx.HTTPTransport(verify=self._tls(), trust_env=False) as transport,
            closing(transport.handle_request(request)) as answer,
        ):
            return answer.status_code, answer.headers.get("retry-after")

    def _shake_hands(self) -> str:
        """Connect and return how the line is protected."""
        options, context = self._options, self._tls()
        with closing(
            socket.create_connection((options.host, options.port), options.timeout_s)
        ) as plain:
            if not options.is_private:
                return "no TLS"
            with context.wrap_socket(plain, server_hostname=options.host) as secured:
                return str(secured.version())

    def _keys(self) -> tuple[bytes, ...]:
        options = self._options
        return parse_secrets(
            read_secret(self._context.base_dir, options.secret_file, options.secret_env)
        )

    def _tls(self) -> ssl.SSLContext:
        return verified_context(self._context.base_dir, self._options.ca_file)

    def _where(self) -> str:
        return f"{self._options.host}:{self._options.port}"

    def _unavailable(self, error: BaseException) -> NotifierUnavailable:
        remedy = _SECRET if isinstance(error, SetUpError) else _REACH
        why = f"{self._where()}: {reason_of(error)}"
        return NotifierUnavailable(self.name, why, remedy_of(error, remedy))


def _content(message: Message, now: datetime) -> bytes:
    """Return the body of the request: the same bytes are signed and sent."""
    body = {
        "type": message.kind,
        "timestamp": (message.written_at or now).isoformat(),
        "data": {
            "recipient": message.recipient,
            "subject": message.subject,
            "body": message.body,
            "object": message.object,
        },
    }
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
