"""The configuration: one TOML file, validated whole, every fault at once and with its place."""

from syncd.settings.load import Settings, load_settings

__all__ = ["Settings", "load_settings"]
