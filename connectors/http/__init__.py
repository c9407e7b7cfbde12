"""The `http` source: any JSON API by configuration, so that most HR services need no code."""

from __future__ import annotations

from connectors.http.options import HttpFeedOptions
from connectors.http.source import HttpSourceType

__all__ = ["HttpFeedOptions", "HttpSourceType"]
