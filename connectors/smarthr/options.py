"""The options of a `[[sources]]` table whose `type` is `smarthr`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from connectors.shared.feeds.options import FeedOptions


class SmartHrOptions(FeedOptions):
    """Which tenant, and how its words map; keys are explained in docs/inputs.md.

    A token may ask 5,000 times an hour and 10 times a second: `pause_s` and `keep_s` keep to that.
    """

    keep_s: Annotated[float, Field(ge=0, le=86_400)] = 1800
    pause_s: Annotated[float, Field(ge=0, le=60)] = 0.1
    department_key: Literal["code", "id"] = "code"
    """What of a department is 所属コード."""
    status_words: dict[str, str] = Field(
        default_factory=lambda: {"employed": "在職", "absent": "休職", "retired": "退職"}
    )
    """`emp_status` and the word of 在職区分 that it means."""
