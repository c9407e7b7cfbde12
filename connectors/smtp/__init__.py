"""The `smtp` notifier: plain-text mail through the body's own mail server, over verified TLS."""

from __future__ import annotations

from typing import ClassVar

from connectors.smtp.notifier import SmtpNotifier
from connectors.smtp.options import SmtpOptions
from syncd.ports.notifier import NotifierContext

__all__ = ["SmtpNotifier", "SmtpNotifierType", "SmtpOptions"]


class SmtpNotifierType:
    """What the entry point `smtp` names."""

    Options: ClassVar[type[SmtpOptions]] = SmtpOptions

    @staticmethod
    def build(options: SmtpOptions, context: NotifierContext) -> SmtpNotifier:
        """Return the notifier; connects to nothing yet."""
        return SmtpNotifier(options, context)
