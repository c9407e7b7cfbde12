"""One connection to the mail server: opened, secured, signed in, and used step by step.

smtplib speaks; what it would do on its own is done here where it matters. A password is tried
once by one mechanism (smtplib tries it by each, and three failures lock accounts), also where it
is not ASCII. TLS is never given up because a server offers none.
"""

from __future__ import annotations

import smtplib
import ssl
from base64 import b64encode
from contextlib import suppress
from pathlib import Path

from connectors.shared.bilingual import both
from connectors.shared.credentials import read_secret
from connectors.shared.failures import SetUpError
from connectors.shared.tls import verified_context
from connectors.smtp.mail import Mail
from connectors.smtp.options import SmtpOptions
from connectors.smtp.replies import SaidNoError, Step, parse_reply

_YES, _GO_ON = 2, 3
_FAREWELL_S = 2.0


class Line:
    """An open connection. Every step raises SaidNoError, SMTPException or OSError."""

    def __init__(self, smtp: smtplib.SMTP) -> None:
        """Keep a connection that has been greeted, secured and signed in."""
        self._smtp = smtp

    def begin(self, mail: Mail) -> None:
        """Name the sender; nothing is sent yet, and the line may turn out to be gone."""
        size = f" SIZE={len(mail.content)}" if self._smtp.has_extn("size") else ""
        _ask(self._smtp, Step.MAIL, f"MAIL FROM:<{mail.sender}>{size}")

    def finish(self, mail: Mail) -> None:
        """Name the recipient and give the content; returns when the server has taken it."""
        _ask(self._smtp, Step.RCPT, f"RCPT TO:<{mail.recipient}>")
        try:
            code, words = self._smtp.data(mail.content)
        except smtplib.SMTPDataError as error:  # anything but 354: the content was not sent
            reply = parse_reply(error.smtp_code, _bytes(error.smtp_error))
            raise SaidNoError(Step.DATA, reply) from None
        _expect(_YES, Step.DATA, code, words)

    def noop(self) -> None:
        """Ask the server whether it is there."""
        _ask(self._smtp, Step.NOOP, "NOOP")

    def describe(self) -> str:
        """Return how the line is protected."""
        secured = self._smtp.sock
        return str(secured.version()) if isinstance(secured, ssl.SSLSocket) else "no TLS"

    def end(self) -> None:
        """Say goodbye where the server still listens, and give the socket back in any case."""
        with suppress(smtplib.SMTPException, OSError):
            if self._smtp.sock is not None:
                self._smtp.sock.settimeout(_FAREWELL_S)
                self._smtp.quit()
        self.drop()

    def drop(self) -> None:
        """Give the socket back without a word."""
        with suppress(OSError):
            self._smtp.close()


def open_line(options: SmtpOptions, base_dir: Path) -> Line:
    """Return a line that is ready for a mail.

    Raises SaidNoError, SMTPException, UnicodeError or OSError (SetUpError for our own side).
    """
    context = None
    if options.security != "none":
        context = verified_context(base_dir, options.ca_file)
    password = ""
    if options.user:
        password = read_secret(base_dir, options.password_file, options.password_env)
    line = Line(_connect(options, context))
    try:
        _prepare(line._smtp, options, context, password)  # noqa: SLF001 - still being made
    except BaseException:
        line.drop()
        raise
    return line


def _connect(options: SmtpOptions, context: ssl.SSLContext | None) -> smtplib.SMTP:
    """Connect and hear the greeting; with implicit TLS the handshake comes first (RFC 8314)."""
    host, port, name = options.host, options.at_port, options.helo_name or None
    try:
        if options.security == "tls":
            return smtplib.SMTP_SSL(host, port, name, timeout=options.timeout_s, context=context)
        return smtplib.SMTP(host, port, name, timeout=options.timeout_s)
    except smtplib.SMTPConnectError as error:
        raise SaidNoError(
            Step.CONNECT, parse_reply(error.smtp_code, _bytes(error.smtp_error))
        ) from None


def _prepare(
    smtp: smtplib.SMTP, options: SmtpOptions, context: ssl.SSLContext | None, password: str
) -> None:
    _greet(smtp)
    if options.security == "starttls":
        _secure(smtp, context)
        _greet(smtp)  # what was said before TLS counts for nothing (RFC 3207, section 4.2)
    if options.user:
        _sign_in(smtp, options.user, password)


def _greet(smtp: smtplib.SMTP) -> None:
    try:
        smtp.ehlo_or_helo_if_needed()
    except smtplib.SMTPHeloError as error:
        reply = parse_reply(error.smtp_code, _bytes(error.smtp_error))
        raise SaidNoError(Step.HELLO, reply) from None


def _secure(smtp: smtplib.SMTP, context: ssl.SSLContext | None) -> None:
    if not smtp.has_extn("starttls"):
        raise SetUpError(
            both("サーバが STARTTLS を持っていません", "the server offers no STARTTLS")
        )
    try:
        smtp.starttls(context=context)
    except smtplib.SMTPResponseException as error:
        reply = parse_reply(error.smtp_code, _bytes(error.smtp_error))
        raise SaidNoError(Step.TLS, reply) from None


def _sign_in(smtp: smtplib.SMTP, user: str, password: str) -> None:
    """Sign in by PLAIN (RFC 4616), else by LOGIN; both only ever inside TLS."""
    offered = smtp.esmtp_features.get("auth", "").upper().split()
    if "PLAIN" in offered:
        _ask(smtp, Step.AUTH, "AUTH PLAIN " + _base64(f"\0{user}\0{password}"))
    elif "LOGIN" in offered:
        _ask(smtp, Step.AUTH, "AUTH LOGIN", _GO_ON)
        _ask(smtp, Step.AUTH, _base64(user), _GO_ON)
        _ask(smtp, Step.AUTH, _base64(password))
    else:
        raise SetUpError(
            both(
                "サーバが AUTH PLAIN も LOGIN も持っていません",
                "the server offers neither AUTH PLAIN nor LOGIN",
            )
        )


def _ask(smtp: smtplib.SMTP, step: Step, command: str, wanted: int = _YES) -> None:
    _expect(wanted, step, *smtp.docmd(command))


def _expect(wanted: int, step: Step, code: int, words: bytes) -> None:
    if code // 100 != wanted:
        raise SaidNoError(step, parse_reply(code, words))


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode("ascii")


def _bytes(words: bytes | str) -> bytes:
    return words if isinstance(words, bytes) else words.encode(errors="replace")
