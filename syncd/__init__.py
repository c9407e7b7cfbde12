"""syncd: no right to handle My Number data outlives its ground."""

__version__ = "0.1.0"
