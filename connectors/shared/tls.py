"""Lines that nobody else reads: verified TLS, and which hosts are this machine.

Certificate, dates and host name are always checked, by Python's own defaults; nothing here can
switch that off.
"""

from __future__ import annotations

import ssl
from ipaddress import ip_address
from pathlib import Path

from connectors.shared.failures import SetUpError


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine: by address, never by how a name begins."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def verified_context(base_dir: Path, ca_file: Path | None) -> ssl.SSLContext:
    """Return how to speak TLS, trusting `ca_file` or else the system's CAs; raises SetUpError."""
    if ca_file is None:
        return ssl.create_default_context()
    path = base_dir / ca_file
    if not path.is_file():
        raise SetUpError(f"CA file {path} is not there")
    return ssl.create_default_context(cafile=str(path))
