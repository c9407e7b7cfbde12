"""Why a connection failed, in words that hold nothing of what the other side wrote.

A library's own message may quote the server (a status line, a banner), and a server may name
people. What is said here comes from the operating system, from OpenSSL or from us.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator

from connectors.shared.bilingual import both

_KINDS: tuple[tuple[type[OSError], str], ...] = (
    (TimeoutError, both("時間内に答えがありません", "no answer in time")),
    (socket.gaierror, both("ホスト名を引けません", "the host name cannot be resolved")),
    (ConnectionRefusedError, both("接続を拒まれました", "connection refused")),
    (ConnectionError, both("接続が切れました", "the connection was cut")),
)
_CERTIFICATE = both(
    "ca_file と、証明書の期限・名前を確かめてください",
    "check ca_file, and the date and the names of the certificate",
)


class SetUpError(OSError):
    """Something that the administrator must set up is not there; the message is ours."""


def reason_of(error: BaseException) -> str:
    """Return what went wrong, by the nearest cause that can be told."""
    for cause in _causes(error):
        told = _told(cause)
        if told:
            return told
    return both("通信が途中で終わりました", f"the exchange broke off ({type(error).__name__})")


def remedy_of(error: BaseException, otherwise: str) -> str:
    """Return what the administrator can do about TLS; `otherwise` where it was no fault of TLS."""
    is_tls = any(isinstance(cause, ssl.SSLError) for cause in _causes(error))
    return _CERTIFICATE if is_tls else otherwise


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield the error and what it came from, the nearest first."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _told(error: BaseException) -> str:
    """Return what the system says of an error; empty where only a library speaks."""
    if isinstance(error, SetUpError):
        return str(error)
    if isinstance(error, ssl.SSLCertVerificationError):
        said = error.verify_message
        return both("証明書を信頼できません", f"certificate not trusted: {said}")
    if isinstance(error, ssl.SSLError):
        return both("TLS で話せません", f"TLS failed: {error.reason or 'no reason given'}")
    kind = next((words for kind, words in _KINDS if isinstance(error, kind)), "")
    if not kind and isinstance(error, OSError) and error.strerror:
        return both("つながりません", error.strerror)
    return kind
