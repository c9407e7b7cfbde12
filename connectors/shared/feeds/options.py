"""The options that every feed over HTTP has, beside those of a line."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from connectors.shared.http.options import LineOptions, check_one_secret, check_private


class FeedOptions(LineOptions):
    """Where the service is, what proves us, and how long an answer counts; docs/inputs.md.

    `keep_s` seconds long (never over midnight) an answer stands for the next look, and pages that
    were read before a line broke are kept for the next try.
    """

    url: Annotated[str, Field(min_length=1)]
    allow_plaintext: bool = False
    token_file: Path | None = None
    token_env: str = ""
    on_error: Literal["refuse", "quarantine"] = "refuse"
    keep_s: Annotated[float, Field(ge=0, le=86_400)] = 300
    most_rows: Annotated[int, Field(ge=1, le=5_000_000)] = 500_000
    pause_s: Annotated[float, Field(ge=0, le=60)] = 0
    """Between two requests."""

    @property
    def root(self) -> str:
        """Return the address without a slash at its end."""
        return self.url.rstrip("/")

    @property
    def kept_for(self) -> timedelta:
        """Return how long what was read may stand."""
        return timedelta(seconds=self.keep_s)

    @model_validator(mode="after")
    def _private_and_proved(self) -> FeedOptions:
        check_private(self.url, allow_plaintext=self.allow_plaintext)
        check_one_secret(self.token_file, self.token_env, "token")
        return self
