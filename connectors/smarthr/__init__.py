"""The `smarthr` source: people and sections of SmartHR as they stand, a roster of today."""

from __future__ import annotations

from connectors.smarthr.options import SmartHrOptions
from connectors.smarthr.source import SmartHrSourceType

__all__ = ["SmartHrOptions", "SmartHrSourceType"]
