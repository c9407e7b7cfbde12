"""Secrets, kept in a file or an environment variable and never in the configuration.

They are read each time they are used, so that a new one counts at once.
"""

from __future__ import annotations

import os
from pathlib import Path

from connectors.shared.failures import SetUpError


def read_secret(base_dir: Path, file: Path | None, variable: str) -> str:
    """Return the secret of a file, else of a variable; raises SetUpError where there is none."""
    if file is None:
        secret = os.environ.get(variable, "")
        if not secret:
            raise SetUpError(f"the password's environment variable {variable} is not set")
        return secret
    path = base_dir / file
    try:
        secret = path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeError) as error:
        raise SetUpError(f"password file {path}: {_said(error)}") from None
    if not secret:
        raise SetUpError(f"password file {path} is empty")
    return secret


def _said(error: OSError | UnicodeError) -> str:
    """Return why a file could not be read; what stands in it is never shown."""
    return "is not UTF-8" if isinstance(error, UnicodeError) else error.strerror or "cannot be read"
