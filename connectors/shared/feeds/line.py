"""A line to a personnel service: reads only, patient within bounds, to one host alone.

A service that is busy (429, 502, 503, 504) or a line that is cut is tried again: after what the
service states (a header with seconds until its limit is reset, else `Retry-After`), else after
waits that double, spread by chance. A wait beyond `longest_wait_s` is not waited for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import requests

from connectors.shared.credentials import read_secret
from connectors.shared.failures import SetUpError
from connectors.shared.feeds.faults import LineBrokenError, broken, refused, wrong
from connectors.shared.feeds.options import FeedOptions
from connectors.shared.http.patience import TOO_MANY_REQUESTS, Patience
from connectors.shared.http.session import Reply, exchange, is_cut, open_session
from connectors.shared.tls import verified_context

_BUSY = frozenset({TOO_MANY_REQUESTS, 502, 503, 504})


def _nothing_known(_: Reply) -> None:
    """Leave the meaning of a refusal to its status."""


@dataclass(frozen=True, slots=True)
class Manners:
    """How one service wants to be spoken to.

    `headers` returns what proves us (raises SetUpError); `reset_header` names the header with the
    seconds until its limit is reset; `final` returns why it is of no use to ask again, in words.
    """

    headers: Callable[[], Mapping[str, str]]
    reset_header: str = ""
    final: Callable[[Reply], LineBrokenError | None] = _nothing_known


class FeedLine:
    """An open line; its methods raise FeedError."""

    def __init__(
        self, session: requests.Session, options: FeedOptions, manners: Manners, patience: Patience
    ) -> None:
        """Speak over a session."""
        self._session = session
        self._options = options
        self._manners = manners
        self._patience = patience
        self._asked = 0

    def get(self, address: str) -> Reply:
        """Return the success that stands at an address of the service; raises FeedError."""
        self._hold_host(address)
        for tried in count(1):
            reply = self._sent(address, tried)
            if reply is None:
                continue
            if reply.is_success:
                return reply
            final = self._manners.final(reply)
            if final is not None:
                raise final
            if reply.status in _BUSY and self._patience.waited(tried, self._hint(reply)):
                continue
            raise refused(reply.status)
        raise AssertionError

    def _sent(self, address: str, tried: int) -> Reply | None:
        """Return an answer; None where the line was cut and should be tried again."""
        if self._asked and self._options.pause_s:
            self._patience.pause(self._options.pause_s)
        self._asked += 1
        try:
            headers = {"Accept": "application/json", **self._manners.headers()}
            question = requests.Request("GET", address, headers=headers)
            return exchange(self._session, self._options, question)
        except (requests.RequestException, OSError) as error:
            may_mend = is_cut(error) or isinstance(error, requests.exceptions.Timeout)
            if may_mend and self._patience.waited(tried, None):
                return None
            raise broken(error) from None
        except (ValueError, RecursionError):
            raise wrong("応答が JSON ではありません", "the answer is not JSON") from None

    def _hint(self, reply: Reply) -> str | None:
        """Return how long to wait: a reset, told all the time, counts for a limit."""
        stated = reply.headers.get(self._manners.reset_header.lower(), "")
        is_limit = reply.status == TOO_MANY_REQUESTS and stated.isdigit()
        return stated if is_limit else reply.headers.get("retry-after")

    def _hold_host(self, address: str) -> None:
        given, ours = urlsplit(address), urlsplit(self._options.url)
        if (given.scheme, given.netloc) != (ours.scheme, ours.netloc):
            raise wrong(
                "続きのリンクが別のサーバを指しています。トークンは送りません",
                "a link leads to another host: the token is not sent there",
            )


def proof(options: FeedOptions, base_dir: Path) -> str:
    """Return the token as it stands now; raises SetUpError."""
    token = read_secret(base_dir, options.token_file, options.token_env)
    if not token.isascii() or not token.isprintable():
        raise SetUpError("the token holds characters that no token has")
    return token


def next_link(address: str, reply: Reply) -> str | None:
    """Return where the `Link` header says that the list goes on (RFC 8288); None at its end."""
    for link in requests.utils.parse_header_links(reply.headers.get("link", "")):
        if "next" in link.get("rel", "").split():
            return linked(address, link["url"])
    return None


def linked(address: str, link: str) -> str:
    """Return where a link on a page leads; raises PagesWrongError where it is none."""
    try:
        return urljoin(address, link)
    except ValueError:
        raise wrong("続きのリンクが読めません", "a link cannot be read") from None


@contextmanager
def opened(
    options: FeedOptions, base_dir: Path, manners: Manners, patience: Patience
) -> Iterator[FeedLine]:
    """Open a line; raises FeedError."""
    try:
        context = verified_context(base_dir, options.ca_file)
    except OSError as error:
        raise broken(error) from None
    with open_session(options, context) as session:
        yield FeedLine(session, options, manners, patience)
