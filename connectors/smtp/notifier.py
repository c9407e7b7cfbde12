"""Hands messages to a mail server (RFC 5321), one recipient each.

Promise: `send` returns when the server has taken the mail and its answer has been read, and not
before. A connection is kept between messages; where the server closed it meanwhile, it is made
once more. Errors hold codes and never the server's words or an address.
"""

from __future__ import annotations

import smtplib

from connectors.shared.bilingual import both
from connectors.shared.failures import SetUpError, reason_of, remedy_of
from connectors.smtp.address import is_address
from connectors.smtp.line import Line, open_line
from connectors.smtp.mail import Mail, compose
from connectors.smtp.options import SmtpOptions
from connectors.smtp.replies import SaidNoError, Step, is_final
from syncd.errors import MessageRefused, NotifierUnavailable
from syncd.ports.notifier import Addressing, Message, NotifierContext

# What smtplib raises: its own errors, the socket's, and UnicodeError for a name that is no name.
_FAILURES = (SaidNoError, smtplib.SMTPException, OSError, UnicodeError)
_CLOSING = 421
_REMEDIES = {
    Step.TLS: both("サーバの TLS を確かめてください", "check the server's TLS"),
    Step.AUTH: both(
        "user と password_file(または password_env)を確かめてください",
        "check user and password_file or password_env",
    ),
    Step.MAIL: both("この sender で送れるか確かめてください", "check that this sender may send"),
}
_RELAY = both(
    "サーバがこのホストからの中継を許すか確かめてください",
    "check that the server relays for this host",
)
_REACH = both(
    "host、port、security と、サーバが動いていることを確かめてください",
    "check host, port, security, and that the server runs",
)
_SET_UP = both(
    "security、ca_file、password_file(または password_env)を確かめてください",
    "check security, ca_file, and password_file or password_env",
)
_RECIPIENT = both("宛先のアドレスを確かめてください", "check the recipient's address")


class SmtpNotifier:
    """Implements `ports.notifier.Notifier` over one mail server."""

    addressing = Addressing.MAIL

    def __init__(self, options: SmtpOptions, context: NotifierContext) -> None:
        """Remember how to connect; connects to nothing."""
        self.name = context.name
        self._options = options
        self._context = context
        self._line: Line | None = None

    def send(self, message: Message) -> None:
        """Hand one message over; raises NotifierUnavailable or MessageRefused."""
        if not is_address(message.recipient):
            raise MessageRefused(
                self.name,
                both("宛先がメールアドレスではありません", "the recipient is no mail address"),
                both(
                    "ASCII のアドレスにしてください(SMTPUTF8 には対応していません)",
                    "write it in ASCII; SMTPUTF8 is not supported",
                ),
            )
        mail = compose(message, self.name, self._options, self._context.clock())
        try:
            self._begun(mail).finish(mail)
        except SaidNoError as no:
            self.close()
            raise self._translated(no) from None
        except _FAILURES as error:
            self._drop()
            raise self._translated(error) from None

    def check(self) -> str:
        """Connect, secure, sign in and say NOOP, on a line of its own; sends nothing."""
        try:
            line = open_line(self._options, self._context.base_dir)
            try:
                line.noop()
                found = line.describe()
            finally:
                line.end()
        except _FAILURES as error:
            raise self._translated(error) from None
        where = f"{self._options.host}:{self._options.at_port}"
        signed_in = "AUTH" if self._options.user else "no AUTH"
        return both(
            f"{where} に接続し、応答を確かめました。メールは送っていません",
            f"connected ({found}, {signed_in}) and answered; no mail was sent",
        )

    def close(self) -> None:
        """Say goodbye and give the connection back; raises nothing."""
        if self._line is not None:
            self._line.end()
            self._line = None

    def _begun(self, mail: Mail) -> Line:
        """Return a line on which the server has taken the sender."""
        if self._line is not None and self._is_begun_on_kept(self._line, mail):
            return self._line
        self._drop()
        self._line = open_line(self._options, self._context.base_dir)
        self._line.begin(mail)
        return self._line

    def _is_begun_on_kept(self, line: Line, mail: Mail) -> bool:
        """Begin on the line that was kept; False where it is gone, which loses nothing."""
        try:
            line.begin(mail)
        except SaidNoError as no:
            if no.reply.code != _CLOSING:
                raise
            return False
        except (smtplib.SMTPException, OSError):
            return False
        return True

    def _drop(self) -> None:
        if self._line is not None:
            self._line.drop()
            self._line = None

    def _translated(self, error: BaseException) -> NotifierUnavailable | MessageRefused:
        """Return a failure as the port's error, with what the administrator can do."""
        if not isinstance(error, SaidNoError):
            remedy = remedy_of(error, _SET_UP if isinstance(error, SetUpError) else _REACH)
            return NotifierUnavailable(self.name, reason_of(error), remedy)
        step, reply = error.step, error.reply
        why = both(f"{step} に {reply} と答えました", f"the server said {reply} to {step}")
        if is_final(step, reply):
            return MessageRefused(self.name, why, _RECIPIENT)
        otherwise = _RELAY if step in (Step.RCPT, Step.DATA) else _REACH
        return NotifierUnavailable(self.name, why, _REMEDIES.get(step, otherwise))
