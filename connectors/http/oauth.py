"""Tokens by the client credentials grant (RFC 6749, section 4.4), kept in memory until they end.

The client proves itself by HTTP Basic, as section 2.3.1 asks every server to take it, or by the
body where the site says so. Nothing that the server wrote is repeated.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import requests

from connectors.http.options import HttpFeedOptions
from connectors.shared.bilingual import both
from connectors.shared.credentials import read_secret
from connectors.shared.feeds.faults import LineBrokenError, broken, with_remedy
from connectors.shared.http.patience import BUSY, Patience
from connectors.shared.http.session import Reply, exchange, open_session
from connectors.shared.tls import verified_context

_BEFORE_ITS_END = timedelta(seconds=60)
_UNTOLD = timedelta(minutes=5)
"""How long a token serves that tells no end."""
_LONGEST_S = 86_400
_REFUSED = with_remedy(
    both("認可サーバがトークンを出しません", "the authorization server gives no token"),
    both(
        "token_url、client_id、scope と秘密を確かめてください",
        "check token_url, client_id, scope and the secret",
    ),
)
_NO_TOKEN = with_remedy(
    both("認可サーバの応答にトークンがありません", "the answer to a token request has no token"),
    both("token_url を確かめてください", "check token_url"),
)


@dataclass(slots=True)
class ClientCredentials:
    """Gives tokens of one client; shows none."""

    options: HttpFeedOptions
    base_dir: Path
    clock: Callable[[], datetime]
    _token: str = field(default="", repr=False)
    _until: datetime | None = None

    def headers(self, patience: Patience) -> dict[str, str]:
        """Return what proves us; raises FeedError, SetUpError."""
        if self._until is None or self.clock() >= self._until:
            self._renew(patience)
        return {"Authorization": f"Bearer {self._token}"}

    def forget(self) -> None:
        """Let the next call ask for a new token: the last one may have been taken back."""
        self._until = None

    def _renew(self, patience: Patience) -> None:
        asked_at = self.clock()
        reply = self._asked(patience)
        if not reply.is_success:
            raise LineBrokenError(_REFUSED)
        content = reply.content if isinstance(reply.content, dict) else {}
        token, kind = content.get("access_token"), content.get("token_type", "bearer")
        if not isinstance(token, str) or not token or str(kind).casefold() != "bearer":
            raise LineBrokenError(_NO_TOKEN)
        if not token.isascii() or not token.isprintable():
            raise LineBrokenError(_NO_TOKEN)
        self._token = token
        self._until = asked_at + _life(content.get("expires_in"))

    def _asked(self, patience: Patience) -> Reply:
        options = self.options
        try:
            question = self._question()
            with open_session(options, verified_context(self.base_dir, options.ca_file)) as session:
                for tried in count(1):
                    reply = exchange(session, options, question)
                    hint = reply.headers.get("retry-after")
                    if reply.status not in BUSY or not patience.waited(tried, hint):
                        return reply
        except (requests.RequestException, OSError) as error:
            raise broken(error) from None
        except (ValueError, RecursionError):
            raise LineBrokenError(_NO_TOKEN) from None
        raise AssertionError

    def _question(self) -> requests.Request:
        options = self.options
        secret = read_secret(self.base_dir, options.token_file, options.token_env)
        form = {"grant_type": "client_credentials"}
        if options.scope:
            form["scope"] = options.scope
        headers = {"Accept": "application/json"}
        if options.client_auth == "post":
            form |= {"client_id": options.client_id, "client_secret": secret}
        else:
            pair = f"{quote_plus(options.client_id)}:{quote_plus(secret)}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        return requests.Request("POST", options.token_url, data=form, headers=headers)


def _life(stated: Any) -> timedelta:  # noqa: ANN401 - JSON
    """Return how long a token serves; some servers write the seconds as a text."""
    if isinstance(stated, bool) or not str(stated).isdecimal():
        return _UNTOLD
    return timedelta(seconds=min(int(stated), _LONGEST_S)) - _BEFORE_ITS_END
