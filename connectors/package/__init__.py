"""The `package` source: signed hand-over packages from a drop folder, for closed networks.

Made by `syncd pack` on the side of those who know (personnel, sections), carried over by hand or
by a gateway, read one after the other. A package is taken whole or refused whole.
"""

from __future__ import annotations

from connectors.package.options import PackageOptions
from connectors.package.source import PackageSource, PackageSourceType

__all__ = [
    "PackageOptions",
    "PackageSource",
    "PackageSourceType",
]
