"""What a receiver's status means: taken, never to be taken, or to be tried again.

Promise: a message is given up only where the receiver says that this message is the fault (413,
422) or that it wants no more (410). 400, 401, 403, 404 and redirects are mostly a wrong secret or
address, which somebody will mend, and giving up would cost every notice meanwhile.
"""

from __future__ import annotations

_FINAL = frozenset({410, 413, 422})


def is_taken(status: int) -> bool:
    """Tell whether the receiver has taken the message: 2xx and nothing else."""
    return status // 100 == 2  # noqa: PLR2004 - the class of success


def is_final(status: int) -> bool:
    """Tell whether trying again cannot help."""
    return status in _FINAL
