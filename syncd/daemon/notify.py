"""Telling systemd that we are ready, alive or stopping (sd_notify(3), its datagram protocol)."""

from __future__ import annotations

import os
import socket

_MICROSECONDS = 1_000_000


def notify(state: str) -> bool:
    """Send one state such as `READY=1`; return False where no service manager listens."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return False
    if address.startswith("@"):  # an abstract socket, as containers use
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
        channel.settimeout(0)  # a manager that does not listen must not hold us up
        try:
            channel.connect(address)
            channel.sendall(state.encode())
        except OSError:
            return False
    return True


def watchdog_interval_s() -> float | None:
    """Return half of the time in which systemd expects a sign of life; None if it expects none."""
    given = os.environ.get("WATCHDOG_USEC", "")
    return int(given) / _MICROSECONDS / 2 if given.isdigit() and int(given) > 0 else None
