"""The `webhook` notifier: messages as signed JSON to any receiver, over verified TLS."""

from __future__ import annotations

from typing import ClassVar

from connectors.webhook.notifier import WebhookNotifier
from connectors.webhook.options import WebhookOptions
from syncd.ports.notifier import NotifierContext

__all__ = ["WebhookNotifier", "WebhookNotifierType", "WebhookOptions"]


class WebhookNotifierType:
    """What the entry point `webhook` names."""

    Options: ClassVar[type[WebhookOptions]] = WebhookOptions

    @staticmethod
    def build(options: WebhookOptions, context: NotifierContext) -> WebhookNotifier:
        """Return the notifier; connects to nothing yet."""
        return WebhookNotifier(options, context)
