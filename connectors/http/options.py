"""The options of a `[[sources]]` table whose `type` is `http`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from connectors.shared.feeds.json_paths import parse_path
from connectors.shared.feeds.options import FeedOptions
from connectors.shared.http.options import check_private

Paging = Literal["none", "link", "next", "cursor", "page", "offset"]
_HEADER = r"^[A-Za-z0-9-]*$"


class HttpFeedOptions(FeedOptions):
    """Where the list stands in the answer, its fields, its pages, the proof; docs/inputs.md.

    `fields` are canonical columns with the paths of their values. Where the service states no
    total, the end of the list must be told in another way that cannot be mistaken.
    """

    query: dict[str, str] = Field(default_factory=dict)
    """Parameters of every request; `{today}` becomes the day of the read."""
    rows: str = "$"
    fields: Annotated[dict[str, str], Field(min_length=1)]
    words: dict[str, dict[str, str]] = Field(default_factory=dict)
    """Canonical column to the service's words and ours."""
    row_id: str = ""
    total: str = ""
    total_header: Annotated[str, Field(pattern=_HEADER)] = ""
    paging: Paging = "none"
    next: str = ""
    """Path of the next address (`next`) or of the cursor (`cursor`)."""
    cursor_param: str = "cursor"
    page_param: str = "page"
    first_page: Annotated[int, Field(ge=0, le=1)] = 1
    offset_param: str = "offset"
    size_param: str = "per_page"
    size: Annotated[int, Field(ge=1, le=10_000)] = 100
    auth: Literal["bearer", "header", "basic", "oauth"] = "bearer"
    auth_header: Annotated[str, Field(pattern=_HEADER)] = ""
    username: str = ""
    token_url: str = ""
    """Where `oauth` gets its tokens; `token_file` or `token_env` is then the client's secret."""
    client_id: str = ""
    client_auth: Literal["basic", "post"] = "basic"
    scope: str = ""
    reset_header: Annotated[str, Field(pattern=_HEADER)] = ""

    @property
    def has_total(self) -> bool:
        """Tell whether every page states how many rows there are in all."""
        return bool(self.total or self.total_header)

    @field_validator("rows", "row_id", "total", "next")
    @classmethod
    def _a_path(cls, given: str) -> str:
        parse_path(given)
        return given

    @field_validator("fields")
    @classmethod
    def _paths(cls, given: dict[str, str]) -> dict[str, str]:
        for path in given.values():
            if not parse_path(path).steps:
                raise ValueError("a field needs a path, such as employee.code")
        return given

    @model_validator(mode="after")
    def _whole(self) -> HttpFeedOptions:
        if self.total and self.total_header:
            raise ValueError("give one of total and total_header")
        if self.paging == "link" and not self.has_total:
            raise ValueError(
                "paging = 'link' needs total or total_header: a lost link looks like an end"
            )
        if (self.paging in ("next", "cursor")) != bool(self.next):
            raise ValueError("next is the path that paging = 'next' and 'cursor' need")
        if parse_path(self.next).may_be_absent and not self.has_total:
            raise ValueError("without a total, next must be in every answer: write no ? there")
        if (self.auth == "header") != bool(self.auth_header):
            raise ValueError("auth = 'header' needs auth_header, the name of the header")
        if (self.auth == "basic") != bool(self.username):
            raise ValueError("auth = 'basic' needs username")
        if (self.auth == "oauth") != bool(self.token_url and self.client_id):
            raise ValueError("auth = 'oauth' needs token_url and client_id, and only it")
        if self.token_url:
            check_private(self.token_url, allow_plaintext=self.allow_plaintext)
        if set(self.words) - set(self.fields):
            raise ValueError("words are for columns in fields")
        return self
